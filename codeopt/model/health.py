"""Nouns of looking after oneself: what `codeopt doctor` finds, and what `codeopt init` does."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Finding", "FoundSetting"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at: whether it is as it should be, what was seen, and what to do when it is not."""

    name: str
    ok: bool
    detail: str
    remedy: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundSetting:
    """A setting that fits a repository, and why; where it is not `sure` it is only a suggestion, or an example.

    A tuple is a list. The reasons are sentences of one line.
    """

    name: str
    value: str | tuple[str, ...]
    why: str
    sure: bool
