"""Shows how often codeopt's measurement errs, and what it finds: the study behind the tables in the documentation.

Usage, from the root of a checkout:

    python benchmarks/measurement/study.py [--part aa|power|peers|searches|async|all] [--runs N] [--budget 10] [--sandbox docker|local]
        [--no-control] [--conditions quiet,loaded] [--out FILE.json] [--tools FOLDER] [--seed 1] [--tables]
    python benchmarks/measurement/study.py --self-check

The parts, and what they take by default on two cores with sandboxes in Docker:

- `aa`: 504 comparisons of a version with itself (identical bytes, or a comment and a new name), of six functions, quiet and with the other
  cores loaded. An hour and a half; an hour with `--no-control`.
- `power`: true changes of 2, 5 and 10%, as slow-downs and as speed-ups, of a pure-Python and a numpy function: 20 of each. 50 minutes.
- `peers`: the same versions, and versions with themselves, by four other tools, 4 of each. 45 minutes. hyperfine is used where it is
  installed; the others are installed into a virtual environment of their own, pinned.
- `searches`: whole searches of 11 equal candidates, run for real; many more are simulated from the pairs of `aa` (see searches.py).
  15 minutes.
- `async`: figures per call of an async function, next to a loop that is timed by hand. One minute.

Every comparison is a line in FILE.jsonl as soon as it is made: a study that was interrupted goes on where it was when it is started again,
and parts may be run one after the other into the same file. Jobs of all the parts that are asked for are mixed: conditions take turns in
blocks of 20, in random order inside. FILE.json has the counts, FILE.md the tables. `--tables` makes them anew and measures nothing.
Nothing else may run on the machine meanwhile.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import time
import zlib
from pathlib import Path

from engines import Engine, open_engine
from jobs import CODEOPT, PARTS, blocks, planned
from journal import Job, Journal, Row, about
from load import CONDITIONS, loaded_machine
from peers import Task, Toolbox, find, make_toolbox
from searches import CANDIDATES
from subjects import CHANGES, PINS, SUBJECTS, assert_exact, lay_out, pair_of
from table import CLAIMS, summary, tables
from throughput import ratios, turns

from codeopt.errors import ContestantError

__all__ = ["main"]

TOOLS = Path(tempfile.gettempdir()) / "codeopt-study-tools"


def main() -> int:
    """Run what the command line asks for."""
    args = _arguments()
    tools = make_toolbox(args.tools)
    if args.self_check:
        return _self_check(tools)
    parts = PARTS if args.part == "all" else tuple(part for part in PARTS if part == args.part)
    conditions = args.conditions.split(",")
    if unknown := set(conditions) - set(CONDITIONS):
        print(f"no such conditions: {', '.join(sorted(unknown))}", file=sys.stderr)
        return 2
    with open_engine(args.sandbox, tools, control=args.control) as engine:
        circumstances = about(engine.machine(), sandbox=args.sandbox, budget_s=args.budget, control=args.control, tools=PINS)
        try:
            journal = Journal(args.out.with_suffix(".jsonl"), circumstances)
        except ValueError as error:
            print(error, file=sys.stderr)
            return 2
        status = _check_async(engine) if args.part in {"async", "all"} and not args.tables else 0
        if not args.tables:
            jobs = set(planned(parts, conditions, runs=args.runs)) - journal.done
            _measure(jobs, engine, tools, journal, budget_s=args.budget, seed=args.seed)
    if journal.rows:
        args.out.write_text(json.dumps(summary(journal.rows), indent=1) + "\n")
        text = tables(journal.rows, seed=args.seed)
        args.out.with_suffix(".md").write_text(text)
        print(text)
    return status


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--part", choices=(*PARTS, "async", "all"), default="all")
    parser.add_argument("--runs", type=int, help="repetitions of each cell, instead of the part's own number")
    parser.add_argument("--budget", type=float, default=10.0, help="seconds for one comparison")
    parser.add_argument("--sandbox", choices=("docker", "local"), default="docker")
    parser.add_argument("--no-control", dest="control", action="store_false", help="race without a control: quicker, and claims no less")
    parser.add_argument("--conditions", default="quiet,loaded", help=f"some of {','.join(CONDITIONS)}")
    parser.add_argument("--out", type=Path, default=Path("measurement-study.json"))
    parser.add_argument("--tools", type=Path, default=TOOLS, help="folder of the virtual environment with the peers")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--tables", action="store_true", help="make the tables from what is there, and measure nothing")
    parser.add_argument("--self-check", action="store_true", help="count the work of every version, and measure nothing")
    return parser.parse_args()


def _self_check(tools: Toolbox) -> int:
    for subject in SUBJECTS.values():
        for change in CHANGES.values():
            with tempfile.TemporaryDirectory() as folder:
                base, head = assert_exact(pair_of(subject, change), Path(folder), tools.python)
            print(f"{subject.name:<12} {change.name:<10} {base} rounds, {head} rounds: exactly {float(change.ratio):.4f}")
    return 0


def _check_async(engine: Engine) -> int:
    with loaded_machine("quiet"):
        taken = turns(engine)
    status = 0
    for what, (ratio, expected, within) in ratios(taken).items():
        agrees = abs(ratio / expected - 1) <= within
        status |= not agrees
        print(f"async, {what}: {ratio:.3f}, should be {expected:.3g} within {within:.0%}: {'agrees' if agrees else 'DIFFERS'}")
    return status


def _measure(jobs: set[Job], engine: Engine, tools: Toolbox, journal: Journal, *, budget_s: float, seed: int) -> None:
    start, made = time.monotonic(), 0
    for condition, block in blocks(jobs, random.Random(f"{seed}/{len(journal.rows)}")):
        with loaded_machine(condition):
            for job in block:
                row = _row(job, engine, tools, budget_s=budget_s)
                journal.add(row)
                made += 1
                spent = time.monotonic() - start
                left_min = spent / made * (len(jobs) - made) / 60
                print(
                    f"{made}/{len(jobs)} {left_min:.0f} min left: {job.tool}, {job.subject} {job.change}, {condition}: {_shown(row)}",
                    flush=True,
                )


def _shown(row: Row) -> str:
    ratio = "" if row.ratio is None else f" {row.ratio:.3f}"
    return f"{row.outcome}{ratio} in {row.seconds:.1f} s"


def _row(job: Job, engine: Engine, tools: Toolbox, *, budget_s: float) -> Row:
    """Do a job; what a subject or a tool does wrong is its outcome, and a lost sandbox ends the study."""
    if job.tool != CODEOPT:
        return _peer_row(job, tools, budget_s=budget_s)
    pair = pair_of(SUBJECTS[job.subject], CHANGES[job.change])
    seed = zlib.crc32(repr(job).encode())
    try:
        if job.part == "searches":
            found = engine.search(pair, candidates=CANDIDATES, budget_s=budget_s, seed=seed)
        else:
            found = [engine.compare_versions(pair, budget_s=budget_s, seed=seed)]
    except ContestantError as error:
        return Row(job=job, outcome="failed", seconds=0.0, detail=str(error))
    first = found[0]
    claims = [result for result in found if result.outcome in CLAIMS]
    shown = claims[0] if claims else first
    return Row(
        job=job,
        outcome=shown.outcome,
        seconds=first.seconds,
        detail=shown.reason,
        ratio=shown.ratio,
        low=shown.low,
        high=shown.high,
        clock=shown.clock,
        claims=len(claims),
        pairs=first.pairs if len(found) == 1 else (),
    )


def _peer_row(job: Job, tools: Toolbox, *, budget_s: float) -> Row:
    with tempfile.TemporaryDirectory(prefix="codeopt-study-") as folder:
        old, new = lay_out(pair_of(SUBJECTS[job.subject], CHANGES[job.change]), Path(folder))
        scratch = Path(folder) / "scratch"
        scratch.mkdir()
        seen = find(job.tool, Task(tools=tools, old=old, new=new, scratch=scratch, budget_s=budget_s))
    claims = int(seen.outcome in CLAIMS)
    return Row(job=job, outcome=seen.outcome, seconds=seen.seconds, detail=seen.detail, ratio=seen.ratio, claims=claims)


if __name__ == "__main__":
    sys.exit(main())
