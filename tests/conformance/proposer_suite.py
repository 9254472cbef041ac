"""What every proposer must do. `PROPOSER_CHECKS` are plain functions that take a proposer and a request; each fails by assertion."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from hashlib import sha256

from codeopt.model.code import Function, FunctionKind, Span, Target, TargetName
from codeopt.model.proposal import CodeContext, Proposal, ProposalRequest
from codeopt.ports import Proposer

__all__ = ["PROPOSER_CHECKS", "proposal_request"]

SOURCE = b'''"""Readings of a weather station."""

import math


def mean(xs):
    total = 0
    for x in xs:
        total = total + x
    return total / len(xs)


def other():
    return math.pi
'''


def proposal_request(source: bytes = SOURCE, *, samples: int = 3, seed: int = 0) -> ProposalRequest:
    """Return a request for the function `mean` of `source`."""
    start = source.index(b"def mean")
    end = source.index(b"\n\n\ndef other", start)
    body = source.index(b"\n", start) + 1
    span = Span(start_byte=start, end_byte=end, start_line=6, end_line=10)
    name = TargetName(path="station/readings.py", qualname="mean")
    sha = sha256(source[start:end]).hexdigest()
    function = Function(
        name=name,
        kind=FunctionKind.FUNCTION,
        span=span,
        body_span=Span(start_byte=body, end_byte=end, start_line=7, end_line=10),
        def_line=6,
        decorators=(),
        parameters="(xs)",
        is_async=False,
        loops=1,
        calls=("len",),
        names=("total", "x", "xs", "len"),
        class_name=None,
        docstring=None,
        source_sha=sha,
    )
    target = Target(name=name, span=span, source_sha=sha, share=0.8)
    files = ((name.path, source),)
    return ProposalRequest(
        target=target, function=function, files=files, context=CodeContext(imports="import math"), samples=samples, seed=seed
    )


def ask(proposer: Proposer, request: ProposalRequest) -> Sequence[Proposal]:
    return asyncio.run(_ask(proposer, request))


async def _ask(proposer: Proposer, request: ProposalRequest) -> Sequence[Proposal]:
    return await proposer.propose(request)


def says_who_it_is(proposer: Proposer, request: ProposalRequest) -> None:
    assert proposer.name in {"rules", "model", "fake"}
    assert isinstance(proposer.busy_here, bool)


def proposes_something(proposer: Proposer, request: ProposalRequest) -> None:
    assert any(proposal.patch is not None for proposal in ask(proposer, request))


def never_answers_with_more_than_was_asked_for(proposer: Proposer, request: ProposalRequest) -> None:
    assert len(ask(proposer, request)) <= request.samples


def has_either_a_patch_or_a_problem_of_one_line(proposer: Proposer, request: ProposalRequest) -> None:
    for proposal in ask(proposer, request):
        assert (proposal.patch is None) == bool(proposal.problem)
        assert "\n" not in proposal.problem


def edits_only_what_it_was_given_and_where_it_says(proposer: Proposer, request: ProposalRequest) -> None:
    files = dict(request.files)
    for proposal in ask(proposer, request):
        for edit in proposal.patch.edits if proposal.patch else ():
            assert files[edit.path][edit.start_byte : edit.end_byte] == edit.before


def signs_its_proposals(proposer: Proposer, request: ProposalRequest) -> None:
    for proposal in ask(proposer, request):
        assert proposal.origin.proposer == proposer.name
        assert proposal.origin.prompt


def counts_tokens_from_zero_up(proposer: Proposer, request: ProposalRequest) -> None:
    for proposal in ask(proposer, request):
        assert proposal.prompt_tokens >= 0
        assert proposal.completion_tokens >= 0


def answers_in_one_event_loop_after_another(proposer: Proposer, request: ProposalRequest) -> None:
    first, second = ask(proposer, request), ask(proposer, request)
    assert len(first) == len(second)


PROPOSER_CHECKS: tuple[Callable[[Proposer, ProposalRequest], None], ...] = (
    says_who_it_is,
    proposes_something,
    never_answers_with_more_than_was_asked_for,
    has_either_a_patch_or_a_problem_of_one_line,
    edits_only_what_it_was_given_and_where_it_says,
    signs_its_proposals,
    counts_tokens_from_zero_up,
    answers_in_one_event_loop_after_another,
)
