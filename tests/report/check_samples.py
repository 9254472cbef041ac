"""Reports of checks to print: one with all outcomes, one that holds, one without benchmarks, and one full of hostile text."""

from __future__ import annotations

from dataclasses import replace

from codeopt.model.check import Benchmark, BenchmarkKind, BenchmarkReport, CheckReport, Culprit, PeakMemory, Revision
from codeopt.model.code import TargetName
from codeopt.model.evidence import Clock, Comparison, Machine, Measurement, Outcome
from tests.report.samples import HOSTILE, HOSTILE_PATH, MACHINE

BASE = Revision(name="main", commit="0123456789abcdef0123456789abcdef01234567")
HEAD = Revision(name="topic", commit="fedcba9876543210fedcba9876543210fedcba98", dirty=True)
PARSE = "benchmarks/test_parse.py::TestParse::test_fields[10000-quoted]"


def benchmark(name: str = PARSE, kind: BenchmarkKind = BenchmarkKind.PYTEST, path: str = "benchmarks/test_parse.py", line: int = 12):
    return Benchmark(kind=kind, name=name, path=path, line=line)


def comparison(ratio: float, low: float, high: float, *, old: float = 0.0012, clock: Clock = Clock.CPU, rounds: int = 24) -> Comparison:
    new = old / ratio
    return Comparison(ratio=ratio, low=low, high=high, confidence=0.999, rounds=rounds, old_seconds=old, new_seconds=new, clock=clock)


def pairs(seen: Comparison, count: int = 4) -> tuple[Measurement, ...]:
    """Pairs whose medians are the comparison's by its clock, and half as much again by the other one."""
    wall, cpu = (1.0, 1.5) if seen.clock is Clock.WALL else (1.5, 1.0)
    moved = [1 + 0.01 * (place - (count - 1) / 2) for place in range(count)]
    return tuple(
        Measurement(
            old_seconds=seen.old_seconds * wall,
            new_seconds=seen.new_seconds * wall * by,
            old_cpu_seconds=seen.old_seconds * cpu,
            new_cpu_seconds=seen.new_seconds * cpu * by,
        )
        for by in moved
    )


def culprit(path: str = "weblog/parse.py", qualname: str = "Parser.fields", line: int = 48, *, changed: bool = True) -> Culprit:
    return Culprit(name=TargetName(path=path, qualname=qualname), line=line, old_own_s=0.00041, new_own_s=0.00069, changed=changed)


def slower(name: str = PARSE, **changes) -> BenchmarkReport:
    seen = comparison(0.806, 0.775, 0.833)
    caller = replace(culprit("weblog/io.py", "read", 7, changed=False), old_own_s=0.0001, new_own_s=0.00011)
    fields = {
        "benchmark": benchmark(name),
        "outcome": Outcome.SLOWER,
        "reason": "1.24x slower [1.2, 1.29]",
        "comparison": seen,
        "pairs": pairs(seen),
        "memory": PeakMemory(old_bytes=12 * 2**20, new_bytes=48 * 2**20),
        "instructions": 0.81,
        "cause": (culprit(), caller),
        "first_bad": "5555555555555555555555555555555555555555",
    }
    return BenchmarkReport(**(fields | changes))


def faster() -> BenchmarkReport:
    seen = comparison(2.31, 2.2, 2.45, old=0.25, clock=Clock.WALL, rounds=9)
    one = benchmark("suites.Io.time_read('big', 3)", BenchmarkKind.ASV, "suites/io.py", 30)
    return BenchmarkReport(benchmark=one, outcome=Outcome.FASTER, reason="2.31x faster", comparison=seen, pairs=pairs(seen))


def broken() -> BenchmarkReport:
    one = benchmark("benchmarks/test_stats.py::test_hits", path="benchmarks/test_stats.py", line=5)
    return BenchmarkReport(benchmark=one, outcome=Outcome.WRONG, reason="TypeError: hits() missing 1 required positional argument: 'key'")


