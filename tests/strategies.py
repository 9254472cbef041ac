"""Hypothesis strategies for every noun of `codeopt.model`, derived from their annotations; those with rules of their own come first."""

from __future__ import annotations

import collections.abc
import enum
import importlib
import pkgutil
import types
import typing
from dataclasses import fields, is_dataclass
from pathlib import Path

from hypothesis import strategies as st

import codeopt.model
from codeopt.model.access import GitAccess
from codeopt.model.bench import Ending, TaskResult
from codeopt.model.bot import Offer
from codeopt.model.check import Benchmark, BenchmarkReport, CheckReport, Culprit, PeakMemory
from codeopt.model.code import Span, Target, TargetName
from codeopt.model.evidence import Check, Clock, Comparison, Measurement, Outcome, Verdict
from codeopt.model.forge import (
    Annotation,
    CheckConclusion,
    CheckRun,
    CheckStatus,
    Comment,
    PullRequestDraft,
    RepositoryName,
)
from codeopt.model.patch import Candidate, Edit, Patch
from codeopt.model.report import RunInfo
from codeopt.model.work import Workload, WorkloadKind

__all__ = ["NOUNS", "candidates", "check_reports", "comparisons", "measurements", "noun", "run_infos", "verdicts"]

TEXT = st.text(max_size=20)
PATHS = st.text(st.characters(codec="utf-8", exclude_characters="\0/"), min_size=1, max_size=12)
KEYS = st.from_regex(r"[a-z0-9]([.:_-]?[a-z0-9]){0,9}", fullmatch=True)
SECONDS = st.floats(min_value=1e-9, max_value=1e9)
FLOATS = st.floats(allow_nan=False)
SCALARS = {
    str: TEXT,
    bytes: st.binary(max_size=40),
    int: st.integers(),
    float: FLOATS,
    bool: st.booleans(),
    Path: st.sampled_from([Path("a"), Path("/b/c.d")]),
}


def _nouns() -> tuple[type, ...]:
    modules = [importlib.import_module(f"codeopt.model.{found.name}") for found in pkgutil.iter_modules(codeopt.model.__path__)]
    named = [getattr(module, name) for module in modules for name in module.__all__]
    # An access to git holds a secret, and is no value that can be kept.
    return tuple(dict.fromkeys(found for found in named if is_dataclass(found) and found is not GitAccess))


NOUNS = _nouns()


@st.composite
def spans(draw: st.DrawFn) -> Span:
    start, line = draw(st.integers(0, 10**6)), draw(st.integers(1, 10**5))
    end, last = start + draw(st.integers(0, 10**5)), line + draw(st.integers(0, 10**4))
    return Span(start_byte=start, end_byte=end, start_line=line, end_line=last)


@st.composite
def patches(draw: st.DrawFn) -> Patch:
    """Patches whose edits do not overlap, with bytes that need be no text."""
    edits = []
    for path in draw(st.lists(PATHS, max_size=3, unique=True)):
        position = 0
        for _ in range(draw(st.integers(0, 3))):
            position += draw(st.integers(1, 100))
            before, after = draw(st.binary(max_size=30)), draw(st.binary(max_size=30))
            edits.append(Edit(path=path, start_byte=position, before=before, after=after))
            position += len(before) + 1
    return Patch(edits=tuple(edits))


@st.composite
def comparisons(draw: st.DrawFn, smallest: float = 1e-6) -> Comparison:
    low, ratio, high = sorted(draw(st.tuples(*[st.floats(smallest, 1e6)] * 3)))
    return Comparison(
        ratio=ratio,
        low=low,
        high=high,
        confidence=draw(st.floats(0.5, 1)),
        rounds=draw(st.integers(1, 1000)),
        old_seconds=draw(SECONDS),
        new_seconds=draw(SECONDS),
        clock=draw(st.sampled_from(Clock)),
    )


@st.composite
def measurements(draw: st.DrawFn) -> Measurement:
    """Pairs with processor times of both sides, or of neither."""
    old_cpu, new_cpu = draw(st.just((None, None)) | st.tuples(SECONDS, SECONDS))
    return Measurement(old_seconds=draw(SECONDS), new_seconds=draw(SECONDS), old_cpu_seconds=old_cpu, new_cpu_seconds=new_cpu)


@st.composite
def benchmark_reports(draw: st.DrawFn) -> BenchmarkReport:
    """What became of benchmarks; SLOWER and FASTER ones have the comparison that they need."""
    outcome = draw(st.sampled_from(Outcome))
    above = comparisons(smallest=1.0001)
    claims = {Outcome.FASTER: above, Outcome.SLOWER: above.map(Comparison.swapped)}
    return BenchmarkReport(
        benchmark=draw(noun(Benchmark)),
        outcome=outcome,
        reason=draw(TEXT),
        comparison=draw(claims.get(outcome, st.none() | comparisons())),
        pairs=draw(st.lists(measurements(), max_size=4).map(tuple)),
        memory=draw(st.none() | noun(PeakMemory)),
        instructions=draw(st.none() | SECONDS),
        cause=draw(st.lists(noun(Culprit), max_size=2).map(tuple)),
        first_bad=draw(TEXT),
    )


