"""Fixtures of the model's tests: a request for a small function, a chat, and a clean environment."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import replace
from typing import Any

import pytest

from codeopt.adapters.fake_model import rewritten
from codeopt.adapters.vllm.chat import ChatRequest, Message
from codeopt.errors import PatchError
from codeopt.model.patch import Patch
from codeopt.model.proposal import ProposalRequest
from tests.conformance.proposer_suite import proposal_request


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch):
    """A proxy or a key of the machine must not matter."""
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_ORG_ID"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def asked():
    """Make a request for one function, with changes."""

    def make(**changes: Any) -> ProposalRequest:
        return replace(proposal_request(), **changes)

    return make


@pytest.fixture
def chat():
    """Make a chat request, with changes."""
    plain = ChatRequest(
        key="question 1",
        messages=(Message(role="system", content="Be quick."), Message(role="user", content="Make it faster.")),
        samples=1,
        seed=11,
        max_tokens=64,
        temperature=0.7,
        top_p=0.95,
    )

    def make(**changes: Any) -> ChatRequest:
        return replace(plain, **changes)

    return make


@pytest.fixture
def parse():
    """A parser of answers: what stands in the first python fence replaces the function."""

    def between_fences(answer: str, request: ProposalRequest) -> Patch:
        if "```python\n" not in answer:
            raise PatchError("the answer has no code; nothing to try")
        patch = rewritten(request, answer.partition("```python\n")[2].partition("\n```")[0]).patch
        assert patch is not None
        return patch

    return between_fences


@pytest.fixture
def wait():
    """Run a coroutine to its end."""

    def run(coroutine: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run(coroutine)

    return run
