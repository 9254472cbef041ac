"""Knows what a repository asks of the bot: `.github/codeopt.toml` of its default branch. What nobody knows there is an error."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Literal

from pydantic import BaseModel, ConfigDict

from codeopt.errors import ConfigError
from codeopt.sources import checked, setting
from codeopt.values import Texts

__all__ = ["POLICY_PATH", "Policy", "read_policy"]

POLICY_PATH = ".github/codeopt.toml"


class Policy(BaseModel):
    """What a repository asks for. Only the file of the default branch counts: a pull request cannot change by which rules it is judged."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True, hide_input_in_errors=True, allow_inf_nan=False)

    check_pull_requests: bool = setting("true or false", True, "Check each pull request, and again at new commits, for what got slower.")
    optimize_on_push: bool = setting("true or false", False, "Look for a speed-up when the default branch moves.")
    schedule: Literal["off", "daily", "weekly"] = setting("off, daily or weekly", "off", "Look for a speed-up by the clock.")
    pull_requests_per_week: int = setting("number", 2, "Pull requests that are opened within seven days; none when 0.", ge=0, le=20)
    open_pull_requests: int = setting("number", 3, "Pull requests of codeopt's that are open at a time; none when 0.", ge=0, le=20)
    min_workload_gain: float = setting(
        "number", 1.03, "Speed-up that the interval of the whole workload must reach, or nothing is opened (1.03 is 3%).", gt=1, le=1000
    )
    ignore: Texts = setting("list", (), "Globs of files that are left alone.")

    def leaves_alone(self, path: str) -> bool:
        """Whether a file, by its path in the repository, is not to be changed."""
        return any(fnmatchcase(path, pattern) for pattern in self.ignore)


def read_policy(data: bytes | None) -> Policy:
    """Return what the bytes of the file say, or the defaults where there is no file. Keys are written with `_` or `-`.

    Raises:
        ConfigError: it is no TOML, or has a key that does not exist or a value that cannot be used.
    """
    if data is None:
        return Policy()
    return Policy.model_validate(checked(Policy, _keys(_document(data)), _spelled, variable=_spelled, strict=True))


def _document(data: bytes) -> Mapping[str, object]:
    try:
        return tomllib.loads(data.decode("utf-8"))
    except UnicodeDecodeError:
        raise ConfigError(f"{POLICY_PATH}: cannot be read as TOML: it is not UTF-8; save it so") from None
    except RecursionError:
        raise ConfigError(f"{POLICY_PATH}: cannot be read as TOML: it is nested too deeply; write one setting a line") from None
    except ValueError as error:
        raise ConfigError(f"{POLICY_PATH}: cannot be read as TOML: {error}; write one setting a line, as in schedule = 'weekly'") from None


def _keys(document: Mapping[str, object]) -> dict[str, object]:
    found: dict[str, object] = {}
    for written, value in document.items():
        key = written.replace("-", "_")
        if key in found:
            raise ConfigError(f"{_spelled(key)} is there twice, with '-' and with '_'; leave one of them out")
        found[key] = value
    return found


def _spelled(key: str) -> str:
    """Write a key as the file does; one of a stranger's making may hold anything, and stays one short line."""
    return f"{POLICY_PATH}: {key if key.isidentifier() else repr(key)[:80]}"
