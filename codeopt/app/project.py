"""A repository as one run sees it: a snapshot, its index, its workload and what it needs installed."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from codeopt.adapters.git import Repository, open_repository, snapshot
from codeopt.config import Settings
from codeopt.errors import RepositoryError, StoreError
from codeopt.model.code import Function
from codeopt.model.tolerance import Tolerance
from codeopt.model.work import Environment, Workload
from codeopt.ports import SandboxProvider
from codeopt.syntax.index import CodeIndex, index_files
from codeopt.trial.discovery import find_tests, find_workload, has_types_checked
from codeopt.trial.environment import detect_environment
from codeopt.trial.scene import Limits, Scene

__all__ = ["Glance", "Look", "Project", "glance_at", "look_at", "make_scene", "open_project", "scene_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """Everything that is known of a repository before any of its code runs; `named` are the functions that the user asked for."""

    repository: Repository
    tree: Path
    paths: tuple[str, ...]
    index: CodeIndex
    named: tuple[Function, ...]
    tests: tuple[str, ...]
    workload: Workload
    environment: Environment
    notes: tuple[str, ...]


def open_project(repo: Path, settings: Settings, *, tree: Path) -> Project:
    """Copy the repository's files to `tree` (unless a resumed run did so before) and look at them.

    Raises:
        RepositoryError: not a repository, or one without Python code.
        WorkloadError: nothing to measure.
        TargetError: a function that the user named does not exist.
        StoreError: the copy cannot be written.
    """
    repository = open_repository(repo)
    left_out: list[str] = []
    _copy(repository, tree, left_out)
    look = look_at(tree, settings, empty=f"{repo} holds no Python files: nothing to optimize")
    named = tuple(look.index.find(spec) for spec in settings.targets)
    workload = find_workload(look.regular, look.read, command=settings.workload, tests=look.tests)
    notes = (*left_out, *(f"{path} is skipped: {reason}" for path, reason in look.index.skipped))
    return Project(
        repository=repository,
        tree=tree,
        paths=look.paths,
        index=look.index,
        named=named,
        tests=look.tests,
        workload=workload,
        environment=look.environment,
        notes=notes,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Glance:
    """What the names and declarations in a folder of files tell; `regular` are the paths that are no links."""

    paths: tuple[str, ...]
    regular: tuple[str, ...]
    read: Callable[[str], bytes]
    tests: tuple[str, ...]
    environment: Environment


@dataclass(frozen=True, slots=True, kw_only=True)
class Look(Glance):
    """What a folder of files tells before any of its code runs."""

    index: CodeIndex


def look_at(tree: Path, settings: Settings, *, empty: str) -> Look:
    """Look at the files of a folder.

    Raises:
        RepositoryError: there is no Python code; `empty` says so.
        WorkloadError: the command for the tests cannot be read.
    """
    seen = glance_at(tree, settings, empty=empty)
    sources = [path for path in seen.regular if path.endswith(".py")]
    return Look(
        paths=seen.paths,
        regular=seen.regular,
        read=seen.read,
        index=index_files(tree, sources, cache=_cache()),
        tests=seen.tests,
        environment=seen.environment,
    )


def glance_at(tree: Path, settings: Settings, *, empty: str) -> Glance:
    """Look at the files of a folder without parsing their code.

    Raises:
        RepositoryError: there is no Python code; `empty` says so.
        WorkloadError: the command for the tests cannot be read.
    """
    paths = tuple(sorted(path.relative_to(tree).as_posix() for path in tree.rglob("*") if path.is_file()))
    # A link is no source: it may lead nowhere or to a folder, and a patch to it would change another file.
    regular = tuple(path for path in paths if not (tree / path).is_symlink())
    if not any(path.endswith(".py") for path in regular):
        raise RepositoryError(empty)
    read = _Reader(tree)
    return Glance(
        paths=paths,
        regular=regular,
        read=read,
        tests=find_tests(regular, settings.tests),
        environment=detect_environment(
            paths,
            read,
            python=settings.python or f"{sys.version_info.major}.{sys.version_info.minor}",
            install=settings.install or (),
            extras=settings.extras,
        ),
    )


def _cache() -> Path | None:
    """Return where parsed files are kept by content, for all repositories of this user; None where no folder can be made."""
    folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "codeopt"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return None
    return folder / "syntax.db"


class _Reader:
    """Reads files of the snapshot by relative path."""

    def __init__(self, tree: Path) -> None:
        self._tree = tree

    def __call__(self, path: str) -> bytes:
        return (self._tree / path).read_bytes()


def _copy(repository: Repository, tree: Path, left_out: list[str]) -> None:
    """Make the copy where there is none yet; `left_out` takes a line for each file without one."""
    try:
        if not tree.exists():
            part = tree.with_name(tree.name + ".part")
            # A run that was killed while it copied left half a copy.
            if part.exists():
                shutil.rmtree(part)
            snapshot(repository, part, note=left_out.append)
            part.mkdir(exist_ok=True)
            part.rename(tree)
    except OSError as error:
        raise StoreError(
            f"cannot copy the repository to {tree} ({error.strerror or error}): free some space, or fix its permissions"
        ) from error


def scene_of(project: Project, settings: Settings, provider: SandboxProvider) -> Scene:
    """Return the scene of all trials on this project."""
    return make_scene(
        provider,
        settings,
        tree=project.tree,
        index=project.index,
        environment=project.environment,
        tests=project.tests,
        workload=project.workload,
    )


def make_scene(
    provider: SandboxProvider,
    settings: Settings,
    *,
    tree: Path,
    index: CodeIndex,
    environment: Environment,
    tests: tuple[str, ...],
    workload: Workload,
) -> Scene:
    """Return a scene on the files of a folder that the index could parse."""
    return Scene(
        provider=provider,
        environment=environment,
        workload=workload,
        tests=tests,
        files={path: (tree / path).read_bytes() for path in index.files},
        limits=Limits(workload_s=settings.workload_timeout, tests_s=settings.test_timeout),
        min_speedup=settings.min_speedup,
        min_oracle=settings.min_oracle,
        assume=frozenset(settings.assume),
        tolerance=_tolerance(settings),
        typed=has_types_checked(tree),
        confidence=settings.confidence,
        seed=settings.seed,
    )


def _tolerance(settings: Settings) -> Tolerance | None:
    """Return what floats may be off by; None where they may not."""
    tolerance = Tolerance(rtol=settings.float_rtol, atol=settings.float_atol)
    return tolerance if tolerance != Tolerance() else None


def excluded(path: str, patterns: Sequence[str]) -> bool:
    """Whether a path matches one of the user's globs."""
    return any(fnmatch(path, pattern) for pattern in patterns)