def uncertain() -> BenchmarkReport:
    one = benchmark("benchmarks/test_net.py::test_fetch", path="benchmarks/test_net.py", line=9)
    seen = comparison(0.7, 0.5, 0.9, old=1.2e-05, clock=Clock.WALL)
    reason = "base against itself shows 1.5x: this machine cannot tell at the moment"
    return BenchmarkReport(benchmark=one, outcome=Outcome.UNVERIFIABLE, reason=reason, comparison=seen)


def same(name: str = "python bench.py --rows 10", kind: BenchmarkKind = BenchmarkKind.COMMAND) -> BenchmarkReport:
    seen = comparison(1.001, 0.995, 1.004, old=2.5)
    one = benchmark(name, kind, "", 0)
    return BenchmarkReport(benchmark=one, outcome=Outcome.NOT_PROVEN, reason="the same within 0.5%", comparison=seen, pairs=pairs(seen))


def undecided() -> BenchmarkReport:
    one = benchmark("weblog/io.py::read", BenchmarkKind.CALLS, "weblog/io.py", 7)
    reason = "undecided: anything from 4.2% slower to 2% faster is possible"
    return BenchmarkReport(benchmark=one, outcome=Outcome.NOT_PROVEN, reason=reason, comparison=comparison(0.99, 0.96, 1.02, rounds=11))


def report(**changes) -> CheckReport:
    fields = {
        "base": BASE,
        "head": HEAD,
        "outcome": Outcome.SLOWER,
        "reason": f"1 of 6 benchmarks became slower: {PARSE}",
        "benchmarks": (same(), uncertain(), faster(), slower(), undecided(), broken()),
        "unreached": ("benchmarks/test_color.py::test_hue", "benchmarks/test_color.py::test_mix"),
        "skipped": (("benchmarks/test_new.py::test_added", "it does not exist at base"),),
        "max_slowdown": 1.03,
        "confidence": 0.99,
        "machine": MACHINE,
        "sandbox": "docker",
        "notes": ("the machine was busy: load 3.1 on 2 cores",),
        "seconds": 203.4,
        "repository": "weblog",
    }
    return CheckReport(**(fields | changes))


def clean() -> CheckReport:
    reason = "none of 2 benchmarks became slower"
    return report(
        outcome=Outcome.NOT_PROVEN,
        reason=reason,
        benchmarks=(same(), same("python bench.py --rows 20")),
        unreached=(),
        skipped=(),
        notes=(),
    )


def nothing() -> CheckReport:
    return report(
        outcome=Outcome.NOT_PROVEN, reason="the change reaches no benchmark", benchmarks=(), skipped=(), notes=(), sandbox="local"
    )


def many(count: int = 400) -> CheckReport:
    return report(benchmarks=tuple(slower(f"benchmarks/test_{number:04}.py::test_{'x' * 150}") for number in range(count)))


def hostile() -> CheckReport:
    name = f"bench\x00::error file=x,line=1::{HOSTILE}"
    bad = benchmark(name, path=HOSTILE_PATH)
    lost = replace(culprit(HOSTILE_PATH, f"f{HOSTILE}"), line=3)
    return report(
        base=Revision(name=HOSTILE, commit=HOSTILE),
        head=Revision(name=HOSTILE, commit=HOSTILE, dirty=True),
        reason=HOSTILE,
        benchmarks=(
            slower(name, benchmark=bad, reason=HOSTILE, cause=(lost,), first_bad=HOSTILE[:11]),
            replace(broken(), benchmark=bad, reason=HOSTILE),
            replace(uncertain(), benchmark=bad, reason=HOSTILE),
            replace(same(), benchmark=replace(bad, kind=BenchmarkKind.ASV), reason=HOSTILE),
        ),
        unreached=(HOSTILE,),
        skipped=((HOSTILE, HOSTILE),),
        notes=(HOSTILE,),
        machine=Machine(cpu=HOSTILE, cores=1, system=HOSTILE, python=HOSTILE),
        sandbox=HOSTILE,
        repository=HOSTILE,
    )
