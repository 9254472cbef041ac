"""The one place where what the `openai` package raises becomes an error of codeopt's.

Each sentence says what happened at the endpoint and what to do about it. `SENTENCES` names every public exception of `openai`,
which a test checks, so that a new one upstream is noticed.
"""

from __future__ import annotations

import importlib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager

import anyio
import openai

from codeopt.adapters.vllm.chat import RequestRejected
from codeopt.adapters.vllm.wire import excerpt
from codeopt.errors import EndpointUnavailable

__all__ = ["REJECTIONS", "SENTENCES", "TRANSPORT_ERRORS", "translate", "translated"]

_NOT_USED = "the client library failed in a part that codeopt does not use ({text}); report it to codeopt"
_KEY = "it refuses the API key ({text}); give the right one"
_ODD = "what came back is not a chat completion ({text}); check that the URL is an OpenAI-compatible endpoint (most end with /v1)"

# Names, because not every release of the library that codeopt supports has every class. Looked up along the class's bases.
SENTENCES = {
    "APITimeoutError": "it did not answer in time; allow it more, or use a smaller model",
    "APIConnectionError": "cannot be reached ({text}); start it, or check the URL",
    "AuthenticationError": _KEY,
    "OAuthError": _KEY,
    "PermissionDeniedError": _KEY,
    "NotFoundError": "has no such model or address ({text}); check the model's name, and that the URL is right (most end with /v1)",
    "RateLimitError": "it is overloaded or limits requests ({text}); ask for fewer samples, or try again later",
    "InternalServerError": "it failed ({text}); its own log says why",
    "BadRequestError": "it refuses this request ({text})",
    "UnprocessableEntityError": "it refuses this request ({text})",
    "ConflictError": "it is in conflict with another request ({text}); try again",
    "APIStatusError": "it refuses this request ({text})",
    "APIResponseValidationError": _ODD,
    "LengthFinishReasonError": _ODD,
    "ContentFilterFinishReasonError": "its content filter held the answer back; use a model without one",
    "APIError": "it failed ({text}); its own log says why",
    "OpenAIError": "the client library failed ({text})",
    "SubjectTokenProviderError": _NOT_USED,
    "InvalidWebhookSignatureError": _NOT_USED,
    "WebSocketConnectionClosedError": _NOT_USED,
    "WebSocketQueueFullError": _NOT_USED,
}

# The faults of one request, not of the endpoint.
REJECTIONS = ("BadRequestError", "UnprocessableEntityError")

# While a body is read, the library lets through what its HTTP package raises: httpx, or httpx2 from release 3 on.
_http = importlib.import_module(openai.DefaultAsyncHttpxClient.__mro__[1].__module__.partition(".")[0])
TRANSPORT_ERRORS: tuple[type[Exception], ...] = (_http.HTTPError, _http.InvalidURL, ssl.SSLError, anyio.EndOfStream)


@contextmanager
def translated(url: str, *, timeout_s: float) -> Iterator[None]:
    """Turn every fault of an endpoint into an `EndpointUnavailable` that names `url`.

    Raises:
        RequestRejected: the endpoint will not take this request.
        EndpointUnavailable: any other fault.
    """
    try:
        yield
    except TimeoutError:
        raise EndpointUnavailable(f"{url}: no answer within {timeout_s:g} s; allow it more, or use a smaller model") from None
    except openai.OpenAIError as error:
        raise translate(error, url) from error
    except TRANSPORT_ERRORS as error:
        raise EndpointUnavailable(
            f"{url}: the connection was cut off in the middle of an answer ({_text(error)}); see the endpoint's own log"
        ) from error


def translate(error: Exception, url: str) -> EndpointUnavailable:
    """Return what a user is told about an exception of the `openai` package."""
    names = [cls.__name__ for cls in type(error).__mro__]
    name = next((name for name in names if name in SENTENCES), "OpenAIError")
    kind = RequestRejected if name in REJECTIONS else EndpointUnavailable
    return kind(f"{url}: {SENTENCES[name].format(text=_text(error))}")


def _text(error: Exception) -> str:
    # The library says "Connection error."; its cause says which.
    cause = error.__cause__ if isinstance(error, openai.APIConnectionError) and error.__cause__ else error
    return excerpt(str(cause)) or type(cause).__name__
