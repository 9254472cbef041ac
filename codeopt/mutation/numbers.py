"""Faults of arithmetic and of numbers.

Equivalent remain: `sum` for `fsum` where no rounding occurs, `//` for `/` where the result is made whole anyway, a number that only bounds
something that ends earlier.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from codeopt.mutation.operator import Operator
from codeopt.mutation.place import Place
from codeopt.mutation.shapes import attribute_called, call, changed, constant, is_name, name, name_called

__all__ = ["OPERATORS"]

_Table = Mapping[type[ast.operator], type[ast.operator]]
_ARITHMETIC: _Table = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.Pow: ast.Mult,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.BitXor: ast.BitOr,
}
_DIVISIONS: _Table = {ast.Div: ast.FloorDiv, ast.FloorDiv: ast.Div}
# With these, another operator is only an error of types.
_TEXTS = (ast.JoinedStr, ast.List, ast.ListComp, ast.Tuple, ast.Dict)
_MAKERS = frozenset({"str", "list", "tuple", "repr", "sorted", "bytes", "join"})


def _arithmetic(node: ast.BinOp | ast.AugAssign, _place: Place) -> Iterator[ast.expr | list[ast.stmt]]:
    operands = (node.left, node.right) if isinstance(node, ast.BinOp) else (node.value,)
    other = _ARITHMETIC.get(type(node.op))
    if other is not None and not any(_is_text(operand) for operand in operands):
        yield from _with_operator(node, other)


def _integer_division(node: ast.BinOp | ast.AugAssign, _place: Place) -> Iterator[ast.expr | list[ast.stmt]]:
    other = _DIVISIONS.get(type(node.op))
    if other is not None and not (isinstance(node, ast.BinOp) and _is_path(node)):
        yield from _with_operator(node, other)


def _with_operator(node: ast.BinOp | ast.AugAssign, other: type[ast.operator]) -> Iterator[ast.expr | list[ast.stmt]]:
    if isinstance(node, ast.BinOp):
        yield changed(node, op=other())
    else:
        yield [changed(node, op=other())]


def _assigned(node: ast.AugAssign, _place: Place) -> Iterator[list[ast.stmt]]:
    yield [ast.Assign(targets=[node.target], value=node.value, lineno=node.lineno)]


def _number(node: ast.Constant, _place: Place) -> Iterator[ast.expr]:
    if type(node.value) is int:
        yield constant(node.value + 1)
        yield constant(node.value - 1)
    elif type(node.value) is float:
        yield constant(node.value + 1.0)


def _dropped_sign(node: ast.UnaryOp, _place: Place) -> Iterator[ast.expr]:
    if isinstance(node.op, ast.USub | ast.Invert):
        yield node.operand


def _other_sum(node: ast.Call, _place: Place) -> Iterator[ast.expr]:
    if len(node.args) != 1 or node.keywords:
        return
    if name_called(node) == "fsum" or (attribute_called(node) == "fsum" and is_name(node.func)):
        yield changed(node, func=name("sum"))
    elif name_called(node) == "sum":
        yield changed(node, func=ast.Attribute(value=call("__import__", constant("math")), attr="fsum", ctx=ast.Load()))


def _is_text(node: ast.expr) -> bool:
    text = isinstance(node, ast.Constant) and isinstance(node.value, str | bytes)
    return text or isinstance(node, _TEXTS) or (name_called(node) or attribute_called(node)) in _MAKERS


def _is_path(node: ast.BinOp) -> bool:
    return any(_is_text(operand) or (isinstance(operand, ast.BinOp) and _is_path(operand)) for operand in (node.left, node.right))


OPERATORS = (
    Operator("arithmetic", (ast.BinOp, ast.AugAssign), _arithmetic),
    Operator("integer-division", (ast.BinOp, ast.AugAssign), _integer_division),
    Operator("assigned-not-augmented", ast.AugAssign, _assigned),
    Operator("number", ast.Constant, _number),
    Operator("dropped-sign", ast.UnaryOp, _dropped_sign),
    Operator("other-sum", ast.Call, _other_sum),
)
