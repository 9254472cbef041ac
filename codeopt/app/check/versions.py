"""The two versions that a check compares: their files, what is known of them, and what differs."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from codeopt.adapters.git import Repository, branch_point, export, resolve, snapshot
from codeopt.app.project import look_at, make_scene
from codeopt.config import Settings
from codeopt.model.check import Revision
from codeopt.model.code import TargetName
from codeopt.model.work import Environment, Workload, WorkloadKind
from codeopt.ports import SandboxProvider
from codeopt.syntax.changed import Change, change_between
from codeopt.syntax.index import CodeIndex
from codeopt.trial.scene import Scene
from codeopt.trial.yardstick import is_benchmark, is_test

__all__ = ["Version", "at_commit", "between", "lay_out", "measuring_files", "scene_of_version"]

NOTHING = ("python", "-c", "")
WORKING_TREE = "working tree"


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One side of a check: a folder with its files, and what they are."""

    revision: Revision
    tree: Path
    paths: tuple[str, ...]
    read: Callable[[str], bytes]
    index: CodeIndex
    tests: tuple[str, ...]
    environment: Environment
    notes: tuple[str, ...]

    def line_of(self, name: TargetName) -> int:
        """Return the line that a function is defined in; 0 where it is not."""
        function = self.index.get(name)
        return function.def_line if function else 0


def lay_out(repository: Repository, settings: Settings, *, base: str, head: str | None, folder: Path) -> tuple[Version, Version]:
    """Write both versions into `folder` and look at them; without `head` it is the working tree as it is.

    Base is the commit at which head left it, where there is one.

    Raises:
        RepositoryError: a commit that does not exist, or a version without Python code.
        StoreError: the files cannot be written.
    """
    tip = repository.commit if head is None else resolve(repository, head)
    start = branch_point(repository, resolve(repository, base), tip)
    notes: list[str] = []
    export(repository, start, folder / "base", note=notes.append)
    if head is None:
        snapshot(repository, folder / "head", note=notes.append)
    else:
        export(repository, tip, folder / "head", note=notes.append)
    old = Revision(name=base, commit=start)
    new = Revision(name=head or WORKING_TREE, commit=tip, dirty=head is None and repository.dirty)
    return _seen(old, folder / "base", settings, ()), _seen(new, folder / "head", settings, tuple(dict.fromkeys(notes)))


def at_commit(repository: Repository, commit: str, settings: Settings, *, folder: Path) -> Version:
    """Write one commit into `folder` and look at it.

    Raises:
        RepositoryError: a version without Python code.
        StoreError: the files cannot be written.
    """
    export(repository, commit, folder)
    return _seen(Revision(name=commit[:12], commit=commit), folder, settings, ())


def between(old: Version, new: Version) -> Change:
    """Return what differs between two versions, but for the files that measure: those of the new one are used for both."""
    shas = tuple({path: _sha(version, path) for path in version.paths if not _measures(path)} for version in (old, new))
    return change_between(old.index, new.index, shas=(shas[0], shas[1]), read_old=old.read, read_new=new.read)


def measuring_files(version: Version) -> Mapping[str, bytes]:
    """Return the files that tests and benchmarks are made of."""
    return {path: version.read(path) for path in version.paths if _measures(path)}


def scene_of_version(version: Version, settings: Settings, provider: SandboxProvider) -> Scene:
    """Return the scene of a version; its workload are its tests, which nothing but the recording of calls runs."""
    return make_scene(
        provider,
        settings,
        tree=version.tree,
        index=version.index,
        environment=version.environment,
        tests=version.tests,
        workload=Workload(kind=WorkloadKind.TESTS, argv=version.tests or NOTHING),
    )


def _seen(revision: Revision, tree: Path, settings: Settings, notes: tuple[str, ...]) -> Version:
    look = look_at(tree, settings, empty=f"{revision.name} holds no Python files: nothing to measure")
    return Version(
        revision=revision,
        tree=tree,
        paths=look.paths,
        read=look.read,
        index=look.index,
        tests=look.tests,
        environment=look.environment,
        notes=notes,
    )


def _measures(path: str) -> bool:
    return is_test(path) or is_benchmark(path)


def _sha(version: Version, path: str) -> str:
    return hashlib.sha256(version.read(path)).hexdigest()