@st.composite
def task_results(draw: st.DrawFn) -> TaskResult:
    """What became of tasks; improved ones have their proof, and only they."""
    ending = draw(st.sampled_from(Ending))
    hints = typing.get_type_hints(TaskResult)
    others = {field.name: draw(_of(hints[field.name])) for field in fields(TaskResult) if field.name not in {"ending", "gain"}}
    return TaskResult(ending=ending, gain=draw(comparisons()) if ending is Ending.IMPROVED else None, **others)


@st.composite
def check_runs(draw: st.DrawFn) -> CheckRun:
    """Check runs; completed ones have a conclusion, and only they have annotations."""
    status = draw(st.sampled_from(CheckStatus))
    done = status is CheckStatus.COMPLETED
    return CheckRun(
        key=draw(KEYS),
        name=draw(TEXT),
        head_sha=draw(TEXT),
        status=status,
        conclusion=draw(st.sampled_from(CheckConclusion)) if done else None,
        title=draw(TEXT),
        summary=draw(TEXT),
        annotations=tuple(draw(st.lists(noun(Annotation), max_size=2))) if done else (),
    )


def check_reports() -> st.SearchStrategy[CheckReport]:
    """Return reports of checks."""
    return noun(CheckReport)


def verdicts() -> st.SearchStrategy[Verdict]:
    """Return verdicts of every outcome; FASTER ones have what they need."""
    other = st.builds(
        Verdict,
        outcome=st.sampled_from([outcome for outcome in Outcome if outcome is not Outcome.FASTER]),
        reason=TEXT,
        checks=st.lists(noun(Check), max_size=4).map(tuple),
        comparison=st.none() | comparisons(),
        workload=st.none() | comparisons(),
    )
    passed = noun(Check).map(lambda check: Check(kind=check.kind, passed=True, detail=check.detail))
    faster = st.builds(
        Verdict,
        outcome=st.just(Outcome.FASTER),
        reason=TEXT,
        checks=st.lists(passed, min_size=1, max_size=4).map(tuple),
        comparison=comparisons(smallest=1.0001),
        workload=st.none() | comparisons(),
    )
    return other | faster


def noun(kind: type) -> st.SearchStrategy:
    """Return a strategy for any noun."""
    special = {
        Span: spans,
        Patch: patches,
        Comparison: comparisons,
        Verdict: verdicts,
        Target: lambda: st.builds(Target, name=noun(TargetName), span=spans(), source_sha=TEXT, share=st.floats(0, 1)),
        Measurement: measurements,
        BenchmarkReport: benchmark_reports,
        TaskResult: task_results,
        RepositoryName: lambda: st.builds(RepositoryName, owner=st.from_regex("[a-z0-9]{1,5}", fullmatch=True), name=st.just("a.b_c-d")),
        PullRequestDraft: lambda: st.builds(
            PullRequestDraft, key=KEYS, title=TEXT, body=TEXT, head_branch=TEXT.map("codeopt/{}".format), base_branch=TEXT
        ),
        Offer: lambda: st.builds(Offer, key=KEYS, url=TEXT.filter(bool)) | st.builds(Offer, key=KEYS, reason=TEXT.filter(bool)),
        Comment: lambda: st.builds(Comment, id=st.integers(), key=KEYS, body=TEXT, url=TEXT),
        CheckRun: check_runs,
        Workload: lambda: st.builds(Workload, kind=st.sampled_from(WorkloadKind), argv=st.lists(TEXT, min_size=1, max_size=4).map(tuple)),
    }
    if kind in special:
        return special[kind]()
    hints = typing.get_type_hints(kind)
    return st.builds(kind, **{field.name: _of(hints[field.name]) for field in fields(kind)})


def candidates() -> st.SearchStrategy:
    """Return candidates."""
    return noun(Candidate)


def run_infos() -> st.SearchStrategy:
    """Return what a run starts with."""
    return noun(RunInfo)


def _of(hint: typing.Any) -> st.SearchStrategy:
    """Return a strategy for an annotation of a field."""
    if hint in SCALARS:
        return SCALARS[hint]
    if hint is type(None):
        return st.none()
    origin, parts = typing.get_origin(hint), typing.get_args(hint)
    if origin in {typing.Union, types.UnionType}:
        return st.one_of(*map(_of, parts))
    if origin is tuple:
        return st.lists(_of(parts[0]), max_size=3).map(tuple) if parts[1:] == (...,) else st.tuples(*map(_of, parts))
    if origin is frozenset:
        return st.frozensets(_of(parts[0]), max_size=3)
    if origin is collections.abc.Mapping:
        return st.dictionaries(*map(_of, parts))
    if is_dataclass(hint):
        return noun(hint)
    if issubclass(hint, enum.Enum):
        return st.sampled_from(hint)
    msg = f"no strategy for {hint}"
    raise TypeError(msg)
