"""What the evidence page shows, section by section: knows runs, and makes no markup but drawings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from codeopt.model.code import Target
from codeopt.model.evidence import Outcome
from codeopt.model.oracle import Power
from codeopt.model.report import CandidateReport, Report
from codeopt.report.evidence.drawings import Drawing, forest, pairs_drawing, shares_drawing, sizes_drawing
from codeopt.report.evidence.shares import Share, shares
from codeopt.report.evidence.sides import FileDiff, sides
from codeopt.report.evidence.tree import Node, tree
from codeopt.report.proof import SizeLine, power_of, size_lines
from codeopt.report.prose import accepted_of
from codeopt.report.reproduce import patch_path, reproduce, resume, shell_word

__all__ = ["Accepted", "Section", "Stage", "View", "view_of"]

MEANINGS = {
    Outcome.FASTER: "the same behaviour on everything that was compared, and proven faster",
    Outcome.NOT_PROVEN: "no difference found, but not shown to be faster",
    Outcome.SLOWER: "no difference found, and shown to be slower",
    Outcome.WRONG: "behaves differently from the original",
    Outcome.UNVERIFIABLE: "could not be judged",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """A patch that was accepted, with all that its evidence is shown by."""

    anchor: str
    candidate: CandidateReport
    explanation: str
    files: tuple[FileDiff, ...]
    power: Power | None
    sizes: tuple[SizeLine, ...]
    sizes_drawing: Drawing | None
    pairs: tuple[Drawing, ...]
    command: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A target with its candidates."""

    anchor: str
    target: Target
    accepted: tuple[Accepted, ...]
    nodes: tuple[Node, ...]
    counts: tuple[tuple[Outcome, int], ...]
    drawing: Drawing | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A stage's wall time, and its part of the whole."""

    name: str
    seconds: float
    part: float


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """The whole page."""

    report: Report
    sections: tuple[Section, ...]
    counts: tuple[tuple[Outcome, int, str], ...]
    shares: tuple[Share, ...]
    shares_drawing: Drawing | None
    combined_pairs: Drawing | None
    stages: tuple[Stage, ...]
    commands: tuple[tuple[str, str], ...]

    @property
    def accepted(self) -> tuple[Accepted, ...]:
        """All accepted patches, in the order of their sections."""
        return tuple(one for section in self.sections for one in section.accepted)


def view_of(report: Report, *, explanations: Mapping[str, str]) -> View:
    """Return what the page shows; `explanations` says by a candidate's key what its patch does."""
    sections = tuple(_sections(report, explanations))
    counts = Counter(one.verdict.outcome for one in report.candidates)
    found = shares(report)
    combined = report.combined.workload if report.combined else None
    return View(
        report=report,
        sections=sections,
        counts=tuple((outcome, counts[outcome], MEANINGS[outcome]) for outcome in Outcome if counts[outcome]),
        shares=found,
        shares_drawing=shares_drawing(found),
        combined_pairs=pairs_drawing(combined, name="combined", what="the whole workload, all patches together") if combined else None,
        stages=_stages(report),
        commands=tuple(_commands(report)),
    )


def _sections(report: Report, explanations: Mapping[str, str]) -> Iterator[Section]:
    accepted = {one.key: number for number, one in enumerate(accepted_of(report), start=1)}
    targets = dict.fromkeys([*report.targets, *(one.target for one in report.candidates)])
    for number, target in enumerate(targets, start=1):
        mine = [one for one in report.candidates if one.target.name == target.name]
        # Older stores may know a target by two versions of its source; its candidates are told once.
        if any(earlier.name == target.name for earlier in list(targets)[: number - 1]):
            continue
        counts = Counter(one.verdict.outcome for one in mine)
        yield Section(
            anchor=f"target-{number}",
            target=target,
            accepted=tuple(
                _accepted(report, one, anchor=f"patch-{accepted[one.key]}", explanation=explanations.get(one.key, ""))
                for one in mine
                if one.key in accepted
            ),
            nodes=tree(mine),
            counts=tuple((outcome, counts[outcome]) for outcome in Outcome if counts[outcome]),
            drawing=forest(mine, name=f"forest-{number}", target=str(target.name)),
        )


def _accepted(report: Report, one: CandidateReport, *, anchor: str, explanation: str) -> Accepted:
    verdict = one.verdict
    sizes = size_lines(verdict)
    whole = (verdict.comparison, "function", "the function"), (verdict.workload, "workload", "the whole workload")
    drawn = [pairs_drawing(seen, name=f"{anchor}-{word}", what=what) for seen, word, what in whole if seen is not None]
    return Accepted(
        anchor=anchor,
        candidate=one,
        explanation=explanation,
        files=sides(one.diff),
        power=power_of(verdict),
        sizes=sizes,
        sizes_drawing=sizes_drawing(sizes, name=f"{anchor}-sizes"),
        pairs=tuple(drawing for drawing in drawn if drawing is not None),
        command=reproduce(report, one),
    )


def _stages(report: Report) -> tuple[Stage, ...]:
    spent: dict[str, float] = {}
    for stage, seconds in report.cost.seconds:
        spent[stage] = spent.get(stage, 0.0) + seconds
    total = sum(spent.values())
    return tuple(Stage(name=stage, seconds=seconds, part=seconds / total if total > 0 else 0.0) for stage, seconds in spent.items())


def _commands(report: Report) -> Iterator[tuple[str, str]]:
    info, accepted = report.info, accepted_of(report)
    if info.command:
        yield "The run", " ".join(map(shell_word, ["codeopt", *info.command]))
    if not report.finished:
        yield "Go on with the run, which did not finish", resume(report)
    for number, one in enumerate(accepted, start=1):
        yield f"The verdict on patch {number} again", reproduce(report, one)
    for number, one in enumerate(accepted, start=1):
        path = patch_path(report, one, repo=info.repository)
        yield f"Apply patch {number}", " ".join(map(shell_word, ["git", "-C", info.repository, "apply", path]))
    yield (
        "This page again",
        " ".join(map(shell_word, ["codeopt", "report", info.run, "--repo", info.repository, "--html", "evidence.html"])),
    )
