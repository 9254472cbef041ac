"""Finds what a check measures: the user's command, the repository's benchmarks, else the recorded calls of what the change touches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from codeopt.app.check.lanes import Entry, Lane
from codeopt.app.check.versions import Version
from codeopt.config import Settings
from codeopt.errors import WorkloadError
from codeopt.model.check import Benchmark, BenchmarkKind
from codeopt.model.code import Function, TargetName
from codeopt.ports import Reporter
from codeopt.syntax.changed import Change
from codeopt.trial.benches import find_benches
from codeopt.trial.recording import record, unpack
from codeopt.trial.yardstick import is_benchmark, is_test

__all__ = ["Found", "find_entries"]

MOST_FUNCTIONS = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What could be measured: `problems` are benchmark files that cannot be read, `is_chosen` says that the change chose the entries."""

    entries: tuple[Entry, ...]
    problems: tuple[str, ...] = ()
    is_chosen: bool = False


def find_entries(
    base: Lane, head: Lane, versions: tuple[Version, Version], change: Change, settings: Settings, reporter: Reporter
) -> Found:
    """Return what is measured.

    Raises:
        WorkloadError: there is nothing: neither benchmarks nor tests, or none by the names that were asked for.
    """
    if settings.benchmark is not None:
        return Found(entries=(Entry(benchmark=Benchmark(kind=BenchmarkKind.COMMAND, name=settings.benchmark)),), is_chosen=True)
    reporter.stage("survey", "benchmarks")
    listing = find_benches(head.scene, head.sandbox, versions[1].paths, versions[1].read)
    entries = tuple(Entry(benchmark=benchmark) for benchmark in listing.benchmarks if _is_wanted(benchmark.name, settings.benchmarks))
    if entries:
        return Found(entries=entries, problems=listing.problems)
    if settings.benchmarks and (listing.benchmarks or listing.problems):
        # Where some could not be listed, what was asked for may be among them: to time something else would pass without looking.
        known = f"there are {', '.join(benchmark.name for benchmark in listing.benchmarks[:3])}, ..." if listing.benchmarks else ""
        why = "; ".join(part for part in (known, *listing.problems[:1]) if part)
        raise WorkloadError(f"no benchmark is named {' or '.join(settings.benchmarks)}: {why}")
    return _calls(base, versions, change, settings, reporter, problems=listing.problems)


def _is_wanted(name: str, patterns: Sequence[str]) -> bool:
    return not patterns or any(fnmatchcase(name, pattern) or pattern in name for pattern in patterns)


def _calls(
    base: Lane, versions: tuple[Version, Version], change: Change, settings: Settings, reporter: Reporter, *, problems: tuple[str, ...]
) -> Found:
    if not base.scene.tests:
        aside = f"; {problems[0]}" if problems else ""
        raise WorkloadError(f"nothing to measure: the repository has neither benchmarks nor tests; give a command with --benchmark{aside}")
    names = [name for name in _touched(versions, change) if _is_wanted(str(name), settings.benchmarks)]
    if len(names) > MOST_FUNCTIONS:
        reporter.note(f"the change touches {len(names)} functions and callers: the calls of the first {MOST_FUNCTIONS} are timed")
    names = names[:MOST_FUNCTIONS]
    if not names:
        return Found(entries=(), problems=problems, is_chosen=True)
    reporter.stage("record", f"{len(names)} functions that the change touches, and their callers")
    recordings = record(base.scene, names)
    for name in names:
        if name not in recordings:
            problems = (*problems, f"{name}: the tests do not call it")
    entries = []
    for name, recording in recordings.items():
        benchmark = Benchmark(kind=BenchmarkKind.CALLS, name=str(name), path=name.path, line=versions[1].line_of(name))
        entries.append(Entry(benchmark=benchmark, recording=recording, calls=tuple(range(len(unpack(recording).calls)))))
    return Found(entries=tuple(entries), problems=problems, is_chosen=True)


def _touched(versions: tuple[Version, Version], change: Change) -> tuple[TargetName, ...]:
    """Return the functions that both versions have and that the change reaches: edited ones, and callers, who meet what was added too."""
    old, new = versions
    edited = [name for name in (*sorted(change.old, key=str), *sorted(change.new, key=str)) if _is_both(name, old, new)]
    callers = [function.name for name in change.new for function in _above(new, name)]
    callers += [function.name for name in change.old for function in _above(old, name)]
    of_modules = [
        function.name for path in sorted(change.modules) if path in old.index.files for function in old.index.files[path].functions
    ]
    return tuple(dict.fromkeys(name for name in (*edited, *sorted(callers, key=str), *of_modules) if _is_both(name, old, new)))


def _above(version: Version, name: TargetName) -> tuple[Function, ...]:
    return tuple(
        function for function in version.index.callers(name) if not (is_test(function.name.path) or is_benchmark(function.name.path))
    )


def _is_both(name: TargetName, old: Version, new: Version) -> bool:
    """Whether a function is in both versions, and is no nested one: those exist only while their outer one runs."""
    before, after = old.index.get(name), new.index.get(name)
    return before is not None and after is not None and old.index.outermost(before) == before
