"""`x in ["a", "b", ...]` in a loop, with many constants, asks a set of constants.

It looks for lists and tuples of at least five strings or whole numbers; the compiler makes one frozenset of them.

Left to the verifier: an `x` that cannot be hashed, for which a list answers False and a set raises TypeError.
"""

from __future__ import annotations

import libcst as cst

from codeopt.rules.changes import Changes
from codeopt.rules.rule import Rewrite, Rule
from codeopt.rules.safety import hashes_visibly_not
from codeopt.rules.view import View

__all__ = ["RULE"]

_LEAST = 5


def _rewrite(view: View) -> Rewrite | None:
    changes = Changes(view=view)
    for node in view.nodes:
        match node:
            case cst.Comparison(
                left=left,
                comparisons=[cst.ComparisonTarget(operator=cst.In() | cst.NotIn(), comparator=(cst.List() | cst.Tuple()) as asked)],
            ) if view.loops(node) and _are_constants(asked) and not hashes_visibly_not(left):
                changes.replace(asked, cst.Set(elements=[cst.Element(value=element.value) for element in asked.elements]))
            case _:
                pass
    return Rewrite(module=changes.applied()) if changes else None


def _are_constants(asked: cst.List | cst.Tuple) -> bool:
    values = [element.value for element in asked.elements]
    return len(values) >= _LEAST and all(isinstance(value, cst.SimpleString | cst.Integer) for value in values)


RULE = Rule(name="literal-set", version=1, summary="asks a set of constants, not a list of them", rewrite=_rewrite)
