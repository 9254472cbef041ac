"""The host's side of a process that sits at a benchmark."""

from __future__ import annotations

import json
import pickle
import shutil
from dataclasses import replace

import pytest

from codeopt.adapters.docker.provider import DockerProvider
from codeopt.assets import programs_dir
from codeopt.errors import ContestantError
from codeopt.model.check import Benchmark, BenchmarkKind
from codeopt.model.code import TargetName
from codeopt.model.work import Recording
from codeopt.trial.bench_counts import can_count, count_instructions
from codeopt.trial.bench_messages import BenchSkippedError, parse_bench_message
from codeopt.trial.benches import open_bench
from codeopt.trial.recording import pack
from tests.trial.bench_scene import lay_out, repository

HEAD = "import gc, os, sys, time\nfrom lib import busy, double\n"
CALLS = """
MET = []


def drain(queue):
    MET.append(len(queue))
    if len(queue) == 1:
        raise LookupError(queue)
    while queue:
        queue.pop()
    return (number for number in MET)


class Thing:
    pass
"""


@pytest.fixture
def suite(tmp_path):
    def make(text: str):
        return repository(tmp_path, {"test_speed.py": HEAD + text})

    return make


@pytest.fixture
def at(suite):
    """Open a test of one line around its benchmark."""

    def make(call: str):
        return suite(f"def test_a(benchmark):\n    benchmark({call})\n")

    return make


NAME = "test_speed.py::test_a"


def test_time_is_that_of_the_calls(at):
    with at("time.sleep, 0.02") as repo, repo.test(NAME) as bench:
        assert bench.batch(5).seconds >= 0.1
        assert bench.batch(0).seconds < 0.1


def test_the_process_sees_its_seed_and_nothing_of_codeopts(suite):
    text = """
def test_a(benchmark):
    assert os.environ["PYTHONHASHSEED"] == "7"
    assert "CODEOPT_INSIDE" not in os.environ
    assert not [path for path in sys.path if os.path.exists(os.path.join(path, "worker.py"))]
    benchmark(double, 1)
"""
    with suite(text) as repo, repo.open(NAME, hash_seed=7) as bench:
        bench.end()


def test_nothing_of_an_earlier_process_is_there(suite):
    text = "def test_a(benchmark):\n    assert not os.path.exists('left')\n    open('left', 'w').close()\n    benchmark(double, 1)\n"
    with suite(text) as repo:
        for _ in range(2):
            with repo.test(NAME) as bench:
                bench.end()


def test_random_numbers_are_the_same_in_every_batch_and_process(suite):
    text = """
import random
MET = []
def draw():
    MET.append(random.random())
def test_a(benchmark):
    benchmark(draw)
    assert MET[:2] == MET[2:], MET
"""
    with suite(text) as repo, repo.test(NAME) as bench:
        bench.batch(2)
        bench.batch(2)
        bench.end()


@pytest.mark.parametrize(("statement", "collects"), [("pass", True), ("gc.disable()", False)])
def test_it_is_said_whether_garbage_is_collected(suite, statement, collects):
    with suite(f"{statement}\ndef test_a(benchmark):\n    benchmark(double, 1)\n") as repo, repo.test(NAME) as bench:
        assert bench.collects is collects


def test_reach_tells_what_ran_and_what_is_imported(suite):
    text = """
import threading
def called():
    thread = threading.Thread(target=busy, args=(3,))
    thread.start()
    thread.join()
    return [double(number) for number in [sys.getprofile() is None]]
def test_a(benchmark):
    assert benchmark(called) == [2]
"""
    with suite(text) as repo, repo.test(NAME) as bench:
        reach = bench.reach()
        assert {name for path, _, name in reach.functions if path == "lib.py"} == {"double", "busy", "<genexpr>"}
        assert ("test_speed.py", 5, "called") in reach.functions
        assert "test_a" not in {name for _, _, name in reach.functions}
        assert reach.files == ("lib.py", "test_speed.py")
        bench.batch(1)
        bench.end()


def test_samples_tell_where_the_time_goes(at):
    with at("busy, 20000") as repo, repo.test(NAME) as bench:
        samples = bench.sample(100)
        assert samples.samples > 10
        (row,) = [row for row in samples.rows if row.place == ("lib.py", 9, "busy")]
        assert samples.seconds * 1.01 >= row.total_s >= row.own_s > samples.seconds / 2
        bench.end()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ("lambda: 1 / 0", "ZeroDivisionError: division by zero"),
        ("sys.exit, 'over\\nand out'", "SystemExit: over"),
        ("os._exit, 4", "status 4"),
        ("os.kill, os.getpid(), 11", "status 139"),
    ],
)
def test_a_call_that_fails_is_told_in_one_line(at, call, message):
    with at(call) as repo, repo.test(NAME) as bench:
        with pytest.raises(ContestantError, match=message) as raised:
            bench.batch(2)
        assert "\n" not in str(raised.value)


def test_a_call_that_hangs_is_given_up(at):
    with at("time.sleep, 600") as repo, repo.test(NAME) as bench, pytest.raises(ContestantError, match="in time"):
        bench.batch(1, timeout_s=0.5)


