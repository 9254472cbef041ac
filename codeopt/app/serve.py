"""`codeopt serve`: a model server with what suits code editing, from its start to its end."""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from codeopt.adapters.vllm.chat import ChatRequest, Message
from codeopt.adapters.vllm.client import EndpointClient
from codeopt.adapters.vllm.server import Launch, ServerProcess, Wanted
from codeopt.errors import EndpointUnavailable

__all__ = ["has_gpu", "served"]

# One short answer makes the server compile and allocate what the first question would wait for.
_WARM_UP = ChatRequest(
    key="warm-up",
    messages=(Message(role="user", content="Write a Python function that adds two numbers. Only the code."),),
    samples=1,
    seed=0,
    max_tokens=32,
    temperature=0.0,
    top_p=1.0,
)


def has_gpu() -> bool:
    """Say whether this machine has a GPU that vLLM can use: what its driver's tool tells."""
    return shutil.which("nvidia-smi") is not None or Path("/dev/kfd").exists()


@contextmanager
def served(wanted: Wanted, launch: Launch, *, log: Path, timeout_s: float, say: Callable[[str], None]) -> Iterator[ServerProcess]:
    """Start a server, wait until it has answered once, and end it with the context.

    Raises:
        ConfigError: the port is taken.
        EndpointUnavailable: the server ended, or did not answer in time.
    """
    began = time.monotonic()
    say(f"vLLM starts with {wanted.model}; its log is {log}")
    server = ServerProcess(launch, url=wanted.url, log=log)
    try:
        server.wait_until_it_answers(timeout_s=timeout_s)
        info, seconds = asyncio.run(_warmed(wanted.url, timeout_s=timeout_s))
        context = f", context {info} tokens" if info else ""
        say(f"{wanted.url} answers after {time.monotonic() - began:.0f} s (the first answer took {seconds:.1f} s){context}")
        yield server
    finally:
        server.stop()


async def _warmed(url: str, *, timeout_s: float) -> tuple[int | None, float]:
    """Have the server answer once; return its context in tokens, and the seconds that the answer took."""
    client = EndpointClient(url, timeout_s=timeout_s, max_retries=0)
    info = await client.probe()
    began = time.monotonic()
    answer = await client.ask(_WARM_UP)
    if not answer.choices:
        raise EndpointUnavailable(f"{url}: the server runs and gives no answer; its log says why")
    return info.max_model_len, time.monotonic() - began
