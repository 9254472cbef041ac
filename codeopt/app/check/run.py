"""Runs a check from two commits to its report."""

from __future__ import annotations

import dataclasses
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from codeopt.adapters.git import Repository, commits_between, open_repository
from codeopt.app.check.bisect import first_bad
from codeopt.app.check.cause import find_cause
from codeopt.app.check.counts import counted
from codeopt.app.check.entries import Found, find_entries
from codeopt.app.check.lanes import Lane
from codeopt.app.check.prepared import Prepared, prepare
from codeopt.app.check.races import Lanes, Ready, raced
from codeopt.app.check.reach import reaches_all
from codeopt.app.check.versions import Version, at_commit, between, lay_out, measuring_files, scene_of_version
from codeopt.app.sandboxes import open_provider
from codeopt.config import Settings
from codeopt.model.check import BenchmarkReport, CheckReport
from codeopt.model.evidence import Machine, Outcome
from codeopt.ports import Reporter, SandboxProvider
from codeopt.syntax.changed import Change
from codeopt.trial.bench_counts import can_count
from codeopt.verify.regression import overall
from codeopt.verify.weather import weather_notes

__all__ = ["Request", "check"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is compared: commits by the user's names, the working tree without `head`.

    With `everything`, benchmarks that the change cannot reach are run as well; with `bisect`, the commit of each regression is looked for.
    """

    base: str
    head: str | None = None
    everything: bool = False
    bisect: bool = False


def check(repo: Path, settings: Settings, request: Request, *, reporter: Reporter) -> CheckReport:
    """Say whether what lies between two commits made a benchmark slower.

    Raises:
        UsageError: a commit that does not exist, or nothing to measure.
        SandboxUnavailable: no sandbox can be had, or one was lost.
    """
    start = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="codeopt-check-") as scratch:
        folder = Path(scratch)
        reporter.stage("survey", str(repo))
        repository = open_repository(repo)
        versions = lay_out(repository, settings, base=request.base, head=request.head, folder=folder)
        job = _Job(repository=repository, settings=settings, request=request, versions=versions, run=folder.name, reporter=reporter)
        report = job.report()
    return dataclasses.replace(report, seconds=time.monotonic() - start)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Job:
    """One check under way."""

    repository: Repository
    settings: Settings
    request: Request
    versions: tuple[Version, Version]
    run: str
    reporter: Reporter

    def report(self) -> CheckReport:
        change = between(*self.versions)
        with ExitStack() as stack:
            # What is measured is head's: a benchmark that the change edits would compare two different things.
            tests = measuring_files(self.versions[1])
            providers = [stack.enter_context(self._provider(version)) for version in self.versions]
            base, control = (stack.enter_context(_lane(self.versions[0], providers[0], self.settings, tests)) for _ in range(2))
            head = stack.enter_context(_lane(self.versions[1], providers[1], self.settings, {}))
            lanes = Lanes(base=base, head=head, control=control)
            before = providers[0].weather()
            found = find_entries(base, head, self.versions, change, self.settings, self.reporter)
            prepared, notes = self._prepared(lanes, found, change)
            reports = self._raced(lanes, prepared, change)
            return self._told(
                [*prepared.broken, *reports],
                prepared,
                machine=providers[0].machine(),
                sandbox=providers[0].name,
                notes=(*self._notes(providers, found), *notes, *weather_notes(before, providers[0].weather())),
            )

    @contextmanager
    def _provider(self, version: Version) -> Iterator[SandboxProvider]:
        with open_provider(self.settings, version.tree, run=self.run, untrusted="", reporter=self.reporter) as provider:
            self.reporter.stage("prepare", f"{provider.name} sandbox of {version.revision.name}")
            provider.prepare(version.environment)
            yield provider

    def _prepared(self, lanes: Lanes, found: Found, change: Change) -> tuple[Prepared, tuple[str, ...]]:
        whole = reaches_all(self.versions, change)
        everything = self.request.everything or found.is_chosen or bool(whole)
        notes = (f"every benchmark is run: {whole}",) if whole and not found.is_chosen else ()
        if change.is_empty and not everything:
            unreached = [entry.benchmark.name for entry in found.entries]
            return Prepared(unreached=unreached), ("nothing differs but what measures, comments and documents",)
        return prepare(lanes, self.versions, found.entries, change, self.reporter, everything=everything), notes

    def _raced(self, lanes: Lanes, prepared: Prepared, change: Change) -> list[BenchmarkReport]:
        reports = raced(lanes, prepared.ready, self.settings, self.reporter)
        counting = self.settings.instructions and can_count(lanes.base.sandbox)
        if self.settings.instructions and not counting:
            self.reporter.note("instructions are not counted: there is no valgrind in the sandbox; name an image that has it with `image`")
        finished = []
        for report, one in zip(reports, prepared.ready, strict=True):
            explained = self._explained(report, one, lanes, change) if report.outcome is Outcome.SLOWER else report
            finished.append(dataclasses.replace(explained, instructions=counted(lanes, one) if counting else None))
        return finished

    def _explained(self, report: BenchmarkReport, one: Ready, lanes: Lanes, change: Change) -> BenchmarkReport:
        """Add to a regression where the time goes, and which commit brought it where that was asked for."""
        assert report.comparison is not None  # noqa: S101 - SLOWER cannot be built without
        self.reporter.stage("explain", report.benchmark.name)
        cause = find_cause((lanes.base, lanes.head), self.versions, one.entry, change, per_call_s=report.comparison.new_seconds)
        bad = self._first_bad(report, one, lanes) if self.request.bisect else ""
        return dataclasses.replace(report, cause=cause, first_bad=bad)

    def _first_bad(self, report: BenchmarkReport, one: Ready, lanes: Lanes) -> str:
        old, new = (version.revision for version in self.versions)
        commits = commits_between(self.repository, old.commit, new.commit)
        if len(commits) < 2:  # noqa: PLR2004 - nothing to halve
            return commits[0] if commits else ""
        return first_bad(commits, report, one, self.settings, base=lanes.base, lane_at=self._lane_at, reporter=self.reporter)

    @contextmanager
    def _lane_at(self, commit: str, folder: Path) -> Iterator[Lane]:
        version = at_commit(self.repository, commit, self.settings, folder=folder)
        with self._provider(version) as provider, _lane(version, provider, self.settings, measuring_files(self.versions[1])) as lane:
            yield lane

    def _notes(self, providers: Sequence[SandboxProvider], found: Found) -> tuple[str, ...]:
        of_versions = [note for version in self.versions for note in version.notes]
        return tuple(dict.fromkeys([*of_versions, *(note for provider in providers for note in provider.notes), *found.problems]))

    def _told(
        self, reports: Sequence[BenchmarkReport], prepared: Prepared, *, machine: Machine, sandbox: str, notes: tuple[str, ...]
    ) -> CheckReport:
        outcome, reason = overall(reports)
        old, new = self.versions
        return CheckReport(
            base=old.revision,
            head=new.revision,
            outcome=outcome,
            reason=reason,
            benchmarks=tuple(reports),
            unreached=tuple(prepared.unreached),
            skipped=tuple(prepared.skipped),
            max_slowdown=self.settings.max_slowdown,
            confidence=self.settings.confidence,
            machine=machine,
            sandbox=sandbox,
            notes=notes,
            seconds=0.0,
            repository=self.repository.root.name,
            prefix=self.repository.prefix,
        )


@contextmanager
def _lane(version: Version, provider: SandboxProvider, settings: Settings, overlay: Mapping[str, bytes]) -> Iterator[Lane]:
    with provider.open(overlay, cores=1) as sandbox:
        yield Lane(scene=scene_of_version(version, settings, provider), sandbox=sandbox)
