"""Knows what code calls torch's functions and types, and where it visibly changes tensors in place."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from codeopt.patching.imports import Import
from codeopt.rules.safety import kind_of
from codeopt.rules.uses import Use
from codeopt.rules.view import View

__all__ = ["changes_tensors", "in_torch", "is_minus_infinity", "meaning", "primary", "seems_tensor", "spelled"]

_PACKAGE = "torch"
# What tensors are asked for, and lists are not.
_ASKED = frozenset({"cpu", "detach", "device", "dim", "dtype", "ndim", "numel", "shape", "size", "to", "tolist"})
_PRIMARIES = (cst.Name, cst.Attribute, cst.Call, cst.Subscript)


def meaning(view: View, node: cst.BaseExpression) -> str:
    """Return the full name of what an expression means by the file's imports, `torch.nn.Linear`; empty where it is something else."""
    match node:
        case cst.Attribute(value=owner, attr=cst.Name(value=name)):
            package = meaning(view, owner)
            return f"{package}.{name}" if package else ""
        case cst.Name(value=name):
            found = {_imported(item) for item in _visible(view) if item.bound == name}
            return found.pop() if len(found) == 1 else ""
        case _:
            return ""


def in_torch(view: View, node: cst.BaseExpression) -> str:
    """Return the name of a function or type of torch without its module; those of the same name in several modules are the same."""
    package, _, name = meaning(view, node).rpartition(".")
    return name if package in {_PACKAGE, f"{_PACKAGE}.nn", f"{_PACKAGE}.nn.functional"} else ""


def spelled(view: View, name: str) -> str | None:
    """Return how code here says a full name such as `torch.nn.functional.linear`; None where the file imports no part of it."""
    texts = [
        item.bound + name.removeprefix(_imported(item))
        for item in _visible(view)
        if name == _imported(item) or name.startswith(f"{_imported(item)}.")
    ]
    return min(texts, key=len, default=None)


def primary(view: View, node: cst.BaseExpression) -> str:
    """Return the text of an expression such that an attribute of it may follow."""
    return view.text(node) if node.lpar or isinstance(node, _PRIMARIES) else f"({view.text(node)})"


def is_minus_infinity(view: View, node: cst.BaseExpression) -> bool:
    """Whether an expression is written as minus infinity: `float("-inf")`, or a minus before `float("inf")` or the `inf` of a module."""
    match node:
        case cst.Call(func=cst.Name(value="float"), args=[cst.Arg(value=cst.SimpleString() as text)]):
            return view.is_builtin("float") and text.raw_value.lower() in {"-inf", "-infinity"}
        case cst.UnaryOperation(operator=cst.Minus(), expression=cst.Call(func=cst.Name(value="float"), args=[cst.Arg(value=text)])):
            infinite = isinstance(text, cst.SimpleString) and text.raw_value.lower() in {"inf", "infinity"}
            return infinite and view.is_builtin("float")
        case cst.UnaryOperation(operator=cst.Minus(), expression=inner):
            return meaning(view, inner) in {"torch.inf", "math.inf", "numpy.inf"}
        case _:
            return False


def seems_tensor(view: View, name: str) -> bool:
    """Whether something shows that a variable may hold a tensor: an annotation, a function of torch, or what it is asked for."""
    for reference in view.of(name):
        parent = view.parents[reference.node]
        match view.assignment(reference.node) or parent:
            case cst.Param(annotation=cst.Annotation(annotation=said)) if "Tensor" in view.text(said):
                return True
            case cst.Assign(value=cst.Call(func=called)) if meaning(view, called).startswith(f"{_PACKAGE}."):
                return True
            case cst.Attribute(value=owner, attr=cst.Name(value=asked)) if owner is reference.node and asked in _ASKED:
                return True
            case _:
                pass
    return False


def changes_tensors(view: View, loop: cst.CSTNode) -> bool:
    """Whether a loop visibly changes something in place that may share memory with a tensor, or lets other code run in between."""
    if view.has(loop, (cst.Yield, cst.Await)) or (isinstance(loop, cst.For) and loop.asynchronous):
        return True
    return any(view.holds(loop, node) and _changes(view, node) for node in view.nodes)


def _changes(view: View, node: cst.CSTNode) -> bool:
    match node:
        case cst.Call(func=cst.Attribute(attr=cst.Name(value=method))) if method.endswith("_") and not method.endswith("__"):
            return True
        case cst.Arg(keyword=cst.Name(value="out" | "inplace")):
            return True
        case cst.AugAssign(target=cst.Name(value=name)):
            return not _counts(view, name) and kind_of(view, name) is None
        case cst.AugAssign(target=cst.Subscript(value=cst.Name(value=name))):
            return kind_of(view, name) is None
        case cst.AssignTarget(target=cst.Subscript(value=owner)):
            return not (isinstance(owner, cst.Name) and kind_of(view, owner.value) is not None)
        case cst.AugAssign():
            return True
        case _:
            return False


def _counts(view: View, name: str) -> bool:
    """Whether each value that a variable is given is a number, written as such."""
    given = [view.assignment(binding.node) for binding in view.bindings(name) if binding.use is not Use.AUGMENT]
    return bool(given) and all(found is not None and isinstance(found.value, cst.Integer | cst.Float) for found in given)


def _visible(view: View) -> Iterator[Import]:
    for item in view.facts.imports:
        shadowed = item.bound in view.facts.enclosing or bool(view.bindings(item.bound))
        if not shadowed:
            yield item


def _imported(item: Import) -> str:
    if item.origin is not None:
        return f"{item.origin}.{item.name}"
    return item.bound if item.binds_package else item.name
