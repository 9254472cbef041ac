"""Finds what to run: the workload that time is measured on, and the tests that judge a patch."""

from __future__ import annotations

import configparser
import re
import shlex
import tomllib
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from codeopt.errors import WorkloadError
from codeopt.model.work import Workload, WorkloadKind
from codeopt.trial.bench_files import PYPERF
from codeopt.trial.yardstick import is_test_module

__all__ = ["find_tests", "find_workload", "has_types_checked", "split"]

Read = Callable[[str], bytes]

BENCHMARK_FIXTURE = re.compile(
    rb"^\s*(async\s+)?def\s+(test|bench)\w*\([^)]*\bbenchmark\b|pytest\.mark\.benchmark|pytest\.mark\.codspeed", re.MULTILINE
)
PYTEST = ("python", "-m", "pytest", "-q")


def split(command: str, *, where: str) -> tuple[str, ...]:
    """Split a command of the user's into words, as a shell would; nothing is expanded.

    Raises:
        WorkloadError: unbalanced quotes, or nothing there.
    """
    try:
        words = tuple(shlex.split(command))
    except ValueError as error:
        raise WorkloadError(f"{where} `{command}` cannot be split into words ({error}): check its quotes") from None
    if not words:
        raise WorkloadError(f"{where} is empty: give a command, such as `python bench.py`")
    return words


def find_tests(paths: Sequence[str], command: str | None) -> tuple[str, ...]:
    """Return the command that runs the tests; empty when the repository has none."""
    if command is not None:
        return split(command, where="the tests command")
    return PYTEST if any(is_test_module(path) for path in paths) else ()


def has_types_checked(tree: Path) -> bool:
    """Whether a repository has a configuration of mypy; one that cannot be read is none."""
    if (tree / "mypy.ini").is_file() or (tree / ".mypy.ini").is_file():
        return True
    with suppress(OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        tool = tomllib.loads((tree / "pyproject.toml").read_text(encoding="utf-8")).get("tool")
        if isinstance(tool, dict) and "mypy" in tool:
            return True
    with suppress(OSError, UnicodeDecodeError, configparser.Error):
        parser = configparser.ConfigParser(interpolation=None)
        return bool(parser.read(tree / "setup.cfg", encoding="utf-8")) and parser.has_section("mypy")
    return False


def find_workload(paths: Sequence[str], read: Read, *, command: str | None, tests: Sequence[str]) -> Workload:
    """Return the user's command, else the repository's benchmarks, else its tests.

    Benchmarks are pytest-benchmark or pytest-codspeed tests, else one pyperf script. A benchmark suite that pytest runs is run
    as its author configured it.

    Raises:
        WorkloadError: there is nothing to run.
    """
    if command is not None:
        return Workload(kind=WorkloadKind.COMMAND, argv=split(command, where="the workload"))
    sources = [path for path in paths if path.endswith(".py") and ("bench" in path.lower() or is_test_module(path))]
    fixtures = [path for path in sources if BENCHMARK_FIXTURE.search(read(path))]
    if fixtures:
        return Workload(kind=WorkloadKind.BENCHMARKS, argv=(*PYTEST, *fixtures))
    scripts = [path for path in sources if PYPERF.search(read(path))]
    if scripts:
        return Workload(kind=WorkloadKind.BENCHMARKS, argv=("python", scripts[0], "--debug-single-value"))
    if tests:
        return Workload(kind=WorkloadKind.TESTS, argv=tuple(tests))
    raise WorkloadError("no workload: the repository has neither benchmarks nor tests; give one with --workload 'python SCRIPT'")
