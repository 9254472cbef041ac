"""Small repositories: those of the command line's tests, without the command line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from codeopt.adapters.fake_reporter import RecordingReporter
from codeopt.adapters.local import LocalProvider
from codeopt.adapters.store.memory import MemoryStore
from codeopt.app.project import Project, open_project, scene_of
from codeopt.app.shipping import Shipping
from codeopt.app.survey import Survey
from codeopt.assets import programs_dir
from codeopt.config import Settings
from codeopt.trial.scene import Scene
from tests.e2e.conftest import make_repo, repo

__all__ = ["Surveyed", "make_repo", "repo", "surveyed"]


@pytest.fixture
def reporter() -> RecordingReporter:
    return RecordingReporter()


@pytest.fixture(autouse=True)
def _cache_of_its_own(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@dataclass(frozen=True)
class Surveyed:
    """A small repository, ready to be looked at in local sandboxes."""

    project: Project
    scene: Scene
    store: MemoryStore
    survey: Survey
    shipping: Shipping


@contextmanager
def surveyed(root: Path, folder: Path, reporter: RecordingReporter) -> Iterator[Surveyed]:
    """Open a repository whose workload is `python bench.py`; `folder` is for its snapshot and for clean checkouts."""
    settings = Settings(workload="python bench.py", sandbox="local")
    project = open_project(root, settings, tree=folder / "tree")
    provider = LocalProvider(project.tree, programs_dir())
    provider.prepare(project.environment)
    store = MemoryStore()
    scene = scene_of(project, settings, provider)
    yield Surveyed(
        project, scene, store, Survey(scene, project, store=store, reporter=reporter), Shipping(project.tree, folder / "scratch")
    )
    provider.close()
