"""Record and replay: what was answered once is answered again, without an endpoint."""

from __future__ import annotations

import json

import pytest

from codeopt.adapters.fake_model import FakeEndpoint, Fault
from codeopt.adapters.vllm.chat import ChatAnswer, Choice, ModelInfo, RequestRejected
from codeopt.adapters.vllm.client import EndpointClient
from codeopt.adapters.vllm.replay import RecordingClient, ReplayClient
from codeopt.errors import ConfigError, EndpointUnavailable, StoreError

HEADER = '{"schema": 1, "model": "old-coder", "max_model_len": 2048}\n'


@pytest.fixture
def file(tmp_path):
    """Where answers are recorded."""
    return tmp_path / "answers.jsonl"


def recorder(endpoint, file):
    return RecordingClient(EndpointClient(endpoint.url, max_retries=0), file)


def test_a_recording_answers_as_the_endpoint_did(file, chat, wait):
    requests = [chat(key="one", samples=2), chat(key="two")]
    with FakeEndpoint([["a", "b"], "line\u2028separator \x00 ```", Fault.ERROR], max_model_len=4096) as endpoint:
        recording = recorder(endpoint, file)
        info = wait(recording.probe())
        answers = [wait(recording.ask(request)) for request in requests]
    replay = ReplayClient(file)
    assert wait(replay.probe()) == info == ModelInfo(model="fake-coder", max_model_len=4096)
    assert [wait(replay.ask(request)) for request in reversed(requests)] == answers[::-1]
    assert (recording.busy_here, replay.busy_here) == (True, False)


@pytest.mark.parametrize(("fault", "kind"), [(Fault.ERROR, EndpointUnavailable), (Fault.TOO_LONG, RequestRejected)])
def test_a_fault_is_recorded_and_comes_again(fault, kind, file, chat, wait):
    with FakeEndpoint([fault]) as endpoint, pytest.raises(kind) as first:
        wait(recorder(endpoint, file).ask(chat()))
    with pytest.raises(kind) as second:
        wait(ReplayClient(file).ask(chat()))
    assert str(first.value) == str(second.value)


def test_a_new_question_is_an_error_that_names_its_key(file, chat, wait):
    file.write_text(HEADER)
    # others of the same run may be there, so this one alone is lost
    with pytest.raises(RequestRejected, match=r"was never asked for \[question 9\]; record the run anew"):
        wait(ReplayClient(file).ask(chat(key="question 9")))


def test_the_text_of_a_question_does_not_matter(file, chat, wait):
    with FakeEndpoint(["a"]) as endpoint:
        wait(recorder(endpoint, file).ask(chat()))
    assert wait(ReplayClient(file).ask(chat(messages=()))).choices == (Choice(text="a"),)


def test_a_recording_is_continued_and_its_first_answer_counts(file, chat, wait):
    with FakeEndpoint(["first", "second", "other"]) as endpoint:
        wait(recorder(endpoint, file).ask(chat()))
        again = recorder(endpoint, file)
        wait(again.ask(chat()))
        wait(again.ask(chat(key="other")))
    replay = ReplayClient(file)
    assert wait(replay.ask(chat())).choices == (Choice(text="first"),)
    assert wait(replay.ask(chat(key="other"))).choices == (Choice(text="other"),)
    assert file.read_text().count('"schema"') == 1


def test_the_file_is_lines_of_json_with_the_questions_in_them(file, chat, wait):
    with FakeEndpoint(["a"]) as endpoint:
        wait(recorder(endpoint, file).ask(chat()))
    header, entry = [json.loads(line) for line in file.read_text().splitlines()]
    assert header == {"schema": 1, "model": "fake-coder", "max_model_len": None}
    assert entry["key"] == "question 1"
    assert entry["messages"] == [["system", "Be quick."], ["user", "Make it faster."]]


def test_a_recording_of_the_first_schema_stays_readable(file, chat, wait):
    entry = '{"key": "question 1", "choices": [{"text": "x", "cut_off": true}], "prompt_tokens": 3, "completion_tokens": 4}\n'
    file.write_text(HEADER + entry)
    expected = ChatAnswer(choices=(Choice(text="x", cut_off=True),), prompt_tokens=3, completion_tokens=4)
    assert wait(ReplayClient(file).ask(chat())) == expected


def test_answers_of_two_models_do_not_mix(file, chat, wait):
    file.write_text(HEADER)
    with FakeEndpoint(["a"]) as endpoint, pytest.raises(ConfigError, match="holds the answers of old-coder, not of fake-coder"):
        wait(recorder(endpoint, file).probe())


@pytest.mark.parametrize("text", ["", "precious notes\n", '{"schema": 2, "model": "m", "max_model_len": null}\n', HEADER + "{}\n"])
def test_what_is_no_recording_is_refused_with_its_line(file, text):
    file.write_text(text)
    with pytest.raises(ConfigError, match=rf"answers.jsonl:{2 if text.startswith(HEADER) else 1}: is no recording"):
        ReplayClient(file)


def test_a_file_of_the_users_is_never_written_to(file):
    file.write_text("precious notes\n")
    with FakeEndpoint() as endpoint, pytest.raises(ConfigError):
        recorder(endpoint, file)
    assert file.read_text() == "precious notes\n"


def test_a_recording_that_is_not_there_is_a_wrong_setting(file):
    with pytest.raises(ConfigError, match="cannot be read"):
        ReplayClient(file)


def test_a_folder_that_is_not_there_is_told(tmp_path, chat, wait):
    with FakeEndpoint() as endpoint, pytest.raises(StoreError, match="cannot write"):
        wait(recorder(endpoint, tmp_path / "gone" / "answers.jsonl").ask(chat()))


def test_another_number_of_the_same_question_gets_the_recorded_answers(file, chat, wait):
    entry = {"key": "optimize@1/loops f seed=0 n=3 t=0.7", "choices": [{"text": text, "cut_off": False} for text in "abc"]}
    file.write_text(HEADER + json.dumps(entry) + "\n")
    replay = ReplayClient(file)
    assert [one.text for one in wait(replay.ask(chat(key="optimize@1/loops f seed=2 n=2 t=0.7", samples=2))).choices] == ["a", "b"]
    assert [one.text for one in wait(replay.ask(chat(key="optimize@1/loops f seed=0 n=3 t=0.7", samples=3))).choices] == ["a", "b", "c"]
    with pytest.raises(RequestRejected, match="was never asked for"):
        wait(replay.ask(chat(key="optimize@1/texts f seed=0 n=3 t=0.7", samples=3)))
