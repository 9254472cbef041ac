"""The worker's end of the pipe."""

import json
import os

import pytest
from codeopt_inside import frames


@pytest.fixture
def pipe():
    reader, writer = os.pipe()
    yield frames.Pipe(reader, writer)
    os.close(reader)
    os.close(writer)


@pytest.mark.parametrize("message", [{"call": 1, "note": "a"}, {"note": "naïve 😀 \\ \n"}, {"digests": ["ab", ""], "none": None}])
def test_a_message_arrives_as_it_was_sent(pipe, message):
    pipe.send(message)
    assert pipe.receive() == message


@pytest.mark.parametrize(("text", "arrives"), [("a\udc80", "a\\udc80"), ("\ud83d\ude00", "\\ud83d\\ude00"), ("\ud800é", "\\ud800é")])
def test_lone_surrogates_are_spelled_out(pipe, text, arrives):
    pipe.send({"note": text, text: [1, (text, None)]})
    length = int.from_bytes(os.read(pipe.reader, 4), "big")
    data = os.read(pipe.reader, length).decode("utf-8")
    received = json.loads(data)
    assert received == {"note": arrives, arrives: [1, [arrives, None]]}
    assert json.dumps(received, ensure_ascii=False).encode()


def test_the_end_of_the_input_is_no_message(pipe):
    reader, writer = os.pipe()
    os.close(writer)
    assert frames.Pipe(reader, pipe.writer).receive() is None
    os.close(reader)
