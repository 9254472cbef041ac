"""`softmax(q @ k.transpose(-2, -1) * scale + mask) @ v` is computed by `scaled_dot_product_attention`, without a matrix of all pairs.

It looks for the products in one expression, or in statements that stand right after each other and whose variables nothing else uses: by
`@`, `matmul` or `bmm`, with at most one factor, and with at most one mask, which is added, or closes places by `masked_fill` with minus
infinity, also under `if mask is not None`. Weights that are used elsewhere, dropout, and softmax over another axis are left alone. A factor
that is not visibly a number is applied to `q`. An added mask is brought to the type of `q`, as the sum would have been.

Left to the verifier: a row whose every place is closed, of which softmax makes NaN and the fused function zeros, a `q` or a mask of fewer
than two axes or a mask of more than `q` has, axes counted from the front that are not the last two, a factor that is a tensor of more than
one number, and rounding. It may be slower where three axes do not show, since the fast functions take four, which only measuring tells.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import libcst as cst

from codeopt.rules.changes import Changes
from codeopt.rules.products import Chain, Product, product_of, transposed
from codeopt.rules.rule import Rewrite, Rule
from codeopt.rules.safety import is_plain
from codeopt.rules.scalars import is_number
from codeopt.rules.tensors import in_torch, is_minus_infinity, meaning, primary, spelled
from codeopt.rules.view import View

__all__ = ["RULE"]

_LITERALS = (cst.Integer, cst.Float, cst.SimpleString, cst.UnaryOperation)


@dataclass(kw_only=True)
class _Attention:
    """What stands between the two products of an attention: a mask, a factor, and changes of type."""

    cast: str = ""
    widened: bool = False
    mask: cst.BaseExpression | None = None
    closed: bool = False
    optional: str = ""
    factor: cst.BaseExpression | None = None
    divides: bool = False


def _rewrite(view: View) -> Rewrite | None:
    fused = spelled(view, "torch.nn.functional.scaled_dot_product_attention")
    if fused is None or not is_plain(view):
        return None
    changes = Changes(view=view)
    for node in view.nodes:
        outer = product_of(view, node) if isinstance(node, cst.BinaryOperation | cst.Call) else None
        if outer is None:
            continue
        chain = Chain(view=view, end=node)
        text = _fused(view, outer, chain, fused)
        if text is not None and not chain.statements:
            changes.replace(node, text)
        elif text is not None and chain.is_closed():
            chain.become(changes, node, text)
    return Rewrite(module=changes.applied()) if changes else None


def _fused(view: View, outer: Product, chain: Chain, fused: str) -> str | None:
    found = _Attention()
    scores = _scores(view, chain, outer.left, found)
    inner = _inner(view, chain, scores, found) if scores is not None else None
    key = transposed(view, inner.right) if inner is not None else None
    if inner is None or key is None or not _is_typed(inner.left, found):
        return None
    query, scale = _scaled(view, inner.left, found)
    tensors = [query, primary(view, key.node), primary(view, outer.right)]
    mask = _mask(view, inner.left, found)
    if outer.is_batch or inner.is_batch or key.axes == {1, 2}:
        # the fused kernels take four axes
        tensors = [f"{f'({text})' if text is query and found.factor is not None else text}.unsqueeze(0)" for text in tensors]
        return f"{fused}({', '.join([*tensors, *mask, f'scale={scale}'])}).squeeze(0)"
    return f"{fused}({', '.join([*tensors, *mask, f'scale={scale}'])})"


def _scaled(view: View, query: cst.BaseExpression, found: _Attention) -> tuple[str, str]:
    """Return the query and the scale: the factor itself where it is visibly a number, else one, and the query has it."""
    if found.factor is None:
        return primary(view, query), "1.0"
    factor = primary(view, found.factor)
    if _is_number(view, found.factor):
        return primary(view, query), f"1.0 / {factor}" if found.divides else view.text(found.factor)
    return f"{primary(view, query)} {'/' if found.divides else '*'} {factor}", "1.0"


def _scores(view: View, chain: Chain, node: cst.BaseExpression, found: _Attention) -> cst.BaseExpression | None:
    """Return what softmax is taken of, over the last axis; None where the weights are something else."""
    while True:
        match node:
            case cst.Name():
                step = chain.before(node)
                if step is None or step.optional:
                    return None
                node = step.value
            case cst.Call(func=cst.Attribute(value=inner, attr=cst.Name(value="to" | "type_as" as method)), args=[only]) if not found.cast:
                found.cast = view.text(only.value) if only.keyword is None else ""
                found.cast += ".dtype" if method == "type_as" else ""
                node = inner
            case cst.Call(func=called, args=[cst.Arg(keyword=None, star="", value=scores), *rest]) if in_torch(view, called) == "softmax":
                return scores if _is_last_axis(view, rest, found) else None
            case cst.Call(func=cst.Attribute(value=scores, attr=cst.Name(value="softmax")), args=rest) if not meaning(view, scores):
                return scores if _is_last_axis(view, rest, found) else None
            case _:
                return None


def _is_last_axis(view: View, rest: Sequence[cst.Arg], found: _Attention) -> bool:
    named = {argument.keyword.value if argument.keyword else "dim": argument.value for argument in rest if not argument.star}
    dimension, dtype = named.pop("dim", None), named.pop("dtype", None)
    found.widened = dtype is not None
    known = dtype is None or in_torch(view, dtype) in {"float", "float32", "float64", "double"}
    return dimension is not None and view.text(dimension) == "-1" and known and not named and len(rest) <= 1 + found.widened


def _inner(view: View, chain: Chain, node: cst.BaseExpression, found: _Attention) -> Product | None:
    """Return the first product, behind at most one mask and then at most one factor; None where there is anything else."""
    optional = ""
    while True:
        product = product_of(view, node)
        if product is not None:
            return product if not optional else None
        if isinstance(node, cst.Name):
            step = chain.before(node)
            if step is None or optional:
                return None
            node, optional = step.value, step.optional
            continue
        inner = _without_mask(view, node, found, optional) or (_without_factor(node, found) if not optional else None)
        if inner is None:
            return None
        node, optional = inner, ""


def _without_mask(view: View, node: cst.BaseExpression, found: _Attention, optional: str) -> cst.BaseExpression | None:
    match node:
        case cst.BinaryOperation(left=scores, operator=cst.Add(), right=mask) if not isinstance(mask, _LITERALS):
            closed = False
        case cst.Call(
            func=cst.Attribute(value=scores, attr=cst.Name(value="masked_fill" | "masked_fill_")),
            args=[cst.Arg(keyword=None, star="", value=mask), cst.Arg(keyword=None | cst.Name(value="value"), star="", value=fill)],
        ) if is_minus_infinity(view, fill):
            closed = True
        case _:
            return None
    fits = closed or not optional or view.text(mask) == optional
    if found.mask is not None or found.factor is not None or not fits:
        return None
    found.mask, found.closed, found.optional = mask, closed, optional
    return scores


def _without_factor(node: cst.BaseExpression, found: _Attention) -> cst.BaseExpression | None:
    match node:
        case cst.Call(func=cst.Attribute(value=scores, attr=cst.Name(value="float")), args=[]):
            found.widened = True
            return scores
        case cst.BinaryOperation(left=scores, operator=cst.Multiply() | cst.Divide() as operator, right=factor) if found.factor is None:
            found.factor, found.divides = factor, isinstance(operator, cst.Divide)
            return scores
        case _:
            return None


def _is_typed(query: cst.BaseExpression, found: _Attention) -> bool:
    """Whether the weights visibly have the type of the query when they meet the values, and a mask can be given that type."""
    added = found.mask is not None and not found.closed
    if not isinstance(query, cst.Name):
        return not (found.cast or found.widened or added)
    return found.cast == f"{query.value}.dtype" if found.cast else not found.widened


def _mask(view: View, query: cst.BaseExpression, found: _Attention) -> list[str]:
    if found.mask is None:
        return []
    match found.mask:
        case mask if not found.closed:
            made = f"{primary(view, mask)}.to({view.text(query)}.dtype)"
        case cst.UnaryOperation(operator=cst.BitInvert(), expression=inner):
            made = view.text(inner)
        case cst.Comparison(left=left, comparisons=[cst.ComparisonTarget(operator=cst.Equal(), comparator=other)]):
            made = f"{view.text(left)} != {view.text(other)}"
        case mask:
            made = f"~{primary(view, mask)}"
    return [f"attn_mask=None if {found.optional} is None else {made}" if found.optional else f"attn_mask={made}"]


def _is_number(view: View, node: cst.BaseExpression) -> bool:
    """Whether an expression is visibly a number: written, a root, a length, annotated so, or computed of such."""
    match node:
        case cst.Integer() | cst.Float():
            return True
        case cst.Name(value=name):
            value = view.value(name)
            return is_number(view, name) or (value is not None and not isinstance(value, cst.Name) and _is_number(view, value))
        case cst.UnaryOperation(operator=cst.Minus(), expression=inner):
            return _is_number(view, inner)
        case cst.BinaryOperation(left=left, right=right, operator=cst.Power() | cst.Multiply() | cst.Divide()):
            return _is_number(view, left) and _is_number(view, right)
        case cst.Call(func=called) if meaning(view, called) == "math.sqrt":
            return True
        case cst.Call(func=cst.Attribute(attr=cst.Name(value="size")), args=[_]):
            return True
        case cst.Subscript(value=cst.Attribute(attr=cst.Name(value="shape"))):
            return True
        case _:
            return False


RULE = Rule(name="fused-attention", version=1, summary="attends by one fused function, without a matrix of all pairs", rewrite=_rewrite)
