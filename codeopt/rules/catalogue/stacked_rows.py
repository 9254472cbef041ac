"""`torch.stack([g(x) for x in xs])` works on the whole of `xs` where `g` does to all rows at once what it does to each.

It looks for sums, differences, products, quotients and powers of rows and numbers, for functions of each element by itself (`relu`, `exp`
and the like), for `softmax` and sums over an axis counted from the end, and for `nn.Linear` and modules of each element by itself that
`__init__` sets: in a list comprehension, and in a loop that only appends to a list that is only stacked. At run time tensors of two axes or
more that are not empty are taken whole: all else is worked on row by row as before.

Left to the verifier: an annotation that is wrong, a module that is replaced from outside the class or has hooks, and rounding.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import libcst as cst

from codeopt.rules.changes import Changes
from codeopt.rules.loops import Loop, loops_of_one
from codeopt.rules.modules import module_made
from codeopt.rules.rule import Rewrite, Rule
from codeopt.rules.safety import is_plain
from codeopt.rules.scalars import is_number
from codeopt.rules.tensors import in_torch, spelled
from codeopt.rules.view import View

__all__ = ["RULE"]

_OPERATORS = (cst.Add, cst.Subtract, cst.Multiply, cst.Divide, cst.Power)
_ELEMENTWISE = frozenset(
    {"abs", "celu", "ceil", "cos", "elu", "erf", "exp", "floor", "gelu", "hardtanh", "leaky_relu", "log", "log1p", "neg", "relu", "relu6"}
    | {"round", "rsqrt", "selu", "sigmoid", "sign", "silu", "sin", "softplus", "sqrt", "square", "tanh"}
)
_SHARES = frozenset({"softmax", "log_softmax"})
_SUMS = frozenset({"sum", "mean", "amax", "amin", "logsumexp"})
_MODULES = frozenset({"GELU", "LeakyReLU", "ReLU", "SELU", "SiLU", "Sigmoid", "Softplus", "Tanh"})
_HELD = "type({xs}) is {tensor} and {xs}.dim() > 1 and len({xs}) > 0"


def _rewrite(view: View) -> Rewrite | None:
    tensor = spelled(view, "torch.Tensor")
    if tensor is None or not is_plain(view) or not view.is_builtin("type", "len", "isinstance"):
        return None
    changes = Changes(view=view)
    for node in view.nodes:
        match node:
            case cst.Call(func=called, args=[cst.Arg(keyword=None, star="", value=cst.ListComp() as rows), *rest]) if _stacks(
                view, called, rest
            ):
                whole = _of_comprehension(view, rows)
                if whole is not None:
                    source, text = whole
                    changes.replace(node, f"({text} if {_HELD.format(xs=source, tensor=tensor)} else {view.text(node)})")
            case _:
                pass
    for loop in loops_of_one(view):
        _replace_loop(view, loop, tensor, changes)
    return Rewrite(module=changes.applied()) if changes else None


def _of_comprehension(view: View, rows: cst.ListComp) -> tuple[str, str] | None:
    match rows:
        case cst.ListComp(
            elt=element,
            for_in=cst.CompFor(target=cst.Name(value=item), iter=cst.Name(value=source), ifs=[], inner_for_in=None, asynchronous=None),
        ) if item != source and _maps_rows(view, element, item):
            return source, _renamed(view, element, item, source)
        case _:
            return None


def _replace_loop(view: View, loop: Loop, tensor: str, changes: Changes) -> None:
    match loop:
        case Loop(
            test=None,
            source=cst.Name(value=source),
            step=cst.Expr(
                value=cst.Call(
                    func=cst.Attribute(value=cst.Name(value=out), attr=cst.Name(value="append")), args=[cst.Arg(star="", value=element)]
                )
            ),
        ) if out not in {source, loop.item} and _maps_rows(view, element, loop.item):
            stacked = _only_stacked(view, out, loop.node)
            if stacked is not None:
                text = f"{out} = {_renamed(view, element, loop.item, source)}\n"
                changes.unless(loop.node, _HELD.format(xs=source, tensor=tensor), text)
                changes.replace(stacked, f"({out} if isinstance({out}, {tensor}) else {view.text(stacked)})")
        case _:
            pass


def _only_stacked(view: View, out: str, loop: cst.For) -> cst.Call | None:
    """Return the call that stacks a list, where the list is made empty before the loop, in its block, and nothing else uses it."""
    references = view.of(out)
    made, block = view.value(out), view.parents[loop]
    if len(references) != len(("made", "appended", "stacked")) or not isinstance(made, cst.List) or made.elements:
        return None
    first, step, last = references
    together = isinstance(block, cst.IndentedBlock) and view.statement(first.node) in block.body
    deferred = any(isinstance(outer, cst.Lambda | cst.FunctionDef) for outer in view.ancestors(last.node))
    if not together or deferred or not view.holds(loop, step.node) or view.holds(loop, first.node):
        return None
    match view.parents[view.parents[last.node]]:
        case cst.Call(func=called, args=[cst.Arg(keyword=None, star="", value=only), *rest]) as call if _stacks(view, called, rest):
            return call if only is last.node else None
        case _:
            return None


def _stacks(view: View, called: cst.BaseExpression, rest: Sequence[cst.Arg]) -> bool:
    match rest:
        case []:
            first = True
        case [cst.Arg(keyword=None | cst.Name(value="dim"), star="", value=cst.Integer(value="0"))]:
            first = True
        case _:
            first = False
    return first and in_torch(view, called) == "stack"


def _renamed(view: View, element: cst.BaseExpression, item: str, source: str) -> str:
    """Return the text of an expression with one variable in place of another."""
    places = {reference.node for reference in view.of(item) if view.holds(element, reference.node)}
    return view.text(cst.ensure_type(cst.Expr(element).visit(_Renaming(places, source)), cst.Expr).value)


class _Renaming(cst.CSTTransformer):
    def __init__(self, places: Collection[cst.Name], name: str) -> None:
        super().__init__()
        self._places, self._name = places, name

    def on_leave(self, original_node: cst.CSTNode, updated_node: cst.CSTNode) -> Any:
        """Return what takes the place of a node."""
        return updated_node.with_changes(value=self._name) if original_node in self._places else updated_node


def _maps_rows(view: View, node: cst.BaseExpression, item: str) -> bool:
    """Whether an expression makes something new of a row, of all rows at once as of each."""
    if isinstance(node, cst.Name):
        return False
    match node:
        case cst.Call(func=called, args=[first, *rest]) if in_torch(view, called) in _SUMS:
            return _is_last_axis(view, rest) and _is_row(view, first.value, item)
        case cst.Call(func=cst.Attribute(value=row, attr=cst.Name(value=method)), args=rest) if method in _SUMS and _is_row(
            view, row, item
        ):
            return _is_last_axis(view, rest)
        case _:
            return _is_row(view, node, item)


def _is_row(view: View, node: cst.BaseExpression, item: str) -> bool:
    match node:
        case cst.Name(value=name):
            return name == item
        case cst.UnaryOperation(operator=cst.Minus(), expression=inner):
            return _is_row(view, inner, item)
        case cst.BinaryOperation(left=left, operator=operator, right=right) if isinstance(operator, _OPERATORS):
            rows = [_is_row(view, part, item) for part in (left, right)]
            return any(rows) and all(is_row or _is_number(view, part) for is_row, part in zip(rows, (left, right), strict=True))
        case cst.Call(func=cst.Attribute(value=row, attr=cst.Name(value=method)), args=rest) if _is_row(view, row, item):
            return (method in _ELEMENTWISE and not rest) or (method in _SHARES and _is_last_axis(view, rest))
        case cst.Call(func=called, args=[cst.Arg(keyword=None, star="", value=row), *rest]) if _is_row(view, row, item):
            name = in_torch(view, called)
            alone = name in _ELEMENTWISE or _is_module(view, called)
            return (alone and not rest) or (name in _SHARES and _is_last_axis(view, rest))
        case _:
            return False


def _is_last_axis(view: View, rest: Sequence[cst.Arg]) -> bool:
    match rest:
        case [cst.Arg(keyword=None | cst.Name(value="dim"), star="", value=axis)]:
            return view.text(axis) == "-1"
        case _:
            return False


def _is_number(view: View, node: cst.BaseExpression) -> bool:
    return isinstance(node, cst.Integer | cst.Float) or (isinstance(node, cst.Name) and is_number(view, node.value))


def _is_module(view: View, node: cst.BaseExpression) -> bool:
    """Whether an attribute is a module of each row by itself: a linear one, or one of each element that changes nothing in place."""
    found = module_made(view, node)
    return found is not None and (found[0] == "Linear" or (found[0] in _MODULES and not found[1].args and not found[1].keywords))


RULE = Rule(name="stacked-rows", version=1, summary="works on all rows of a tensor at once", rewrite=_rewrite)
