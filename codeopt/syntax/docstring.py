"""Knows where a docstring stands in a body, and what its text is."""

from __future__ import annotations

import inspect
import re

import tree_sitter

__all__ = ["docstring_of"]

_QUOTED = re.compile(r"[rRuU]?('''|\"\"\"|'|\")(.*)\1", re.DOTALL)


def docstring_of(body: tree_sitter.Node) -> str | None:
    """Return the cleaned docstring of a body, escapes as written; None when its first statement is no plain string."""
    statement = next((child for child in body.named_children[:1] if child.type == "expression_statement"), None)
    string = None if statement is None else statement.named_child(0)
    if string is None or string.type not in {"string", "concatenated_string"}:
        return None
    parts = [string] if string.type == "string" else string.named_children
    quoted = [_QUOTED.fullmatch((part.text or b"").decode(errors="replace")) for part in parts if part.type == "string"]
    text = [match.group(2) for match in quoted if match is not None]
    return inspect.cleandoc("".join(text)) if len(text) == len(quoted) else None
