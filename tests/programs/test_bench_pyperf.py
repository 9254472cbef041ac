"""Scripts for pyperf, without pyperf."""

from __future__ import annotations

import pytest

from codeopt.errors import ContestantError
from codeopt.trial.bench_messages import BenchSkippedError
from tests.trial.bench_scene import repository

SCRIPT = """
import pyperf
from lib import busy, double, doubled


def loops(count, number):
    start = pyperf.perf_counter()
    for _ in range(count):
        double(number)
    return pyperf.perf_counter() - start


def main():
    runner = pyperf.Runner(processes=3, metadata={"a": "b"})
    runner.metadata["description"] = "d"
    runner.argparser.add_argument("--size", type=int, default=2)
    args = runner.parse_args()
    assert args.size == 2 and args.worker is None
    runner.bench_func("func", double, args.size)
    runner.bench_time_func("time func", loops, 3, inner_loops=10)
    runner.bench_async_func("async", doubled, 3)
    runner.timeit("statement", "total += double(x)", setup="x = 3\\ntotal = 0", globals=globals())
    runner.timeit("double(3)", setup="from lib import double")
    runner.bench_command("command", ["true"])


if __name__ == "__main__":
    main()
"""
NAMES = ["func", "time func", "async", "statement", "double(3)"]
COMMAND = "bench/run.py: command: bench_command starts a program: make it the workload of a check instead"


@pytest.fixture
def script(tmp_path):
    def make(text: str):
        return repository(tmp_path, {"bench/run.py": f"import pyperf\nfrom lib import double, doubled\nrunner = pyperf.Runner()\n{text}"})

    return make


def test_benchmarks_are_named_without_being_run(tmp_path):
    with repository(tmp_path, {"bench/run.py": SCRIPT}) as repo:
        listing = repo.list()
        assert [benchmark.name for benchmark in listing.benchmarks] == NAMES
        assert {(benchmark.path, benchmark.line) for benchmark in listing.benchmarks[:2]} == {("bench/run.py", 19), ("bench/run.py", 20)}
        assert listing.problems == (COMMAND,)


@pytest.mark.parametrize("name", NAMES)
def test_every_kind_of_benchmark_makes_its_calls(tmp_path, name):
    with repository(tmp_path, {"bench/run.py": SCRIPT}) as repo, repo.open(name) as bench:
        assert bench.batch(5).seconds > 0
        assert ("lib.py", 4, "double") in bench.reach().functions
        bench.end()


@pytest.mark.parametrize(
    ("form", "calls"),
    [
        ("runner.bench_func('a', met.append, 1)", 7),
        ("runner.bench_time_func('a', lambda loops: met.extend([1] * loops) or 1.0)", 7),
        ("runner.bench_async_func('a', meet)", 7),
        ("runner.timeit('a', 'met.append(1)', 'met.append(0)', globals=globals())", 8),
    ],
)
def test_as_many_calls_are_made_as_are_asked_for(script, form, calls):
    text = "met = []\nasync def meet():\n    met.append(1)\n"
    text += "def count():\n    raise LookupError(str(len(met)))\n"
    with script(f"{text}try:\n    {form}\nfinally:\n    count()\n") as repo:
        assert repo.list().problems == ("bench/run.py: LookupError: 0",)
        with repo.open("a") as bench:
            bench.batch(3)
            bench.batch(4)
            with pytest.raises(ContestantError, match=f"LookupError: {calls}$"):
                bench.end()


def test_a_loop_runs_already_when_coroutines_are_timed(script):
    text = """
import asyncio
seen = set()
async def look():
    seen.add(id(asyncio.get_running_loop()))
    assert len(seen) == 1
runner.bench_async_func("a", look)
"""
    with script(text) as repo, repo.open("a") as bench:
        bench.batch(3)
        bench.batch(3)
        bench.end()


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("raise ValueError('no\\ndata')\n", "bench/run.py: ValueError: no"),
        ("import sys\nsys.exit(2)\n", "bench/run.py: the script ends with status 2"),
        ("runner.argparser.add_argument('which')\nrunner.parse_args()\n", "bench/run.py: the script ends with status 2"),
        ("import os\nos._exit(5)\n", "bench/run.py: the program ended with status 5"),
        ("pyperf.BenchmarkSuite\n", "bench/run.py: AttributeError: pyperf.BenchmarkSuite: pyperf is not installed in the sandbox"),
    ],
)
def test_a_script_that_fails_is_told(script, text, problem):
    with script(text) as repo:
        assert repo.list().problems == (problem,)


def test_what_comes_before_a_failure_is_listed(script):
    with script("runner.bench_func('a', double, 1)\nraise ValueError('late')\n") as repo:
        listing = repo.list()
        assert [benchmark.name for benchmark in listing.benchmarks] == ["a"]
        assert listing.problems == ("bench/run.py: ValueError: late",)
        with repo.open("a") as bench:
            bench.batch(1)
            bench.end()


def test_a_call_that_fails_is_told_past_the_scripts_own_handlers(script):
    text = "def f():\n    raise LookupError('gone')\ntry:\n    runner.bench_func('a', f)\nexcept BaseException:\n    pass\n"
    with script(text) as repo, repo.open("a") as bench, pytest.raises(ContestantError, match="LookupError: gone"):
        bench.batch(1)


def test_a_command_is_skipped_and_a_missing_name_told(script):
    with script("runner.bench_command('a', ['true'])\nrunner.bench_func('b', double, 1)\n") as repo:
        benchmark = repo.find("b")
        with pytest.raises(BenchSkippedError, match="bench_command"), repo.open_as(benchmark, name="a"):
            pass
        with pytest.raises(ContestantError, match="no benchmark of this name"), repo.open_as(benchmark, name="c"):
            pass


def test_two_scripts_may_name_a_benchmark_alike(tmp_path):
    head = "from pyperf import Runner\nfrom lib import busy, double\n"
    files = {f"bench/{name}.py": f"{head}Runner().bench_func('a', {name}, 1)\n" for name in ("busy", "double")}
    with repository(tmp_path, files) as repo:
        assert repo.names() == ["a", "bench/double.py::a"]
        for name, function in (("a", "busy"), ("bench/double.py::a", "double")):
            with repo.open(name) as bench:
                assert function in {place[2] for place in bench.reach().functions}
                bench.end()
