"""Nouns of looking after oneself: what `codeopt doctor` finds."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Finding"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at: whether it is as it should be, what was seen, and what to do when it is not."""

    name: str
    ok: bool
    detail: str
    remedy: str = ""
