"""Which files are worth asking for their benchmarks."""

from __future__ import annotations

import pytest

from codeopt.trial.bench_files import BenchFiles, find_bench_files


def found(files: dict[str, str]) -> BenchFiles:
    return find_bench_files(tuple(files), lambda path: files[path].encode())


@pytest.mark.parametrize(
    "text",
    [
        "def test_speed(benchmark):\n    benchmark(f)\n",
        "class TestSpeed:\n    def test_speed(self, tmp_path, benchmark): ...\n",
        "def test_speed(\n    data: bytes,\n    benchmark: BenchmarkFixture,\n) -> None: ...\n",
        "async def test_speed(codspeed_benchmark): ...\n",
        "@pytest.mark.benchmark\ndef test_speed(): ...\n",
        "from pytest import mark\npytestmark = [mark.codspeed]\ndef test_speed(): ...\n",
    ],
)
def test_a_test_that_is_a_benchmark_is_found(text):
    assert found({"tests/test_speed.py": text, "tests/test_a.py": "def test_a(): ..."}).tests == ("tests/test_speed.py",)


def test_a_fixture_of_the_repository_that_leads_to_the_benchmark_is_followed():
    files = {
        "tests/conftest.py": "@pytest.fixture\ndef timed(benchmark): ...\n\n@pytest.fixture()\n@other\ndef twice(timed): ...\n",
        "tests/test_speed.py": "def test_speed(twice): ...\n",
        "tests/test_a.py": "def test_a(once): ...\n",
    }
    assert found(files).tests == ("tests/test_speed.py",)


def test_the_word_alone_makes_no_benchmark():
    files = {"test_a.py": "# benchmark\ndef test_a():\n    benchmark = 1\n", "src/fastest.py": "def f(benchmark): ..."}
    assert found(files).tests == ()


@pytest.mark.parametrize(
    ("where", "text", "folder"),
    [
        ("asv.conf.json", "{}", "benchmarks"),
        ("asv.conf.json", '{\n  // where they are\n  "benchmark_dir": "perf/asv", /* and */\n}', "perf/asv"),
        ("asv_bench/asv.conf.json", '{"benchmark_dir": "./benchmarks", "repo": "http://host/path"}', "asv_bench/benchmarks"),
        ("bench/asv.conf.jsonc", '{"a": ["x, }", 1, // last\n ], "benchmark_dir": "..", }', "."),
    ],
)
def test_an_asv_configuration_names_its_folder(where, text, folder):
    assert found({where: text, f"{folder}/test_a.py": "", "./a.py": ""}).folders == (folder,)


@pytest.mark.parametrize(
    ("text", "problem"), [("{", "cannot be read"), ("[]", "cannot be read"), ('{"benchmark_dir": "x"}', "x is not there")]
)
def test_an_asv_configuration_that_leads_nowhere_is_said(text, problem):
    files = found({"asv.conf.json": text})
    assert files.folders == ()
    assert len(files.problems) == 1
    assert problem in files.problems[0]


def test_scripts_with_a_runner_of_pyperf_are_found():
    files = {
        "bench/run.py": "import pyperf\nrunner = pyperf.Runner()\n",
        "bench/one.py": "from pyperf import Runner\nif __name__ == '__main__':\n    Runner().timeit('1')\n",
        "bench/compare.py": "import pyperf\nsuite = pyperf.BenchmarkSuite.load('a')\n",
        "bench/own.py": "Runner()\n",
    }
    assert found(files).scripts == ("bench/one.py", "bench/run.py")