def test_what_asks_for_outcomes_or_sits_wrongly_is_refused(at):
    with at("double, 1") as repo:
        with repo.test(NAME) as bench, pytest.raises(ContestantError, match="only recorded calls"):
            bench.outcomes()
        for kind in (BenchmarkKind.COMMAND, BenchmarkKind.CALLS):
            opening = open_bench(repo.scene, repo.sandbox, Benchmark(kind=kind, name="x"))
            with pytest.raises(ValueError, match="no process can sit"), opening:
                pass


def recorded(*arguments: tuple[object, ...], pickles: tuple[bytes, ...] = ()) -> Recording:
    calls = [pickle.dumps((each, {}), 4) for each in arguments] + list(pickles)
    header = {"module": "things", "main": None, "argv": [], "path": ["{tree}"], "outcomes": ["returned"] * len(calls)}
    data = pack([json.dumps(header).encode(), *calls])
    name = TargetName(path="things.py", qualname="drain")
    return Recording(name=name, calls=len(calls), seen=len(calls), skipped=(), data=data, seconds=0.0)


@pytest.fixture
def things(tmp_path):
    with repository(tmp_path, {"things.py": CALLS}) as repo:
        yield repo


DRAIN = Benchmark(kind=BenchmarkKind.CALLS, name="things.py::drain", path="things.py")


def test_recorded_calls_are_made_on_fresh_arguments(things):
    recording = recorded(([1, 2, 3],), ([1],), ([1, 2],))
    with open_bench(things.scene, things.sandbox, DRAIN, recording=recording) as bench:
        assert bench.batch(50).seconds > 0
        assert bench.outcomes() == ("returned", "raised LookupError", "returned")
        assert ("things.py", 5, "drain") in bench.reach().functions
        assert [row.place[2] for row in bench.sample(10_000).rows].count("drain") == 1
        bench.end()


def test_only_the_chosen_calls_are_made(things):
    recording = recorded(([1, 2, 3],), ([1],), ([1, 2],))
    with open_bench(things.scene, things.sandbox, DRAIN, recording=recording, calls=(1,)) as bench:
        assert bench.outcomes() == ("raised LookupError",)


def test_large_arguments_bound_a_batch(things):
    with open_bench(things.scene, things.sandbox, DRAIN, recording=recorded(("x" * 10_000_000,))) as bench:
        assert bench.most == 4


def test_a_call_that_cannot_be_rebuilt_is_told(things):
    broken = b"\x80\x04cthings\nGone\n."
    opening = open_bench(things.scene, things.sandbox, DRAIN, recording=recorded(pickles=(broken,)))
    with pytest.raises(ContestantError, match="cannot be rebuilt: AttributeError"), opening:
        pass


def test_a_function_that_is_gone_is_told(things):
    benchmark = Benchmark(kind=BenchmarkKind.CALLS, name="things.py::gone", path="things.py")
    gone = replace(recorded(([1],)), name=TargetName(path="things.py", qualname="gone"))
    opening = open_bench(things.scene, things.sandbox, benchmark, recording=gone)
    with pytest.raises(ContestantError, match="gone is not defined"), opening:
        pass


@pytest.mark.parametrize(
    "frame",
    [
        *(b"", b"[]", b'{"done": "1"}', b'{"done": 1.5}', b'{"unknown": 1}', b'{"reached": [["a", "1", "f"]]}'),
        *(b'{"sampled": Infinity}', b'{"benchmarks": [["a", "b", 1, 2]]}', b"\xff", b"[" * 100_000),
    ],
)
def test_a_message_that_is_none_breaks_the_protocol(frame):
    with pytest.raises(ContestantError, match="broke the protocol"):
        parse_bench_message(frame)


def test_a_failure_is_one_line_whatever_is_said():
    with pytest.raises(BenchSkippedError, match=r"^a b$"):
        parse_bench_message(b'{"skipped": "a\\n\\n  b"}')
    with pytest.raises(ContestantError) as raised:
        parse_bench_message(json.dumps({"failed": "x\n" * 5000}).encode())
    assert len(str(raised.value)) <= 400


@pytest.mark.skipif(shutil.which("valgrind") is None, reason="there is no valgrind")
def test_instructions_are_counted_the_same_each_time(things):
    calls = Benchmark(kind=BenchmarkKind.CALLS, name="things.py::drain", path="things.py")
    recording = recorded((list(range(2000)),))
    assert can_count(things.sandbox)
    first, again = (count_instructions(things.scene, things.sandbox, calls, calls=20, recording=recording) for _ in range(2))
    assert first == pytest.approx(again, rel=1e-3)
    assert first > 2000 * 20


@pytest.mark.docker
def test_the_runner_works_in_docker(tmp_path, docker_environment):
    test = "import pytest\nfrom lib import double\n@pytest.mark.benchmark\ndef test_a():\n    assert double(1) == 2\n"
    script = "import pyperf\nfrom lib import double\npyperf.Runner().bench_func('script', double, 1)\n"
    asv = {"asv.conf.json": "{}", "benchmarks/one.py": "from lib import double\ndef time_it():\n    double(1)\n"}
    files = {"test_speed.py": test, "bench/run.py": script, **asv}
    lay_out(tmp_path, files)
    provider = DockerProvider(tmp_path, programs_dir(), run="benches")
    with repository(tmp_path, files, provider=provider) as repo:
        names = repo.names()
        assert names == [NAME, "one.time_it", "script"]
        for name in names:
            with repo.open(name) as bench:
                assert bench.batch(10).seconds > 0
                assert "lib.py" in bench.reach().files
                bench.end()
