"""The client of an OpenAI-compatible endpoint. It knows HTTP and the `openai` package, and nothing of code or prompts.

No connection outlives a call, so that a client may be used from any event loop and needs no closing: a request takes seconds to
minutes, and a new connection milliseconds.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Protocol

import openai

from codeopt.adapters.vllm.address import is_here, read_address
from codeopt.adapters.vllm.chat import ChatAnswer, ChatRequest, Choice, ModelInfo, RequestRejected
from codeopt.adapters.vllm.faults import translated
from codeopt.adapters.vllm.wire import read_completion, read_models
from codeopt.errors import ConfigError, EndpointUnavailable

__all__ = ["EndpointClient"]

_CONNECT_S = 5.0
_BODY_LIMIT_BYTES = 16_000_000


class _Body(Protocol):
    def iter_bytes(self) -> AsyncIterator[bytes]: ...


class EndpointClient:
    """Asks one endpoint. `model` is the name to ask for; without one it is the first that the endpoint serves.

    `timeout_s` bounds a request from start to end, retries included. A server that cannot give several samples at once is found out at
    the first request for several, and asked one by one from then on.
    """

    def __init__(
        self, base_url: str, *, model: str | None = None, api_key: str = "EMPTY", timeout_s: float = 600.0, max_retries: int = 2
    ) -> None:
        """Keep the address; nothing is sent.

        Raises:
            ConfigError: the URL is not one of an endpoint, or the key cannot be sent.
        """
        if not api_key.isascii() or not api_key.isprintable() or " " in api_key:
            raise ConfigError("the API key of the model endpoint holds characters that cannot be sent; copy it again")
        self._address = read_address(base_url)
        self._model = model
        self._api_key = api_key or "EMPTY"
        self._timeout_s = timeout_s
        self._max_retries = max_retries
        self._gives_many = True

    @property
    def url(self) -> str:
        """The endpoint's URL, without the password that it may contain."""
        return self._address.shown

    @property
    def busy_here(self) -> bool:
        """Whether the endpoint runs on this machine."""
        return is_here(self._address.host)

    async def probe(self) -> ModelInfo:
        """Say which model answers: the wanted one, else the first in the list.

        Raises:
            ConfigError: the wanted model is not served.
            EndpointUnavailable: nothing answers, or nothing that speaks the protocol.
        """
        async with self._library() as library:
            body = await self._body(library.models.with_streaming_response.list())
        models = read_models(body, url=self.url)
        if not models:
            raise EndpointUnavailable(f"{self.url}: serves no model; start it with one")
        info = next((each for each in models if self._model in (None, each.model)), None)
        if info is None:
            served = ", ".join(each.model for each in models)
            raise ConfigError(f"{self.url}: does not serve the model {self._model}; it serves {served}")
        self._model = info.model
        return info

    async def ask(self, request: ChatRequest) -> ChatAnswer:
        """Answer a request, in one go if the endpoint can give several samples at once.

        Raises:
            RequestRejected: this request was refused, others may be taken.
            EndpointUnavailable: nothing answers, or nothing that speaks the protocol.
        """
        if request.samples == 1:
            return await self._post(request, seed=request.seed, samples=1)
        if not self._gives_many:
            return await self._one_by_one(request, ChatAnswer(choices=()))
        try:
            answer = await self._post(request, seed=request.seed, samples=request.samples)
        except RequestRejected:
            # If the number of samples was not the reason, the first single request is rejected as well.
            answer = await self._post(request, seed=request.seed, samples=1)
        if not 0 < len(answer.choices) < request.samples:
            return answer
        self._gives_many = False
        return await self._one_by_one(request, answer)

    async def _one_by_one(self, request: ChatRequest, answer: ChatAnswer) -> ChatAnswer:
        while len(answer.choices) < request.samples:
            try:
                more = await self._post(request, seed=request.seed + len(answer.choices), samples=1)
            except EndpointUnavailable:
                if not answer.choices:
                    raise
                break  # what was answered before the endpoint went away is worth keeping
            if not more.choices:
                break
            answer = _joined(answer, more)
        return answer

    async def _post(self, request: ChatRequest, *, seed: int, samples: int) -> ChatAnswer:
        if self._model is None:
            await self.probe()
        parameters: dict[str, Any] = {
            "model": self._model,
            "messages": [{"role": message.role, "content": message.content} for message in request.messages],
            "max_tokens": request.max_tokens,
            "temperature": request.temperature,
            "top_p": request.top_p,
            "seed": seed,
        }
        if samples > 1:
            parameters["n"] = samples
        async with self._library() as library:
            body = await self._body(library.chat.completions.with_streaming_response.create(**parameters))
        answer = read_completion(body, url=self.url)
        return ChatAnswer(choices=answer.choices[:samples], prompt_tokens=answer.prompt_tokens, completion_tokens=answer.completion_tokens)

    @asynccontextmanager
    async def _library(self) -> AsyncIterator[openai.AsyncOpenAI]:
        # A proxy from the environment is never the way to this machine.
        http = openai.DefaultAsyncHttpxClient(trust_env=not self.busy_here)
        async with openai.AsyncOpenAI(
            base_url=self._address.url,
            api_key=self._api_key,
            timeout=openai.Timeout(self._timeout_s, connect=min(_CONNECT_S, self._timeout_s)),
            max_retries=self._max_retries,
            http_client=http,
        ) as library:
            # The library takes both from the environment, where they are meant for somebody else's endpoint.
            library.organization = library.project = None
            yield library

    async def _body(self, call: AbstractAsyncContextManager[_Body]) -> bytes:
        body = bytearray()
        with translated(self.url, timeout_s=self._timeout_s):
            async with asyncio.timeout(self._timeout_s), call as response:
                async for chunk in response.iter_bytes():
                    body += chunk
                    if len(body) > _BODY_LIMIT_BYTES:
                        raise EndpointUnavailable(
                            f"{self.url}: an answer of more than {_BODY_LIMIT_BYTES // 1_000_000} MB was not read to its end; "
                            "check that the endpoint honours max_tokens"
                        )
        return bytes(body)


def _joined(first: ChatAnswer, second: ChatAnswer) -> ChatAnswer:
    choices: tuple[Choice, ...] = (*first.choices, *second.choices)
    return ChatAnswer(
        choices=choices,
        prompt_tokens=first.prompt_tokens + second.prompt_tokens,
        completion_tokens=first.completion_tokens + second.completion_tokens,
    )
