"""A suite that is a folder: each folder in it is a task with a `task.toml`, its files, and perhaps the best solution known.

::

    SUITE/NAME/task.toml     target = "solution.py::f", workload = "python workload.py", and perhaps tests = "...", best = "best"
    SUITE/NAME/...           the files of the task's repository
    SUITE/NAME/best/...      files that the best solution known has instead

A task about a package that is not part of the suite says `release = "NAME-VERSION"`: its repository is the unpacked source release of that
name, in a folder of such, with the files of the task added.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

from codeopt.errors import ConfigError
from codeopt.model.bench import Task

__all__ = ["folder_tasks"]

_HEAD = "task.toml"
_NEEDED = frozenset({"target", "workload"})
_KNOWN = _NEEDED | {"tests", "best", "release"}
_LEFT_OUT = frozenset({"__pycache__", ".codeopt", ".git", ".pytest_cache"})


def folder_tasks(root: Path, *, dataset: Path | None = None) -> tuple[Task, ...]:
    """Return the tasks of a folder, by name; `dataset` holds releases, and a task whose release it lacks is to be skipped.

    Raises:
        ConfigError: there is none, or one is not as it should be.
    """
    if not root.is_dir():
        raise ConfigError(f"{root} is no folder: give the suite's folder with --root")
    tasks = tuple(_task(head.parent, dataset) for head in sorted(root.glob(f"*/{_HEAD}")))
    if not tasks:
        raise ConfigError(f"{root} holds no task: each is a folder with a {_HEAD} (target, workload)")
    return tasks


def _task(folder: Path, dataset: Path | None) -> Task:
    told = _head(folder / _HEAD)
    best = told.get("best", "")
    if best and not (folder / best).is_dir():
        raise ConfigError(f"{folder / _HEAD}: its best solution {best!r} is no folder")
    own = {path: data for path, data in _files(folder, without=best) if path != _HEAD}
    release = told.get("release", "")
    place = dataset / release if dataset is not None and release else None
    if release and (place is None or not place.is_dir()):
        where = "--dataset" if dataset is None else dataset
        return Task(name=folder.name, files=(), target=told["target"], workload=told["workload"], skip=f"no {release} in {where}")
    return Task(
        name=folder.name,
        files=tuple({**dict(_files(place) if place else ()), **own}.items()),
        target=told["target"],
        workload=told["workload"],
        tests=told.get("tests", ""),
        best=_files(folder / best) if best else (),
    )


def _head(path: Path) -> dict[str, str]:
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read: {error}") from None
    if not _NEEDED <= told.keys() <= _KNOWN or not all(isinstance(value, str) and value for value in told.values()):
        raise ConfigError(f"{path}: must have target and workload, may have tests, best and release, all of them text, and nothing else")
    return told


def _files(folder: Path, *, without: str = "") -> tuple[tuple[str, bytes], ...]:
    paths = (path for path in sorted(folder.rglob("*")) if path.is_file() and not path.is_symlink())
    named = ((path.relative_to(folder), path) for path in paths)
    kept = ((short, path) for short, path in named if _LEFT_OUT.isdisjoint(short.parts) and (not without or short.parts[0] != without))
    return tuple((short.as_posix(), path.read_bytes()) for short, path in kept)
