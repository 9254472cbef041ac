"""What every report says in words: who proposed a patch, what was found, and what was not checked."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Iterator

from codeopt.model.evidence import CheckKind, Machine, Outcome
from codeopt.model.patch import Origin
from codeopt.model.report import CandidateReport, Report, Serving
from codeopt.model.work import Workload

__all__ = [
    "GENERAL_CAVEATS",
    "LOCAL_WARNING",
    "accepted_of",
    "by_model",
    "caveats",
    "headline",
    "is_tested",
    "machine_line",
    "origin_line",
    "passed_word",
    "rejected_of",
    "serving_line",
    "short_origin",
    "tally",
    "workload_line",
]

LOCAL_WARNING = "The local sandbox isolates nothing: the code ran with the rights of the user who started codeopt."
GENERAL_CAVEATS = (
    "Inputs that the workload and the tests do not produce were not compared.",
    "Files outside the folder for temporary files were compared once, at the end; network traffic was not.",
    "Speed was measured on one machine and one Python only.",
)
_COUNTED = (Outcome.FASTER, Outcome.NOT_PROVEN, Outcome.SLOWER, Outcome.WRONG, Outcome.UNVERIFIABLE)


def accepted_of(report: Report) -> tuple[CandidateReport, ...]:
    """Return the accepted candidates in the report's order of keys."""
    by_key = {candidate.key: candidate for candidate in report.candidates}
    return tuple(by_key[key] for key in report.accepted if key in by_key)


def rejected_of(report: Report) -> tuple[CandidateReport, ...]:
    """Return all other candidates, in their order."""
    return tuple(candidate for candidate in report.candidates if candidate.key not in report.accepted)


def headline(report: Report) -> str:
    """Say in one sentence what the run found."""
    total, proven = len(report.candidates), len(accepted_of(report))
    so_far = "" if report.finished else " so far"
    if not total:
        return f"Nothing found{so_far}: no patch was proposed."
    if not proven:
        none = "the one candidate is not" if total == 1 else f"none of {total} candidates is"
        return f"Nothing found{so_far}: {none} proven faster."
    return f"{proven} of {total} {'candidate' if total == 1 else 'candidates'} {'is' if proven == 1 else 'are'} proven faster{so_far}."


def tally(report: Report) -> str:
    """Count the verdicts: `1 FASTER, 3 WRONG`."""
    counts = Counter(candidate.verdict.outcome for candidate in report.candidates)
    return ", ".join(f"{counts[outcome]} {outcome}" for outcome in _COUNTED if counts[outcome])


def origin_line(origin: Origin) -> str:
    """Say who proposed a patch, precisely enough to ask again."""
    what = "rule" if origin.proposer == "rules" else "prompt"
    parts = [f"model {origin.model}" if origin.model else origin.proposer]
    if origin.prompt:
        parts.append(f"{what} {origin.prompt}" + (f" version {origin.prompt_version}" if origin.prompt_version else ""))
    if origin.model:
        parts.append(f"seed {origin.seed}, sample {origin.sample}")
    if origin.parent:
        parts.append(f"after {origin.parent}")
    return ", ".join(parts)


def short_origin(candidate: CandidateReport) -> str:
    """Say who proposed a patch, and the name of its file: enough to find the rest."""
    origin = candidate.origin
    who = origin.model or " ".join(filter(None, [origin.proposer, origin.prompt]))
    return f"{who}, patch {candidate.key}" if candidate.diff else f"{who}, no patch"


def workload_line(workload: Workload) -> str:
    """Say what the time was measured on."""
    return f"{shlex.join(workload.argv)} ({workload.kind})"


def machine_line(machine: Machine) -> str:
    """Say what was measured on."""
    cores = "1 core" if machine.cores == 1 else f"{machine.cores} cores"
    return f"{machine.cpu}, {cores}, {machine.system}, Python {machine.python.removeprefix('Python ')}"


def passed_word(passed: bool | None) -> str:
    """Name a check's result; one that could say nothing is no pass."""
    return "unknown" if passed is None else "passed" if passed else "failed"


def caveats(report: Report) -> tuple[str, ...]:
    """Say what the evidence does not cover."""
    return tuple(_caveats(report))


def _caveats(report: Report) -> Iterator[str]:
    yield from GENERAL_CAVEATS
    if not all(map(is_tested, accepted_of(report))):
        yield "Not every accepted patch was judged by tests of the repository."
    idle = _targets_without_candidates(report)
    if idle:
        yield f"No patch was proposed for {', '.join(idle)}."
    yield from _together(report)


def is_tested(candidate: CandidateReport) -> bool:
    """Whether tests of the repository judged a candidate."""
    return any(check.kind is CheckKind.TESTS and check.passed for check in candidate.verdict.checks)


def _targets_without_candidates(report: Report) -> list[str]:
    tried = {candidate.target.name for candidate in report.candidates}
    return [str(target.name) for target in report.targets if target.name not in tried]


def _together(report: Report) -> Iterator[str]:
    if len(accepted_of(report)) > 1 and report.combined is None:
        yield "The accepted patches were not tried together."


def by_model(report: Report) -> int:
    """Return the number of a report's candidates that a model wrote."""
    return sum(candidate.origin.proposer == "model" and bool(candidate.diff) for candidate in report.candidates)


def serving_line(serving: Serving, *, candidates: int) -> str:
    """Say how fast a model served: tokens a second, candidates a minute, and what its caches and guesses saved, where it says so."""
    parts = [f"{serving.tokens_per_s:.1f} tokens/s", f"{60 * candidates / serving.seconds:.1f} candidates/min"]
    if serving.prefix_hits is not None:
        parts.append(f"prefix cache {serving.prefix_hits:.0%}")
    if serving.accepted is not None:
        parts.append(f"speculated tokens accepted {serving.accepted:.0%}")
    return ", ".join(parts)
