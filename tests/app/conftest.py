"""Small repositories: those of the command line's tests, without the command line."""

from __future__ import annotations

import pytest

from codeopt.adapters.fake_reporter import RecordingReporter
from tests.e2e.conftest import make_repo, repo

__all__ = ["make_repo", "repo"]


@pytest.fixture
def reporter() -> RecordingReporter:
    return RecordingReporter()


@pytest.fixture(autouse=True)
def _cache_of_its_own(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
