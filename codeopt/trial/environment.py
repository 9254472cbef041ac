"""Reads a repository's own declarations of what it needs: pyproject.toml, setup.cfg, requirement files, tox.ini."""

from __future__ import annotations

import configparser
import hashlib
import json
import re
import tomllib
from collections.abc import Callable, Collection, Mapping, Sequence

from codeopt.model.work import Environment
from codeopt.trial.extras import extra_names, preferred, table

__all__ = ["TREE", "detect_environment"]

TREE = "{tree}"
PROJECT_FILES = ("pyproject.toml", "setup.cfg", "setup.py")
TEST_REQUIREMENTS = re.compile(r"^(requirements/)?(requirements[-_.])?(tests?|testing|dev|develop)([-_.]requirements)?\.(txt|in)$")

Read = Callable[[str], bytes]


def detect_environment(
    paths: Sequence[str],
    read: Read,
    *,
    python: str,
    install: Sequence[str] = (),
    extras: Sequence[str] = (),
) -> Environment:
    """Return what has to be installed: what the repository declares, then `install`; `{tree}` in it stands for the repository.

    Of what a project declares, its test dependencies are taken first, its development ones only where it has none for tests.
    """
    known = set(paths)
    declared = tuple((path, hashlib.sha256(read(path)).hexdigest()) for path in sorted(known) if _declares(path))
    requirements = (*_found(known, read, extras), *install)
    roots = ("src", ".") if any(path.startswith("src/") and path.endswith(".py") for path in known) else (".",)
    parts = (python, requirements, declared, roots)
    return Environment(
        python=python,
        requirements=requirements,
        installs_project=_is_project(known, read),
        import_roots=roots,
        declared_by=declared,
        key=hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:20],
    )


def _declares(path: str) -> bool:
    return path in PROJECT_FILES or path in {"tox.ini", "requirements.txt"} or bool(TEST_REQUIREMENTS.match(path))


def _is_project(known: set[str], read: Read) -> bool:
    if "setup.py" in known:
        return True
    if "pyproject.toml" not in known:
        return False
    text = _toml(read("pyproject.toml"))
    return "project" in text or "build-system" in text or "poetry" in table(text, "tool")


def _found(known: set[str], read: Read, extras: Sequence[str]) -> tuple[str, ...]:
    pyproject = _toml(read("pyproject.toml")) if "pyproject.toml" in known else {}
    names = extra_names(pyproject, known, read)
    chosen = list(extras) or preferred(names)
    group = _group(table(pyproject, "dependency-groups"))
    files = _requirement_files(known)
    found: list[str] = [*group]
    for path in files:
        found += ["-r", f"{TREE}/{path}"]
    if not found and not chosen and "tox.ini" in known:
        found += _tox(read("tox.ini").decode(errors="replace"))
    if _is_project(known, read):
        found += ["-e", TREE + (f"[{','.join(chosen)}]" if chosen else "")]
    elif "requirements.txt" in known:
        found += ["-r", f"{TREE}/requirements.txt"]
    return tuple(found)


def _requirement_files(known: Collection[str]) -> list[str]:
    """Return the files of what tests need, else those for development: the two may contradict each other."""
    matches = [match for match in map(TEST_REQUIREMENTS.match, sorted(known)) if match]
    testing = [match for match in matches if match[3].startswith("test")] or matches
    pinned = {match[0].removesuffix(".txt") for match in testing if match[0].endswith(".txt")}
    return [match[0] for match in testing if match[0].removesuffix(".in") not in pinned]


def _toml(data: bytes) -> Mapping[str, object]:
    try:
        return tomllib.loads(data.decode(errors="replace"))
    except tomllib.TOMLDecodeError:
        return {}


def _group(groups: Mapping[str, object]) -> list[str]:
    chosen = preferred(list(groups))
    return [requirement for name in chosen for requirement in _members(groups, name, frozenset())]


def _members(groups: Mapping[str, object], name: str, above: frozenset[str]) -> list[str]:
    """Return the requirements of a dependency group with the groups that it includes; a cycle ends."""
    entries = groups.get(name)
    if name in above or not isinstance(entries, list):
        return []
    found: list[str] = []
    for entry in entries:
        if isinstance(entry, str):
            found.append(entry)
        elif isinstance(entry, dict):
            found += _members(groups, str(entry.get("include-group", "")), above | {name})
    return found


def _tox(text: str) -> list[str]:
    """Return the unconditional dependencies of tox's default environment."""
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        parser.read_string(text)
    except configparser.Error:
        return []
    found: list[str] = []
    for line in parser.get("testenv", "deps", fallback="").splitlines():
        word = line.split("#")[0].strip()
        if word.startswith("-r"):
            found += ["-r", f"{TREE}/{word[2:].strip().removeprefix('{toxinidir}/')}"]
        elif word and re.fullmatch(r"[A-Za-z0-9._-]+(\[[^\]]*\])?([<>=!~].*)?", word):
            found.append(word)
    return found
