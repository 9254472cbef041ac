"""The corpus itself: complete, applicable, and each candidate is what it says. Needs no Docker, and runs only what is harmless."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from codeopt.adapters.git import changes
from codeopt.errors import PatchError
from tests.adversarial.corpus import BEHAVIOUR, HERE, Case, all_cases, diff_of, files_of, patch_of
from tests.adversarial.families import FAMILIES

CASES = all_cases()
HOSTILE = [case for case in CASES if not case.honest]
EDGES = {
    "text.unique": [[["b", "a"]], [[]]],
    "parsing.parse_pairs": [["a=1;c"], ["a = 1;b=2=3;"], [""]],
    "stats.moving_max": [[[1], 0], [[1], 2]],
    "stats.variance": [[[]], [[1.5]]],
    "matrix.multiply": [[[[1, 2], [1, 2]], [[3], [4]]], [[[1]], [[1], [2]]]],
    "parsing.balanced": [["(]"], [""], ["x)"]],
    "intervals.merge": [[[[5, 6], [0, 2], [2, 4]]]],
}


def ids(case: Case) -> str:
    return f"{case.family}-{case.name}"


def test_names_are_unique():
    assert [name for name, count in Counter(case.name for case in CASES).items() if count > 1] == []


def test_every_family_has_every_kind_and_an_honest_twin():
    assert len(HOSTILE) >= 60
    assert sum(case.honest for case in CASES) >= 14
    for family, kinds in FAMILIES.items():
        members = [case for case in CASES if case.family == family]
        assert set(kinds) - {case.shows for case in members if not case.honest} == set(), family
        assert any(case.honest for case in members), family


def test_every_case_says_where_it_comes_from_and_what_should_be_said_of_it():
    for case in CASES:
        assert case.idea, case.name
        assert case.honest or case.caught, case.name
        assert "FASTER" not in case.outcomes, case.name


@pytest.fixture(scope="session")
def trees(tmp_path_factory) -> Path:
    """Copies of both repositories, to be patched."""
    root = tmp_path_factory.mktemp("trees")
    for repo in ("repo", "numeric"):
        shutil.copytree(HERE / repo, root / repo, ignore=shutil.ignore_patterns("__pycache__"))
    return root


@pytest.mark.parametrize("case", [case for case in CASES if not case.diff], ids=ids)
def test_a_patch_applies_and_compiles(case, trees, tmp_path):
    for path, (before, after) in files_of(case).items():
        assert before != after
        if path.endswith(".py"):
            compile(after, path, "exec")
    env = {**os.environ, "GIT_CEILING_DIRECTORIES": str(trees), "GIT_CONFIG_GLOBAL": "/dev/null"}
    text = diff_of(case).encode()
    result = subprocess.run(["git", "apply", "--check", "-"], cwd=trees / case.repo, env=env, input=text, capture_output=True, check=False)
    assert result.returncode == 0, result.stderr.decode()
    if not case.files:
        by_git = changes(text, trees / case.repo, tmp_path)
        assert {path: after.decode() for path, (_, after) in by_git.items()} == {path: after for path, (_, after) in files_of(case).items()}
        assert set(patch_of(case).paths) == set(by_git)


@pytest.mark.parametrize("case", [case for case in CASES if case.diff or case.files], ids=ids)
def test_what_is_more_than_text_is_refused(case, trees, tmp_path):
    before = sorted(trees.rglob("*"))
    with pytest.raises(PatchError, match=case.caught):
        changes(diff_of(case).encode(), trees / case.repo, tmp_path)
    assert sorted(trees.rglob("*")) == before


def probed(tree: Path, names: list[str], out: Path) -> dict[str, object] | None:
    """Return what the functions do when called plainly; None when the process ended before it could say."""
    command = [sys.executable, str(HERE / "probe.py"), str(tree), ",".join(names), json.dumps(EDGES), str(out)]
    env = {"PATH": os.environ["PATH"], "PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1"}
    subprocess.run(command, env=env, cwd=tree, capture_output=True, timeout=60, check=False)
    return json.loads(out.read_text()) if out.exists() else None


@pytest.fixture(scope="session")
def plainly(tmp_path_factory) -> dict[str, object]:
    """What the original functions do."""
    names = sorted({dotted(case) for case in CASES if case.repo == "repo"})
    found = probed(HERE / "repo", names, tmp_path_factory.mktemp("plainly") / "out.json")
    assert found is not None
    return found


def dotted(case: Case) -> str:
    return f"{Path(case.path).stem}.{case.qualname}"


@pytest.mark.parametrize("case", [case for case in CASES if case.harmless and case.repo == "repo" and not case.diff], ids=ids)
def test_a_candidate_called_plainly_does_what_it_says(case, plainly, tmp_path):
    tree = tmp_path / "tree"
    shutil.copytree(HERE / "repo", tree, ignore=shutil.ignore_patterns("__pycache__"))
    for path, (_, after) in files_of(case).items():
        (tree / path).write_text(after)
    found = probed(tree, [dotted(case)], tmp_path / "out.json")
    if case.answers:
        assert found == {dotted(case): plainly[dotted(case)]}
    elif case.outcomes == BEHAVIOUR:
        assert found != {dotted(case): plainly[dotted(case)]}
