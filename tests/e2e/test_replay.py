"""A run on a real package with a real model's recorded answers: the whole path, without the model.

The answers in `answers/` were recorded from Qwen2.5-Coder-1.5B-Instruct behind vLLM; see docs/study.md. The package is downloaded as
its authors released it.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from tests.e2e.conftest import codeopt, contents, git

HERE = Path(__file__).resolve().parent
PACKAGE = "intervaltree"
VERSION = "3.2.1"
SHA256 = "f3f7e8baeb7dd75b9f7a6d33cf3ec10025984a8e66e3016d537e52130c73cfe2"
TARGET = "intervaltree/node.py::Node.search_point"
ANSWERS = HERE / "answers" / "intervaltree.jsonl"
WORKLOAD = (HERE / "answers" / "intervaltree_workload.txt").read_text().strip()


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("package")
    command = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "-q",
        "--no-deps",
        "--no-binary",
        ":all:",
        "-d",
        str(folder),
        f"{PACKAGE}=={VERSION}",
    ]
    subprocess.run(command, check=True, capture_output=True, text=True)
    [archive] = folder.glob("*.tar.gz")
    assert hashlib.sha256(archive.read_bytes()).hexdigest() == SHA256
    with tarfile.open(archive) as opened:
        opened.extractall(folder, filter="data")
    root = folder / f"{PACKAGE}-{VERSION}"
    git(root, "init", "-q")
    git(root, "add", "-A")
    git(root, "commit", "-qm", "release")
    return root


@pytest.mark.docker
@pytest.mark.usefixtures("docker_environment")
def test_recorded_answers_of_a_real_model_go_the_whole_way(package, tmp_path):
    before = contents(package)
    argv = ("--model", f"replay:{ANSWERS}", "--samples", "8", "--rounds", "1", "--max-targets", "1", "--target", TARGET)
    ended = codeopt("optimize", package, "--sandbox", "docker", "--workload", WORKLOAD, *argv, "--json", tmp_path / "r.json", timeout=900)
    assert ended.status == 0, ended.err
    report = json.loads((tmp_path / "r.json").read_text())
    by_model = [candidate for candidate in report["candidates"] if candidate["origin"]["proposer"] == "model"]
    assert len(by_model) >= 3
    assert all(candidate["origin"]["model"] == "qwen2.5-coder-1.5b" for candidate in by_model)
    assert {candidate["verdict"]["outcome"] for candidate in by_model} >= {"WRONG", "UNVERIFIABLE"}
    wrong = [candidate["verdict"]["reason"] for candidate in by_model if candidate["verdict"]["outcome"] == "WRONG"]
    assert all("on input (" in reason and "expected it returned" in reason for reason in wrong)
    assert all(candidate["verdict"]["reason"] for candidate in by_model)
    assert contents(package) == before
