"""Knows what code does with a variable at each place where it stands: binds it, reads it, tests it, or lets it escape."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass

import libcst as cst

__all__ = ["LAZY_CONSUMERS", "READERS", "Parents", "Reference", "Use", "is_target", "is_tested", "reference_to"]

Parents = Mapping[cst.CSTNode, cst.CSTNode]

_SCOPES = (cst.FunctionDef, cst.Lambda, cst.ClassDef)

# Built-in functions that keep no reference to an argument and do not change it.
READERS = frozenset(
    {"len", "sorted", "list", "tuple", "set", "frozenset", "dict", "sum", "min", "max", "any", "all", "enumerate", "zip", "map", "filter"}
    | {"reversed", "iter", "str", "repr", "print", "range", "bool", "type", "isinstance"}
)
# Calls that run a generator expression to its end, or to their answer, before anything else happens.
LAZY_CONSUMERS = frozenset({"any", "all", "sum", "min", "max", "list", "tuple", "set", "frozenset", "dict", "sorted", "join"})


class Use(enum.Enum):
    """What is done with a variable."""

    PARAMETER = enum.auto()
    BIND = enum.auto()
    AUGMENT = enum.auto()
    MEMBER = enum.auto()
    METHOD = enum.auto()
    READ = enum.auto()
    ITEM = enum.auto()
    STORE = enum.auto()
    LOOP = enum.auto()
    TRUTH = enum.auto()
    RETURN = enum.auto()
    ESCAPE = enum.auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """One place where a variable stands; `method` is the name that is called on it where `use` is METHOD."""

    node: cst.Name
    use: Use
    method: str = ""


def reference_to(node: cst.Name, parents: Parents, *, readers: frozenset[str] = READERS) -> Reference | None:
    """Return what is done with the variable that a name node means; None where the node is an attribute, a keyword or a module.

    `readers` are the functions that are known to keep and change nothing.
    """
    if not _is_variable(node, parents):
        return None
    use = _binding_use(node, parents)
    if use is None and _depth(node, parents) > 1:
        use = Use.ESCAPE
    if use is not None:
        return Reference(node=node, use=use)
    parent = parents[node]
    if isinstance(parent, cst.Attribute):
        call = parents[parent]
        if isinstance(call, cst.Call) and call.func is parent:
            return Reference(node=node, use=Use.METHOD, method=parent.attr.value)
        return Reference(node=node, use=Use.ESCAPE)
    return Reference(node=node, use=_read_use(node, parents, readers))


def _is_variable(node: cst.Name, parents: Parents) -> bool:
    parent = parents[node]
    match parent:
        case cst.Attribute():
            return parent.value is node and not _in_import(parent, parents)
        case cst.Arg():
            return parent.keyword is not node
        case cst.MatchKeywordElement() | cst.ImportFrom():
            return False
        case _:
            return True


def _in_import(node: cst.CSTNode, parents: Parents) -> bool:
    while isinstance(node, cst.Attribute):
        node = parents[node]
    return isinstance(node, cst.ImportAlias | cst.ImportFrom)


def _binding_use(node: cst.Name, parents: Parents) -> Use | None:
    """Return how the place binds the name; None when it does not."""
    parent = parents[node]
    match parent:
        case cst.Param():
            own = parent.name is node
            return _parameter_use(parent, parents) if own else None
        case cst.FunctionDef() | cst.ClassDef():
            return Use.BIND if parent.name is node else None
        case cst.ImportAlias() | cst.NameItem() | cst.MatchAs() | cst.MatchStar() | cst.MatchMapping():
            return Use.BIND
        case cst.AugAssign():
            return Use.AUGMENT if parent.target is node else None
        case _:
            return Use.BIND if is_target(node, parents) else None


def _parameter_use(param: cst.Param, parents: Parents) -> Use:
    return Use.PARAMETER if _depth(param, parents) == 1 and isinstance(parents[parents[param]], cst.FunctionDef) else Use.BIND


def _depth(node: cst.CSTNode, parents: Parents) -> int:
    """Return how many scopes hold a node; 1 is the function itself."""
    depth = 0
    while (parent := parents.get(node)) is not None:
        depth += isinstance(parent, _SCOPES)
        node = parent
    return depth


def is_target(node: cst.CSTNode, parents: Parents) -> bool:
    """Whether a place gets a value there, or is deleted; one that `+=` changes is none."""
    parent = parents[node]
    while isinstance(parent, cst.Element | cst.StarredElement | cst.Tuple | cst.List):
        node, parent = parent, parents[parent]
    match parent:
        case cst.AssignTarget() | cst.AnnAssign() | cst.For() | cst.CompFor() | cst.NamedExpr():
            return parent.target is node
        case cst.AsName() | cst.Del():
            return True
        case _:
            return False


def _read_use(node: cst.Name, parents: Parents, readers: frozenset[str]) -> Use:
    parent = parents[node]
    match parent:
        case cst.ComparisonTarget(operator=cst.In() | cst.NotIn()):
            return Use.MEMBER
        case cst.ComparisonTarget() | cst.Comparison() | cst.BinaryOperation() | cst.FormattedStringExpression():
            return Use.READ
        case cst.Subscript():
            return _subscript_use(parent, node, parents)
        case cst.Arg():
            return Use.READ if _is_read_by(parents[parent], readers) else Use.ESCAPE
        case cst.For() | cst.CompFor():
            return Use.LOOP
        case cst.Return():
            return Use.RETURN
        case cst.Element():
            return Use.RETURN if isinstance(parents[parents[parent]], cst.Return) else Use.ESCAPE
        case _:
            return Use.TRUTH if is_tested(node, parents) else Use.ESCAPE


def _subscript_use(subscript: cst.Subscript, node: cst.Name, parents: Parents) -> Use:
    if subscript.value is not node:
        return Use.ESCAPE
    outer = parents[subscript]
    changed = is_target(subscript, parents) or (isinstance(outer, cst.AugAssign) and outer.target is subscript)
    return Use.STORE if changed else Use.ITEM


def _is_read_by(call: cst.CSTNode, readers: frozenset[str]) -> bool:
    if not isinstance(call, cst.Call):
        return False
    if isinstance(call.func, cst.Attribute):
        return call.func.attr.value == "join" and isinstance(call.func.value, cst.SimpleString)
    return isinstance(call.func, cst.Name) and call.func.value in readers


def is_tested(node: cst.CSTNode, parents: Parents) -> bool:
    """Whether only the truth of an expression matters."""
    parent = parents[node]
    match parent:
        case cst.UnaryOperation(operator=cst.Not()):
            return True
        case cst.BooleanOperation():
            return is_tested(parent, parents)
        case cst.If() | cst.While() | cst.IfExp() | cst.Assert() | cst.CompIf():
            return parent.test is node
        case _:
            return False
