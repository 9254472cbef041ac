"""`key=lambda x: x[1]` becomes `itemgetter(1)`, and `key=lambda x: x.name` becomes `attrgetter("name")`, for sorting, `min` and `max`.

It looks for constant items, attributes, and tuples of either.

Left to the verifier: nothing; both raise what the lambda raises.
"""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from codeopt.rules.changes import Changes
from codeopt.rules.rule import Rewrite, Rule
from codeopt.rules.safety import only_parameter
from codeopt.rules.view import Symbol, View

__all__ = ["RULE"]

_TAKERS = frozenset({"sorted", "min", "max"})


def _rewrite(view: View) -> Rewrite | None:
    if not view.is_builtin(*_TAKERS):
        return None
    changes = Changes(view=view)
    needed: list[Symbol] = []
    for node in view.nodes:
        match node:
            case cst.Call(func=function) if _takes_key(function):
                for argument in node.args:
                    getter, keys = _getter(view, argument) or ("", ())
                    symbol = view.symbol("operator", getter) if getter else None
                    if symbol is not None:
                        needed.append(symbol)
                        changes.replace(argument.value, f"{symbol.text}({', '.join(keys)})")
            case _:
                pass
    imports = tuple(dict.fromkeys(item for symbol in needed for item in symbol.imports))
    return Rewrite(module=changes.applied(), imports=imports) if changes else None


def _takes_key(function: cst.BaseExpression) -> bool:
    if isinstance(function, cst.Attribute):
        return function.attr.value == "sort"
    return isinstance(function, cst.Name) and function.value in _TAKERS


def _getter(view: View, argument: cst.Arg) -> tuple[str, Sequence[str]] | None:
    """Return the function of `operator` that does what the lambda of a `key` does, and its arguments."""
    match argument:
        case cst.Arg(keyword=cst.Name(value="key"), value=cst.Lambda(body=body) as made) if (item := only_parameter(made)) is not None:
            parts = [element.value for element in body.elements] if isinstance(body, cst.Tuple) else [body]
            if isinstance(body, cst.Tuple) and len(parts) < 1 + 1:
                return None
            return _all(view, parts, item, "itemgetter") or _all(view, parts, item, "attrgetter")
        case _:
            return None


def _all(view: View, parts: Sequence[cst.BaseExpression], item: str, getter: str) -> tuple[str, Sequence[str]] | None:
    keys = [key for part in parts if (key := _item(view, part, item) if getter == "itemgetter" else _attribute(part, item))]
    return (getter, keys) if len(keys) == len(parts) else None


def _item(view: View, part: cst.BaseExpression, item: str) -> str | None:
    match part:
        case cst.Subscript(value=cst.Name(value=name), slice=[cst.SubscriptElement(slice=cst.Index(value=key, star=None))]) if name == item:
            number = key.expression if isinstance(key, cst.UnaryOperation) and isinstance(key.operator, cst.Minus) else key
            constant = isinstance(number, cst.Integer) or isinstance(key, cst.SimpleString)
            return view.text(key) if constant else None
        case _:
            return None


def _attribute(part: cst.BaseExpression, item: str) -> str | None:
    match part:
        # two leading underscores mean another name inside a class
        case cst.Attribute(value=cst.Name(value=name), attr=cst.Name(value=attribute)) if name == item and not attribute.startswith("__"):
            return f'"{attribute}"'
        case _:
            return None


RULE = Rule(name="key-getter", version=1, summary="sorts by a key that is read in C", rewrite=_rewrite)
