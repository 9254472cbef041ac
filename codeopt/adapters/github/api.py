"""Asks the API: one request at a time through its gate, again where that is safe, and one line in the log for each answer.

No connection outlives a request, so that nothing needs closing: the bot asks a few times a minute. The library's own repeats are off: they
send what is not repeatable again, and sleep for as long as the host says.
"""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections.abc import AsyncGenerator
from dataclasses import replace
from types import NoneType
from typing import Any, Protocol, TypeVar

import httpx
from githubkit import GitHub
from githubkit.auth import BaseAuthStrategy
from githubkit.cache import MemCacheStrategy
from githubkit.config import Config, get_config
from githubkit.exception import GitHubException
from pydantic import TypeAdapter, ValidationError

from codeopt.adapters.github.call import API_VERSION, MOST_PAGES, PAGE, Answer, Call, next_page
from codeopt.adapters.github.faults import Fault, FaultKind, read_fault, timed_out, unreadable
from codeopt.adapters.github.host import Host
from codeopt.adapters.github.pace import Clock, Gate, Timing
from codeopt.errors import ForgeRefused

__all__ = ["Api", "Credentials"]

_LOG = logging.getLogger(__name__)
_HEADERS = {"X-GitHub-Api-Version": API_VERSION}
_REPEATED = frozenset({FaultKind.LOST, FaultKind.UNSENT, FaultKind.LIMITED})
_Kind = TypeVar("_Kind")


class Credentials(Protocol):
    """What a request shows to the host."""

    gate: Gate

    async def strategy(self) -> BaseAuthStrategy:
        """Return what to show now.

        Raises:
            ForgeUnavailable: it cannot be had now.
            ForgeRefused: it cannot be had.
        """
        ...

    def spoiled(self) -> bool:
        """Be told that the host did not take it; say whether there may be a better one."""
        ...


