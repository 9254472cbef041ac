"""`codeopt check` on real history: commits of public packages whose effect is known, none missed and none accused.

Usage: python benchmarks/measurement/history.py --repos FOLDER [--only NAME ...] [--by-hand] [--python PATH] [--json FOLDER]

FOLDER holds clones called owner+name or name, with history. They are never written to: each case gets a working clone in a temporary
folder, in which `codeopt check` compares the commit's first parent with the commit, or the commit with its reversal. A Markdown table is
printed. A case is right when `codeopt check` says of the named benchmark what was measured by hand: SLOWER, FASTER, or neither;
`missed` is a change that was not seen or seen the wrong way round, `accused` a neutral commit said to have one or to break something,
`failed` what could not be compared. The exit status is 1 when one is not right, 2 when a clone is missing.

With --by-hand the commits are measured without codeopt instead: the figures of the table are from there.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from history_by_hand import measure_by_hand
from history_cases import Case, Range, command_of, find_clone, read_cases, working_clone

__all__ = ["main"]

EXPECTED = {"slower": "SLOWER", "faster": "FASTER", "neutral": "NOT_PROVEN"}
CHANGES = frozenset({"SLOWER", "FASTER", "WRONG"})
COMPARED = frozenset({"SLOWER", "FASTER", "NOT_PROVEN"})
JUDGED = frozenset({0, 1})


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What `codeopt check` said of a case: the outcomes of its benchmarks, the interval of the first; `problem` when it said nothing."""

    outcomes: tuple[str, ...] = ()
    interval: str = ""
    seconds: float = 0.0
    problem: str = ""


def main(words: Sequence[str]) -> int:
    """Run the cases and print the table; return the exit status."""
    wanted = _arguments(words)
    cases = tuple(case for case in read_cases() if not wanted.only or case.name in wanted.only)
    if strange := set(wanted.only) - {case.name for case in cases}:
        print(f"no such case: {', '.join(sorted(strange))}; known: {', '.join(case.name for case in read_cases())}", file=sys.stderr)
        return 2
    if missing := sorted({case.repo for case in cases if find_clone(wanted.repos, case.repo) is None}):
        for repo in missing:
            print(f"missing: {repo}; clone it, with its history, to {wanted.repos / repo.replace('/', '+')}", file=sys.stderr)
        return 2
    return _by_hand(cases, wanted) if wanted.by_hand else _checked(cases, wanted)


