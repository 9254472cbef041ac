"""Measures how a model serves a run: what came of the time that it was asked for, and what vLLM's own counters say.

The counters are those of vLLM's Prometheus page (`/metrics`); other servers have none, and count only what passes here. They are the
server's, so that whatever else it answers meanwhile is in them.
"""

from __future__ import annotations

import asyncio
import re
import time
import urllib.request
from collections import defaultdict
from collections.abc import Mapping

from codeopt.adapters.vllm.address import is_here, read_address
from codeopt.adapters.vllm.chat import ChatAnswer, ChatClient, ChatRequest, ModelInfo
from codeopt.errors import ConfigError
from codeopt.model.report import Serving

__all__ = ["MeteredClient"]

_TIMEOUT_S = 2.0
_LIMIT_BYTES = 4_000_000
_LINE = re.compile(r"^vllm:(\w+)_total(?:\{[^}]*\})? ([0-9.eE+]+)$", re.MULTILINE)


class MeteredClient:
    """Passes everything on to `client`, and keeps the books."""

    def __init__(self, client: ChatClient) -> None:
        """Keep the client; nothing is asked."""
        self._client = client
        self._before: Mapping[str, float] = {}
        self._running = 0
        self._since = 0.0
        self._seconds = 0.0
        self._tokens = 0

    @property
    def url(self) -> str:
        """That of the client."""
        return self._client.url

    @property
    def busy_here(self) -> bool:
        """That of the client."""
        return self._client.busy_here

    async def probe(self) -> ModelInfo:
        """Say which model answers, and look at its counters.

        Raises:
            ConfigError: the model is not served.
            EndpointUnavailable: nothing answers, or nothing that speaks the protocol.
        """
        info = await self._client.probe()
        self._before = await asyncio.to_thread(_counters, self.url)
        return info

    async def ask(self, request: ChatRequest) -> ChatAnswer:
        """Pass a request on.

        Raises:
            RequestRejected: this request was refused, others may be taken.
            EndpointUnavailable: nothing answers, or nothing that speaks the protocol.
        """
        if self._running == 0:
            self._since = time.monotonic()
        self._running += 1
        try:
            answer = await self._client.ask(request)
        finally:
            self._running -= 1
            if self._running == 0:
                self._seconds += time.monotonic() - self._since
        self._tokens += answer.completion_tokens
        return answer

    def serving(self) -> Serving | None:
        """Return what was measured since the probe; None when nothing was asked."""
        if self._tokens == 0 or self._seconds <= 0:
            return None
        after = _counters(self.url)
        grown = {name: after[name] - self._before.get(name, 0.0) for name in after}
        return Serving(
            seconds=self._seconds,
            completion_tokens=self._tokens,
            prefix_hits=_share(grown, "prefix_cache_hits", "prefix_cache_queries"),
            accepted=_share(grown, "spec_decode_num_accepted_tokens", "spec_decode_num_draft_tokens"),
        )


def _share(grown: Mapping[str, float], part: str, whole: str) -> float | None:
    asked = grown.get(whole, 0.0)
    return min(1.0, grown.get(part, 0.0) / asked) if asked > 0 else None


def _counters(urls: str) -> Mapping[str, float]:
    """Return vLLM's counters, summed over endpoints; nothing of an endpoint that has none."""
    found: defaultdict[str, float] = defaultdict(float)
    for url in urls.split(","):
        for name, value in _LINE.findall(_page(url)):
            found[name] += float(value)
    return found


def _page(url: str) -> str:
    try:
        address = read_address(url)
    except ConfigError:
        return ""  # a recording
    # A proxy from the environment is never the way to this machine.
    handlers = [urllib.request.ProxyHandler({})] if is_here(address.host) else []
    try:
        with urllib.request.build_opener(*handlers).open(f"{address.url.removesuffix('/v1')}/metrics", timeout=_TIMEOUT_S) as answer:
            return str(answer.read(_LIMIT_BYTES), "utf-8", "replace")
    except (OSError, ValueError):
        return ""
