"""A loop that only adds up becomes `sum`, and one that only multiplies `math.prod`.

It looks for `total += x`, `total += f(x)` and `total *= x` as the whole body of a loop, on a variable that starts as a number and that
the loop does not read otherwise. Loops inside `try` and `with` are left alone, since the sum so far may be wanted after an exception.

Left to the verifier: floats, which `sum` adds with more care from Python 3.12 on, and elements whose `+=` differs from their `+`.
"""

from __future__ import annotations

import libcst as cst

from codeopt.rules.changes import Changes
from codeopt.rules.loops import Loop, loops_of_one, mentions, starts_with_number
from codeopt.rules.rule import Rewrite, Rule
from codeopt.rules.safety import is_plain
from codeopt.rules.view import Symbol, View

__all__ = ["RULE"]


def _rewrite(view: View) -> Rewrite | None:
    if not is_plain(view) or not view.is_builtin("sum", "map"):
        return None
    changes = Changes(view=view)
    needed: list[Symbol] = []
    for loop in loops_of_one(view):
        match loop:
            case Loop(
                test=None,
                step=cst.AugAssign(target=cst.Name(value=name), operator=cst.AddAssign() | cst.MultiplyAssign() as operator, value=added),
            ) if _is_total(view, name, loop):
                terms = _terms(view, loop, added)
                product = view.symbol("math", "prod") if isinstance(operator, cst.MultiplyAssign) else None
                if terms is None or (product is None and not isinstance(operator, cst.AddAssign)):
                    continue
                if product is not None:
                    needed.append(product)
                total = f"sum({terms}, {name})" if product is None else f"{product.text}({terms}, start={name})"
                changes.become(loop.node, f"{name} = {total}\n")
            case _:
                pass
    imports = tuple(dict.fromkeys(item for symbol in needed for item in symbol.imports))
    return Rewrite(module=changes.applied(), imports=imports) if changes else None


def _is_total(view: View, name: str, loop: Loop) -> bool:
    inside = [reference for reference in view.of(name) if view.holds(loop.node, reference.node)]
    return name != loop.item and len(inside) == 1 and starts_with_number(view, name, loop.node)


def _terms(view: View, loop: Loop, added: cst.BaseExpression) -> str | None:
    """Return what is added up: the source itself, or a function of each of its elements."""
    source = view.text(loop.source)
    match added:
        case cst.Name(value=loop.item):
            return source
        case cst.Call(func=cst.Name(value=function) as called, args=[cst.Arg(keyword=None, star="", value=cst.Name(value=loop.item))]):
            steady = function != loop.item and not mentions(view, loop.source, function) and not _is_bound_in(view, function, loop)
            return f"map({view.text(called)}, {source})" if steady else None
        case _:
            return None


def _is_bound_in(view: View, name: str, loop: Loop) -> bool:
    return any(view.holds(loop.node, binding.node) for binding in view.bindings(name))


RULE = Rule(name="totalled", version=1, summary="adds or multiplies up by a built-in function", rewrite=_rewrite)
