"""Knows which files measure: tests, their configuration, and benchmarks. A patch that edits one of them proves nothing."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import PurePosixPath

__all__ = ["hijacks", "import_folders", "is_benchmark", "is_test", "is_test_module", "is_yardstick"]

TEST_FOLDERS = frozenset({"test", "testing", "tests"})
TEST_MODULE = re.compile(r"(test_.*|.*_test|tests)\.py")
BENCHMARK_FOLDERS = frozenset({"asv_bench", "bench", "benchmark", "benchmarks"})
BENCHMARK_MODULE = re.compile(r"(bench.*|.*_bench|.*_benchmarks?)\.py")
# Folders that hold what tests are made of, and folders of tests by other names: what is in them is no target.
SUPPORT_FOLDER = re.compile(
    r"tests?[-_](assets|cases|data|files|fixtures|helpers?|resources|support|utils?)|test(data|files|fixtures|utils)"
    r"|(acceptance|e2e|functional|integration|regression|smoke|system|unit)[-_]?tests?"
)
# pytest takes these from any folder above the tests; plug-ins take `.env`.
CONFIGURATION = frozenset(
    {".coveragerc", ".env", ".pytest.ini", ".pytest.toml", "pyproject.toml", "pytest.ini", "pytest.toml", "setup.cfg", "tox.ini"}
)
# Python runs these at its start wherever they lie on the import path, in every process, the tests' included.
STARTUP = frozenset({"sitecustomize", "usercustomize"})
# What is installed as far as Python knows: its entry points are plug-ins of pytest.
METADATA = (".dist-info", ".egg", ".egg-info", ".egg-link", ".pth")
# What runs the tests, besides the standard library.
MACHINERY = frozenset(
    {"_pytest", "anyio", "codeopt_inside", "conftest", "coverage", "exceptiongroup", "execnet", "iniconfig", "packaging", "pluggy", "py"}
    | {"pygments", "pytest", "tomli", "typing_extensions", "xdist"}
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
    if any(SUPPORT_FOLDER.fullmatch(folder.lower()) for folder in PurePosixPath(path).parts[:-1]):
        return "the tests that judge a patch must be the original's, and what they are made of"
    if _starts_with_python(path):
        return "Python reads it at the start of every process, those that measure included"
    if path in ROOT_CONFIGURATION or PurePosixPath(path).name in CONFIGURATION:
        return "what configures the tests must be the original's"
    if is_benchmark(path):
        return "the benchmarks that measure a patch must be the original's"
    for command in commands:
        if path in _named(command) and (MEASURING_NAME.search(path.lower()) or _tests_files(command)):
            return "the command that measures a patch names it, so it must be the original's"
    return ""


def import_folders(import_roots: Iterable[str], files: Iterable[str]) -> tuple[str, ...]:
    """Return the folders that modules are imported from while tests run: pytest puts the root and those of the tests before all others."""
    return tuple(dict.fromkeys((".", *import_roots, *(str(PurePosixPath(path).parent) for path in files if is_test_module(path)))))


def hijacks(path: str, import_roots: Sequence[str]) -> str:
    """Say why a patch may not add a file; empty when it may.

    A new module of a name that Python or the test runner imports would be found first: it would run in their place.
    """
    for root in import_roots:
        inside = PurePosixPath(path)
        if root not in {"", "."}:
            if not inside.is_relative_to(root):
                continue
            inside = inside.relative_to(root)
        name = inside.parts[0].partition(".")[0]
        if _may_be_imported(inside) and (name in sys.stdlib_module_names or name in MACHINERY or name.startswith("pytest_")):
            return f"a new module named {name} would take the place of the one that runs the tests"
    return ""


def _may_be_imported(inside: PurePosixPath) -> bool:
    """Whether a file below an import root is a module, or lies in a package."""
    return len(inside.parts) > 1 or inside.suffix in {".py", ".pyc", ".so", ".pyd"}


def _starts_with_python(path: str) -> bool:
    parts = PurePosixPath(path).parts
    return any(part.lower().endswith(METADATA) or part.partition(".")[0] in STARTUP for part in parts)


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
