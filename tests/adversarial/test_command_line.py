"""`codeopt verify --patch` says of a patch what the judge says: one case for each wall that stops it, and one that none stops."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.adversarial.corpus import HERE, Case, all_cases, diff_of
from tests.adversarial.hearing import commit

NAMES = ("filled-by-a-thread", "order-of-a-set", "test-edited", "memo-of-the-module", "honest-resolve")
CASES = [case for case in all_cases() if case.name in NAMES]
RAW = [case for case in all_cases() if case.diff]


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("repository") / "repo"
    shutil.copytree(HERE / "repo", home, ignore=shutil.ignore_patterns("__pycache__"))
    commit(home)
    return home


def verify(repository: Path, case: Case, folder: Path, *more: str) -> subprocess.CompletedProcess[str]:
    (folder / "x.diff").write_text(diff_of(case))
    words = ["verify", str(repository), "--patch", str(folder / "x.diff"), "--target", case.target, "--json", str(folder / "x.json"), *more]
    result = subprocess.run([sys.executable, "-m", "codeopt", *words], cwd=folder, capture_output=True, text=True, check=False)
    assert subprocess.run(["git", "status", "--short"], cwd=repository, capture_output=True, check=True).stdout == b""
    return result


@pytest.mark.docker
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_verdict_is_the_judge_s(case, repository, tmp_path):
    result = verify(repository, case, tmp_path, "--sandbox", "docker")
    found = json.loads((tmp_path / "x.json").read_text())
    assert result.returncode == (0 if case.honest else 1), result.stderr
    if case.honest:
        assert found["outcome"] == "FASTER", found["reason"]
    else:
        assert found["outcome"] in case.outcomes, found["reason"]
        assert re.search(case.caught, found["reason"])


@pytest.mark.parametrize("case", RAW, ids=lambda case: case.name)
def test_a_diff_that_is_more_than_text_is_refused_in_one_line(case, repository, tmp_path):
    before = sorted(repository.parent.rglob("*"))
    result = verify(repository, case, tmp_path, "--sandbox", "local", "--trust-patch")
    assert result.returncode == 2, result.stderr
    assert len(result.stderr.strip().splitlines()) <= 2
    assert re.search(case.caught, result.stderr)
    assert [path for path in sorted(repository.parent.rglob("*")) if ".git" not in path.parts] == [
        p for p in before if ".git" not in p.parts
    ]
