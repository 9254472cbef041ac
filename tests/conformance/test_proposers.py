"""Every proposer passes the suite, the fake one included."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from codeopt.adapters.fake_model import FakeEndpoint, FakeProposer, Fault, rewritten
from codeopt.adapters.vllm.client import EndpointClient
from codeopt.adapters.vllm.proposer import ModelProposer
from codeopt.adapters.vllm.replay import RecordingClient, ReplayClient
from codeopt.errors import PatchError
from codeopt.model.patch import Patch
from codeopt.model.proposal import ProposalRequest
from codeopt.ports import Proposer
from tests.conformance.proposer_suite import PROPOSER_CHECKS, proposal_request

FASTER = "def mean(xs):\n    return sum(xs) / len(xs)"


def parse(answer: str, request: ProposalRequest) -> Patch:
    """Take what stands in the first fence."""
    if "```python\n" not in answer:
        raise PatchError("no code")
    patch = rewritten(request, answer.partition("```python\n")[2].partition("\n```")[0]).patch
    assert patch is not None
    return patch


@contextmanager
def fake(tmp_path) -> Iterator[Proposer]:
    yield FakeProposer([lambda request: [rewritten(request, FASTER, sample=i) for i in range(5)]] * 2)


@contextmanager
def model(tmp_path) -> Iterator[Proposer]:
    # One answer with code, one without, and a server that fails once.
    script = [f"```python\n{FASTER}\n```", Fault.ERROR, "It is fast enough.", f"Here:\n```python\n{FASTER}\n```"]
    with FakeEndpoint(script) as endpoint:
        client = EndpointClient(endpoint.url)
        yield ModelProposer(client, asyncio.run(client.probe()), parse=parse)


@contextmanager
def replay(tmp_path) -> Iterator[Proposer]:
    with FakeEndpoint([f"```python\n{FASTER}\n```"]) as endpoint:
        recorder = RecordingClient(EndpointClient(endpoint.url), tmp_path / "answers.jsonl")
        recorded = ModelProposer(recorder, asyncio.run(recorder.probe()), parse=parse)
        asyncio.run(recorded.propose(proposal_request()))
    client = ReplayClient(tmp_path / "answers.jsonl")
    yield ModelProposer(client, asyncio.run(client.probe()), parse=parse)


@pytest.mark.parametrize("check", PROPOSER_CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("opened", [fake, model, replay], ids=lambda opened: opened.__name__)
def test_a_proposer_keeps_its_contract(opened, check, tmp_path):
    with opened(tmp_path) as proposer:
        check(proposer, proposal_request())
