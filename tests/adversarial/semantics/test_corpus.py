"""The corpus itself: complete, applicable, and each change is what it says. Needs no Docker; what the network brings is kept."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from tests.adversarial.semantics.corpus import FAULTS, Change, all_packages, known_misses, load, text_of
from tests.adversarial.semantics.packages import Unreachable, dependencies, source

PACKAGES = all_packages()
CHANGES = [change for package in PACKAGES for change in package.changes]
WRONG = [change for change in CHANGES if change.wrong]
BY_NAME = {package.name: package for package in PACKAGES}
PROBE = Path(__file__).with_name("probe.py")
HEAD = 'folder = "x"\ntests = "pytest"\n'
CASE = '[[case]]\nname = "a"\ntarget = "x.py::f"\nfault = "order"\norigin = "written"\nwhy = "w"\nshows = "f()"\ncode = "def f(): pass"\n'


def ids(change: Change) -> str:
    return change.id


def test_names_are_unique():
    assert [name for name, count in Counter(change.id for change in CHANGES).items() if count > 1] == []


def test_every_function_has_wrong_changes_and_a_right_one():
    for package in PACKAGES:
        for target in package.targets:
            assert sum(change.target == target for change in package.wrong) >= 3, target
            assert any(change.target == target for change in package.twins), target


def test_the_corpus_is_as_large_as_it_says():
    assert len(WRONG) >= 120
    assert len({(change.package, change.target) for change in WRONG}) >= 40
    assert len([package for package in PACKAGES if not package.folder]) >= 8


def test_every_kind_of_fault_is_there():
    assert set(FAULTS) - {change.fault for change in WRONG} == set()


def test_a_miss_that_is_known_is_of_the_corpus_and_has_a_reason():
    assert set(known_misses()) <= {change.id for change in WRONG}
    assert all(known_misses().values())
    # The goal is one in fifty, and is missed: docs/oracle.md. More than these must not become known and be left.
    assert len(known_misses()) * 19 <= len(WRONG)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (HEAD + 'colour = "red"\n', "nothing is called colour"),
        ('folder = "x"\n', "tests is missing"),
        (HEAD + CASE + 'colour = "red"\n', "a: nothing is called colour"),
        (HEAD + CASE.replace("fault", "flaw"), "a: nothing is called flaw"),
        (HEAD + CASE.replace("order", "odour"), "no fault is called odour"),
        (HEAD + CASE.replace('why = "w"\n', ""), "a: why is missing"),
        (HEAD + CASE.replace('"w"', "7"), "a: why is no text"),
        (HEAD + CASE.replace("x.py::f", "x.f"), "is not PATH::QUALNAME"),
        (HEAD + CASE.replace("written", "found"), "found is no origin"),
        (HEAD + 'case = "a"\n', "lists of tables"),
        ("folder = \n", "Invalid value"),
        (HEAD.replace('"x"', '"y"'), "it is called x, and holds y"),
    ],
)
def test_a_file_that_is_not_as_agreed_is_refused(text, problem, tmp_path):
    (tmp_path / "x.toml").write_text(text)
    with pytest.raises(ValueError, match=rf"x\.toml: .*{problem}"):
        load(tmp_path / "x.toml")


def test_a_file_that_is_as_agreed_is_read(tmp_path):
    (tmp_path / "x.toml").write_text(HEAD + CASE + CASE.replace("case", "twin").replace('fault = "order"\n', "").replace('"a"', '"b"'))
    package = load(tmp_path / "x.toml")
    assert [change.id for change in package.wrong] == ["x-a"]
    assert [change.id for change in package.twins] == ["x-b"]
    assert package.workload == "pytest"


def fetched(package: str) -> tuple[Path, Path]:
    """Return the folders of a package and of what it imports; the test is skipped without a network, unless all is asked for."""
    found = tried(package)
    if isinstance(found, Unreachable):
        if os.environ.get("CODEOPT_REQUIRE_DOCKER") == "1":
            raise found
        pytest.skip(str(found))
    return found


@cache
def tried(package: str) -> tuple[Path, Path] | Unreachable:
    try:
        return source(BY_NAME[package]), dependencies(BY_NAME[package])
    except Unreachable as error:
        return error


def probed(change: Change, shows: tuple[str, ...], text: str | None) -> list[str]:
    """Return what each of the texts gives, with the changed text of the target's file, or with its own."""
    tree, library = fetched(change.package)
    parts = Path(change.path).with_suffix("").parts
    module = ".".join(part for at, part in enumerate(parts) if part != "__init__" and (at or part != "src"))
    asked = {"roots": [str(tree / "src"), str(tree), str(library)], "module": module, "path": str(tree / change.path)}
    env = {"PATH": os.environ["PATH"], "PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, str(PROBE)],
        input=json.dumps(asked | {"text": text, "shows": shows}),
        env=env,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@cache
def originally(package: str, target: str) -> dict[str, str]:
    """Return what every text of the wrong changes of a function gives with the original."""
    siblings = [change for change in BY_NAME[package].wrong if change.target == target]
    shows = tuple(change.shows for change in siblings)
    return dict(zip(shows, probed(siblings[0], shows, None), strict=True))


@pytest.mark.parametrize("change", CHANGES, ids=ids)
def test_a_change_applies_compiles_and_changes_something(change):
    before = source_text(change)
    after = text_of(change, before)
    assert after != before
    compile(after, change.path, "exec")


@pytest.mark.parametrize("change", WRONG, ids=ids)
def test_a_wrong_change_differs_where_it_says(change):
    expected = originally(change.package, change.target)[change.shows]
    [found] = probed(change, (change.shows,), text_of(change, source_text(change)))
    assert found != expected


@pytest.mark.parametrize("change", [change for change in CHANGES if not change.wrong], ids=ids)
def test_a_right_change_gives_the_same_where_the_wrong_ones_differ(change):
    expected = originally(change.package, change.target)
    shows = tuple(expected)
    found = probed(change, shows, text_of(change, source_text(change)))
    assert dict(zip(shows, found, strict=True)) == expected


def source_text(change: Change) -> str:
    tree, _ = fetched(change.package)
    return (tree / change.path).read_text(encoding="utf-8")
