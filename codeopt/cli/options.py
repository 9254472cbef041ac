"""Options that several commands share, and how they become settings."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from codeopt.errors import ConfigError, StoreError

if TYPE_CHECKING:
    from codeopt.config import Settings

__all__ = [
    "common",
    "json_option",
    "quiet_option",
    "repo_argument",
    "require_writable",
    "settings_from",
    "settings_of_run",
    "write_bytes",
    "write_json",
]

F = TypeVar("F", bound=Callable[..., object])

repo_argument = click.argument("repo", type=click.Path(path_type=Path), default=".")
json_option = click.option("--json", "json_file", metavar="FILE", help="Write the result as one JSON object; - for standard output.")
quiet_option = click.option("-q", "--quiet", is_flag=True, help="No progress, only the result.")

_COMMON = (
    click.option("--target", "targets", multiple=True, metavar="PATH::QUALNAME", help="A function; may be repeated."),
    click.option("--workload", metavar="CMD", help="The command whose time counts, run at the root of the repository."),
    click.option("--tests", metavar="CMD", help="The command that runs the tests."),
    click.option(
        "--sandbox", type=click.Choice(["auto", "docker", "local"]), help="Where code runs; auto takes Docker where there is one."
    ),
    click.option("--sandbox-runtime", metavar="NAME", help="Runtime of the containers, such as runsc (gVisor)."),
    click.option("--min-speedup", type=float, metavar="RATIO", help="The whole interval must lie above this ratio (1.03)."),
    click.option("--min-oracle", type=float, metavar="SHARE", help="Share of faults that the compared calls must find (0.6); 0 for any."),
    click.option("--float-rtol", type=float, metavar="RATIO", help="How far a float may be off, relative to the original's (0)."),
    click.option("--float-atol", type=float, metavar="NUMBER", help="How far a float may be off, whatever its size (0)."),
    click.option("--assume", multiple=True, metavar="PROPERTY", help="What holds for all inputs, such as sorted; may be repeated."),
    click.option("--seed", type=int, help="Seed of everything random."),
    click.option("--trust-patch", is_flag=True, default=None, help="Run patches of others in the local sandbox too."),
    click.option("--allow-failing-tests", is_flag=True, default=None, help="Go on when tests fail before any patch; they judge nothing."),
)


def common(function: F) -> F:
    """Add the options of commands that run repository code."""
    for option in reversed(_COMMON):
        function = option(function)
    return function


def settings_from(repo: Path, flags: Mapping[str, object]) -> Settings:
    """Return the settings: flags over environment over pyproject.toml over defaults.

    Raises:
        ConfigError: a value that cannot be used.
    """
    from codeopt.config import load_settings

    return load_settings(repo, flags=_given(flags), environ=os.environ)


def settings_of_run(repo: Path, run: str, flags: Mapping[str, object]) -> Settings:
    """Return the settings of a run that goes on: its own, but for flags that are given now.

    Raises:
        UsageError: there is no such run, or a flag's value cannot be used.
    """
    from codeopt.app.reporting import stored_settings
    from codeopt.config import resumed_settings

    return resumed_settings(stored_settings(repo, run), flags=_given(flags), environ=os.environ)


def _given(flags: Mapping[str, object]) -> Mapping[str, object]:
    return {name: list(value) if isinstance(value, tuple) else value for name, value in flags.items() if value not in (None, ())}


def require_writable(file: str | Path | None, flag: str) -> None:
    """Check before the work begins that a result can be written where a flag says; `-` is standard output.

    Raises:
        ConfigError: the file is a folder or may not be written, or its folder does not exist or may not be.
    """
    if file is None or str(file) == "-":
        return
    path = Path(file)
    if path.is_dir():
        problem = "it is a folder"
    elif path.exists():
        problem = "" if os.access(path, os.W_OK) else "it is not yours to write"
    elif not path.parent.is_dir():
        problem = f"{path.parent} is no folder"
    else:
        problem = "" if os.access(path.parent, os.W_OK | os.X_OK) else f"{path.parent} is not yours to write"
    if problem:
        raise ConfigError(f"cannot write {file} ({problem}): choose another {flag} file")


def write_bytes(data: bytes, file: str, flag: str) -> None:
    """Write what a flag asked for; `-` is standard output.

    Raises:
        StoreError: the file cannot be written.
    """
    if file == "-":
        sys.stdout.write(data.decode())
        return
    try:
        Path(file).write_bytes(data)
    except OSError as error:
        raise StoreError(f"cannot write {file} ({error.strerror}): choose another {flag} file") from error


def write_json(payload: Mapping[str, object], file: str | None) -> None:
    """Write an object where `--json` says.

    Raises:
        StoreError: the file cannot be written.
    """
    if file is not None:
        write_bytes((json.dumps(payload, indent=2, ensure_ascii=True) + "\n").encode(), file, "--json")
