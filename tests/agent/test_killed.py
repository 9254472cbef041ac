from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from codeopt.agent.summary import candidate_reports, notes, problems, tokens
from tests.agent.fakes import FileStore, label_of

ROOT = Path(__file__).parents[2]


def finish(folder: Path, stride: int) -> int:
    """Run the program to its end; return how often it was killed."""
    folder.mkdir()
    command = [sys.executable, "-m", "tests.agent.killed_run", str(folder), str(stride)]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert result.returncode == 0, result.stderr
    return int(result.stdout)


def summary(folder: Path) -> tuple[object, ...]:
    store = FileStore(folder / "store.db")
    found = candidate_reports(store, lambda candidate: f"diff to {label_of(candidate)}"), problems(store), tokens(store), notes(store)
    store.close()
    return found


def log(folder: Path) -> list[tuple[str, str]]:
    pairs = (line.split(" ", 1) for line in (folder / "log").read_text().splitlines())
    return [(event, name) for event, name in pairs]


def repeated(events: list[tuple[str, str]], begins: str, ends: str) -> list[str]:
    """Return the names that began again after they had ended."""
    ended, again = set(), []
    for event, name in events:
        if event == ends:
            ended.add(name)
        if event == begins and name in ended:
            again.append(name)
    return again


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("whole") / "run"
    assert finish(folder, 0) == 0
    return folder


def test_an_uninterrupted_run_does_everything_once(uninterrupted: Path) -> None:
    counts = Counter(log(uninterrupted))
    assert set(counts.values()) == {1}
    # kept are the answers to six questions, where two candidates of each of three targets spend their time, and why no more was asked
    assert Counter(event for event, _ in counts) == {"ask": 6, "kept": 15, "judge": 30, "stored": 30}


@pytest.mark.parametrize("stride", [3, 7])
def test_a_run_killed_again_and_again_loses_nothing_and_repeats_nothing(uninterrupted: Path, tmp_path: Path, stride: int) -> None:
    killed = tmp_path / "run"
    kills = finish(killed, stride)
    events = log(killed)
    assert kills >= 8
    assert repeated(events, "judge", "stored") == []
    assert repeated(events, "ask", "kept") == []
    # One judge call at a time is under way, so a kill costs at most that one.
    assert sum(event == "judge" for event, _ in events) <= 30 + kills
    assert summary(killed) == summary(uninterrupted)
