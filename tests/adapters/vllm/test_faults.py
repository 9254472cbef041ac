"""Every exception of the client library has a sentence of ours."""

from __future__ import annotations

import importlib
import inspect

import openai
import pytest

from codeopt.adapters.vllm.chat import RequestRejected
from codeopt.adapters.vllm.faults import REJECTIONS, SENTENCES, TRANSPORT_ERRORS, translate, translated
from codeopt.errors import EndpointUnavailable

URL = "http://h/v1"


def public_exceptions():
    """Every exception that the package names, wherever it names it."""
    modules = [openai, importlib.import_module("openai._exceptions")]
    named = [getattr(module, name) for module in modules for name in module.__all__]
    found = {each for each in named if inspect.isclass(each) and issubclass(each, Exception)}
    return sorted(found, key=lambda cls: cls.__name__)


def blank(cls, text):
    """Make an exception without its constructor: only its class and its text matter."""
    error = cls.__new__(cls)
    Exception.__init__(error, text)
    return error


def test_every_public_exception_is_named():
    assert len(public_exceptions()) > 15
    assert {cls.__name__ for cls in public_exceptions()} <= SENTENCES.keys()


@pytest.mark.parametrize("cls", public_exceptions(), ids=lambda cls: cls.__name__)
def test_every_public_exception_becomes_one_line_that_names_the_endpoint(cls):
    told = translate(blank(cls, "some\ntext"), URL)
    assert isinstance(told, EndpointUnavailable)
    assert isinstance(told, RequestRejected) == (cls.__name__ in REJECTIONS)
    assert str(told).startswith(f"{URL}: ")
    assert "\n" not in str(told)
    assert "{" not in str(told)


def test_an_exception_of_a_later_release_is_told_as_its_base():
    class TeapotError(openai.RateLimitError):
        pass

    assert "overloaded" in str(translate(blank(TeapotError, "short and stout"), URL))


def test_the_cause_of_a_lost_connection_is_told():
    error = blank(openai.APIConnectionError, "Connection error.")
    error.__cause__ = OSError("Name or service not known")
    assert "cannot be reached (Name or service not known)" in str(translate(error, URL))


@pytest.mark.parametrize("cls", TRANSPORT_ERRORS, ids=lambda cls: cls.__name__)
def test_what_the_http_package_raises_amid_an_answer_is_translated(cls):
    with pytest.raises(EndpointUnavailable, match="cut off in the middle of an answer"), translated(URL, timeout_s=1.0):
        raise blank(cls, "broken")


def test_what_is_a_mistake_of_ours_is_not_hidden():
    with pytest.raises(KeyError), translated(URL, timeout_s=1.0):
        raise KeyError("ours")
