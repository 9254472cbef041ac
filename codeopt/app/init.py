"""`codeopt init`: looks at a repository, and writes what it found into its pyproject.toml."""

from __future__ import annotations

import shlex
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from codeopt.adapters.git import Repository, open_repository, snapshot
from codeopt.app.project import glance_at
from codeopt.config import Settings, load_settings
from codeopt.errors import ConfigError, StoreError
from codeopt.model.health import FoundSetting
from codeopt.report.settings_table import settings_table
from codeopt.trial.suggesting import suggest_settings

__all__ = ["Init", "init", "next_command", "write"]

PYPROJECT = "pyproject.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Init:
    """What is to be written: the `table`, and `addition`, what comes behind `before` in the file, which is None where there is no file."""

    found: tuple[FoundSetting, ...]
    table: str
    before: bytes | None
    addition: bytes


def init(repo: Path) -> Init:
    """Look at a repository, as `optimize` does, and return what to write; nothing is written.

    Raises:
        RepositoryError: not a repository, or one without Python code.
        ConfigError: there is a `[tool.codeopt]` already, or none can be added to the file.
        StoreError: the files cannot be looked at for want of space.
    """
    repository = open_repository(repo)
    before = _read(repo)
    pyproject = _parsed(before or b"")
    found = _found(repository, repo, pyproject)
    table = settings_table(found)
    addition = _addition(before or b"", table)
    _check(pyproject, (before or b"") + addition)
    return Init(found=found, table=table, before=before, addition=addition)


def write(repo: Path, made: Init) -> None:
    """Write the table behind what the file holds, which stays as it is, byte for byte.

    Raises:
        ConfigError: the file has changed meanwhile.
        StoreError: it cannot be written.
    """
    path = repo / PYPROJECT
    if _read(repo) != made.before:
        raise ConfigError(f"{path}: was changed while codeopt looked at the repository; start again")
    try:
        with path.open("xb" if made.before is None else "ab") as file:
            file.write(made.addition)
    except OSError as error:
        raise StoreError(f"{path}: cannot be written ({error.strerror}); fix its permissions, or take the table from --dry-run") from None


def next_command(repo: Path, made: Init) -> str:
    """Return the command that makes sense to type next."""
    settings = {one.name: one for one in made.found}
    workload = settings["workload"]
    runs = workload.sure or settings["tests"].sure
    return f"codeopt profile {shlex.quote(str(repo))}" + ("" if runs else f" --workload {shlex.quote(str(workload.value))}")


def _read(repo: Path) -> bytes | None:
    path = repo / PYPROJECT
    if path.is_symlink():
        raise ConfigError(f"{path}: is a link, and what it leads to is left alone; put the table of --dry-run there yourself")
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror}); fix its permissions") from None


def _parsed(content: bytes) -> Mapping[str, object]:
    try:
        document = tomllib.loads(content.decode())
    except ValueError as error:
        raise ConfigError(f"{PYPROJECT}: cannot be read as TOML: {error}; mend it first") from None
    tool = document.get("tool")
    if isinstance(tool, dict) and "codeopt" in tool:
        raise ConfigError(
            f"{PYPROJECT}: has a [tool.codeopt] already; change it there (docs/settings.md lists all settings), or remove it first"
        )
    return document


def _found(repository: Repository, repo: Path, pyproject: Mapping[str, object]) -> tuple[FoundSetting, ...]:
    with TemporaryDirectory(prefix="codeopt-init-") as folder:
        tree = Path(folder) / "tree"
        try:
            snapshot(repository, tree)
            tree.mkdir(exist_ok=True)
        except OSError as error:
            raise StoreError(f"cannot copy the repository to look at it ({error.strerror}): free some space") from None
        seen = glance_at(tree, Settings(), empty=f"{repo} holds no Python files: nothing to optimize")
        return suggest_settings(seen.regular, seen.read, tests=seen.tests, environment=seen.environment, pyproject=pyproject)


def _addition(before: bytes, table: str) -> bytes:
    newline = "\r\n" if before.partition(b"\n")[0].endswith(b"\r") else "\n"
    text = table if not before else f"\n{table}" if before.endswith(b"\n") else f"\n\n{table}"
    return text.replace("\n", newline).encode()


def _check(before: Mapping[str, object], after: bytes) -> None:
    """Hold what is to be written against what it has to mean: all that was there, and settings that codeopt takes."""
    try:
        document = tomllib.loads(after.decode())
        tool = dict(document["tool"])
        tool.pop("codeopt")
    except (ValueError, KeyError, TypeError):
        tool, document = {}, {}
    rest = {**document, "tool": tool} if tool else {key: value for key, value in document.items() if key != "tool"}
    if not document or rest != {key: value for key, value in before.items() if key != "tool" or value}:
        raise ConfigError(
            f"{PYPROJECT}: a table [tool.codeopt] cannot be added behind what is there; write `tool` as [tool.NAME] tables first"
        )
    with TemporaryDirectory(prefix="codeopt-init-") as folder:
        (Path(folder) / PYPROJECT).write_bytes(after)
        load_settings(Path(folder), flags={}, environ={})
