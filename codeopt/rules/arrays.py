"""Knows which variables hold NumPy arrays, as far as code shows it, and what NumPy is called here."""

from __future__ import annotations

import libcst as cst

from codeopt.rules.view import View

__all__ = ["is_array", "is_fresh_array", "numpy_name"]

# Functions that make an array of their own, whose memory nothing else uses.
_FRESH = frozenset({"array", "zeros", "ones", "empty", "full", "zeros_like", "ones_like", "empty_like", "full_like", "arange", "linspace"})
_MAKERS = _FRESH | {"asarray", "ascontiguousarray"}
_ANNOTATIONS = frozenset({"ndarray", "NDArray"})


def numpy_name(view: View) -> str | None:
    """Return the name by which code here says NumPy; None where its file does not import it."""
    return view.alias("numpy")


def is_array(view: View, name: str, numpy: str) -> bool:
    """Whether each value that a variable gets visibly is an array: made by NumPy here, or annotated so."""
    bindings = view.bindings(name)
    return bool(bindings) and all(_is_annotated(view, b.node) or _maker(view, b.node, numpy) in _MAKERS for b in bindings)


def is_fresh_array(view: View, name: str, numpy: str) -> bool:
    """Whether a variable is bound once, to an array that is made here and shares no memory."""
    bindings = view.bindings(name)
    return len(bindings) == 1 and _maker(view, bindings[0].node, numpy) in _FRESH


def _maker(view: View, node: cst.Name, numpy: str) -> str | None:
    assignment = view.assignment(node)
    match assignment.value if assignment is not None else None:
        case cst.Call(func=cst.Attribute(value=cst.Name(value=owner), attr=cst.Name(value=made))) if owner == numpy:
            return made
        case _:
            return None


def _is_annotated(view: View, node: cst.Name) -> bool:
    parent = view.parents[node]
    if not isinstance(parent, cst.Param) or parent.annotation is None or parent.star:
        return False
    annotation = parent.annotation.annotation
    base = annotation.value if isinstance(annotation, cst.Subscript) else annotation
    word = base.value if isinstance(base, cst.Name) else base.attr.value if isinstance(base, cst.Attribute) else ""
    return word in _ANNOTATIONS
