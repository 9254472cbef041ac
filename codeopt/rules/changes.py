"""Knows how a module is rebuilt with nodes replaced, and statements put before, after, or left out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import libcst as cst

from codeopt.rules.view import View

__all__ = ["Changes", "statements_of"]

Replacement = cst.CSTNode | cst.RemovalSentinel | Callable[[Any], cst.CSTNode]


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """Changes to one view, collected and then applied at once. Nodes are the view's own; texts are indented by four spaces."""

    view: View
    _replaced: dict[cst.CSTNode, Replacement] = field(default_factory=dict)
    _before: dict[cst.CSTNode, list[str]] = field(default_factory=dict)
    _after: dict[cst.CSTNode, list[str]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        """Whether there is any change."""
        return bool(self._replaced or self._before or self._after)

    def replace(self, node: cst.CSTNode, new: Replacement | str) -> None:
        """Put an expression in place of a node: its text, or a function of the node with its own inner changes made."""
        self._replaced[node] = _expression(new) if isinstance(new, str) else new

    def become(self, statement: cst.CSTNode, text: str) -> None:
        """Put one other statement in place of one; blank lines and comments above it stay."""
        (made,) = statements_of(text, self.view.unit)
        self._replaced[statement] = lambda node: made.with_changes(leading_lines=node.leading_lines)

    def unless(self, statement: cst.CSTNode, condition: str, text: str, *, also: Sequence[cst.BaseStatement] = ()) -> None:
        """Run other statements where a condition holds, and one as before where it does not, with those right after it in `also`."""
        indented = "".join(f"    {line}" for line in text.splitlines(keepends=True))
        (made,) = statements_of(f"if {condition}:\n{indented}else:\n    pass\n", self.view.unit)
        choice = cst.ensure_type(made, cst.If)

        def chosen(node: Any) -> cst.CSTNode:
            otherwise = cst.ensure_type(choice.orelse, cst.Else)
            block = otherwise.body.with_changes(body=[node.with_changes(leading_lines=[]), *also])
            return choice.with_changes(leading_lines=node.leading_lines, orelse=otherwise.with_changes(body=block))

        self._replaced[statement] = chosen
        for other in also:
            self.remove(other)

    def remove(self, node: cst.CSTNode) -> None:
        """Leave a statement or an argument out."""
        self._replaced[node] = cst.RemoveFromParent()

    def before(self, statement: cst.CSTNode, text: str) -> None:
        """Put statements before one; the same text is put there once."""
        texts = self._before.setdefault(statement, [])
        if text not in texts:
            texts.append(text)

    def after(self, statement: cst.CSTNode, text: str) -> None:
        """Put statements after one."""
        self._after.setdefault(statement, []).append(text)

    def applied(self) -> cst.Module:
        """Return the module with all changes made."""
        return self.view.module.visit(_Applier(self._replaced, self._made(self._before), self._made(self._after)))

    def _made(self, texts: Mapping[cst.CSTNode, Sequence[str]]) -> dict[cst.CSTNode, list[cst.BaseStatement]]:
        return {node: [made for text in found for made in statements_of(text, self.view.unit)] for node, found in texts.items()}


class _Applier(cst.CSTTransformer):
    def __init__(
        self,
        replaced: Mapping[cst.CSTNode, Replacement],
        before: Mapping[cst.CSTNode, Sequence[cst.BaseStatement]],
        after: Mapping[cst.CSTNode, Sequence[cst.BaseStatement]],
    ) -> None:
        super().__init__()
        self._replaced, self._before, self._after = replaced, before, after

    def on_leave(self, original_node: cst.CSTNode, updated_node: cst.CSTNode) -> Any:
        """Return what takes the place of a node."""
        new = self._replaced.get(original_node)
        node = updated_node if new is None else new(updated_node) if callable(new) else new
        before, after = list(self._before.get(original_node, ())), list(self._after.get(original_node, ()))
        if not before and not after:
            return node
        if before:
            before[0], node = _with_gap(before[0], node)
        return cst.FlattenSentinel([*before, node, *after])


def _with_gap(first: Any, node: Any) -> tuple[Any, Any]:
    """Move the blank lines above a statement to the one that now stands before it; its comments stay with it."""
    lines = list(node.leading_lines)
    count = next((index for index, line in enumerate(lines) if line.comment), len(lines))
    return first.with_changes(leading_lines=lines[:count]), node.with_changes(leading_lines=lines[count:])


def _expression(text: str) -> cst.BaseExpression:
    return cst.parse_expression(text)


def statements_of(text: str, unit: str) -> list[cst.BaseStatement]:
    """Return the statements of a text that is indented by four spaces, indented by `unit` instead."""
    # an indentation that is not the parser's default is kept in each block, whatever the module's default is
    config: cst.PartialParserConfig = cst.PartialParserConfig(default_indent="\t" if unit != "\t" else "    ")
    return [
        statement for statement in cst.parse_module(text.replace("    ", unit), config).body if isinstance(statement, cst.BaseStatement)
    ]
