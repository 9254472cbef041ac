"""`a ** b % m` becomes `pow(a, b, m)`, which never holds the whole power.

It looks for names and whole numbers. At run time `pow` is asked where all three are of type int, the exponent is not negative and the
modulus not zero: for all else the power is taken as before.

Left to the verifier: nothing.
"""

from __future__ import annotations

import libcst as cst

from codeopt.rules.changes import Changes
from codeopt.rules.rule import Rewrite, Rule
from codeopt.rules.view import View

__all__ = ["RULE"]


def _rewrite(view: View) -> Rewrite | None:
    if not view.is_builtin("pow", "type", "int"):
        return None
    changes = Changes(view=view)
    for node in view.nodes:
        match node:
            case cst.BinaryOperation(
                left=cst.BinaryOperation(left=base, operator=cst.Power(), right=exponent), operator=cst.Modulo(), right=modulus
            ) if all(isinstance(part, cst.Name | cst.Integer) for part in (base, exponent, modulus)):
                changes.replace(node, _guarded(view, node, (base, exponent, modulus)))
            case _:
                pass
    return Rewrite(module=changes.applied()) if changes else None


def _guarded(view: View, node: cst.BinaryOperation, parts: tuple[cst.BaseExpression, ...]) -> str:
    base, exponent, modulus = map(view.text, parts)
    names = dict.fromkeys(view.text(part) for part in parts if isinstance(part, cst.Name))
    conditions = [f"{' is '.join(f'type({name})' for name in names)} is int"] if names else []
    if isinstance(parts[1], cst.Name):
        conditions.append(f"{exponent} >= 0")
    if isinstance(parts[2], cst.Name):
        conditions.append(modulus)
    power = f"pow({base}, {exponent}, {modulus})"
    return f"({power} if {' and '.join(conditions)} else {view.text(node)})" if conditions else power


RULE = Rule(name="modular-power", version=1, summary="takes a power within its modulus", rewrite=_rewrite)
