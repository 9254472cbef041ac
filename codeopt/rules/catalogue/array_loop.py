"""`for i in range(len(a)): out[i] = a[i] * b[i]` works on the whole arrays.

It looks for sums, differences, products and quotients, `sqrt`, `abs`, `maximum` and `minimum`, of elements at the same place of NumPy
arrays, of numbers, and of parameters annotated `int` or `float`. The array that takes the results is made in the function, or is the
only one that is read. At run time all must be as long as each other: else the loop runs as before.

Left to the verifier: warnings, which come once and not for each element, an annotation that is wrong, and NumPy before 2, where one
element and a number do not make the dtype that an array and a number make.
"""

from __future__ import annotations

from collections.abc import Callable

import libcst as cst

from codeopt.rules.arrays import is_array, is_fresh_array, numpy_name
from codeopt.rules.changes import Changes
from codeopt.rules.loops import Loop, loops_of_one
from codeopt.rules.rule import Rewrite, Rule
from codeopt.rules.safety import is_plain
from codeopt.rules.scalars import is_number
from codeopt.rules.view import View

__all__ = ["RULE"]

_OPERATORS = {cst.Add: "+", cst.Subtract: "-", cst.Multiply: "*", cst.Divide: "/"}
_FUNCTIONS = frozenset({"sqrt", "abs", "maximum", "minimum"})


def _rewrite(view: View) -> Rewrite | None:
    numpy = numpy_name(view)
    if numpy is None or not is_plain(view) or not view.is_builtin("range", "len"):
        return None
    changes = Changes(view=view)
    for loop in loops_of_one(view):
        match loop:
            case Loop(test=None, step=cst.Assign(targets=[cst.AssignTarget(target=cst.Subscript() as place)], value=value)):
                out = _element(view, place, loop.item)
                terms = _Terms(view=view, numpy=numpy, item=loop.item)
                whole = terms.whole(value) if out else None
                arrays = sorted(terms.arrays)
                if whole is None or not arrays or not _may_take(view, out, arrays, numpy) or not _covers(view, loop, {out, *arrays}):
                    continue
                lengths = " == ".join(f"len({name})" for name in dict.fromkeys([out, *arrays]))
                if "==" in lengths:
                    changes.unless(loop.node, lengths, f"{out}[:] = {whole}\n")
                else:
                    changes.become(loop.node, f"{out}[:] = {whole}\n")
            case _:
                pass
    return Rewrite(module=changes.applied()) if changes else None


class _Terms:
    """Says the whole arrays' part of an expression of elements, and gathers the arrays that it reads."""

    def __init__(self, *, view: View, numpy: str, item: str) -> None:
        self._view, self._numpy, self._item = view, numpy, item
        self.arrays: set[str] = set()

    def whole(self, node: cst.BaseExpression) -> str | None:
        """Return the expression of arrays; None where there is none."""
        match node:
            case cst.Subscript():
                name = _element(self._view, node, self._item)
                if not name or not is_array(self._view, name, self._numpy):
                    return None
                self.arrays.add(name)
                return name
            case cst.Integer() | cst.Float():
                return self._view.text(node)
            case cst.Name(value=name):
                return name if name != self._item and is_number(self._view, name) else None
            case cst.UnaryOperation(operator=cst.Minus(), expression=inner):
                return _joined("(-{})", [inner], self.whole)
            case cst.BinaryOperation(left=left, operator=operator, right=right) if type(operator) in _OPERATORS:
                return _joined(f"({{}} {_OPERATORS[type(operator)]} {{}})", [left, right], self.whole)
            case cst.Call(func=cst.Attribute(value=cst.Name(value=owner), attr=cst.Name(value=function)), args=arguments):
                known = owner == self._numpy and function in _FUNCTIONS and not any(a.keyword or a.star for a in arguments)
                form = f"{owner}.{function}({', '.join('{}' for _ in arguments)})"
                return _joined(form, [argument.value for argument in arguments], self.whole) if known else None
            case _:
                return None


def _joined(form: str, parts: list[cst.BaseExpression], whole: Callable[[cst.BaseExpression], str | None]) -> str | None:
    texts = [text for part in parts if (text := whole(part)) is not None]
    return form.format(*texts) if len(texts) == len(parts) else None


def _element(view: View, node: cst.Subscript, item: str) -> str:
    """Return the array of `a[i]`; empty where it is something else."""
    name = node.value.value if isinstance(node.value, cst.Name) else ""
    return name if view.text(node) == f"{name}[{item}]" else ""


def _may_take(view: View, out: str, arrays: list[str], numpy: str) -> bool:
    """Whether no element is read after it was written: the results go into memory of their own, or each where it came from."""
    return (arrays == [out] and is_array(view, out, numpy)) or is_fresh_array(view, out, numpy)


def _covers(view: View, loop: Loop, names: set[str]) -> bool:
    return view.text(loop.source) in {f"range({length})" for name in names for length in (f"len({name})", f"{name}.shape[0]")}


RULE = Rule(name="array-loop", version=1, summary="works on whole NumPy arrays", rewrite=_rewrite)
