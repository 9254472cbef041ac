"""Finds modules that are handed on as values: where they go cannot be followed, and a store to one may happen there."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from codeopt.verify.screen.finding import FindingKind as Kind
from codeopt.verify.screen.finding import Trace
from codeopt.verify.screen.names import constant_text, origins
from codeopt.verify.screen.reading import Place

__all__ = ["handing"]

VALUES = (ast.Name, ast.Attribute, ast.BoolOp, ast.IfExp, ast.NamedExpr, ast.Call)
# Here a module is looked into, tested, or bound to a name that is followed.
PLACES = (ast.Attribute, ast.If, ast.UnaryOp, ast.BoolOp, ast.IfExp, ast.NamedExpr, ast.arguments, ast.Expr)
ASKING = frozenset({"builtins.getattr", "builtins.hasattr", "builtins.setattr", "builtins.delattr"})
OWN = ("class:", "def:", "type()", "own()", "exception()")


def handing(place: Place) -> Iterator[Trace]:
    """Yield a trace where a node is a module, or the names of one, and stands as a plain value."""
    node = place.node
    if not isinstance(node, VALUES) or isinstance(getattr(node, "ctx", None), ast.Store | ast.Del):
        return
    for origin in sorted(origins(node, place.scope)):
        of_module = origin.name.endswith(".__dict__") and not origin.name.startswith(OWN)
        if of_module or (origin.bare and not _is_followed(place)):
            yield Trace(Kind.PATCHING, f"{origin.name} as a value", place.parent if origin.bare else node)


def _is_followed(place: Place) -> bool:
    parent = place.parent
    if isinstance(parent, ast.Compare):
        return all(isinstance(op, ast.Is | ast.IsNot) for op in parent.ops)
    if isinstance(parent, ast.Assign | ast.AnnAssign):
        targets = parent.targets if isinstance(parent, ast.Assign) else [parent.target]
        return all(isinstance(target, ast.Name) for target in targets) and not isinstance(place.scope.node, ast.ClassDef)
    if isinstance(parent, ast.Call):
        asked = len(parent.args) > 1 and parent.args[0] is place.node and constant_text(parent.args[1]) is not None
        return asked and any(origin.name in ASKING for origin in origins(parent.func, place.scope))
    return isinstance(parent, PLACES)
