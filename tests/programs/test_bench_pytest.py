"""Tests that are benchmarks, run as their author wrote them, by this project's own pytest: no other plug-in is needed."""

from __future__ import annotations

import pytest

from codeopt.errors import ContestantError
from codeopt.trial.bench_messages import BenchSkippedError
from tests.trial.bench_scene import repository

HEAD = "import pytest\nfrom lib import busy, double, doubled\n"


@pytest.fixture
def suite(tmp_path):
    def make(text: str, **files: str):
        others = {path.replace("__", "."): body for path, body in files.items()}
        return repository(tmp_path, {"test_speed.py": HEAD + text, **others})

    return make


SUITE = """
def test_plain(benchmark):
    assert benchmark(double, 2) == 4

def test_decorated(benchmark):
    @benchmark
    def value():
        return double(3)
    assert value == 6

@pytest.mark.parametrize("number", [1, "a::b[c]"])
class TestMany:
    def test_each(self, benchmark, number):
        benchmark(double, 1)

@pytest.mark.codspeed
def test_whole():
    assert double(1) == 2

@pytest.fixture
def timed(benchmark):
    return lambda: benchmark(double, 1)

def test_through_a_fixture(timed):
    timed()

def test_no_benchmark():
    pass
"""
NAMES = [
    "test_speed.py::test_plain",
    "test_speed.py::test_decorated",
    "test_speed.py::TestMany::test_each[1]",
    "test_speed.py::TestMany::test_each[a::b[c]]",
    "test_speed.py::test_whole",
    "test_speed.py::test_through_a_fixture",
]


def test_benchmarks_are_named_with_their_places(suite):
    with suite(SUITE) as repo:
        assert repo.names() == NAMES
        first = repo.list().benchmarks[0]
        assert (first.path, first.line) == ("test_speed.py", 4)


@pytest.mark.parametrize("name", NAMES)
def test_every_form_of_a_benchmark_makes_its_calls(suite, name):
    with suite(SUITE) as repo, repo.test(name) as bench:
        assert bench.batch(5).seconds > 0
        assert ("lib.py", 4, "double") in bench.reach().functions
        bench.end()


def test_the_tests_own_asserts_come_after_the_calls(suite):
    text = "def test_a(benchmark):\n    met = []\n    benchmark(met.append, 1)\n    assert len(met) == 7, len(met)\n"
    with suite(text) as repo:
        with repo.test("test_speed.py::test_a") as bench:
            bench.batch(3)
            bench.batch(4)
            bench.end()
        with repo.test("test_speed.py::test_a") as bench:
            bench.batch(3)
            with pytest.raises(ContestantError, match="AssertionError: 3"):
                bench.end()


def test_a_test_that_is_ended_at_once_has_its_one_call(suite):
    text = (
        "def test_a(benchmark):\n    assert benchmark(double, 4) == 8\n    assert benchmark.stats['min'] == benchmark.stats.stats.max > 0\n"
    )
    with suite(text) as repo, repo.test("test_speed.py::test_a") as bench:
        bench.end()


def test_pedantic_prepares_arguments_before_the_calls(suite):
    text = """
import time
def test_a(benchmark):
    made, met, gone = [], [], []
    def setup():
        made.append(0)
        return (len(made),), {"also": made}
    def target(number, also):
        assert also is made
        met.append(number)
    benchmark.pedantic(target, setup=setup, rounds=10, warmup_rounds=2)
    assert met == list(range(met[0], met[0] + 5)), met
    assert met[-1] == len(made)
"""
    with suite(text) as repo, repo.test("test_speed.py::test_a") as bench:
        assert bench.most is not None
        assert bench.most > 5
        assert bench.planned == 12
        bench.batch(5)
        bench.end()


def test_a_setup_that_makes_no_arguments_comes_before_each_call(suite):
    text = """
def test_a(benchmark):
    state, met = [], []
    def target():
        met.append(list(state))
        state.append(1)
    benchmark.pedantic(target, setup=state.clear, teardown=lambda: state.append(2), rounds=3)
    assert met == [[]] * 4, met
"""
    with suite(text) as repo, repo.test("test_speed.py::test_a") as bench:
        assert bench.most == 1
        bench.batch(4)
        bench.end()


def test_setups_are_not_in_the_time(suite):
    text = "import time\ndef test_a(benchmark):\n    benchmark.pedantic(double, setup=lambda: time.sleep(0.6) or ((1,), {}), rounds=3)\n"
    with suite(text) as repo, repo.test("test_speed.py::test_a") as bench:
        assert bench.most == 1
        assert bench.batch(1).seconds < 0.6


def test_pedantic_without_a_setup_says_how_many_calls_were_foreseen(suite):
    text = "def test_a(benchmark):\n    assert benchmark.pedantic(double, (2,), rounds=3, iterations=2) == 4\n"
    with suite(text) as repo, repo.test("test_speed.py::test_a") as bench:
        assert (bench.most, bench.planned) == (None, 6)
        bench.end()


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("benchmark.weave(busy)", "weave"),
        ("benchmark(doubled, 1)", "coroutine function"),
        ("pass", "without a call of its benchmark"),
        ("benchmark(double, 1); benchmark(double, 2)", "used twice"),
        ("raise ValueError('before\\nit begins')", "ValueError: before"),
        ("import sys; sys.exit(3)", "SystemExit"),
        ("import os; os._exit(3)", "status 3"),
    ],
)
def test_what_keeps_a_test_from_its_calls_is_told(suite, body, message):
    text = f"def test_a(benchmark):\n    {body}\n"
    told = pytest.raises(ContestantError, match=message)
    with suite(text) as repo, told as raised, repo.test("test_speed.py::test_a") as bench:
        bench.end()
    assert "\n" not in str(raised.value)


