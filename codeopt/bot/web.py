"""The service's three addresses, by Starlette: POST /webhook, GET /healthz, GET /metrics."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass

import anyio
from anyio import CapacityLimiter, to_thread
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from codeopt.bot.intake import Answer, Envelope, Intake
from codeopt.bot.logs import tell
from codeopt.bot.metrics import Metrics
from codeopt.errors import QueueError
from codeopt.model.bot import Counts
from codeopt.ports import Queue

__all__ = ["LARGEST_BODY", "Web", "application"]

LOGGER = logging.getLogger("codeopt.bot.delivery")
# GitHub sends nothing larger, and gives up after ten seconds.
LARGEST_BODY = 25 * 1024 * 1024
_BODY_S = 10.0
# Bodies that are larger than most are read a few at a time, so that strangers cannot fill the memory.
_SMALL_BODY = 1024 * 1024
_LARGE_BODIES = 4
_THREADS = 32
# Of answers to the outside: what a database says of itself is for the log.
_KEPT_BACK = {"unkept": "the delivery could not be kept"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Web:
    """What the addresses need. `news` is called when a job was queued; a body has to come within `body_s` seconds."""

    intake: Intake
    queue: Queue
    metrics: Metrics
    news: Callable[[], None]
    body_s: float = _BODY_S


def application(web: Web) -> Starlette:
    """Return the service as an ASGI application."""
    endpoints = _Endpoints(web)
    return Starlette(
        routes=[
            Route("/webhook", endpoints.webhook, methods=["POST"]),
            Route("/healthz", endpoints.healthz, methods=["GET"]),
            Route("/metrics", endpoints.metrics, methods=["GET"]),
        ]
    )


class _Endpoints:
    def __init__(self, web: Web) -> None:
        self._web = web
        self._threads = CapacityLimiter(_THREADS)
        self._large = CapacityLimiter(_LARGE_BODIES)

    async def webhook(self, request: Request) -> Response:
        """Keep a delivery, then answer; one line of log, whatever becomes of it."""
        began = time.perf_counter()
        envelope = _envelope(request)
        answer = await self._answer(request, envelope)
        if answer.outcome == "queued":
            self._web.news()
        seconds = time.perf_counter() - began
        self._web.metrics.delivered(envelope.event, answer.outcome, seconds)
        _log(envelope, answer, seconds)
        headers = {"Retry-After": str(answer.retry_after_s)} if answer.retry_after_s else {}
        if answer.status in {400, 401, 408, 413, 415, 503}:
            # Whatever else the sender has to say is not read.
            headers["Connection"] = "close"
        told = {"outcome": answer.outcome, "reason": _KEPT_BACK.get(answer.outcome, answer.reason), "job": answer.job}
        return JSONResponse(told, status_code=answer.status, headers=headers)

    async def _answer(self, request: Request, envelope: Envelope) -> Answer:
        refused = self._web.intake.refusal(envelope)
        if refused is not None:
            return refused
        with ExitStack() as room:
            body = await self._body(request, room)
            if isinstance(body, Answer):
                return body
            return await to_thread.run_sync(self._web.intake.take, envelope, body, limiter=self._threads)

    async def _body(self, request: Request, room: ExitStack) -> bytes | Answer:
        """Return the body, or the answer to one that is too large, too slow, cut off, or one of too many; large ones take `room`."""
        told = request.headers.get("content-length", "")
        if told.isdecimal() and int(told[:20]) > LARGEST_BODY:
            return _TOO_LARGE
        holder, body = object(), bytearray()
        try:
            with anyio.fail_after(self._web.body_s):
                async for chunk in request.stream():
                    if len(body) <= _SMALL_BODY < len(body) + len(chunk):
                        self._large.acquire_on_behalf_of_nowait(holder)
                        room.callback(self._large.release_on_behalf_of, holder)
                    body += chunk
                    if len(body) > LARGEST_BODY:
                        return _TOO_LARGE
        except TimeoutError:
            return Answer(status=408, outcome="slow", reason="the body did not come in time")
        except ClientDisconnect:
            return Answer(status=400, outcome="truncated", reason="the sender went away before the body had come")
        except anyio.WouldBlock:
            return Answer(status=503, outcome="crowded", reason="too many large bodies at once", retry_after_s=5)
        return bytes(body)

    async def healthz(self, _request: Request) -> Response:
        """Say whether the queue can be reached, and how old its oldest waiting job is."""
        counts = await self._counts()
        if counts is None:
            return JSONResponse({"status": "the queue cannot be reached"}, status_code=503)
        jobs = {state.value: count for state, count in counts.jobs.items()}
        return JSONResponse({"status": "ok", "oldest_waiting_s": round(counts.oldest_waiting_s, 3), "jobs": jobs})

    async def metrics(self, _request: Request) -> Response:
        """Tell all counts."""
        self._web.metrics.queued(await self._counts())
        text, content_type = self._web.metrics.text()
        return Response(text, headers={"Content-Type": content_type})

    async def _counts(self) -> Counts | None:
        try:
            return await to_thread.run_sync(self._web.queue.counts, limiter=self._threads)
        except QueueError as error:
            tell(LOGGER, "the queue cannot be reached", level=logging.ERROR, reason=str(error))
            return None


_TOO_LARGE = Answer(status=413, outcome="too large", reason=f"the body has more than {LARGEST_BODY} bytes")


def _envelope(request: Request) -> Envelope:
    headers = request.headers
    return Envelope(
        event=headers.get("x-github-event", ""),
        guid=headers.get("x-github-delivery", ""),
        signature=headers.get("x-hub-signature-256", ""),
        content_type=headers.get("content-type", ""),
    )


def _log(envelope: Envelope, answer: Answer, seconds: float) -> None:
    """Write the line of a delivery. What its headers say is repeated where the signature held, and is a stranger's before that."""
    known = answer.status in {202, 429} or answer.outcome == "unkept"
    level = logging.ERROR if answer.status == 503 else logging.WARNING if answer.status >= 400 else logging.INFO  # noqa: PLR2004 - HTTP's
    tell(
        LOGGER,
        "delivery",
        level=level,
        delivery=envelope.guid if known else "",
        event=envelope.event if known else "",
        action=answer.action,
        repository=answer.repository,
        installation=answer.installation,
        status=answer.status,
        outcome=answer.outcome,
        reason=answer.reason,
        job=answer.job,
        kind=answer.kind,
        asked_by=answer.asked_by,
        milliseconds=round(seconds * 1000, 2),
    )