class Api:
    """The API of one host."""

    def __init__(self, host: Host, *, user_agent: str, timing: Timing, clock: Clock, transport: httpx.AsyncBaseTransport | None) -> None:
        """Keep the address; nothing is sent."""
        self.host = host
        self.timing = timing
        self.clock = clock
        self._config: Config = get_config(
            base_url=host.api_url,
            user_agent=user_agent,
            timeout=httpx.Timeout(timing.timeout_s, connect=min(timing.connect_s, timing.timeout_s)),
            ssl_verify=httpx.create_ssl_context(),  # made once, for it takes tens of milliseconds
            async_transport=transport,
            # The library's default keeps tokens for the whole process, whatever host and App they belong to.
            cache_strategy=MemCacheStrategy(),
            http_cache=False,
            auto_retry=False,
        )

    async def read(self, kind: type[_Kind], call: Call, credentials: Credentials) -> _Kind:
        """Ask until there is an answer that can be read as `kind`, or no use in asking again.

        Raises:
            AnswerLost: nobody knows whether it was carried out, and it must not be sent twice.
            ForgeUnavailable: it was not carried out.
            Refusal: it will not be.
        """
        return (await self._asked(kind, call, credentials)).value

    async def tell(self, call: Call, credentials: Credentials) -> None:
        """Ask for what has no answer but that it was done.

        Raises:
            AnswerLost: nobody knows whether it was carried out, and it must not be sent twice.
            ForgeUnavailable: it was not carried out.
            Refusal: it will not be.
        """
        await self._asked(NoneType, call, credentials)

    async def pages(self, kind: type[_Kind], call: Call, credentials: Credentials) -> AsyncGenerator[_Kind]:
        """Ask for a list page by page.

        Raises:
            ForgeUnavailable: a page cannot be had now.
            ForgeRefused: a page cannot be had, or there is no end of them.
        """
        query = {**call.query, "per_page": PAGE}
        for _ in range(MOST_PAGES):
            answer = await self._asked(kind, replace(call, query=query), credentials)
            yield answer.value
            following = next_page(answer.headers)
            if following is None:
                return
            query = {**query, **following}
        raise ForgeRefused(f"{self._where(call)}: more than {MOST_PAGES} pages of {PAGE}; nothing that codeopt needs is so long")

    async def _asked(self, kind: type[_Kind], call: Call, credentials: Credentials) -> Answer[_Kind]:
        attempt, renewed = 0, False
        while True:
            attempt += 1
            async with credentials.gate.turn(writes=call.writes):
                outcome = await self._once(kind, call, await credentials.strategy(), attempt)
                if isinstance(outcome, Answer):
                    credentials.gate.answered(outcome.headers)
                    return outcome
                if outcome.kind is FaultKind.LIMITED:
                    wait_s = credentials.gate.limited(wait_s=outcome.wait_s, until_s=outcome.until_s)
                    outcome = replace(outcome, wait_s=wait_s)
            if outcome.kind is FaultKind.UNAUTHENTICATED and not renewed and credentials.spoiled():
                renewed = True
                continue
            if not self._worth_repeating(outcome, call, attempt):
                raise outcome.error(self._where(call))
            if outcome.kind is not FaultKind.LIMITED:  # the gate waits for those
                await self._back_off(outcome, call, attempt)

    def _worth_repeating(self, fault: Fault, call: Call, attempt: int) -> bool:
        if fault.kind is FaultKind.LOST and not call.may_repeat:
            return False
        return fault.kind in _REPEATED and (fault.wait_s or 0.0) <= self.timing.patience_s and attempt < self.timing.attempts

    async def _back_off(self, fault: Fault, call: Call, attempt: int) -> None:
        pause_s = max(self.timing.pause_s(attempt), fault.wait_s or 0.0)
        _LOG.info("%s %s is asked again in %.1f s, attempt %d of %d", call.method, call.route, pause_s, attempt + 1, self.timing.attempts)
        await self.clock.sleep(pause_s)

    async def _once(self, kind: type[_Kind], call: Call, strategy: BaseAuthStrategy, attempt: int) -> Answer[_Kind] | Fault:
        started_s = time.monotonic()
        outcome = await self._sent(kind, call, strategy)
        self._log(call, outcome, ms=round(1000 * (time.monotonic() - started_s)), attempt=attempt)
        return outcome

    async def _sent(self, kind: type[_Kind], call: Call, strategy: BaseAuthStrategy) -> Answer[_Kind] | Fault:
        github = GitHub(strategy, config=self._config)
        query = {name: str(value) for name, value in call.query.items()}
        body = None if call.body is None else dict(call.body)
        try:
            async with asyncio.timeout(self.timing.timeout_s):
                response = await github.arequest(call.method, call.path, params=query, json=body, headers=_HEADERS)
        except TimeoutError:
            return timed_out(call, self.timing.timeout_s)
        except (GitHubException, ValueError) as error:
            return read_fault(error)
        headers = {name.lower(): value for name, value in response.headers.items()}
        try:
            value = _reader(kind).validate_json(response.content or b"null")
        except ValidationError as error:
            return unreadable(error, status=response.status_code)
        if call.status not in {None, response.status_code}:
            return unreadable(ValueError(f"status {call.status} was to come"), status=response.status_code)
        return Answer(status=response.status_code, headers=headers, value=value)

    def _where(self, call: Call) -> str:
        return f"{self.host.api_url}: {call.method} {call.path}"

    def _log(self, call: Call, outcome: Answer[Any] | Fault, *, ms: int, attempt: int) -> None:
        fault = outcome if isinstance(outcome, Fault) else None
        request_id = fault.request_id if fault else outcome.headers.get("x-github-request-id", "") if isinstance(outcome, Answer) else ""
        told = {
            "method": call.method,
            "route": call.route,
            "path": call.path,
            "status": outcome.status,
            "ms": ms,
            "request_id": re.sub(r"[^A-Za-z0-9:._-]", "", request_id)[:80],
            "attempt": attempt,
            "outcome": fault.kind.name.lower() if fault else "answered",
        }
        text = "%(method)s %(route)s: %(status)s in %(ms)d ms, %(outcome)s (%(path)s, request %(request_id)s, attempt %(attempt)d)"
        _LOG.log(
            logging.WARNING if fault and fault.kind is not FaultKind.REFUSED else logging.INFO,
            text + (": %(sentence)s" if fault else ""),
            told | ({"sentence": fault.sentence} if fault else {}),
            extra={"github": told},
        )


_READERS: dict[Any, TypeAdapter[Any]] = {}


def _reader(kind: type[_Kind]) -> TypeAdapter[_Kind]:
    """Return what reads a kind; building one takes milliseconds, so each is built once."""
    if kind not in _READERS:
        _READERS[kind] = TypeAdapter(kind)
    return _READERS[kind]
