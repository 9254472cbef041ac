"""Knows what is done with one delivery, from its bytes to the answer: nothing is parsed before the signature has held. Knows no HTTP."""

from __future__ import annotations

import hashlib
import hmac
import math
import re
import time
from collections.abc import Callable
from dataclasses import dataclass

from codeopt.bot.events import Malformed, Passed, Taken, read
from codeopt.bot.limits import Limits
from codeopt.errors import QueueError
from codeopt.ports import Queue

__all__ = ["Answer", "Envelope", "Intake"]

_SIGNATURE = re.compile(r"sha256=[0-9a-f]{64}")
_EVENT = re.compile(r"[a-z_]{1,64}")
_GUID = re.compile(r"[A-Za-z0-9-]{1,100}")
# When to come again where nobody can say.
_LATER_S = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """What the headers of a delivery say; empty where one is missing."""

    event: str
    guid: str
    signature: str
    content_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What became of a delivery: an HTTP status, a word for it, why, and what the log may tell besides."""

    status: int
    outcome: str
    reason: str = ""
    retry_after_s: int = 0
    action: str = ""
    repository: str = ""
    installation: int = 0
    job: str = ""
    kind: str = ""
    asked_by: str = ""


class Intake:
    """Takes deliveries in. May be used from several threads."""

    def __init__(self, queue: Queue, *, secret: str, limits: Limits, clock: Callable[[], float] = time.time) -> None:
        """Take what `secret` signs into `queue`, as much of it as `limits` let pass; `clock` tells seconds since the epoch."""
        self._queue, self._secret, self._limits, self._clock = queue, secret.encode(), limits, clock

    def refusal(self, envelope: Envelope) -> Answer | None:
        """Say why a delivery is refused by its headers alone, before its body is looked at; None where it is not."""
        if not _SIGNATURE.fullmatch(envelope.signature):
            return Answer(status=401, outcome="unsigned", reason="X-Hub-Signature-256 is missing or no signature")
        if envelope.content_type.partition(";")[0].strip().lower() != "application/json":
            return Answer(
                status=415, outcome="malformed", reason="the content type is not application/json: choose it in the app's settings"
            )
        if not _EVENT.fullmatch(envelope.event) or not _GUID.fullmatch(envelope.guid):
            return Answer(status=400, outcome="malformed", reason="X-GitHub-Event or X-GitHub-Delivery is missing or wrong")
        return None

    def take(self, envelope: Envelope, body: bytes) -> Answer:
        """Take a delivery in whose headers are right; what is answered with 202 and makes a job is durable."""
        wanted = "sha256=" + hmac.new(self._secret, body, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(wanted, envelope.signature):
            return Answer(status=401, outcome="unsigned", reason="the signature does not hold")
        found = read(envelope.event, guid=envelope.guid, body=body, received_s=self._clock())
        if isinstance(found, Malformed):
            return Answer(status=400, outcome="malformed", reason=found.problem)
        installation = found.installation if isinstance(found, Passed) else found.delivery.installation
        wait_s = self._limits.take(installation)
        if wait_s:
            return Answer(
                status=429,
                outcome="limited",
                reason="too many deliveries at once",
                retry_after_s=math.ceil(wait_s),
                installation=installation,
            )
        return self._passed(found) if isinstance(found, Passed) else self._kept(found)

    @staticmethod
    def _passed(found: Passed) -> Answer:
        return Answer(
            status=202,
            outcome="ignored",
            reason=found.reason,
            action=found.action,
            repository=found.repository,
            installation=found.installation,
        )

    def _kept(self, found: Taken) -> Answer:
        try:
            new = self._queue.offer(found.delivery, found.job)
        except QueueError as error:
            status, outcome, reason, wait_s = 503, "unkept", str(error), _LATER_S
        else:
            status, outcome, reason, wait_s = 202, "queued" if new else "duplicate", "", 0
        return Answer(
            status=status,
            outcome=outcome,
            reason=reason,
            retry_after_s=wait_s,
            action=found.delivery.action,
            repository=found.delivery.repository,
            installation=found.delivery.installation,
            job=found.job.id,
            kind=found.job.kind.value,
            asked_by=found.job.asked_by,
        )
