"""Knows which settings fit a repository: what discovery finds is written down, what nobody can know is suggested."""

from __future__ import annotations

import fnmatch
import shlex
from collections.abc import Callable, Mapping, Sequence
from pathlib import PurePosixPath

from codeopt.errors import WorkloadError
from codeopt.model.health import FoundSetting
from codeopt.model.work import Environment, Workload, WorkloadKind
from codeopt.trial.bench_files import find_bench_files
from codeopt.trial.discovery import find_workload
from codeopt.trial.environment import TREE
from codeopt.trial.extras import extra_names, preferred
from codeopt.trial.yardstick import is_benchmark, is_test_module

__all__ = ["suggest_settings"]

Read = Callable[[str], bytes]

_COPIED = frozenset({"_vendor", "_vendored", "extern", "external", "third_party", "thirdparty", "vendor", "vendored"})
_GENERATED = ("*_pb2.py", "*_pb2_grpc.py")
# What a line of a file should hold; a longer command is found anew at each run.
_LONGEST = 200


def suggest_settings(
    paths: Sequence[str], read: Read, *, tests: Sequence[str], environment: Environment, pyproject: Mapping[str, object]
) -> tuple[FoundSetting, ...]:
    """Return the settings that fit a repository, the tests and the workload first.

    `paths` are its files that are no links, `tests` the command that runs its tests, and `pyproject` what its pyproject.toml says.
    """
    return (
        _tests(paths, tests),
        _workload(paths, read, tests),
        _extras(extra_names(pyproject, set(paths), read)),
        _install(environment),
        _exclude(paths),
    )


def _tests(paths: Sequence[str], tests: Sequence[str]) -> FoundSetting:
    modules = [path for path in paths if is_test_module(path)]
    if not tests:
        why = "The command that runs the tests. None were found: without tests a patch is judged by the compared calls alone."
        return FoundSetting(name="tests", value="python -m pytest -q", why=why, sure=False)
    why = f"The command that runs the tests, which judge each patch: {_counted(modules, 'module')}."
    return FoundSetting(name="tests", value=shlex.join(tests), why=why, sure=True)


def _workload(paths: Sequence[str], read: Read, tests: Sequence[str]) -> FoundSetting:
    what = "The command whose time counts."
    try:
        workload = find_workload(paths, read, command=None, tests=tests)
    except WorkloadError:
        why = f"{what} There are neither benchmarks nor tests: name a command that does the work that should be faster."
        return FoundSetting(name="workload", value=_script(paths, read), why=why, sure=False)
    if workload.kind is WorkloadKind.TESTS:
        asv = " but those of asv, which `codeopt check` alone times" if find_bench_files(paths, read).folders else ""
        why = f"{what} No benchmarks were found{asv}, so the tests' time counts; a command that does your real work tells more."
        return FoundSetting(name="workload", value=_script(paths, read), why=why, sure=False)
    return _of_benchmarks(workload, what)


def _of_benchmarks(workload: Workload, what: str) -> FoundSetting:
    files = [word for word in workload.argv if word.endswith(".py")]
    command = shlex.join(workload.argv)
    if len(command) > _LONGEST or not command.isprintable():
        why = f"{what} Without it the benchmarks are found anew at each run: {_counted(files, 'file')}. A shorter command:"
        return FoundSetting(name="workload", value="python -m pytest -q FOLDER", why=why, sure=False)
    return FoundSetting(name="workload", value=command, why=f"{what} These are the benchmarks: {_counted(files, 'file')}.", sure=True)


def _script(paths: Sequence[str], read: Read) -> str:
    """Return a command that the user may mean: that of a program that is named as a benchmark."""
    folders = find_bench_files(paths, read).folders
    programs = [
        path
        for path in paths
        if path.endswith(".py")
        and path.isprintable()
        and is_benchmark(path)
        and not is_test_module(path)
        and PurePosixPath(path).name not in {"__init__.py", "conftest.py"}
        and not any(path.startswith(f"{folder}/") for folder in folders)
    ]
    programs.sort(key=lambda path: (b"__main__" not in read(path), path.count("/"), path))
    return f"python {shlex.quote(programs[0])}" if programs else "python SCRIPT"


def _extras(names: Sequence[str]) -> FoundSetting:
    what = "Extras of the project to install in the sandbox."
    chosen = tuple(preferred(names))
    if chosen:
        return FoundSetting(name="extras", value=chosen, why=f"{what} These are for tests or development by their names.", sure=True)
    if names:
        why = f"{what} None is for tests by its name, so none is installed unless it stands here."
        return FoundSetting(name="extras", value=tuple(name for name in names if name.isprintable()), why=why, sure=False)
    return FoundSetting(name="extras", value=("test",), why=f"{what} The project declares none.", sure=False)


def _install(environment: Environment) -> FoundSetting:
    words = [word.replace(f"{TREE}/", "").replace(TREE, ".") for word in environment.requirements]
    declared = shlex.join(words)
    if not words:
        known = "nothing is declared"
    elif declared.isprintable() and len(declared) <= _LONGEST:
        known = f"`pip install {declared}`, besides pytest"
    else:
        known = f"{len(words)} arguments of pip, besides pytest"
    why = f"What else pip installs in the sandbox. What the repository declares is found by itself: {known}."
    return FoundSetting(name="install", value=("numpy>=2",), why=why, sure=False)


def _exclude(paths: Sequence[str]) -> FoundSetting:
    what = "Globs of files in which no function is a target."
    globs = tuple(sorted({glob for path in paths if path.endswith(".py") for glob in _left_alone(path)}))
    if globs:
        return FoundSetting(name="exclude", value=globs, why=f"{what} These are copied from elsewhere or generated.", sure=True)
    why = f"{what} Nothing that is copied from elsewhere or generated was found; tests and benchmarks are never changed."
    return FoundSetting(name="exclude", value=("vendor/*",), why=why, sure=False)


def _left_alone(path: str) -> list[str]:
    """Return the glob that covers a path which is not the repository's own work; none for all others."""
    parts = PurePosixPath(path).parts
    for depth, folder in enumerate(parts[:-1], 1):
        if folder.lower() in _COPIED:
            prefix = "/".join(parts[:depth])
            return [f"{prefix.replace('[', '[[]').replace('*', '[*]').replace('?', '[?]')}/*"] if prefix.isprintable() else []
    return [glob for glob in _GENERATED if fnmatch.fnmatch(path, glob)][:1]


def _counted(paths: Sequence[str], noun: str) -> str:
    shown = next((path for path in paths if path.isprintable()), "")
    if len(paths) == 1:
        return shown or f"one {noun}"
    return f"{len(paths)} {noun}s" + (f", such as {shown}" if shown else "")
