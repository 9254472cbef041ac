"""The functions under test, each as a tiny repository of two versions that differ by a known amount of work, or by nothing that runs.

A subject makes a number of equal rounds. A true change of g percent is g percent more rounds at one side, and rounds are counted, not
estimated: `assert_exact` runs both sides under a tracer and compares the counts. A change that is none leaves every byte as it is, or adds
a comment and renames a variable, which compiles to the same instructions.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from codeopt.model.check import BenchmarkKind

__all__ = ["CHANGES", "PINS", "REQUIREMENTS", "SUBJECTS", "Change", "Pair", "Subject", "assert_exact", "lay_out", "pair_of", "requirements"]

PINS = {"numpy": "2.4.6", "pyperf": "2.10.0", "pytest": "9.2.0", "pytest-benchmark": "5.3.1"}
REQUIREMENTS = "requirements-test.txt"
MARK = "# a round"
TEST = "from kernel.work import work\n\n\ndef test_work(benchmark):\n    benchmark(work)\n"
PYPERF = 'import pyperf\n\nfrom kernel.work import work\n\nif __name__ == "__main__":\n    pyperf.Runner().{method}("work", work)\n'
SCRIPT = """import sys
import time

from kernel.work import work

calls = int(sys.argv[1])
work()
start = time.perf_counter()
for _ in range(calls):
    work()
print((time.perf_counter() - start) / calls)
"""
COUNT = """import asyncio, inspect, sys
from kernel import work as module
line = next(n for n, text in enumerate(open(module.__file__), 1) if {mark!r} in text)
count = 0
def look(frame, event, _):
    global count
    count += event == "line" and frame.f_lineno == line and frame.f_code.co_filename == module.__file__
    return look
sys.settrace(look)
asyncio.run(module.work()) if inspect.iscoroutinefunction(module.work) else module.work()
sys.settrace(None)
print(count)
"""


def requirements() -> bytes:
    """Return the file that declares what the subjects need: the pinned tools."""
    return "".join(f"{name}=={version}\n" for name, version in PINS.items()).encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What head does to base: `percent` more rounds at the slower side, `direction` says which that is.

    `direction` is `slower`, `faster`, `same` (identical bytes) or `comment` (other text, the same instructions).
    """

    direction: str
    percent: int = 0

    @property
    def name(self) -> str:
        """A word for tables and keys."""
        return f"{self.direction}-{self.percent}" if self.percent else self.direction

    @property
    def ratio(self) -> Fraction:
        """The rounds of base over those of head: above 1 where head is faster."""
        more = 1 + Fraction(self.percent, 100)
        return more if self.direction == "faster" else 1 / more


