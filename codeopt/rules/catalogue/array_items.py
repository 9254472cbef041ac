"""A NumPy array that is made here, and read and written item by item, becomes a list, or a list of lists.

One item of an array costs an object of NumPy's each time; one of a list costs nothing. It looks for `zeros`, `ones` and `full` with one
or two lengths, for places that are visibly whole numbers, and for items that go nowhere but into comparisons that are tested, into other
items of the array, through `int`, `float` and `bool`, or out by `return`, where they become NumPy's again.

Left to the verifier: numbers that an array of whole ones would have cut or wrapped, items of other arrays among them, and lengths below 0.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import libcst as cst

from codeopt.rules.arrays import numpy_name
from codeopt.rules.changes import Changes
from codeopt.rules.rule import Rewrite, Rule
from codeopt.rules.safety import is_plain
from codeopt.rules.uses import Use, is_tested
from codeopt.rules.view import View
from codeopt.rules.wholes import is_whole

__all__ = ["RULE"]

_USUAL_NAMES = frozenset({"np", "numpy"})
_MAKERS = frozenset({"zeros", "ones", "full"})
_DTYPES = {"int": "int_", "int64": "int64", "float": "float64", "float64": "float64", "bool": "bool_"}
_FILLS = {("zeros", "int"): "0", ("ones", "int"): "1", ("zeros", "float"): "0.0", ("ones", "float"): "1.0"}
_TRUTHS = {"zeros": "False", "ones": "True"}
_OPERATORS = (cst.Add, cst.Subtract, cst.Multiply)
_THROUGH = frozenset({"min", "max", "abs"})
_OUT = frozenset({"int", "float", "bool"})
_MOST_AXES = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class _Made:
    """A call that makes an array: its lengths, what fills it, and NumPy's type of its items."""

    call: cst.Call
    lengths: tuple[cst.BaseExpression, ...]
    fill: str
    scalar: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    """An array that may become a list: where it is made, and each place where one item of it stands."""

    name: str
    made: tuple[_Made, ...]
    items: tuple[cst.Subscript, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Flow:
    """Follows items of a table to where they go. `returned` are those that leave the function."""

    view: View
    items: frozenset[cst.CSTNode]
    returned: list[cst.BaseExpression] = field(default_factory=list)
    followed: set[str] = field(default_factory=set)

    def stays(self, node: cst.BaseExpression) -> bool:
        """Whether the value of an expression goes nowhere where NumPy's numbers and Python's differ."""
        parent = self.view.parents[node]
        match parent:
            case cst.BinaryOperation(operator=operator):
                return isinstance(operator, _OPERATORS) and self.stays(parent)
            case cst.UnaryOperation(operator=cst.Minus()):
                return self.stays(parent)
            case cst.IfExp():
                return parent.test is node or self.stays(parent)
            case cst.Comparison() | cst.ComparisonTarget():
                whole = parent if isinstance(parent, cst.Comparison) else self.view.parents[parent]
                return is_tested(whole, self.view.parents)
            case cst.Arg(keyword=None, star=""):
                return self._passes(parent)
            case cst.Assign(targets=[cst.AssignTarget(target=target)]):
                return target in self.items or (isinstance(target, cst.Name) and self._stays_in(target.value))
            case cst.AugAssign(target=target):
                return parent.value is node and target in self.items
            case cst.Return():
                self.returned.append(node)
                return node in self.items
            case _:
                return is_tested(node, self.view.parents)

    def _passes(self, argument: cst.Arg) -> bool:
        call = self.view.parents[argument]
        match call:
            case cst.Call(func=cst.Name(value=name), args=arguments) if self.view.is_builtin(name):
                plain = not any(other.keyword or other.star for other in arguments)
                # Of one argument `min` and `max` take the items of it.
                through = name in _THROUGH and (len(arguments) > 1 or name == "abs") and self.stays(call)
                return plain and (through or (name in _OUT and len(arguments) == 1))
            case _:
                return False

    def _stays_in(self, name: str) -> bool:
        """Whether a variable that got such a value gives it on to nothing else."""
        if name in self.followed:
            return True
        self.followed.add(name)
        bound = {Use.BIND, Use.PARAMETER}
        return all(reference.use in bound or self.stays(reference.node) for reference in self.view.of(name))


def _rewrite(view: View) -> Rewrite | None:
    if not is_plain(view) or not view.is_builtin("range"):
        return None
    changes = Changes(view=view)
    for name in view.references:
        table = _table(view, name)
        flow = _Flow(view=view, items=frozenset(table.items)) if table else None
        if table is None or flow is None or not _is_worked_on(view, table) or not all(_stays(view, flow, item) for item in table.items):
            continue
        for made in table.made:
            changes.replace(made.call, _as_list(view, made))
        for item in table.items:
            wrapped = item in flow.returned
            changes.replace(item, _Item(wrapper=f"{_owner(table.made[0])}.{table.made[0].scalar}" if wrapped else ""))
    return Rewrite(module=changes.applied()) if changes else None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Item:
    """Writes an item of an array as one of a list: `a[i, j]` is `a[i][j]`; with a `wrapper`, it is NumPy's number again."""

    wrapper: str

    def __call__(self, node: cst.Subscript) -> cst.BaseExpression:
        made: cst.BaseExpression = node.value
        for element in node.slice:
            made = cst.Subscript(value=made, slice=[element.with_changes(comma=cst.MaybeSentinel.DEFAULT)])
        return cst.Call(func=cst.parse_expression(self.wrapper), args=[cst.Arg(value=made)]) if self.wrapper else made


def _table(view: View, name: str) -> _Table | None:
    """Return what a variable is, if it is only ever such an array, of one number of axes and one type, or in another branch a list."""
    bindings = view.bindings(name)
    values = [value for binding in bindings if (value := _value(view, binding.node)) is not None]
    arrays = [made for value in values if (made := _made(view, value))]
    lists = [value for value in values if isinstance(value, cst.ListComp | cst.List)]
    declared = [binding for binding in bindings if _only_declares(view, binding.node)]
    if not arrays or len(arrays) + len(lists) + len(declared) < len(bindings):
        return None
    if len({(len(made.lengths), made.scalar) for made in arrays}) > 1:
        return None
    items = tuple(_items(view, name, len(arrays[0].lengths)))
    uses = [reference for reference in view.of(name) if reference not in bindings]
    return _Table(name=name, made=tuple(arrays), items=items) if len(items) == len(uses) else None


def _value(view: View, node: cst.Name) -> cst.BaseExpression | None:
    """Return what a variable is assigned at a place; an annotation that says that it is an array must stay true."""
    assignment = view.assignment(node)
    if isinstance(assignment, cst.AnnAssign) and "array" in view.text(assignment.annotation.annotation).lower():
        return None
    return assignment.value if assignment is not None else None


def _only_declares(view: View, node: cst.Name) -> bool:
    parent = view.parents[node]
    return isinstance(parent, cst.AnnAssign) and parent.value is None


def _items(view: View, name: str, axes: int) -> Iterator[cst.Subscript]:
    for reference in view.of(name):
        if reference.use not in {Use.ITEM, Use.STORE}:
            continue
        node: cst.CSTNode = reference.node
        left = axes
        while left and isinstance(outer := view.parents[node], cst.Subscript) and outer.value is node and _are_places(view, outer):
            node, left = outer, left - len(outer.slice)
        if left == 0 and isinstance(node, cst.Subscript):
            yield node


def _are_places(view: View, node: cst.Subscript) -> bool:
    return all(isinstance(element.slice, cst.Index) and is_whole(view, element.slice.value) for element in node.slice)


def _is_worked_on(view: View, table: _Table) -> bool:
    return any(view.loops(item) for item in table.items)


def _stays(view: View, flow: _Flow, item: cst.Subscript) -> bool:
    """Whether an item is written by a plain assignment, or goes where it may."""
    parent = view.parents[item]
    if isinstance(parent, cst.AssignTarget):
        outer = view.parents[parent]
        return isinstance(outer, cst.Assign) and len(outer.targets) == 1
    if isinstance(parent, cst.AugAssign) and parent.target is item:
        return isinstance(parent.operator, cst.AddAssign | cst.SubtractAssign | cst.MultiplyAssign)
    return flow.stays(item)


def _made(view: View, value: cst.BaseExpression) -> _Made | None:
    match value:
        case cst.Call(func=cst.Attribute(value=cst.Name(value=owner), attr=cst.Name(value=maker)), args=[first, *more]):
            is_numpy = owner == numpy_name(view) or (owner in _USUAL_NAMES & view.facts.bound and not view.bindings(owner))
            if not is_numpy or maker not in _MAKERS or first.keyword or first.star or any(argument.star for argument in more):
                return None
            lengths = _lengths(view, first.value)
            filled = _filled(view, maker, more, owner) if lengths else None
            return _Made(call=value, lengths=lengths, fill=filled[0], scalar=filled[1]) if filled else None
        case _:
            return None


def _lengths(view: View, shape: cst.BaseExpression) -> tuple[cst.BaseExpression, ...]:
    """Return the lengths of one or two axes; none where that is not visible."""
    match shape:
        case cst.Tuple(elements=elements) if 1 <= len(elements) <= _MOST_AXES:
            parts = tuple(element.value for element in elements if isinstance(element, cst.Element))
            return parts if len(parts) == len(elements) else ()
        case _:
            return (shape,) if is_whole(view, shape) else ()


def _filled(view: View, maker: str, more: list[cst.Arg], owner: str) -> tuple[str, str] | None:
    """Return what fills an array, and NumPy's type of its items."""
    rest = list(more)
    value = rest.pop(0).value if maker == "full" and rest and not rest[0].keyword else None
    if len(rest) > 1 or (rest and rest[0].keyword and rest[0].keyword.value != "dtype") or (maker == "full") != (value is not None):
        return None
    dtype = _dtype(view, rest[0].value, owner) if rest else _usual_dtype(view, value, owner)
    if dtype is None:
        return None
    kind = "int" if dtype.startswith("int") else dtype.rstrip("64_")
    if value is None:
        fill = _TRUTHS[maker] if kind == "bool" else _FILLS[maker, kind]
    elif kind == _kind_of(view, value, owner):
        fill = view.text(value)
    else:
        return None
    return fill, _DTYPES[dtype]


def _dtype(view: View, node: cst.BaseExpression, owner: str) -> str | None:
    text = view.text(node).removeprefix(f"{owner}.")
    is_named = isinstance(node, cst.Attribute) or (isinstance(node, cst.Name) and view.is_builtin(text))
    return text if is_named and text in _DTYPES else None


def _usual_dtype(view: View, value: cst.BaseExpression | None, owner: str) -> str | None:
    return "float" if value is None else _kind_of(view, value, owner)


def _kind_of(view: View, value: cst.BaseExpression, owner: str) -> str | None:
    """Return the type of a number that is written as such."""
    inner = value.expression if isinstance(value, cst.UnaryOperation) and isinstance(value.operator, cst.Minus) else value
    if isinstance(inner, cst.Integer):
        return "int"
    is_infinite = view.text(inner) in {f"{owner}.inf", "float('inf')", 'float("inf")'} and view.is_builtin("float")
    return "float" if isinstance(inner, cst.Float) or is_infinite else None


def _owner(made: _Made) -> str:
    return cst.ensure_type(cst.ensure_type(made.call.func, cst.Attribute).value, cst.Name).value


def _as_list(view: View, made: _Made) -> str:
    *outer, last = (view.text(length) for length in made.lengths)
    row = f"[{made.fill}] * {last if last.isidentifier() or last.isdigit() else f'({last})'}"
    return f"[{row} for _ in range({outer[0]})]" if outer else row


RULE = Rule(name="array-items", version=1, summary="keeps in lists what is read and written item by item", rewrite=_rewrite)
