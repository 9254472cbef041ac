"""Knows calls of a function on a part of a list, `sum(xs[i:j])`, whose bounds may be written more than once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import libcst as cst

from codeopt.rules.view import View

__all__ = ["Part", "parts_given_to"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The call `call` of a function on `name[lower:upper]`, where `node` is the name; a bound that is left out is empty."""

    call: cst.Call
    node: cst.Name
    name: str
    lower: str
    upper: str


def parts_given_to(view: View, function: str) -> Iterator[Part]:
    """Yield the calls of a function of one argument, which is a slice of a variable without a step."""
    for call in view.nodes:
        match call:
            case cst.Call(
                func=cst.Name(value=called),
                args=[
                    cst.Arg(
                        keyword=None,
                        star="",
                        value=cst.Subscript(
                            value=cst.Name(value=name) as node,
                            slice=[cst.SubscriptElement(slice=cst.Slice(lower=lower, upper=upper, step=None))],
                        ),
                    )
                ],
            ) if called == function and _is_repeatable(lower) and _is_repeatable(upper) and (lower or upper):
                yield Part(call=call, node=node, name=name, lower=_text(view, lower), upper=_text(view, upper))
            case _:
                pass


def _is_repeatable(bound: cst.BaseExpression | None) -> bool:
    match bound:
        case None | cst.Name() | cst.Integer():
            return True
        case cst.BinaryOperation(left=left, operator=cst.Add() | cst.Subtract(), right=right):
            return _is_repeatable(left) and _is_repeatable(right)
        case _:
            return False


def _text(view: View, bound: cst.BaseExpression | None) -> str:
    text = view.text(bound) if bound is not None else ""
    return f"({text})" if isinstance(bound, cst.BinaryOperation) and not bound.lpar else text
