"""Knows which files measure: tests, their configuration, and benchmarks. A patch that edits one of them proves nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

__all__ = ["is_benchmark", "is_test", "is_test_module", "is_yardstick"]

TEST_FOLDERS = frozenset({"test", "testing", "tests"})
TEST_MODULE = re.compile(r"(test_.*|.*_test|tests)\.py")
BENCHMARK_FOLDERS = frozenset({"asv_bench", "bench", "benchmark", "benchmarks"})
BENCHMARK_MODULE = re.compile(r"(bench.*|.*_bench|.*_benchmarks?)\.py")
# pytest takes these from any folder above the tests.
CONFIGURATION = frozenset(
    {".coveragerc", ".pytest.ini", ".pytest.toml", "pyproject.toml", "pytest.ini", "pytest.toml", "setup.cfg", "tox.ini"}
)
# Below the root these are ordinary modules.
ROOT_CONFIGURATION = frozenset({"asv.conf.json", "noxfile.py", "setup.py"})
# `fastest` and `latest` hold no test.
MEASURING_NAME = re.compile(r"bench|(^|[^a-z])(test|perf)|(speed|load|unit|smoke)[-_]?test")
RUNNERS = frozenset({"py.test", "pytest", "unittest"})


def is_test_module(path: str) -> bool:
    """Whether a path is named as a module of tests."""
    return bool(TEST_MODULE.fullmatch(PurePosixPath(path).name))


def is_test(path: str) -> bool:
    """Whether a path belongs to the tests rather than to what they test."""
    *folders, name = PurePosixPath(path).parts
    return is_test_module(path) or name == "conftest.py" or not TEST_FOLDERS.isdisjoint(map(str.lower, folders))


def is_benchmark(path: str) -> bool:
    """Whether a path belongs to the benchmarks rather than to what they measure."""
    *folders, name = PurePosixPath(path).parts
    return bool(BENCHMARK_MODULE.fullmatch(name.lower())) or not BENCHMARK_FOLDERS.isdisjoint(map(str.lower, folders))


def is_yardstick(path: str, commands: Sequence[Sequence[str]]) -> str:
    """Say why a patch may not edit a file; empty when it may.

    `commands` are those that measure: the workload and the tests. A program that they name (`python main.py`) may be what the user wants
    to be faster, so it is a yardstick only where its name says that it measures, or where a test runner is given it.
    """
    if is_test(path):
        return "the tests that judge a patch must be the original's"
    if path in ROOT_CONFIGURATION or PurePosixPath(path).name in CONFIGURATION:
        return "what configures the tests must be the original's"
    if is_benchmark(path):
        return "the benchmarks that measure a patch must be the original's"
    for command in commands:
        if path in _named(command) and (MEASURING_NAME.search(path.lower()) or _tests_files(command)):
            return "the command that measures a patch names it, so it must be the original's"
    return ""


def _named(command: Sequence[str]) -> Iterator[str]:
    """Yield the paths that the words of a command could mean, modules included (`-m package.module`)."""
    for word in command:
        # `path::test` is one test of a file, `--option=path` an option's value
        plain = word.partition("::")[0].rpartition("=")[2]
        yield str(PurePosixPath(plain))
        if re.fullmatch(r"\w+(\.\w+)*", plain):
            module = plain.replace(".", "/")
            yield f"{module}.py"
            yield f"{module}/__main__.py"


def _tests_files(command: Sequence[str]) -> bool:
    """Whether the files that a command names are tests; with doctests, pytest is given the very modules that are tested."""
    words = {PurePosixPath(word).name for word in command}
    return not RUNNERS.isdisjoint(words) and not any(word.startswith("--doctest") for word in command)
