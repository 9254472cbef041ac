"""Knows products of matrices in torch, and what their factors are, back through statements that stand right before them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import libcst as cst

from codeopt.rules.changes import Changes
from codeopt.rules.tensors import in_torch, meaning
from codeopt.rules.view import View

__all__ = ["Chain", "Product", "Step", "Transposed", "product_of", "transposed"]

_OPERATORS: dict[type[cst.BaseAugOp], Callable[[], cst.BaseBinaryOp]] = {
    cst.AddAssign: cst.Add,
    cst.SubtractAssign: cst.Subtract,
    cst.MultiplyAssign: cst.Multiply,
    cst.DivideAssign: cst.Divide,
}
_SCOPES = (cst.FunctionDef, cst.Lambda, cst.ClassDef, cst.BaseComp)
_SWAPS = frozenset({"transpose", "swapaxes", "swapdims"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """`left @ right`; of `bmm`, which takes three axes, `is_batch`."""

    left: cst.BaseExpression
    right: cst.BaseExpression
    is_batch: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Transposed:
    """A matrix that is transposed, and which of its axes are exchanged."""

    node: cst.BaseExpression
    axes: frozenset[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What a statement gives a variable; only where the variable `optional` is not None, if that is not empty."""

    value: cst.BaseExpression
    optional: str = ""


def product_of(view: View, node: cst.BaseExpression) -> Product | None:
    """Return the factors of a product of matrices; None where an expression is something else."""
    match node:
        case cst.BinaryOperation(left=left, operator=cst.MatrixMultiply(), right=right):
            return Product(left=left, right=right, is_batch=False)
        case cst.Call(func=called, args=[cst.Arg(keyword=None, star="", value=left), cst.Arg(keyword=None, star="", value=right)]):
            name = in_torch(view, called)
            return Product(left=left, right=right, is_batch=name == "bmm") if name in {"matmul", "bmm"} else None
        case cst.Call(
            func=cst.Attribute(value=left, attr=cst.Name(value="matmul" | "bmm" as method)),
            args=[cst.Arg(keyword=None, star="", value=right)],
        ) if not meaning(view, left):
            return Product(left=left, right=right, is_batch=method == "bmm")
        case _:
            return None


def transposed(view: View, node: cst.BaseExpression) -> Transposed | None:
    """Return the matrix that an expression transposes, by its last two axes if they have these numbers; None for all else."""
    match node:
        case cst.Attribute(value=inner, attr=cst.Name(value="mT")):
            return Transposed(node=inner, axes=frozenset({-2, -1}))
        case cst.Call(func=cst.Attribute(value=inner, attr=cst.Name(value=method)), args=[first, second]) if method in _SWAPS:
            pass
        case cst.Call(func=called, args=[cst.Arg(keyword=None, star="", value=inner), first, second]) if in_torch(view, called) in _SWAPS:
            pass
        case _:
            return None
    texts = {view.text(argument.value) for argument in (first, second) if not argument.keyword and not argument.star}
    return Transposed(node=inner, axes=frozenset(map(int, texts))) if texts in ({"-1", "-2"}, {"1", "2"}, {"2", "3"}) else None


class Chain:
    """The statements right before one, back from it, as far as each makes a variable that the next one reads and nothing else does."""

    def __init__(self, *, view: View, end: cst.CSTNode) -> None:
        """Start at the statement around an expression."""
        self._view = view
        self._end = view.statement(end)
        self._followed: set[cst.CSTNode] = set()
        self._names: set[str] = set()
        self._earlier: list[cst.CSTNode] = []
        self.statements: list[cst.BaseStatement] = []
        block = view.parents.get(self._end) if self._end is not None else None
        if isinstance(self._end, cst.SimpleStatementLine) and isinstance(block, cst.IndentedBlock) and not self._is_deferred(end):
            self._earlier = list(block.body[: block.body.index(self._end)])

    def before(self, node: cst.Name) -> Step | None:
        """Return what the statement before all others of the chain gives a variable, and take it into the chain; None where it does not."""
        statement = self._earlier[-1] if self._earlier else None
        step = _step(self._view, statement, node.value)
        if step is None or not isinstance(statement, cst.BaseStatement):
            return None
        self._earlier.pop()
        self.statements.append(statement)
        self._followed.add(node)
        self._names.add(node.value)
        return step

    def is_closed(self) -> bool:
        """Whether nothing else reads what the chain's variables are given in it."""
        order = {node: index for index, node in enumerate(self._view.nodes)}
        rebound = ""
        match self._end:
            case cst.SimpleStatementLine(body=[cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=rebound))])]):
                pass
            case _:
                pass
        last = max((order[node] for node in self._view.nodes if self._end is not None and self._view.holds(self._end, node)), default=-1)
        for name in self._names:
            bindings = [reference.node for reference in self._view.bindings(name)]
            for reference in self._view.of(name):
                inside = any(self._view.holds(statement, reference.node) for statement in (*self.statements, self._end) if statement)
                own = reference.node in self._followed or (inside and reference.node in bindings)
                if not own and not (name == rebound and order[reference.node] > last):
                    return False
        return True

    def become(self, changes: Changes, node: cst.CSTNode, text: str) -> None:
        """Put the last statement, with another expression in place of one of its own, where the chain begins, and leave out the rest."""
        if self._end is None:
            raise ValueError("the expression stands in no statement")
        made = self._end.deep_replace(node, cst.parse_expression(text))
        first = self.statements[-1]
        changes.replace(first, lambda old: made.with_changes(leading_lines=old.leading_lines))
        for statement in (*self.statements[:-1], self._end):
            changes.remove(statement)

    def _is_deferred(self, node: cst.CSTNode) -> bool:
        for outer in self._view.ancestors(node):
            if outer is self._end:
                return False
            if isinstance(outer, _SCOPES):
                return True
        return True


def _step(view: View, statement: cst.CSTNode | None, name: str) -> Step | None:
    match statement:
        case cst.SimpleStatementLine(body=[cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=target))], value=value)]):
            return Step(value=value) if target == name else None
        case cst.SimpleStatementLine(body=[cst.AugAssign(target=cst.Name(value=target) as old, operator=operator, value=value)]):
            made = _OPERATORS.get(type(operator))
            return Step(value=cst.BinaryOperation(left=old, operator=made(), right=value)) if target == name and made else None
        case cst.If(
            test=cst.Comparison(
                left=cst.Name(value=asked), comparisons=[cst.ComparisonTarget(operator=cst.IsNot(), comparator=cst.Name(value="None"))]
            ),
            orelse=None,
            body=cst.IndentedBlock(body=[only]),
        ):
            step = _step(view, only, name)
            return Step(value=step.value, optional=asked) if step is not None and not step.optional else None
        case _:
            return None
