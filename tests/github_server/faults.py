"""What can be wrong with a GitHub: each fault at a call of choice, before the call has its effect or after it."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from tests.github_server.asked import Refused, Reply
from tests.github_server.state import Hub

__all__ = ["LIMITS", "Fault", "Trouble", "exhausted", "reply_of"]


class Fault(enum.Enum):
    """A way to fail."""

    PRIMARY = "403: no request is left in this hour"
    SECONDARY = "403 with Retry-After"
    SECONDARY_429 = "429 with Retry-After"
    SECONDARY_BARE = "403 of a secondary limit, without a header that says how long"
    ERROR = "500"
    BAD_GATEWAY = "502 with a web page"
    UNAVAILABLE = "503 with Retry-After"
    HTML = "200 with a web page, as of a proxy"
    OTHER_JSON = "200 with JSON of another kind"
    HANG = "no answer"
    RESET = "the connection is reset"
    CUT_OFF = "half of the answer"
    LATE = "no answer, and the effect comes after the next such call"


LIMITS = frozenset({Fault.PRIMARY, Fault.SECONDARY, Fault.SECONDARY_429, Fault.SECONDARY_BARE})


@dataclass(slots=True, kw_only=True)
class Trouble:
    """A fault of calls of an operation (of any where it is empty): the next `times` of them, after letting `skip` pass."""

    fault: Fault
    operation: str = ""
    after: bool = False
    times: int = 1
    skip: int = 0
    wait_s: int = 7


def exhausted(hub: Hub, wait_s: int = 7) -> Refused:
    """Return the answer when no request is left."""
    limited = {"x-ratelimit-limit": "5000", "x-ratelimit-remaining": "0", "x-ratelimit-reset": str(int(hub.now_s()) + wait_s)}
    return Refused(403, "API rate limit exceeded for installation ID 17.", headers=limited)


def reply_of(trouble: Trouble, hub: Hub) -> Reply | None:
    """Return what a fault answers; None where it does not answer, or not as a whole."""
    secondary = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
    retry = {"retry-after": str(trouble.wait_s)}
    page = "<html><body><h1>It is the unicorn</h1></body></html>"
    answers = {
        Fault.PRIMARY: exhausted(hub, trouble.wait_s).reply,
        Fault.SECONDARY: Refused(403, secondary, headers=retry).reply,
        Fault.SECONDARY_429: Refused(429, secondary, headers=retry).reply,
        Fault.SECONDARY_BARE: Refused(403, secondary).reply,
        Fault.ERROR: Refused(500, "Server Error").reply,
        Fault.BAD_GATEWAY: Reply(status=502, body=page),
        Fault.UNAVAILABLE: Refused(503, "Service unavailable", headers=retry).reply,
        Fault.HTML: Reply(status=200, body=page),
        Fault.OTHER_JSON: Reply(status=200, body={"hello": "world"}),
    }
    return answers.get(trouble.fault)
