"""A loop over the numbers in a tensor takes them out of it once, not one by one: each taking waits for the device.

It looks for `for x in t` where x is only used as `x.item()`, `int(x)` or `float(x)`, in loops and comprehensions, also with `enumerate`
and `zip`; for `for a, b in t` where all are only used as `int(a)` or `float(a)`; and for `t[i].item()`, `int(t[i])` and `float(t[i])`
in a loop with an index that visibly is a whole number. The loop visibly changes nothing in place and does nothing else with the tensor
than asking for its size. Where nothing calls `item`, something else must show the tensor: an annotation, a function of torch that makes
it, or an attribute that lists have not. At run time tensors of the one dimension (two for `a, b`) are taken out whole: all else is read
as before.

Left to the verifier: functions called in the loop that change the tensor behind its back, the texts of errors, and which comes first
where two elements are no numbers. It is slower where a loop is left early, which only measuring tells.
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from codeopt.rules.changes import Changes
from codeopt.rules.rule import Rewrite, Rule
from codeopt.rules.safety import is_plain, runs_at_once
from codeopt.rules.tensors import changes_tensors, seems_tensor, spelled
from codeopt.rules.uses import Use
from codeopt.rules.view import View
from codeopt.rules.wholes import is_whole

__all__ = ["RULE"]

_READERS = frozenset({"int", "float"})
_DEFERRED = (cst.Lambda, cst.FunctionDef)
_SIZES = frozenset({"size", "dim", "numel"})
_HELD = "type({name}) is {tensor} and {name}.dim() == {dimensions}"


def _rewrite(view: View) -> Rewrite | None:
    tensor = spelled(view, "torch.Tensor")
    if tensor is None or not is_plain(view) or not view.is_builtin("type", "enumerate", "zip", "range", *_READERS):
        return None
    changes = Changes(view=view)
    for loop in view.nodes:
        if isinstance(loop, cst.For | cst.CompFor):
            for target, source in _pairs(loop):
                _take_elements(view, loop, target, source, tensor, changes)
    _take_by_index(view, tensor, changes)
    return Rewrite(module=changes.applied()) if changes else None


def _take_elements(
    view: View, loop: cst.For | cst.CompFor, target: cst.BaseExpression, source: cst.Name, tensor: str, changes: Changes
) -> None:
    names = _names(target)
    whole = loop if isinstance(loop, cst.For) else view.parents[loop]
    if not names or not isinstance(whole, cst.For | cst.BaseComp) or not _is_left_alone(view, source, whole):
        return
    readings = [_readings(view, name, whole) for name in names]
    if not all(readings):
        return
    items = [call for found in readings for call in found if isinstance(call.func, cst.Attribute)]
    if isinstance(target, cst.Tuple) if items else not seems_tensor(view, source.value):
        return
    held = _HELD.format(name=source.value, tensor=tensor, dimensions=2 if isinstance(target, cst.Tuple) else 1)
    otherwise = f"({names[0]}.item() for {names[0]} in {source.value})" if items else source.value
    taken = f"{source.value}.tolist() if {held} else {otherwise}"
    changes.replace(source, taken if isinstance(view.parents[source], cst.Arg) else f"({taken})")
    for call in items:
        changes.replace(call, names[0])


def _pairs(loop: cst.For | cst.CompFor) -> Iterator[tuple[cst.BaseExpression, cst.Name]]:
    """Yield the targets of a loop, each with the variable whose elements it takes."""
    match loop.target, loop.iter:
        case target, cst.Name() as source:
            yield target, source
        case (
            cst.Tuple(elements=[_, cst.Element(value=target)]),
            cst.Call(func=cst.Name(value="enumerate"), args=[cst.Arg(value=cst.Name() as source), *_]),
        ):
            yield target, source
        case cst.Tuple(elements=targets), cst.Call(func=cst.Name(value="zip"), args=arguments) if len(targets) == len(arguments):
            for element, argument in zip(targets, arguments, strict=True):
                if isinstance(element, cst.Element) and isinstance(argument.value, cst.Name) and not (argument.keyword or argument.star):
                    yield element.value, argument.value
        case _:
            pass


def _names(target: cst.BaseExpression) -> list[str]:
    match target:
        case cst.Name(value=name):
            return [name]
        case cst.Tuple(elements=elements) if all(isinstance(e, cst.Element) and isinstance(e.value, cst.Name) for e in elements):
            return [cst.ensure_type(element.value, cst.Name).value for element in elements]
        case _:
            return []


def _readings(view: View, name: str, loop: cst.CSTNode) -> list[cst.Call]:
    """Return the calls that read the number in an element; none where anything else is done with it, or with the variable elsewhere.

    The variable of a comprehension is its own, and another one elsewhere.
    """
    references = [reference for reference in view.of(name) if isinstance(loop, cst.For) or view.holds(loop, reference.node)]
    bindings = [reference for reference in references if reference in view.bindings(name)]
    calls = [_reading(view, reference.node) for reference in references if reference not in bindings]
    found = [call for call in calls if call is not None and view.holds(loop, call)]
    return found if len(bindings) == 1 and len(found) == len(calls) else []


def _reading(view: View, node: cst.BaseExpression) -> cst.Call | None:
    """Return the call that reads the number in a tensor: `node.item()`, `int(node)` or `float(node)`."""
    parent = view.parents[node]
    call = view.parents[parent]
    match call:
        case cst.Call(func=cst.Attribute(value=owner, attr=cst.Name(value="item")), args=[]) if owner is node:
            return call
        case cst.Call(func=cst.Name(value=function), args=[cst.Arg(keyword=None, star="") as only]) if only is parent:
            return call if function in _READERS else None
        case _:
            return None


def _take_by_index(view: View, tensor: str, changes: Changes) -> None:
    lists: dict[tuple[str, cst.CSTNode], str] = {}
    for node in view.nodes:
        match node:
            case cst.Subscript(value=cst.Name(value=name) as owner, slice=[cst.SubscriptElement(slice=cst.Index(value=index, star=None))]):
                call = _reading(view, node)
                point = _point(view, owner) if call is not None and is_whole(view, index) else None
                if call is None or point is None or not (isinstance(call.func, cst.Attribute) or seems_tensor(view, name)):
                    continue
                new = lists.get((name, point)) or view.new_name(f"{name}_items", taken=lists.values())
                lists[name, point] = new
                held = _HELD.format(name=name, tensor=tensor, dimensions=1)
                changes.before(point, f"{new} = {name}.tolist() if {held} else None\n")
                taken = f"{new}[{view.text(index)}] if {new} is not None else {view.text(node)}"
                if isinstance(call.func, cst.Attribute):
                    changes.replace(call, f"({taken}.item())")
                else:
                    changes.replace(node, taken)
            case _:
                pass


def _point(view: View, node: cst.Name) -> cst.BaseStatement | None:
    """Return the outermost loop around a node that leaves its tensor alone; None where there is none."""
    if not runs_at_once(view, node):
        return None
    for loop in view.loops(node):
        statement = view.statement(loop)
        if statement is not None and _is_left_alone(view, node, loop) and view.bound_before(node.value, statement):
            return statement
    return None


def _is_left_alone(view: View, source: cst.Name, loop: cst.CSTNode) -> bool:
    """Whether a loop only reads a tensor, element by element and at once, and visibly changes nothing in place."""
    gone_through = [other for node in view.nodes if isinstance(node, cst.For | cst.CompFor) for _, other in _pairs(node)]
    for reference in view.of(source.value):
        if reference.node in {source, *gone_through} or not view.holds(loop, reference.node):
            continue
        parent = view.parents[reference.node]
        size = isinstance(parent, cst.Attribute) and parent.attr.value == "shape"
        asked = reference.use is Use.METHOD and reference.method in _SIZES
        length = isinstance(view.parents[parent], cst.Call) and view.text(view.parents[parent]) == f"len({source.value})"
        element = isinstance(parent, cst.Subscript) and parent.value is reference.node and _reading(view, parent) is not None
        if not (size or asked or length or element):
            return False
    return runs_at_once(view, source) and not view.has(loop, _DEFERRED) and not changes_tensors(view, loop)


RULE = Rule(name="tensor-items", version=1, summary="takes the numbers out of a tensor once, not one by one", rewrite=_rewrite)
