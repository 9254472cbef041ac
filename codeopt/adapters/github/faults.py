"""The one place where what goes wrong with the API becomes an error of codeopt's.

A fault is first sorted by what may be done about it, because that hangs on whether the request was carried out; then it has a sentence
that says what happened and what to do. `KINDS` names every exception of `githubkit`, which a test checks.
"""

from __future__ import annotations

import enum
import json
import re
from dataclasses import dataclass
from typing import Any

import httpx
from githubkit.exception import GitHubException, RateLimitExceeded, RequestError, RequestFailed
from pydantic import ValidationError

from codeopt.adapters.github.call import Call
from codeopt.errors import ForgeRefused, ForgeUnavailable

__all__ = ["KINDS", "AnswerLost", "Fault", "FaultKind", "Refusal", "read_fault", "timed_out", "unreadable"]

_SHOWN_CHARACTERS = 200
_SERVER_ERROR = 500


class FaultKind(enum.Enum):
    """What may be done about a fault."""

    LIMITED = "the host asks to wait; nothing was carried out"
    UNAUTHENTICATED = "the credentials are no good, or no longer; nothing was carried out"
    REFUSED = "the host will not do it"
    UNSENT = "the request never left"
    LOST = "nobody knows whether it was carried out"


class AnswerLost(ForgeUnavailable):
    """The request may have been carried out or not."""


class Refusal(ForgeRefused):
    """The host answered with an error of the asker's, whose `status` is known."""

    def __init__(self, message: str, *, status: int, said: str) -> None:
        """Keep the one line, the status and the host's own words."""
        super().__init__(message)
        self.status = status
        self.said = said


# By name, because not every release of the library has every class. Looked up along the class's bases.
KINDS = {
    "RateLimitExceeded": FaultKind.LIMITED,
    "PrimaryRateLimitExceeded": FaultKind.LIMITED,
    "SecondaryRateLimitExceeded": FaultKind.LIMITED,
    "RequestTimeout": FaultKind.LOST,
    "RequestFailed": FaultKind.REFUSED,  # its status says more
    "RequestError": FaultKind.LOST,  # its cause says more
    "AuthCredentialError": FaultKind.UNAUTHENTICATED,
    "AuthExpiredError": FaultKind.UNAUTHENTICATED,
    "GitHubException": FaultKind.LOST,
    # Of parts that codeopt does not use.
    "CacheUnsupportedError": FaultKind.LOST,
    "GraphQLError": FaultKind.LOST,
    "GraphQLFailed": FaultKind.LOST,
    "GraphQLPaginationError": FaultKind.LOST,
    "GraphQLMissingPageInfo": FaultKind.LOST,
    "GraphQLMissingCursorChange": FaultKind.LOST,
    "WebhookTypeNotFound": FaultKind.LOST,
}
_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError, httpx.UnsupportedProtocol)

