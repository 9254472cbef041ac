"""The client's side of tests: time that passes when it is slept, and timeouts that come when the server has stopped answering."""

from __future__ import annotations

import asyncio
import time

import httpx

from codeopt.adapters.github import GitHubForge, Timing
from tests.github_server.host import GitHubServer
from tests.github_server.server import Service
from tests.github_server.state import Hub

__all__ = ["HurriedTransport", "SkippingClock", "forge_on"]


class SkippingClock:
    """A clock that client and server share. Sleeping costs nothing: it moves both. `slept_s` are the sleeps."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self.slept_s: list[float] = []

    def now_s(self) -> float:
        """Seconds since 1970."""
        return time.time() + self._hub.shift_s

    async def sleep(self, seconds: float) -> None:
        """Let the time pass at once."""
        self.slept_s.append(seconds)
        self._hub.shift_s += seconds
        await asyncio.sleep(0)


class HurriedTransport(httpx.AsyncBaseTransport):
    """The network's own, but for a read timeout that comes as soon as the server leaves the request alone, instead of after seconds."""

    def __init__(self, service: Service) -> None:
        self._service = service

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request and return the answer; its connection ends with it."""
        # There is no encryption, and reading certificates takes its time.
        inner = httpx.AsyncHTTPTransport(verify=False, limits=httpx.Limits(max_keepalive_connections=0))
        answer = asyncio.ensure_future(inner.handle_async_request(request))
        while not answer.done():
            if self._service.hanging.is_set():
                answer.cancel()
                await asyncio.wait({answer})
                self._service.hanging.clear()
                raise httpx.ReadTimeout("", request=request)
            await asyncio.wait({answer}, timeout=0.005)
        return answer.result()


def forge_on(server: GitHubServer, *, clock: SkippingClock | None = None, timing: Timing | None = None) -> GitHubForge:
    """Return the adapter on a server, with time that can be skipped."""
    return GitHubForge(
        server.credentials,
        api_url=server.api_url,
        timing=timing or Timing(),
        clock=clock or SkippingClock(server.hub),
        transport=HurriedTransport(server.service),
    )