def test_a_coroutine_that_a_plain_function_returns_is_told(suite):
    text = "def test_a(benchmark):\n    benchmark(lambda: doubled(1))\n"
    told = pytest.raises(ContestantError, match="nobody awaits")
    with suite(text) as repo, repo.test("test_speed.py::test_a") as bench, told:
        bench.batch(3)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("@pytest.mark.skip(reason='not on Tuesdays')\ndef test_a(benchmark): ...\n", "not on Tuesdays"),
        ("def test_a(benchmark):\n    pytest.skip('no data')\n", "no data"),
        ("@pytest.mark.benchmark\nasync def test_a(): ...\n", "coroutine"),
        ("pytest.importorskip('nowhere')\ndef test_a(benchmark): ...\n", "nowhere"),
    ],
)
def test_a_test_that_does_not_want_to_run_is_skipped(suite, text, message):
    with suite(text) as repo, pytest.raises(ContestantError, match=message), repo.test("test_speed.py::test_a"):
        pass


def test_a_skip_is_told_apart_from_a_failure(suite):
    text = "def test_a(benchmark):\n    pytest.skip('no data')\n"
    with suite(text) as repo, pytest.raises(BenchSkippedError), repo.test("test_speed.py::test_a"):
        pass


def test_a_missing_test_and_a_missing_fixture_are_told(suite):
    with suite("def test_a(benchmark, nowhere): ...\n") as repo:
        with pytest.raises(ContestantError, match="fixture 'nowhere' not found"), repo.test("test_speed.py::test_a"):
            pass
        with pytest.raises(ContestantError, match="no such test"), repo.test("test_speed.py::test_b"):
            pass


def test_a_file_that_fails_to_import_is_one_problem_and_costs_no_other(suite):
    broken = "import nowhere\ndef test_b(benchmark): ...\n"
    with suite("def test_a(benchmark):\n    benchmark(double, 1)\n", test_broken__py=broken) as repo:
        listing = repo.list()
        assert [benchmark.name for benchmark in listing.benchmarks] == ["test_speed.py::test_a"]
        assert listing.problems == ("test_broken.py: ModuleNotFoundError: No module named 'nowhere'",)


OPTIONS = (
    "--benchmark-only --benchmark-columns=min,max --benchmark-disable --benchmark-autosave --benchmark-warmup=on --codspeed "
    "-n 4 --dist loadfile --cov=lib --cov-report term --no-cov-on-fail --timeout=1 --reruns 2 --strict-markers --strict-config "
    "-p xdist -p pytest_cov -m 'not benchmark' -k nothing -x --randomly-seed=1"
)
CONFTEST = """
import pytest

def pytest_configure(config):
    assert not config.getoption("--benchmark-disable")

@pytest.fixture(autouse=True)
def apart(worker_id):
    assert worker_id == "master"

def pytest_benchmark_update_json(config, benchmarks, output_json):
    raise AssertionError("nothing calls it")
"""


def test_options_for_plug_ins_that_time_or_distribute_do_not_matter(suite):
    ini = f"[pytest]\naddopts = {OPTIONS}\ntimeout = 1\nfilterwarnings = error\n"
    text = """
@pytest.mark.timeout(1)
@pytest.mark.benchmark(group="x")
def test_a(benchmark):
    assert benchmark.group == "x"
    benchmark(double, 1)
"""
    with suite(text, pytest__ini=ini, conftest__py=CONFTEST) as repo:
        assert repo.names() == ["test_speed.py::test_a"]
        with repo.test("test_speed.py::test_a") as bench:
            bench.batch(10)
            bench.end()


def test_an_option_that_pytest_does_not_know_is_told(suite):
    with suite("def test_a(benchmark): ...\n", pytest__ini="[pytest]\naddopts = --nowhere\n") as repo:
        (problem,) = repo.list().problems
        assert "unrecognized arguments: --nowhere" in problem


def test_a_conftest_that_fails_is_told(suite):
    with suite("def test_a(benchmark): ...\n", conftest__py="import nowhere\n") as repo:
        (problem,) = repo.list().problems
        assert "No module named 'nowhere'" in problem


def test_names_do_not_depend_on_where_pytest_finds_its_root(tmp_path):
    text = HEAD + "def test_a(benchmark):\n    benchmark(double, 1)\n"
    with repository(tmp_path, {"bench/test_a.py": text, "bench/pytest.ini": "[pytest]\n", "tests/test_a.py": text}) as repo:
        assert repo.names() == ["bench/test_a.py::test_a", "tests/test_a.py::test_a"]
        with repo.test("bench/test_a.py::test_a") as bench:
            bench.end()


def test_what_tests_print_goes_nowhere(suite):
    text = "import os\ndef test_a(benchmark):\n    benchmark(lambda: (print('x'), os.write(1, b'y'), os.write(2, b'z')))\n"
    with suite(text) as repo, repo.test("test_speed.py::test_a") as bench:
        bench.batch(100)
        bench.end()
