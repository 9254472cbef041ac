"""`max(a)`, `min(a)`, `any(a)` and `all(a)` of a NumPy array ask the array, which does not make an object of each element.

It looks for arrays that NumPy makes in the function, or that are annotated so.

Left to the verifier: NaN, which the array's own `max` and `min` give back wherever it stands, which of 0.0 and -0.0 is given back, and
arrays of more than one dimension.
"""

from __future__ import annotations

import libcst as cst

from codeopt.rules.arrays import is_array, numpy_name
from codeopt.rules.changes import Changes
from codeopt.rules.rule import Rewrite, Rule
from codeopt.rules.view import View

__all__ = ["RULE"]


def _rewrite(view: View) -> Rewrite | None:
    numpy = numpy_name(view)
    if numpy is None or not view.is_builtin("max", "min", "any", "all", "bool"):
        return None
    changes = Changes(view=view)
    for node in view.nodes:
        match node:
            case cst.Call(
                func=cst.Name(value=("max" | "min" | "any" | "all") as function),
                args=[cst.Arg(keyword=None, star="", value=cst.Name(value=name))],
            ) if is_array(view, name, numpy):
                asked = f"{name}.{function}()"
                changes.replace(node, f"bool({asked})" if function in {"any", "all"} else asked)
            case _:
                pass
    return Rewrite(module=changes.applied()) if changes else None


RULE = Rule(name="array-extreme", version=1, summary="asks a NumPy array for its extremes", rewrite=_rewrite)
