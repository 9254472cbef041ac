"""What a run's store has to say to a report: candidates with verdicts, what was accepted, problems, notes and tokens.

It only reads, and its answers do not depend on the order in which concurrent work ended.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from codeopt.agent.policy import Judged, best_first
from codeopt.agent.records import Answer, Record, notes, records, repeats, unjudged
from codeopt.model.evidence import Outcome, Verdict
from codeopt.model.patch import Candidate, Origin
from codeopt.model.report import CandidateReport
from codeopt.ports import Store

__all__ = ["Tokens", "accepted", "candidate_reports", "notes", "problems", "tokens"]


class Tokens(NamedTuple):
    """What the proposers spent."""

    prompt: int
    completion: int


def candidate_reports(store: Store, diff_of: Callable[[Candidate], str]) -> tuple[CandidateReport, ...]:
    """Return every candidate with its final verdict, and every answer that held none.

    Targets with the largest share come first; a target's candidates come best first, then its useless answers. The full verdict
    counts, else the screening's, where FASTER becomes NOT_PROVEN; a candidate without either is UNVERIFIABLE and says why.

    Raises:
        StoreError: the store cannot be read.
    """
    found = records(store)
    repeated = repeats(found)
    judged = _in_order(store, _candidates(store, found, repeated))
    origins = _origins(found)
    reports = [_report(candidate, verdict, diff_of, origin=origins.get(candidate.key, candidate.origin)) for candidate, verdict in judged]
    # Sorting keeps the order of equals, so candidates stay best first and before the useless answers.
    return tuple(sorted([*reports, *_useless(found, repeated)], key=lambda one: (-one.target.share, str(one.target.name))))


def accepted(reports: Iterable[CandidateReport]) -> tuple[str, ...]:
    """Return the keys of the candidates that may be offered, in their order."""
    return tuple(report.key for report in reports if report.verdict.accepted)


def problems(store: Store) -> tuple[str, ...]:
    """Return a line for each useless answer: where, who, why, and what it cost."""
    return tuple(
        f"{record.target.name}, round {record.round}, {record.proposer}: {answer.problem}"
        f" ({answer.prompt_tokens} + {answer.completion_tokens} tokens)"
        for record in records(store)
        for answer in record.answers
        if not answer.key
    )


def tokens(store: Store) -> Tokens:
    """Return the tokens of all answers, prompt and completion."""
    answers = [answer for record in records(store) for answer in record.answers]
    return Tokens(sum(one.prompt_tokens for one in answers), sum(one.completion_tokens for one in answers))


def _candidates(store: Store, found: Sequence[Record], repeated: Mapping[str, str]) -> Iterator[Candidate]:
    """Yield candidates in the order of the answers, then those that came without a question and have a verdict.

    A candidate with neither is left of a question that was interrupted and asked again: nothing is known of it. One that repeats
    another, but for its layout, is told as a useless answer.
    """
    asked = dict.fromkeys(answer.key for record in found for answer in record.answers if answer.key)
    kept = {candidate.key: candidate for candidate in store.candidates()}
    yield from (kept[key] for key in asked if key in kept and key not in repeated)
    yield from (one for key, one in kept.items() if key not in asked and _has_verdict(store, key))


def _has_verdict(store: Store, key: str) -> bool:
    return store.verdict(key, "screen") is not None or store.verdict(key, "full") is not None


def _in_order(store: Store, candidates: Iterable[Candidate]) -> list[tuple[Candidate, Verdict]]:
    by_key = {candidate.key: candidate for candidate in candidates}
    judged = best_first(Judged(key, _final(store, key)) for key in by_key)
    return [(by_key[one.key], one.verdict) for one in judged]


def _final(store: Store, key: str) -> Verdict:
    full, first = store.verdict(key, "full"), store.verdict(key, "screen")
    if full is not None:
        return full
    if first is None:
        return Verdict(outcome=Outcome.UNVERIFIABLE, reason=f"not judged: {unjudged(store, key) or 'the run was interrupted'}")
    if not first.accepted:
        return first
    # The best of many looks better than it is: only a figure that was measured again counts as proof.
    return replace(first, outcome=Outcome.NOT_PROVEN, reason=f"screened as faster, not confirmed: {first.reason}")


def _origins(found: Iterable[Record]) -> dict[str, Origin]:
    """Map each key to who proposed it first by round and place: the store's own origin depends on who was quicker."""
    origins: dict[str, Origin] = {}
    for record in found:
        for answer in record.answers:
            origins.setdefault(answer.key, answer.origin)
    return origins


def _report(candidate: Candidate, verdict: Verdict, diff_of: Callable[[Candidate], str], *, origin: Origin) -> CandidateReport:
    return CandidateReport(key=candidate.key, target=candidate.target, origin=origin, diff=diff_of(candidate), verdict=verdict)


def _useless(found: Sequence[Record], repeated: Mapping[str, str]) -> Iterator[CandidateReport]:
    for record in found:
        for number, answer in enumerate(record.answers):
            problem = f"the same code as {repeated[answer.key]}, but for its layout" if answer.key in repeated else answer.problem
            if not answer.key or answer.key in repeated:
                yield _useless_report(record, answer, number=number, problem=problem)


def _useless_report(record: Record, answer: Answer, *, number: int, problem: str) -> CandidateReport:
    text = f"{record.target.name}\0{record.round}\0{record.proposer}\0{number}"
    verdict = Verdict(outcome=Outcome.UNVERIFIABLE, reason=f"no usable patch: {problem}")
    key = hashlib.sha256(text.encode()).hexdigest()[:16]
    return CandidateReport(key=key, target=record.target, origin=answer.origin, diff="", verdict=verdict)
