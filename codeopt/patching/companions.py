"""Knows which functions may change together with a target: those of its file that it uses, and the other methods of its class."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from itertools import accumulate

from codeopt.model.code import Function, Span
from codeopt.patching.code import FunctionNode, encoding_of
from codeopt.patching.function import definitions
from codeopt.patching.gate import parse_python

__all__ = ["allowed_names", "helpers_in", "span_of"]


def allowed_names(function: Function) -> frozenset[str]:
    """Return the bare names of what a function reads or calls: helpers of other names are none of its business."""
    called = (call.rpartition(".")[2] for call in function.calls)
    return frozenset((*function.names, *called, "__init__"))


def helpers_in(body: Iterable[ast.stmt], target: FunctionNode, *, class_name: str | None) -> Iterator[tuple[str, FunctionNode]]:
    """Yield the module's own functions, and the methods of a class, but for the target, with their qualified names."""
    for node in body:
        if isinstance(node, FunctionNode) and node is not target:
            yield node.name, node
        elif isinstance(node, ast.ClassDef) and node.name == class_name:
            methods = (inner for inner in node.body if isinstance(inner, FunctionNode) and inner is not target)
            yield from ((f"{node.name}.{method.name}", method) for method in methods)


def span_of(source: bytes, path: str, qualname: str) -> Span | None:
    """Return where a function stands in a file, decorators included; None when there is not exactly one, or its place cannot be told.

    Raises:
        PatchError: the file does not parse, or declares an encoding that does not exist.
    """
    found = definitions(parse_python(source, path).body, qualname)
    # a column counts bytes of UTF-8, whatever the file is written in
    if len(found) != 1 or encoding_of(source, path) != "utf-8":
        return None
    [node] = found
    first = min(((each.lineno, each.col_offset - 1) for each in node.decorator_list), default=(node.lineno, node.col_offset))
    starts = list(accumulate(map(len, source.splitlines(keepends=True)), initial=0))
    return Span(
        start_byte=starts[first[0] - 1] + first[1],
        end_byte=starts[(node.end_lineno or 0) - 1] + (node.end_col_offset or 0),
        start_line=first[0],
        end_line=node.end_lineno or 0,
    )
