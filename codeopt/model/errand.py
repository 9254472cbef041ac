"""Nouns of work that is done in a process of its own: what is asked of it, and what comes back of one that failed."""

from __future__ import annotations

import enum
from dataclasses import dataclass

__all__ = ["Errand", "ErrandKind", "Failure"]


class ErrandKind(enum.StrEnum):
    """What is to be done, as the command of that name does it."""

    OPTIMIZE = "optimize"
    VERIFY = "verify"
    CHECK = "check"


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """One piece of work on a clone.

    `clone` is its folder. `target` is `PATH::QUALNAME`, empty for what the profile finds; `exclude` are globs of files in which nothing is
    a target, beside the repository's own. `patch` is the diff of a VERIFY, `base` and `head` are the commits of a CHECK.
    """

    kind: ErrandKind
    clone: str
    target: str = ""
    exclude: tuple[str, ...] = ()
    patch: bytes = b""
    base: str = ""
    head: str = ""

    def __post_init__(self) -> None:
        """Restore the tuple that a serializer turned into a list."""
        object.__setattr__(self, "exclude", tuple(self.exclude))


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why there is no result, in one line; `error` is the name of its class in `codeopt.errors`."""

    text: str
    error: str