_SENTENCES = {
    401: "the App's credentials are refused ({said}); check its id and private key, and this machine's clock",
    403: "forbidden ({said}); {permissions}",
    404: "there is no such thing, or the App may not see it ({said}); check the name, and that the App is installed on the repository",
    410: "that is switched off in this repository, or gone ({said})",
    422: "it is not accepted ({said})",
    451: "it is blocked for legal reasons ({said})",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What went wrong with one request. The host asks to wait for `wait_s`, or until `until_s` (seconds since 1970)."""

    kind: FaultKind
    sentence: str
    said: str = ""
    status: int | None = None
    wait_s: float | None = None
    until_s: float | None = None
    request_id: str = ""

    def error(self, where: str) -> ForgeRefused | ForgeUnavailable:
        """Return what a caller is told; `where` names the host and the request."""
        message = f"{where}: {self.sentence}"
        if self.kind in {FaultKind.REFUSED, FaultKind.UNAUTHENTICATED}:
            return Refusal(message, status=self.status or 401, said=self.said)
        kind = AnswerLost if self.kind is FaultKind.LOST else ForgeUnavailable
        return kind(message, retry_after_s=self.wait_s)


def timed_out(call: Call, timeout_s: float) -> Fault:
    """Return the fault of an answer that did not come to its end in time."""
    return Fault(kind=FaultKind.LOST, sentence=f"no answer to {call.method} within {timeout_s:g} s; its status page may say why")


def unreadable(error: ValueError, *, status: int | None = None) -> Fault:
    """Return the fault of an answer that is not GitHub's."""
    reason = str(error)
    if isinstance(error, ValidationError):
        first = error.errors(include_url=False, include_input=False)[0]
        reason = f"{'.'.join(map(str, first['loc']))} {first['msg']}"
    sentence = f"what came back is not an answer of GitHub's API ({_one_line(reason)}); check the URL of the API"
    return Fault(kind=FaultKind.LOST, sentence=sentence, status=status)


def read_fault(error: Exception) -> Fault:
    """Sort what the library raised."""
    if isinstance(error, RequestFailed):
        return _failed(error)
    if isinstance(error, RequestError):
        return _broken(error.exc)
    if isinstance(error, ValueError):  # a header that is no number, which the library does not expect
        return unreadable(error)
    kind = next(KINDS[cls.__name__] for cls in type(error).__mro__ if cls.__name__ in KINDS)
    return Fault(kind=kind, sentence=f"the client library failed ({_one_line(str(error)) or type(error).__name__}); report it to codeopt")


def _broken(cause: object) -> Fault:
    if isinstance(cause, GitHubException):  # raised while the library authenticated
        return read_fault(cause)
    text = _one_line(str(cause)) or type(cause).__name__
    if isinstance(cause, _NEVER_SENT):
        return Fault(kind=FaultKind.UNSENT, sentence=f"it cannot be reached ({text}); check the URL of the API and the network")
    if isinstance(cause, httpx.TimeoutException):
        return Fault(kind=FaultKind.LOST, sentence=f"no answer in time ({type(cause).__name__}); its status page may say why")
    return Fault(kind=FaultKind.LOST, sentence=f"the connection broke before the answer's end ({text}); its status page may say why")


def _failed(error: RequestFailed) -> Fault:
    response = error.response
    status, headers = response.status_code, response.headers
    said = _said(response.content, response.reason_phrase)
    known: dict[str, Any] = {"status": status, "said": said, "request_id": headers.get("x-github-request-id", "")}
    if isinstance(error, RateLimitExceeded):
        wait_s, until_s = _seconds(headers.get("retry-after")), _seconds(headers.get("x-ratelimit-reset"))
        known |= {"wait_s": wait_s, "until_s": until_s if wait_s is None else None}
    # A secondary limit may come without any header that tells it.
    if isinstance(error, RateLimitExceeded) or status == 429 or (status == 403 and "rate limit" in said.casefold()):  # noqa: PLR2004
        return Fault(kind=FaultKind.LIMITED, sentence=f"it limits requests ({said}); ask again later", **known)
    if status >= _SERVER_ERROR:
        sentence = f"it failed with status {status} ({said}); its status page may say why"
        return Fault(kind=FaultKind.LOST, sentence=sentence, wait_s=_seconds(headers.get("retry-after")), **known)
    template = _SENTENCES.get(status, "it answered with status {status} ({said}); check the URL of the API")
    wanted = headers.get("x-accepted-github-permissions")
    permissions = (
        f"give the App the permission {_one_line(wanted)}" if wanted else "check the App's permissions, and that it is not suspended"
    )
    kind = FaultKind.UNAUTHENTICATED if status == 401 else FaultKind.REFUSED  # noqa: PLR2004
    return Fault(kind=kind, sentence=template.format(status=status, said=said, permissions=permissions), **known)


def _said(content: bytes, otherwise: str) -> str:
    """Return the host's own words: the message, and what is wrong with which field."""
    try:
        body = json.loads(content)
    except ValueError:
        return _one_line(otherwise) or "no reason given"
    if not isinstance(body, dict):
        return _one_line(otherwise) or "no reason given"
    errors = body.get("errors")
    words = [str(body.get("message") or otherwise), *(_problem(each) for each in (errors if isinstance(errors, list) else []))]
    return _one_line(": ".join(word for word in words if word))


def _problem(error: object) -> str:
    if not isinstance(error, dict):
        return str(error)
    return str(error.get("message") or " ".join(str(error[key]) for key in ("resource", "field", "code") if error.get(key)))


def _seconds(text: str | None) -> float | None:
    return float(text) if text is not None and text.isascii() and text.isdigit() else None


def _one_line(text: str) -> str:
    return re.sub(r"[\x00-\x20\x7f-\x9f\u2028\u2029]+", " ", text).strip()[:_SHOWN_CHARACTERS]
