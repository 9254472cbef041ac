"""The table of suites: by name, how their tasks are read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from codeopt.app.bench.algotune import algotune_tasks
from codeopt.app.bench.enamel import enamel_tasks
from codeopt.app.bench.folders import folder_tasks
from codeopt.app.bench.swefficiency import swefficiency_tasks
from codeopt.model.bench import Task

__all__ = ["SUITES", "Terms"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How a suite is read.

    `scale` is the part of the published size of its problems, `agent` whose solutions count as the best known, `dataset` a folder of
    what its tasks are about.
    """

    scale: float = 0.1
    agent: str = ""
    dataset: Path | None = None


SUITES: Mapping[str, Callable[[Path, Terms], tuple[Task, ...]]] = {
    "folder": lambda root, terms: folder_tasks(root, dataset=terms.dataset),
    "enamel": lambda root, terms: enamel_tasks(root, scale=terms.scale),
    "algotune": lambda root, terms: algotune_tasks(root, scale=terms.scale, agent=terms.agent),
    "swefficiency": lambda root, terms: swefficiency_tasks(root, projects=terms.dataset),
}
"""Each raises ConfigError where the folder holds no such suite, RepositoryError where a clone that it needs cannot be read."""
