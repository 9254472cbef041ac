"""Knows when a value stays what it is: whether a list changes in a loop, who else may hold it, and what type code shows it to have."""

from __future__ import annotations

from collections.abc import Callable

import libcst as cst

from codeopt.rules.uses import LAZY_CONSUMERS, Reference, Use
from codeopt.rules.view import View

__all__ = [
    "calls_of",
    "hashes_visibly_not",
    "hoist_point",
    "holds_texts",
    "is_filled",
    "is_plain",
    "is_private",
    "is_simple",
    "is_steady",
    "kind_of",
    "kind_of_value",
    "only_parameter",
    "only_reads",
    "runs_at_once",
]

# Methods of lists and dicts that change nothing.
_READING_METHODS = frozenset({"count", "index", "copy", "get", "keys", "values", "items"})
_CHANGING_METHODS = frozenset({"append", "extend", "insert", "remove", "pop", "clear", "sort", "reverse"})
_READING_USES = frozenset({Use.MEMBER, Use.READ, Use.ITEM, Use.LOOP, Use.TRUTH, Use.RETURN})
# Calls that see a function's variables without naming them.
_PEEPHOLES = frozenset({"locals", "vars", "eval", "exec", "globals", "dir"})
_LITERALS = {
    cst.List: "list",
    cst.ListComp: "list",
    cst.Tuple: "tuple",
    cst.Dict: "dict",
    cst.DictComp: "dict",
    cst.Set: "set",
    cst.SetComp: "set",
    cst.SimpleString: "str",
    cst.FormattedString: "str",
}
_MAKERS = {"list": "list", "sorted": "list", "tuple": "tuple", "dict": "dict", "set": "set", "defaultdict": "dict", "Counter": "dict"}
_ANNOTATIONS = {
    "list": "list",
    "List": "list",
    "tuple": "tuple",
    "Tuple": "tuple",
    "dict": "dict",
    "Dict": "dict",
    "Mapping": "dict",
    "MutableMapping": "dict",
    "set": "set",
    "Set": "set",
    "frozenset": "set",
    "str": "str",
}
_UNHASHABLE = (cst.List, cst.ListComp, cst.Dict, cst.DictComp, cst.Set, cst.SetComp)


def only_reads(reference: Reference) -> bool:
    """Whether a place where a list or dict stands visibly leaves it as it is, and to nobody else."""
    return reference.use in _READING_USES or (reference.use is Use.METHOD and reference.method in _READING_METHODS)


def is_plain(view: View) -> bool:
    """Whether every use of a local variable is visible: no `eval` or `locals`, nothing shared with other scopes."""
    calls = (node.func.value for node in view.nodes if isinstance(node, cst.Call) and isinstance(node.func, cst.Name))
    return _PEEPHOLES.isdisjoint(calls) and not any(isinstance(node, cst.Global | cst.Nonlocal) for node in view.nodes)


def is_simple(node: cst.BaseExpression) -> bool:
    """Whether an expression may be written twice: names, constants, and their attributes, constant items and tuples."""
    match node:
        case cst.Name() | cst.SimpleString() | cst.Integer() | cst.Float():
            return True
        case cst.Tuple():
            return all(isinstance(element, cst.Element) and is_simple(element.value) for element in node.elements)
        case _:
            return False


def calls_of(view: View, name: str, method: str, *, arguments: int) -> list[cst.Call]:
    """Return the calls `name.method(...)` with so many arguments, all of them plain."""
    references = [reference for reference in view.of(name) if reference.use is Use.METHOD and reference.method == method]
    calls = [view.parents[view.parents[reference.node]] for reference in references]
    plain = [call for call in calls if isinstance(call, cst.Call) and not any(a.keyword or a.star for a in call.args)]
    return [call for call in plain if len(call.args) == arguments]


def hashes_visibly_not(node: cst.BaseExpression) -> bool:
    """Whether an expression makes something that no set can hold."""
    if isinstance(node, cst.Tuple):
        return any(hashes_visibly_not(element.value) for element in node.elements)
    made = isinstance(node, cst.Call) and isinstance(node.func, cst.Name) and node.func.value in {"list", "dict", "set", "sorted"}
    return made or isinstance(node, _UNHASHABLE)


def kind_of_value(view: View, value: cst.BaseExpression) -> str | None:
    """Return `list`, `tuple`, `dict`, `set` or `str` where an expression makes a new one of that type."""
    if isinstance(value, cst.Call):
        if isinstance(value.func, cst.Name) and value.func.value in _MAKERS:
            return _MAKERS[value.func.value] if _is_known(view, value.func.value) else None
        method = value.func.attr.value if isinstance(value.func, cst.Attribute) else ""
        return "str" if method == "join" and isinstance(getattr(value.func, "value", None), cst.SimpleString) else None
    if isinstance(value, cst.SimpleString) and "b" in value.prefix.lower():
        return None
    return _LITERALS.get(type(value))


def kind_of(view: View, name: str, *, trust_annotation: bool = False) -> str | None:
    """Return the type that a variable visibly has in all its life; of a parameter, what its annotation says if that is trusted."""
    kinds: set[str | None] = set()
    for binding in view.bindings(name):
        assignment = view.assignment(binding.node)
        if assignment is not None and assignment.value is not None:
            kinds.add(kind_of_value(view, assignment.value))
        elif binding.use is not Use.AUGMENT:
            kinds.add(_annotated(view, binding) if trust_annotation else None)
    return kinds.pop() if len(kinds) == 1 else None


def only_parameter(made: cst.Lambda) -> str | None:
    """Return the parameter of a lambda that takes one, plainly; None where it takes others."""
    match made.params:
        case (
            cst.Parameters(
                params=[cst.Param(name=cst.Name(value=item), default=None)], kwonly_params=[], star_kwarg=None, posonly_params=[]
            ) as taken
        ):
            return item if isinstance(taken.star_arg, cst.MaybeSentinel) else None
        case _:
            return None


