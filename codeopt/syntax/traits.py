"""Knows which traits of costly work a function has and on which lines, by `queries/*/traits.scm`; not what to do about them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence

import tree_sitter

from codeopt.model.code import Function
from codeopt.syntax.language import grammar_of, language_of, query_of
from codeopt.syntax.text import unindented

__all__ = ["traits_of"]

_LOOP = "loop"


def traits_of(source: bytes, function: Function) -> Mapping[str, tuple[int, ...]]:
    """Return the traits of a function, each with the lines of the file that have it, in order.

    A trait is a capture of the language's query (`search`, `copy`, `loop`, ...); `loop/search` is one that stands in a loop, `loop/loop`
    a loop in a loop. `recursion` is a call of the function itself. A text that cannot be read has none.
    """
    language = language_of(function.name.path)
    if language is None:
        return {}
    text = unindented(source, function.span).encode()
    root = tree_sitter.Parser(grammar_of(language).language).parse(text).root_node
    captures = tree_sitter.QueryCursor(query_of(language, "traits")).captures(root)
    found: dict[str, set[int]] = {}
    for trait, lines in _traits(captures, function.name.qualname.rpartition(".")[2]):
        found.setdefault(trait, set()).update(function.span.start_line + line for line in lines)
    return {trait: tuple(sorted(lines)) for trait, lines in sorted(found.items())}


def _traits(captures: Mapping[str, list[tree_sitter.Node]], name: str) -> Iterator[tuple[str, range]]:
    loops = sorted(captures.get(_LOOP, ()), key=lambda node: node.start_byte)
    starts = [node.start_byte for node in loops]
    for trait, nodes in captures.items():
        if trait.startswith("_"):
            continue
        for node in nodes:
            lines = range(node.start_point.row, node.end_point.row + 1)
            yield trait, lines
            if _in_loop(node, loops, starts):
                yield f"{_LOOP}/{trait}", lines
    for call in captures.get("call", ()):
        if _calls(call, name):
            yield "recursion", range(call.start_point.row, call.start_point.row + 1)


def _in_loop(node: tree_sitter.Node, loops: Sequence[tree_sitter.Node], starts: Sequence[int]) -> bool:
    """Whether a node runs more than once per run of some loop around it: what a `for` goes through is found once."""
    around = (loop for loop in loops[: bisect_right(starts, node.start_byte)] if loop.end_byte >= node.end_byte and loop.id != node.id)
    return any(not _is_source(node, loop) for loop in around)


def _is_source(node: tree_sitter.Node, loop: tree_sitter.Node) -> bool:
    """Whether a node stands in what a loop takes its elements from."""
    if loop.type == "for_statement":
        right = loop.child_by_field_name("right")
    else:
        clause = next((child for child in loop.named_children if child.type == "for_in_clause"), None)
        right = None if clause is None else clause.child_by_field_name("right")
    return right is not None and right.start_byte <= node.start_byte and node.end_byte <= right.end_byte


def _calls(call: tree_sitter.Node, name: str) -> bool:
    called = call.child_by_field_name("function")
    return called is not None and called.text is not None and called.text.decode(errors="replace").rpartition(".")[2] == name
