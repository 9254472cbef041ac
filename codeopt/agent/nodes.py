"""The nodes of the graph: each calls one rule or one port, and leaves its result in the store before it returns.

A node may run again after a resume; what it finds in the store it neither asks nor measures again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import replace

from langgraph.runtime import Runtime

from codeopt.agent.machine import Turn
from codeopt.agent.policy import Judged, admit, attempt, next_step, room, shown
from codeopt.agent.records import experience, has_record, history, keep_note, keep_proposals, keep_timings, keep_unjudged, timings
from codeopt.agent.services import Services
from codeopt.agent.state import Case, Question, TargetState, TargetUpdate
from codeopt.errors import EndpointUnavailable
from codeopt.model.evidence import Verdict
from codeopt.model.patch import Candidate
from codeopt.model.proposal import Proposal, ProposalRequest
from codeopt.model.work import Attempt
from codeopt.ports import Proposer

__all__ = ["ask", "collect", "confirm", "decide", "screen"]

_PROFILED = 2  # attempts that later rounds go on from


async def decide(state: TargetState, runtime: Runtime[Services]) -> TargetUpdate:
    """Say what comes next for the target: another round, a confirmation, or the end."""
    services = runtime.context
    past = history(services.store, state["target"])
    share = services.targets[state["target"]].share
    step = next_step(past, services.budget, last_round=state["round"], time_left=services.time_left, share=share)
    if step.reason:
        _note(services, f"enough/{state['target']}", f"{state['target']}: nothing more was asked after round {step.round}: {step.reason}")
    return {
        "step": step.kind,
        "round": step.round,
        "proposers": [proposer.name for proposer in services.proposers],
        "finalist": step.key,
        "finished": [state["target"]] if step.kind == "stop" else [],
    }


async def ask(state: Question, runtime: Runtime[Services]) -> None:
    """Put one question to one proposer, and keep the answers; nothing is kept of a question that could not be asked."""
    services, name, number = runtime.context, state["proposer"], state["round"]
    # A resumed run may have other proposers than the one that was interrupted.
    place, proposer = next(((i, p) for i, p in enumerate(services.proposers) if p.name == name), (0, None))
    if proposer is None or has_record(services.store, state["target"], number=number, proposer=name):
        return
    services.reporter.stage("propose", f"{state['target']}, round {number}, {name}")
    request = await _request(services, state)
    proposals = await _answers(services, proposer, request)
    if proposals is not None:
        keep_proposals(services.store, request.target, proposals, number=number, proposer=name, place=place, files=dict(request.files))


async def _request(services: Services, state: Question) -> ProposalRequest:
    # Part of this very round may be kept already: a question must not depend on which proposer was quicker.
    past = history(services.store, state["target"]).until(state["round"] - 1)
    attempts = [await _attempt(services, one, place) for place, one in enumerate(shown(past.screened))]
    samples = min(services.samples, room(past, services.budget))
    # Samples count on from the seed, so rounds must not overlap.
    seed = services.seed + (state["round"] - 1) * services.samples
    known = experience(services.store, state["proposer"], before=state["round"])
    return replace(services.request_for(services.targets[state["target"]], tuple(attempts), samples, seed), experience=known)


async def _attempt(services: Services, judged: Judged, place: int) -> Attempt:
    candidate = services.candidate(judged.key)
    spent = await _timings(services, candidate) if place < _PROFILED and judged.verdict.comparison else ()
    return attempt(judged, services.diff_of(candidate), services.code_of(candidate), spent)


async def _timings(services: Services, candidate: Candidate) -> tuple[str, ...]:
    """Return where a candidate spends its time; looked at once, however many proposers are to be told."""
    async with services.machine_lock.turn(Turn.SCREEN):
        known = timings(services.store, candidate.key)
        if known is None:
            known = await asyncio.to_thread(services.timings_of, candidate) if services.time_left else ()
            keep_timings(services.store, candidate.key, known)
    return known


async def _answers(services: Services, proposer: Proposer, request: ProposalRequest) -> Sequence[Proposal] | None:
    """Return the answers; None when the endpoint was lost or the deadline came first."""
    async with _machine(services, busy=proposer.busy_here):
        if not services.time_left:
            return None
        try:
            async with asyncio.timeout(services.seconds_left) as limit:
                return await proposer.propose(request)
        except EndpointUnavailable as error:
            _note(services, f"endpoint/{proposer.name}", f"proposer {proposer.name} was lost, the run went on without it: {error}")
        except TimeoutError:
            if not limit.expired():
                raise
            _note(services, f"deadline/{proposer.name}", f"proposer {proposer.name} was still at work when the time budget was spent")
    return None


def _note(services: Services, topic: str, text: str) -> None:
    if keep_note(services.store, topic, text):
        services.reporter.note(text)


def _machine(services: Services, *, busy: bool) -> AbstractAsyncContextManager[None]:
    return services.machine_lock.turn(Turn.ASK) if busy else nullcontext()


async def collect(state: TargetState, runtime: Runtime[Services]) -> TargetUpdate:
    """Gather what the round brought; note what the budget leaves out."""
    services = runtime.context
    admission = admit(history(services.store, state["target"]), services.budget, number=state["round"])
    for key in admission.left_out:
        keep_unjudged(services.store, key, f"the budget of {services.budget.candidates} candidates per target was spent")
    if admission.admitted:
        services.reporter.stage("verify", f"{state['target']}, {len(admission.admitted)} new")
    return {"fresh": list(admission.admitted)}


async def screen(state: Case, runtime: Runtime[Services]) -> None:
    """Give a candidate its first verdict, unless it has one or the time is over."""
    services, key = runtime.context, state["key"]
    async with services.machine_lock.turn(Turn.SCREEN):
        if services.time_left or services.store.verdict(key, "screen") is not None:
            await _judge(services, key, stage="screen", judge=services.judge.screen)
        else:
            keep_unjudged(services.store, key, "the time budget was spent")


async def confirm(state: TargetState, runtime: Runtime[Services]) -> None:
    """Give the finalist its full verdict, unless it has one."""
    services, key = runtime.context, state["finalist"]
    services.reporter.stage("confirm", state["target"])
    async with services.machine_lock.turn(Turn.CONFIRM):
        await _judge(services, key, stage="full", judge=services.judge.confirm)


async def _judge(services: Services, key: str, *, stage: str, judge: Callable[[Candidate], Verdict]) -> None:
    if services.store.verdict(key, stage) is not None:
        return
    candidate = services.candidate(key)
    verdict = await asyncio.to_thread(judge, candidate)
    services.store.put_verdict(key, stage, verdict)
    services.reporter.judged(candidate, verdict, stage)
