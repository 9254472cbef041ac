"""Benchmarks of asv, without asv."""

from __future__ import annotations

import pytest

from codeopt.errors import ContestantError
from codeopt.trial.bench_messages import BenchSkippedError
from tests.trial.bench_scene import repository

CONF = '{\n  // asv\n  "benchmark_dir": "benchmarks"\n}\n'
SUITE = """
from lib import busy, double
from .common import SIZE

def time_plain():
    double(1)

def track_size():
    return 3

class Numbers:
    params = ([1, 2], ["a", "b"])
    param_names = ["number", "letter"]

    def setup(self, number, letter):
        if (number, letter) == (2, "a"):
            raise NotImplementedError("no 2a")
        self.number = number

    def time_double(self, number, letter):
        assert self.number == number
        double(number)

    time_double.skip_params = [(1, "b")]

    def peakmem_double(self, number, letter):
        pass

class Flat:
    params = [time_plain, object(), object()]

    def time_one(self, value):
        double(1)

class _Hidden:
    def time_it(self): ...
"""
FILES = {
    "asv.conf.json": CONF,
    "benchmarks/__init__.py": "",
    "benchmarks/common.py": "SIZE = 3\n",
    "benchmarks/plain.py": SUITE,
    "benchmarks/inner/__init__.py": "",
    "benchmarks/inner/deep.py": "class Deep:\n    def time_it(self):\n        pass\n",
}


@pytest.fixture
def suite(tmp_path):
    def make(text: str):
        return repository(tmp_path, {"asv.conf.json": CONF, "benchmarks/one.py": f"from lib import busy, double\n{text}"})

    return make


def test_benchmarks_are_named_as_asv_names_them(tmp_path):
    with repository(tmp_path, FILES) as repo:
        assert sorted(repo.names()) == [
            "inner.deep.Deep.time_it",
            "plain.Flat.time_one(<function time_plain>)",
            "plain.Flat.time_one(<object object> (0))",
            "plain.Flat.time_one(<object object> (1))",
            "plain.Numbers.time_double(1, 'a')",
            "plain.Numbers.time_double(1, 'b')",
            "plain.Numbers.time_double(2, 'a')",
            "plain.Numbers.time_double(2, 'b')",
            "plain.time_plain",
        ]
        assert (repo.find("plain.time_plain").path, repo.find("plain.time_plain").line) == ("benchmarks/plain.py", 5)


@pytest.mark.parametrize("name", ["plain.time_plain", "plain.Numbers.time_double(2, 'b')", "plain.Flat.time_one(<object object> (1))"])
def test_each_choice_of_parameters_makes_its_calls(tmp_path, name):
    with repository(tmp_path, FILES) as repo, repo.open(name) as bench:
        assert bench.batch(5).seconds > 0
        reach = bench.reach()
        assert ("lib.py", 4, "double") in reach.functions
        assert set(reach.files) == {"lib.py", "benchmarks/__init__.py", "benchmarks/common.py", "benchmarks/plain.py"}
        bench.end()


def test_a_package_inside_is_imported_by_its_own_name(tmp_path):
    with repository(tmp_path, FILES) as repo, repo.open("inner.deep.Deep.time_it") as bench:
        bench.batch(5)
        bench.end()


@pytest.mark.parametrize(("name", "reason"), [("(2, 'a')", "no 2a"), ("(1, 'b')", "skips these parameters")])
def test_parameters_that_the_author_leaves_out_are_skipped(tmp_path, name, reason):
    skipped = pytest.raises(BenchSkippedError, match=reason)
    with repository(tmp_path, FILES) as repo, skipped, repo.open(f"plain.Numbers.time_double{name}"):
        pass


def test_setups_run_before_each_batch_and_teardowns_behind_it(suite):
    text = """
STEPS = []

def setup():
    STEPS.append("module")

class Stepped:
    def setup(self):
        STEPS.append("setup")
    def teardown(self):
        STEPS.append("teardown")
    def time_it(self):
        STEPS.append("call")
        if STEPS.count("call") == 3:
            raise LookupError(" ".join(STEPS))
"""
    steps = "module setup teardown module setup call call teardown module setup call"
    with suite(text) as repo, repo.open("one.Stepped.time_it") as bench:
        bench.batch(2)
        with pytest.raises(ContestantError, match=f"^LookupError: {steps}$"):
            bench.batch(1)


def test_a_number_bounds_a_batch(suite):
    text = """
class Sorted:
    number = 1
    def setup(self):
        self.waiting = [1]
    def time_pop(self):
        self.waiting.pop()
"""
    with suite(text) as repo, repo.open("one.Sorted.time_pop") as bench:
        assert bench.most == 1
        bench.batch(5)
        bench.end()


def test_what_setup_cache_makes_is_the_first_argument(suite):
    text = """
import os

class Cached:
    params = [3, 4]
    def setup_cache(self):
        with open("made.txt", "w") as file:
            file.write("x")
        return {"made": os.getpid()}
    def setup(self, cache, number):
        assert os.path.isfile("made.txt")
    def time_it(self, cache, number):
        assert cache["made"] == os.getpid() and number in (3, 4)
"""
    with suite(text) as repo:
        with repo.open("one.Cached.time_it(4)") as bench:
            bench.batch(2)
            bench.end()
        assert repo.sandbox.read(f"{repo.sandbox.tree}/made.txt", limit_bytes=10) is None


def test_problems_cost_no_other_benchmark(tmp_path):
    files = {
        "asv.conf.json": CONF,
        "benchmarks/a.py": "import nowhere\n",
        "benchmarks/b.py": "import sys\nsys.exit(3)\n",
        "benchmarks/c.py": "class C:\n    def __init__(self):\n        raise ValueError('no C')\n    def time_c(self): ...\n",
        "benchmarks/d.py": "def time_d(): ...\n",
    }
    with repository(tmp_path, files) as repo:
        listing = repo.list()
        assert [benchmark.name for benchmark in listing.benchmarks] == ["d.time_d"]
        assert listing.problems == (
            "benchmarks.a: ModuleNotFoundError: No module named 'nowhere'",
            "benchmarks.b: SystemExit: 3",
            "c.C: ValueError: no C",
        )


def test_a_call_that_fails_is_told(suite):
    told = pytest.raises(ContestantError, match="LookupError: gone")
    with suite("def time_it():\n    raise LookupError('gone')\n") as repo, repo.open("one.time_it") as bench, told:
        bench.batch(3)


def test_two_folders_may_have_benchmarks_of_one_name(tmp_path):
    files = {}
    for folder in ("first", "second"):
        files[f"{folder}/asv.conf.json"] = CONF
        files[f"{folder}/benchmarks/one.py"] = (
            f"from lib import {'double' if folder == 'first' else 'busy'} as f\ndef time_it():\n    f(1)\n"
        )
    with repository(tmp_path, files) as repo:
        assert repo.names() == ["one.time_it", "second/benchmarks/one.py::one.time_it"]
        for name, function in (("one.time_it", "double"), ("second/benchmarks/one.py::one.time_it", "busy")):
            with repo.open(name) as bench:
                assert function in {place[2] for place in bench.reach().functions}
                bench.end()
