"""The JSON of an endpoint: what is read, and what is refused."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeopt.adapters.vllm.chat import ChatAnswer, Choice, ModelInfo
from codeopt.adapters.vllm.wire import excerpt, read_completion, read_models
from codeopt.errors import EndpointUnavailable

URL = "http://h/v1"


def test_usage_may_be_missing_or_null():
    body = b'{"choices": [{"message": {"content": "x"}, "finish_reason": "stop"}]%s}'
    expected = ChatAnswer(choices=(Choice(text="x"),))
    for usage in (b"", b', "usage": null', b', "usage": {"prompt_tokens": null}', b', "usage": {"prompt_tokens": -4}'):
        assert read_completion(body % usage, url=URL) == expected


def test_null_choices_are_no_choices():
    assert read_completion(b'{"choices": null}', url=URL) == ChatAnswer(choices=())


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b'{"choices": "many"}',
        b'{"choices": [{}]}',
        b'{"choices": [{"message": {"content": 3}}]}',
        b"\xff\xfe",
        b"[" * 9999,
    ],
)
def test_what_is_no_completion_is_refused_in_one_line(body):
    with pytest.raises(EndpointUnavailable, match="what came back is not") as caught:
        read_completion(body, url=URL)
    assert "\n" not in str(caught.value)


@given(st.binary(max_size=200))
def test_no_body_does_anything_else_than_to_be_read_or_refused(body):
    for read in (read_completion, read_models):
        with contextlib.suppress(EndpointUnavailable):
            read(body, url=URL)


def test_models_are_read_with_the_context_where_it_is_told():
    body = b'{"data": [{"id": "a", "max_model_len": 2048}, {"id": "b"}]}'
    assert read_models(body, url=URL) == (ModelInfo(model="a", max_model_len=2048), ModelInfo(model="b"))


@given(st.text())
def test_an_excerpt_is_short_and_printable(text):
    shown = excerpt(text)
    assert shown.isprintable()
    assert len(shown) <= 161