def _arguments(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--repos", type=Path, required=True, metavar="FOLDER", help="clones called owner+name or name")
    parser.add_argument("--only", action="append", default=[], metavar="NAME", help="one case; may be repeated")
    parser.add_argument("--by-hand", action="store_true", help="measure without codeopt")
    parser.add_argument("--python", default=sys.executable, metavar="PATH", help="interpreter for --by-hand")
    parser.add_argument("--pairs", type=int, default=8, metavar="N", help="pairs of processes for --by-hand")
    parser.add_argument("--json", type=Path, metavar="FOLDER", help="keep what codeopt check writes, one file a case")
    parser.add_argument("flags", nargs="*", metavar="FLAG", help="after --: further flags of codeopt check")
    return parser.parse_args(words)


def _by_hand(cases: Sequence[Case], wanted: argparse.Namespace) -> int:
    print("| case | kind | time at base | base / head, fastest | median | pairs | in the table |")
    print("| --- | --- | ---: | ---: | ---: | ---: | ---: |", flush=True)
    failed = False
    for case in cases:
        with tempfile.TemporaryDirectory() as folder:
            try:
                truth = measure_by_hand(case, _laid_out(case, wanted, Path(folder)), Path(folder), python=wanted.python, pairs=wanted.pairs)
            except subprocess.CalledProcessError as error:
                failed = True
                print(f"| {case.name} | {case.kind} | failed: {_last_line(error.stderr)} | | | | |", flush=True)
                continue
        pairs = f"{truth.low:.3f} to {truth.high:.3f}"
        figures = f"{truth.base_s * 1e6:.2f} us | {truth.fastest:.3f} | {truth.median:.3f} | {pairs} | {case.effect:.2f}"
        print(f"| {case.name} | {case.kind} | {figures} |", flush=True)
    return int(failed)


def _checked(cases: Sequence[Case], wanted: argparse.Namespace) -> int:
    print("| case | commit | by hand | codeopt check | interval | seconds | |")
    print("| --- | --- | ---: | --- | --- | ---: | --- |", flush=True)
    results = []
    for case in cases:
        with tempfile.TemporaryDirectory() as folder:
            try:
                span = _laid_out(case, wanted, Path(folder))
            except subprocess.CalledProcessError:
                seen = Seen(problem="the clone holds no such commit, or not its parent")
            else:
                seen = _check(case, span, Path(folder), wanted)
        result = judged(case, seen)
        results.append(result)
        commit = f"{case.repo} {case.commit[:10]}" + (" taken back" if case.reverted else "")
        said = seen.problem or ", ".join(dict.fromkeys(seen.outcomes)) or "nothing to measure"
        print(
            f"| {case.name} | {commit} | {case.kind} {case.effect:.2f} | {said} | {seen.interval} | {seen.seconds:.0f} | {result} |",
            flush=True,
        )
    counts = ", ".join(f"{results.count(result)} {result}" for result in ("right", "missed", "accused", "failed"))
    print(f"\n{len(cases)} commits: {counts}.")
    return int(any(result != "right" for result in results))


def _laid_out(case: Case, wanted: argparse.Namespace, folder: Path) -> Range:
    clone = find_clone(wanted.repos, case.repo)
    if clone is None:
        raise FileNotFoundError(case.repo)
    return working_clone(case, clone, folder / "clone")


def _check(case: Case, span: Range, folder: Path, wanted: argparse.Namespace) -> Seen:
    """Run `codeopt check` and read its JSON."""
    file = (wanted.json or folder).resolve() / f"{case.name}.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    what = ["--benchmarks", case.benchmarks] if case.benchmarks else ["--benchmark", command_of(case)]
    words = ["check", str(span.folder), "--base", span.base, "--head", span.head, "--json", str(file), "--quiet"]
    environ = {**os.environ, "CODEOPT_INSTALL": case.install} if case.install else None
    start = time.monotonic()
    ended = subprocess.run(
        [sys.executable, "-m", "codeopt", *words, *what, *case.flags, *wanted.flags],
        capture_output=True,
        text=True,
        check=False,
        env=environ,
    )
    seconds = time.monotonic() - start
    if ended.returncode not in JUDGED or not file.is_file():
        return Seen(seconds=seconds, problem=_last_line(ended.stderr) or f"status {ended.returncode}")
    return read_report(json.loads(file.read_text(encoding="utf-8")), seconds)


def read_report(report: dict[str, object], seconds: float) -> Seen:
    """Return what the JSON of a check says of its benchmarks."""
    benchmarks = report["benchmarks"]
    assert isinstance(benchmarks, list)
    intervals = [benchmark["comparison"] for benchmark in benchmarks if benchmark["comparison"]]
    shown = [f"{found['ratio']:.3f} ({found['low']:.3f} to {found['high']:.3f})" for found in intervals[:1]]
    return Seen(outcomes=tuple(benchmark["outcome"] for benchmark in benchmarks), interval="".join(shown), seconds=seconds)


def judged(case: Case, seen: Seen) -> str:
    """Say what became of a case: right, missed, accused, or failed where nothing was compared."""
    if seen.problem or not set(seen.outcomes) & COMPARED:
        return "failed"
    said = CHANGES & set(seen.outcomes)
    if case.kind == "neutral":
        return "accused" if said else "right"
    return "right" if said == {EXPECTED[case.kind]} else "missed"


def _last_line(text: str | None) -> str:
    lines = (text or "").strip().splitlines()
    return lines[-1][:200].replace("|", "/") if lines else ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
