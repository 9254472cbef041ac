"""What an operator is: a kind of fault, and how it looks in code."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from codeopt.mutation.place import Place
from codeopt.mutation.source import Replacement

__all__ = ["Operator", "Rewrite"]

Rewrite = Callable[[Any, Place], Iterator[Replacement]]


@dataclass(frozen=True, slots=True)
class Operator:
    """A kind of fault: `rewrite` yields what may stand in the place of a node of one of these kinds."""

    name: str
    kinds: type[ast.AST] | tuple[type[ast.AST], ...]
    rewrite: Rewrite

    def changes(self, node: ast.AST, place: Place) -> Iterator[Replacement]:
        """Yield what this fault makes of a node; nothing where it does not fit."""
        if isinstance(node, self.kinds):
            yield from self.rewrite(node, place)