def holds_texts(view: View, name: str) -> bool:
    """Whether a variable visibly holds a list of strings in all its life: what `split` and `splitlines` of an object, no module, make."""
    values = [found.value for binding in view.bindings(name) if (found := view.assignment(binding.node))]
    return bool(values) and len(values) == len(view.bindings(name)) and all(_makes_texts(view, value) for value in values)


def _makes_texts(view: View, value: cst.BaseExpression | None) -> bool:
    match value:
        case cst.Call(func=cst.Attribute(value=owner, attr=cst.Name(value="split" | "rsplit" | "splitlines"))):
            return not (isinstance(owner, cst.Name) and owner.value in view.facts.bound and not view.bindings(owner.value))
        case _:
            return False


def is_private(view: View, name: str) -> bool:
    """Whether a variable's objects are all made in this function, and nobody else can hold them while it runs."""
    references = view.of(name)
    return kind_of(view, name) is not None and all(reference.use is not Use.ESCAPE for reference in references)


def hoist_point(view: View, name: str, node: cst.CSTNode, *, reads: Callable[[Reference], bool] = only_reads) -> cst.BaseStatement | None:
    """Return the statement before which something may be made of the list `name` for use at `node`, once instead of in each round.

    It stands before the outermost loop around `node` in which the list visibly stays the same. None where there is none. `reads` says
    of a place that it changes nothing.
    """
    if not runs_at_once(view, node):
        return None
    for loop in view.loops(node):
        statement = view.statement(loop)
        if statement is not None and is_steady(view, name, loop, reads=reads) and view.bound_before(name, statement):
            return statement
    return None


def is_filled(view: View, name: str, node: cst.CSTNode) -> bool:
    """Whether code shows that `name` is not empty at `node`: inside `if name:`, or after `if not name:` with a way out.

    The variable must be bound once, and not be changed by a method or an assignment anywhere.
    """
    bindings = view.bindings(name)
    if len(bindings) != 1 or not all(reference in bindings or only_reads(reference) for reference in view.of(name)):
        return False
    inner = node
    for outer in view.ancestors(node):
        if isinstance(outer, cst.If) and inner is outer.body and isinstance(outer.test, cst.Name) and outer.test.value == name:
            return True
        if isinstance(outer, cst.IndentedBlock):
            before = outer.body[: next(i for i, sibling in enumerate(outer.body) if sibling is inner)]
            if any(_leaves_if_empty(sibling, name) for sibling in before):
                return True
        inner = outer
    return False


def _leaves_if_empty(statement: cst.BaseStatement, name: str) -> bool:
    match statement:
        case cst.If(
            test=cst.UnaryOperation(operator=cst.Not(), expression=cst.Name(value=tested)),
            body=cst.IndentedBlock(body=[*_, cst.SimpleStatementLine(body=[*_, last])]),
        ):
            return tested == name and isinstance(last, cst.Return | cst.Raise | cst.Continue | cst.Break)
        case _:
            return False


def _is_known(view: View, name: str) -> bool:
    imported = any(item.bound == name and item.origin == "collections" for item in view.facts.imports)
    return imported and not view.bindings(name) if name in {"defaultdict", "Counter"} else view.is_builtin(name)


def _annotated(view: View, binding: Reference) -> str | None:
    parent = view.parents[binding.node]
    if not isinstance(parent, cst.Param) or parent.annotation is None or parent.star:
        return None
    annotation = parent.annotation.annotation
    base = annotation.value if isinstance(annotation, cst.Subscript) else annotation
    word = base.value if isinstance(base, cst.Name) else base.attr.value if isinstance(base, cst.Attribute) else ""
    return _ANNOTATIONS.get(word)


def runs_at_once(view: View, node: cst.CSTNode) -> bool:
    """Whether the generator expressions around a node are consumed on the spot."""
    for inner in view.ancestors(node):
        if isinstance(inner, cst.GeneratorExp):
            argument = view.parents[inner]
            call = view.parents[argument] if isinstance(argument, cst.Arg) else None
            if not isinstance(call, cst.Call):
                return False
            word = call.func.attr if isinstance(call.func, cst.Attribute) else call.func
            if not (isinstance(word, cst.Name) and word.value in LAZY_CONSUMERS):
                return False
    return True


def is_steady(view: View, name: str, loop: cst.CSTNode, *, reads: Callable[[Reference], bool] = only_reads) -> bool:
    """Whether nothing in a loop visibly changes or rebinds the list `name`, or lets other code run in between."""
    if view.has(loop, (cst.Yield, cst.Await)) or (isinstance(loop, cst.For) and loop.asynchronous):
        return False
    inside = [reference for reference in view.of(name) if view.holds(loop, reference.node)]
    if not all(map(reads, inside)):
        return False
    return is_private(view, name) or not _changes_foreign_list(view, loop)


def _changes_foreign_list(view: View, loop: cst.CSTNode) -> bool:
    """Whether a loop changes an object that may be the list under another name."""
    for node in view.nodes:
        changed: cst.BaseExpression | None = None
        if isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute) and node.func.attr.value in _CHANGING_METHODS:
            changed = node.func.value
        elif isinstance(node, cst.AssignTarget | cst.AugAssign | cst.Del):
            changed = node.target.value if isinstance(node.target, cst.Subscript) else None
        if changed is not None and view.holds(loop, node) and not _is_own(view, changed):
            return True
    return False


def _is_own(view: View, node: cst.BaseExpression) -> bool:
    return isinstance(node, cst.Name) and kind_of(view, node.value) is not None