AA = (Change(direction="same"), Change(direction="comment"))
TRUE_CHANGES = tuple(Change(direction=direction, percent=percent) for percent in (2, 5, 10) for direction in ("slower", "faster"))
CHANGES = {change.name: change for change in (*AA, *TRUE_CHANGES)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A function that makes `rounds` equal rounds; `source` is its module, with `{rounds}` and one line that is marked as a round."""

    name: str
    title: str
    source: str
    rounds: int
    kind: BenchmarkKind = BenchmarkKind.PYTEST

    def files(self, rounds: int, *, comment: bool = False) -> Mapping[str, bytes]:
        """Return the files of a version that makes so many rounds."""
        source = self.source.format(rounds=rounds)
        if comment:
            source = "# What follows is what it was before.\n\n" + source.replace("total", "result")
        texts = {"kernel/__init__.py": "", "kernel/work.py": source, "run.py": SCRIPT}
        if self.kind is BenchmarkKind.PYPERF:
            texts["bench_work.py"] = PYPERF.format(method="bench_async_func")
        else:
            texts["tests/test_bench.py"] = TEST
            texts["perf_work.py"] = PYPERF.format(method="bench_func")
        return {REQUIREMENTS: requirements(), **{path: text.encode() for path, text in texts.items()}}


ARITHMETIC = f"""def work():
    total = 1
    for _ in range({{rounds}}):
        total = total * 48271 % 2147483647  {MARK}
    return total
"""
WORDS = f"""WORDS = "the quick brown fox jumps over a lazy dog while seven wizards mix quiet jars of pink gloves by night".split()


def work():
    total = {{{{}}}}
    count = len(WORDS)
    for position in range({{rounds}}):
        word = WORDS[position % count]  {MARK}
        total[word] = total.get(word, 0) + 1
    return total
"""
OBJECTS = f"""class Walker:
    def __init__(self):
        self.here, self.there = 1, 2

    def step(self, by):
        self.here, self.there = self.there, (self.here + by) % 1009
        return self.here


def work():
    walker = Walker()
    total = 0
    for by in range({{rounds}}):
        total += walker.step(by)  {MARK}
    return total
"""
LISTS = f"""def work():
    total = 0
    for number in range({{rounds}}):
        row = [number ^ column for column in range(60)]  {MARK}
        row.sort()
        total += row[0] + len(row)
    return total
"""
NUMPY = f"""import numpy

ONE = numpy.linspace(1.0, 2.0, 1000)
OTHER = numpy.linspace(2.0, 3.0, 1000)
TARGET = numpy.empty(1000)


def work():
    total = 0.0
    for _ in range({{rounds}}):
        numpy.multiply(ONE, OTHER, out=TARGET)  {MARK}
        numpy.sqrt(TARGET, out=TARGET)
        total += TARGET[7]
    return total
"""
ASYNC = f"""import asyncio


async def work():
    total = 0
    for _ in range({{rounds}}):
        await asyncio.sleep(0)  {MARK}
        total += 1
    return total
"""

SUBJECTS = {
    subject.name: subject
    for subject in (
        Subject(name="py-10us", title="pure Python, 10 us", source=ARITHMETIC, rounds=200),
        Subject(name="py-200us", title="pure Python, 200 us", source=WORDS, rounds=3600),
        Subject(name="py-1ms", title="pure Python, 1 ms", source=OBJECTS, rounds=14_000),
        Subject(name="py-100ms", title="pure Python, 100 ms", source=LISTS, rounds=45_000),
        Subject(name="numpy-200us", title="numpy, 200 us", source=NUMPY, rounds=100),
        Subject(name="async-200us", title="async, 200 us", source=ASYNC, rounds=100, kind=BenchmarkKind.PYPERF),
    )
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two versions of a subject."""

    subject: Subject
    change: Change
    base: Mapping[str, bytes]
    head: Mapping[str, bytes]


def pair_of(subject: Subject, change: Change) -> Pair:
    """Return the two versions.

    Raises:
        ValueError: the rounds cannot show the change exactly.
    """
    more = subject.rounds * (1 + Fraction(change.percent, 100))
    if more.denominator != 1:
        raise ValueError(f"{subject.name}: {subject.rounds} rounds cannot show {change.percent}% exactly; take a multiple of 100")
    rounds = (subject.rounds, int(more)) if change.direction != "faster" else (int(more), subject.rounds)
    return Pair(
        subject=subject, change=change, base=subject.files(rounds[0]), head=subject.files(rounds[1], comment=change.direction == "comment")
    )


def lay_out(pair: Pair, folder: Path) -> tuple[Path, Path]:
    """Make a git repository with the commits `base` and `head` (branches of those names), and return a working tree of each."""
    base, head = folder / "base", folder / "head"
    git(folder, "init", "-q", "-b", "base", str(base))
    _commit(base, pair.base, "base")
    git(base, "worktree", "add", "-q", "-b", "head", str(head))
    _commit(head, pair.head, "head")
    return base, head


def git(folder: Path, *words: str) -> None:
    """Run git as nobody in particular, past the user's own configuration."""
    identity = ("-c", "user.name=study", "-c", "user.email=study@localhost", "-c", "commit.gpgsign=false")
    environment = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    subprocess.run(["git", *identity, *words], cwd=folder, env=environment, check=True, capture_output=True)


def _commit(tree: Path, files: Mapping[str, bytes], message: str) -> None:
    for path, data in files.items():
        (tree / path).parent.mkdir(parents=True, exist_ok=True)
        (tree / path).write_bytes(data)
    git(tree, "add", "--all")
    git(tree, "commit", "-q", "--allow-empty", "-m", message)


def assert_exact(pair: Pair, folder: Path, python: Path) -> tuple[int, int]:
    """Count the rounds of both versions with `python`, and return them.

    Raises:
        AssertionError: the change is not exactly what it says, or one that is none compiles to other instructions.
    """
    counts = tuple(_rounds(tree, python) for tree in lay_out(pair, folder))
    assert counts[0] > 0, f"{pair.subject.name}: no rounds"
    assert Fraction(*counts) == pair.change.ratio, f"{pair.subject.name} {pair.change.name}: {counts}"
    if not pair.change.percent:
        codes = [_instructions(files["kernel/work.py"]) for files in (pair.base, pair.head)]
        assert codes[0] == codes[1], f"{pair.subject.name} {pair.change.name}: other instructions"
    assert (pair.base == pair.head) == (pair.change.direction == "same"), f"{pair.subject.name} {pair.change.name}: bytes"
    return counts[0], counts[1]


def _rounds(tree: Path, python: Path) -> int:
    done = subprocess.run([python, "-B", "-c", COUNT.format(mark=MARK)], cwd=tree, check=True, capture_output=True, text=True)
    return int(done.stdout)


def _instructions(source: bytes) -> list[bytes]:
    """Return the instructions of a module and of all that is nested in it."""
    codes = [compile(source, "work.py", "exec")]
    for code in codes:
        codes.extend(constant for constant in code.co_consts if hasattr(constant, "co_code"))
    return [code.co_code for code in codes]
