"""Finds which files of a repository hold benchmarks, by reading them: what the benchmarks are called, the sandbox says."""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from codeopt.trial.yardstick import is_benchmark, is_test_module

__all__ = ["PYPERF", "BenchFiles", "find_bench_files"]

Read = Callable[[str], bytes]

FIXTURES = frozenset({b"benchmark", b"codspeed_benchmark"})
DEFINITION = rb"^[ \t]*(?:async[ \t]+)?def[ \t]+(\w+)[ \t]*\(([^)]*)"
FUNCTION = re.compile(DEFINITION, re.MULTILINE)
FIXTURE = re.compile(rb"^[ \t]*@[\w.]*fixture\b.*\n(?:[ \t]*[@)].*\n)*" + DEFINITION[1:], re.MULTILINE)
MARK = re.compile(rb"\bmark\.(benchmark|codspeed)")
PYPERF = re.compile(rb"^\s*(import pyperf|from pyperf\b)", re.MULTILINE)
RUNNER = re.compile(rb"\bRunner\s*\(")
MEASURING = re.compile(r"bench|perf|speed|test")
ASV = frozenset({"asv.conf.json", "asv.conf.jsonc"})
# A string, which stays, or what a reader of plain JSON does not know: a comment, a comma before a closing bracket.
TOKEN = re.compile(r'("(?:\\.|[^"\\])*")|//[^\n]*|/\*.*?\*/|,(?=(?:\s|//[^\n]*|/\*.*?\*/)*[}\]])', re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchFiles:
    """Paths in the tree: files of tests, folders of asv's benchmarks, pyperf scripts. `problems` are one line each."""

    tests: tuple[str, ...]
    folders: tuple[str, ...]
    scripts: tuple[str, ...]
    problems: tuple[str, ...]


def find_bench_files(paths: Sequence[str], read: Read) -> BenchFiles:
    """Return what is worth asking for its benchmarks; nothing of it is run."""
    sources = {path: read(path) for path in sorted(paths) if path.endswith(".py") and MEASURING.search(path.lower())}
    folders, problems = _asv_folders(paths, read)
    return BenchFiles(
        tests=_tests(sources),
        folders=folders,
        scripts=tuple(path for path, text in sources.items() if PYPERF.search(text) and RUNNER.search(text) and not is_test_module(path)),
        problems=problems,
    )


def _tests(sources: dict[str, bytes]) -> tuple[str, ...]:
    fixtures = _fixtures(sources)

    def holds(path: str, text: bytes) -> bool:
        if posixpath.basename(path) in {"conftest.py", "setup.py"} or not (is_test_module(path) or is_benchmark(path) or b"pytest" in text):
            return False
        return bool(MARK.search(text)) or any(fixtures & _words(found[1]) for found in FUNCTION.findall(text))

    return tuple(path for path, text in sources.items() if holds(path, text))


def _fixtures(sources: dict[str, bytes]) -> set[bytes]:
    """Return the names of the fixtures that lead to a benchmark: the known ones, and those of the repository that ask for one of these."""
    known, before = set(FIXTURES), 0
    made = [(name, _words(words)) for text in sources.values() for name, words in FIXTURE.findall(text)]
    while len(known) > before:
        before = len(known)
        known |= {name for name, words in made if words & known}
    return known


def _words(text: bytes) -> set[bytes]:
    return set(re.findall(rb"\w+", text))


def _asv_folders(paths: Sequence[str], read: Read) -> tuple[tuple[str, ...], tuple[str, ...]]:
    folders: list[str] = []
    problems: list[str] = []
    for path in sorted(path for path in paths if posixpath.basename(path) in ASV):
        folder = _benchmark_dir(path, read(path))
        if folder is None:
            problems.append(f"{path}: it cannot be read as JSON with comments")
        elif not any(other.startswith(f"{folder}/") for other in paths):
            problems.append(f"{path}: its benchmark_dir {folder} is not there")
        else:
            folders.append(folder)
    return tuple(dict.fromkeys(folders)), tuple(problems)


def _benchmark_dir(path: str, data: bytes) -> str | None:
    """Return the folder that an asv configuration names, in the tree; None where the configuration cannot be read."""
    try:
        settings = json.loads(TOKEN.sub(lambda found: found[1] or "", data.decode(errors="replace")))
    except ValueError:
        return None
    if not isinstance(settings, dict):
        return None
    return posixpath.normpath(posixpath.join(posixpath.dirname(path), str(settings.get("benchmark_dir", "benchmarks"))))
