"""`any(x == y for y in ys)` asks `x in ys`, and `all(x != y for y in ys)` asks `x not in ys`.

It looks for one comparison of the variable of a comprehension with a name or constant. At run time lists and tuples are asked, and
where the type is not visible everything else is compared as before: in a string `in` looks for more than one letter.

Left to the verifier: elements that do not equal themselves (NaN), which `in` finds nevertheless, and `==` that gives no truth value.
"""

from __future__ import annotations

import libcst as cst

from codeopt.rules.changes import Changes
from codeopt.rules.rule import Rewrite, Rule
from codeopt.rules.safety import is_simple, kind_of
from codeopt.rules.view import View

__all__ = ["RULE"]


def _rewrite(view: View) -> Rewrite | None:
    if not view.is_builtin("any", "all", "type", "list", "tuple"):
        return None
    changes = Changes(view=view)
    for node in view.nodes:
        match node:
            case cst.Call(
                func=cst.Name(value=("any" | "all") as function),
                args=[cst.Arg(keyword=None, star="", value=(cst.GeneratorExp() | cst.ListComp()) as comprehension)],
            ):
                wanted, asked = _asked(comprehension, function) or (None, "")
                if wanted is not None:
                    test = f"{view.text(wanted)} {'in' if function == 'any' else 'not in'} {asked}"
                    known = kind_of(view, asked, trust_annotation=True) in {"list", "tuple"}
                    changes.replace(node, f"({test})" if known else f"({test} if type({asked}) in (list, tuple) else {view.text(node)})")
            case _:
                pass
    return Rewrite(module=changes.applied()) if changes else None


def _asked(comprehension: cst.GeneratorExp | cst.ListComp, function: str) -> tuple[cst.BaseExpression, str] | None:
    """Return what is looked for, and the name of where."""
    operator = cst.Equal if function == "any" else cst.NotEqual
    match comprehension:
        case cst.BaseSimpleComp(
            elt=cst.Comparison(left=left, comparisons=[cst.ComparisonTarget(operator=cst.BaseCompOp() as compared, comparator=right)]),
            for_in=cst.CompFor(target=cst.Name(value=item), iter=cst.Name(value=asked), ifs=[], inner_for_in=None, asynchronous=None),
        ) if isinstance(compared, operator):
            for one, other in ((left, right), (right, left)):
                if isinstance(one, cst.Name) and one.value == item and is_simple(other) and not _is(other, item):
                    return other, asked
            return None
        case _:
            return None


def _is(node: cst.BaseExpression, name: str) -> bool:
    return isinstance(node, cst.Tuple) or (isinstance(node, cst.Name) and node.value == name)


RULE = Rule(name="any-equal", version=1, summary="asks a list for an element, not each element", rewrite=_rewrite)
