"""Several endpoints of one model as one client: each request goes to the one with the least to do; the others take over for a lost one."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from codeopt.adapters.vllm.chat import ChatAnswer, ChatClient, ChatRequest, ModelInfo, RequestRejected
from codeopt.errors import ConfigError, EndpointUnavailable

__all__ = ["EndpointPool"]


class EndpointPool:
    """Asks several clients. One that is lost is not asked again before all are; an error of all of them is the last one's."""

    def __init__(self, clients: Sequence[ChatClient]) -> None:
        """Keep the clients, at least one."""
        self._clients = list(clients)
        self._asked = [0] * len(self._clients)
        self._lost: set[int] = set()

    @property
    def url(self) -> str:
        """The URLs, with commas."""
        return ",".join(client.url for client in self._clients)

    @property
    def busy_here(self) -> bool:
        """Whether one of them runs on this machine."""
        return any(client.busy_here for client in self._clients)

    async def probe(self) -> ModelInfo:
        """Say which model answers; endpoints that do not answer now are asked only when no other is left.

        Raises:
            ConfigError: they do not all serve the same model.
            EndpointUnavailable: none answers.
        """
        found = await asyncio.gather(*(client.probe() for client in self._clients), return_exceptions=True)
        for error in found:
            if isinstance(error, BaseException) and not isinstance(error, EndpointUnavailable):
                raise error
        known = [info for info in found if isinstance(info, ModelInfo)]
        self._lost = {at for at, info in enumerate(found) if not isinstance(info, ModelInfo)}
        if not known:
            raise next(error for error in found if isinstance(error, EndpointUnavailable))
        names = sorted({info.model for info in known})
        if len(names) > 1:
            raise ConfigError(f"{self.url}: serve different models ({', '.join(names)}); choose one with --model-name, or give them apart")
        lengths = [info.max_model_len for info in known if info.max_model_len is not None]
        return ModelInfo(model=names[0], max_model_len=min(lengths, default=None))

    async def ask(self, request: ChatRequest) -> ChatAnswer:
        """Answer a request by the endpoint with the least to do, or by the next where that is lost.

        Raises:
            RequestRejected: this request was refused, others may be taken.
            EndpointUnavailable: none of them answers.
        """
        left = set(range(len(self._clients)))
        while True:
            at = min(left, key=lambda one: (one in self._lost, self._asked[one], one))
            left.discard(at)
            self._asked[at] += 1
            try:
                answer = await self._clients[at].ask(request)
            except RequestRejected:
                raise
            except EndpointUnavailable:
                self._lost.add(at)
                if not left:
                    raise
                continue
            finally:
                self._asked[at] -= 1
            self._lost.discard(at)
            return answer
