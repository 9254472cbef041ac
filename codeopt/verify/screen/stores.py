"""Finds changes of what is not the code's own: modules, classes, functions and values of others, in any spelling of a store."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from codeopt.verify.screen.finding import FindingKind as Kind
from codeopt.verify.screen.finding import Trace
from codeopt.verify.screen.names import BUILTINS, Scope, constant_text, origins, receiver
from codeopt.verify.screen.reading import Place, Reading, qualname
from codeopt.verify.screen.tables import FIRST_ARGUMENTS, MUTATORS, STATE_STORES, UNBOUND

__all__ = ["stores"]

# What a function may be told about itself without becoming another one.
LABELS = frozenset({"__doc__", "__name__", "__qualname__", "__module__", "__dict__", "__all__", "__version__", "__slots__", "__author__"})


def stores(place: Place, reading: Reading) -> Iterator[Trace]:
    """Yield the stores, deletions and changes of one node that reach what is not the code's own."""
    node = place.node
    if isinstance(node, ast.Attribute | ast.Subscript) and not isinstance(node.ctx, ast.Load):
        yield from _stored(node.value, node.attr if isinstance(node, ast.Attribute) else "[]", node, place.scope)
    elif isinstance(node, ast.Call):
        yield from _called(node, place.scope)
    elif isinstance(node, ast.Global):
        yield from (Trace(Kind.PATCHING, f"global {name}", node) for name in node.names if _is_defined(name, reading))
    elif isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
        yield from _renamed(node, place, reading)


def _stored(owner: ast.expr, name: str, node: ast.AST, scope: Scope) -> Iterator[Trace]:
    """Yield a trace where a store to `owner.name` (or an item of it, `[]`) changes what belongs to others."""
    of_special = isinstance(owner, ast.Attribute) and owner.attr != "__class__" and _is_special(owner.attr)
    if _is_special(name) or of_special:
        yield Trace(Kind.PATCHING, f".{name} =" if _is_special(name) else "part of a special attribute =", node)
        return
    for origin in sorted(origins(owner, scope)):
        target = f"{origin.name}.{name}"
        if _is_foreign(origin.name, name, scope):
            kind = Kind.STATE if target in STATE_STORES or origin.name in STATE_STORES else Kind.PATCHING
            yield Trace(kind, f"{target} =", node)
            return
    if _is_class_of_another(owner, scope):
        yield Trace(Kind.PATCHING, f"class of a value.{name} =", node)


def _is_special(name: str) -> bool:
    # A name without underscores at its end is private to its class, whose own business it is.
    return name.startswith("__") and name.endswith("__") and name not in LABELS


def _is_foreign(owner: str, name: str, scope: Scope) -> bool:
    if owner.startswith("def:"):
        return owner.endswith("__dict__")
    if owner.startswith(("type()", "own()", "exception()")):
        return False  # told from the value that it belongs to
    if not owner.startswith("class:"):
        return True
    for inside in scope.enclosing(ast.ClassDef):
        node = inside.node
        own = f"class:{qualname(node.name, inside.parent)}" if inside.parent else ""  # type: ignore[attr-defined]  # a class has a name
        if f"{owner}.".startswith(f"{own}."):
            return owner == own and _has_method(node, name)
    return True


def _is_class_of_another(owner: ast.expr, scope: Scope) -> bool:
    """Whether something is the class, or a part of the class, of a value other than the method's own receiver."""
    while isinstance(owner, ast.Attribute | ast.Subscript | ast.Call):
        value: ast.expr | None = None
        if isinstance(owner, ast.Attribute) and owner.attr == "__class__":
            value = owner.value
        elif isinstance(owner, ast.Call) and len(owner.args) == 1 and _is_type(owner.func, scope):
            value = owner.args[0]
        if value is not None:
            return not (isinstance(value, ast.Name) and value.id == receiver(scope))
        owner = owner.func if isinstance(owner, ast.Call) else owner.value
    return isinstance(owner, ast.Name) and any(origin.name.startswith("type()") for origin in origins(owner, scope))


def _is_type(func: ast.expr, scope: Scope) -> bool:
    return any(origin.name == "builtins.type" for origin in origins(func, scope))


def _has_method(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.ClassDef) and any(getattr(each, "name", None) == name for each in node.body)


def _called(node: ast.Call, scope: Scope) -> Iterator[Trace]:
    called = {origin.name for origin in origins(node.func, scope)}
    if called & {"builtins.setattr", "builtins.delattr"} and len(node.args) > 1 and (name := constant_text(node.args[1])):
        yield from _stored(node.args[0], name, node, scope)
    elif node.args and called & FIRST_ARGUMENTS:
        yield from _changed(node.args[0], node, scope)
    elif isinstance(node.func, ast.Attribute) and node.func.attr in MUTATORS:
        yield from _changed(node.func.value, node, scope)
    for keyword in node.keywords:
        if keyword.arg == "out":
            yield from _changed(keyword.value, node, scope)


def _changed(value: ast.expr, node: ast.Call, scope: Scope) -> Iterator[Trace]:
    """Yield a trace where a value that a call changes in place belongs to others."""
    for origin in sorted(origins(value, scope)):
        owned = origin.name.startswith(("def:", "class:")) and "__dict__" not in origin.name
        if not (origin.bare or origin.name in UNBOUND or owned or _is_literal_method(origin.name)):
            kind = Kind.STATE if origin.name in STATE_STORES else Kind.PATCHING
            yield Trace(kind, f"change of {origin.name}", node)
            return


def _is_literal_method(name: str) -> bool:
    """Whether a name is a builtin function or a class of the tables' own types, whose attributes are functions."""
    return name.startswith(("builtins.", "type()", "own()", "exception()"))


def _is_defined(name: str, reading: Reading) -> bool:
    """Whether a name of the module is a function, a class, an import or a builtin, and so nothing to be bound anew by a call."""
    known = [origin.name for origin in reading.module.known[name]]
    return bool(known) or name in BUILTINS


def _renamed(node: ast.Name, place: Place, reading: Reading) -> Iterator[Trace]:
    """Yield a trace where the module takes a builtin's name, or one of the names that the interpreter gave it."""
    if place.scope is not reading.module:
        return
    special = node.id.startswith("__") and node.id.endswith("__") and node.id not in LABELS
    if special or node.id in BUILTINS:
        yield Trace(Kind.PATCHING, f"{node.id} =", node)
