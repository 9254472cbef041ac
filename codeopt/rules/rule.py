"""Knows what a rule is: a name, a version, and a function from a view of code to a rewrite of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import libcst as cst

from codeopt.patching.imports import Import
from codeopt.rules.view import View

__all__ = ["Rewrite", "Rule"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewrite:
    """What a rule makes of a function: the view's module with the function rewritten, and what its file needs for it.

    `constants` are whole statements for the top level, each ending in a newline.
    """

    module: cst.Module
    imports: tuple[Import, ...] = ()
    constants: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rewrite. `rewrite` returns None where its conditions do not hold; its module says what it leaves to the verifier."""

    name: str
    version: int
    summary: str
    rewrite: Callable[[View], Rewrite | None]
