"""Attention under a mask that lets each segment see only itself is computed segment by segment, without the mask.

It looks for a mask of zeros of type bool, or filled with `torch.finfo(...).min` or minus infinity, in which the loop right after it,
`for i in range(1, len(ends)): mask[..., ends[i - 1]:ends[i], ends[i - 1]:ends[i]] = True` (or `= 0`), opens the segments, and for a call of
`scaled_dot_product_attention` that alone uses it, without dropout. At run time the segments must cover all places once, in order, and be at
least two: for all else the mask is made and used as before.

Left to the verifier: rounding.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import libcst as cst

from codeopt.rules.changes import Changes
from codeopt.rules.loops import Loop, loops_of_one
from codeopt.rules.rule import Rewrite, Rule
from codeopt.rules.safety import is_plain
from codeopt.rules.tensors import in_torch, is_minus_infinity, primary, spelled
from codeopt.rules.view import View

__all__ = ["RULE"]

_BOUNDS = """{bounds} = {torch}.as_tensor({ends}).tolist()
{lengths} = [end - start for start, end in zip({bounds}, {bounds}[1:]) if start != end]
"""
_COVERED = "len({lengths}) > 1 and min({lengths}) > 0 and {bounds}[0] == 0 and {bounds}[-1] == {size}"
_SPLIT = "({torch}.cat([{call} for {names} in zip({parts})], dim=-2) if {mask} is None else {old})"
_PARAMETERS = ("query", "key", "value", "attn_mask", "dropout_p", "is_causal")
_NOTHING = {"dropout_p": {"0", "0.0"}, "is_causal": {"False"}}
_SEGMENT = r"(?P=ends)\[(?P=i)-1\]:(?P=ends)\[(?P=i)\]"
_OPENED = re.compile(
    rf"(?P<i>\w+) range\(1,len\((?P<ends>\w+)\)\) (?P<mask>\w+)\[(?P<axes>\.\.\.,|:,|){_SEGMENT},{_SEGMENT}\] (?P<value>\S+)"
)
_AXES = {"": 2, ":,": 3}
_LEAST_AXES = 2
_DEFERRED = (cst.Lambda, cst.FunctionDef)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mask:
    """The statement that makes a mask of `size` places each way, and the loop after it, which opens the segments that `ends` bound."""

    name: str
    made: cst.SimpleStatementLine
    loop: cst.For
    ends: str
    size: str


def _rewrite(view: View) -> Rewrite | None:
    torch = spelled(view, "torch")
    if torch is None or not is_plain(view) or not view.is_builtin("range", "len", "zip", "min"):
        return None
    changes = Changes(view=view)
    taken: list[str] = []
    for loop in loops_of_one(view):
        mask = _mask(view, loop)
        call = _only_call(view, mask) if mask is not None else None
        if mask is None or call is None:
            continue
        bounds, lengths, *names = (view.new_name(name, taken=taken) for name in ("bounds", "lengths", "query", "key", "value"))
        split = _split(view, call, names, lengths)
        if split is None:
            continue
        taken += [bounds, lengths]
        changes.replace(call, _SPLIT.format(torch=torch, names=", ".join(names), mask=mask.name, old=view.text(call), **split))
        changes.before(mask.made, _BOUNDS.format(bounds=bounds, lengths=lengths, ends=mask.ends, torch=torch))
        covered = _COVERED.format(bounds=bounds, lengths=lengths, size=mask.size)
        changes.unless(mask.made, covered, f"{mask.name} = None\n", also=[mask.loop])
    return Rewrite(module=changes.applied()) if changes else None


def _mask(view: View, loop: Loop) -> _Mask | None:
    """Return the mask whose segments a loop opens, made in the statement before it; None where there is none."""
    match loop:
        case Loop(test=None, step=cst.Assign(targets=[cst.AssignTarget(target=cst.Subscript() as place)], value=value)):
            parts = (re.sub(r"\s", "", view.text(part)) for part in (loop.source, place, value))
            found = _OPENED.fullmatch(" ".join([loop.item, *parts]))
        case _:
            return None
    block = view.parents[loop.node]
    before = block.body.index(loop.node) - 1 if isinstance(block, cst.IndentedBlock) else -1
    made = block.body[before] if isinstance(block, cst.IndentedBlock) and before >= 0 else None
    match made:
        case cst.SimpleStatementLine(
            body=[cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=name))], value=cst.Call() as call)]
        ) if found is not None and name == found["mask"]:
            sizes = _sizes(view, call, found["value"])
            right_axes = _AXES.get(found["axes"], len(sizes)) == len(sizes)
            return _Mask(name=name, made=made, loop=loop.node, ends=found["ends"], size=sizes[-1]) if sizes and right_axes else None
        case _:
            return None


def _sizes(view: View, call: cst.Call, opened: str) -> list[str]:
    """Return the lengths of the axes of a mask that is closed everywhere, and that a value opens; empty for all else."""
    options = {argument.keyword.value: argument.value for argument in call.args if argument.keyword}
    plain = [argument.value for argument in call.args if not argument.keyword and not argument.star]
    match in_torch(view, call.func), plain:
        case "zeros", [cst.List(elements=elements) | cst.Tuple(elements=elements)]:
            closed = opened in {"True", "1"} and "dtype" in options and in_torch(view, options["dtype"]) == "bool"
        case "full", [cst.List(elements=elements) | cst.Tuple(elements=elements), fill]:
            closed = opened in {"0", "0.0"} and (_is_least(view, fill) or is_minus_infinity(view, fill))
        case _:
            return []
    sizes = [view.text(element.value) for element in elements]
    square = len(sizes) >= _LEAST_AXES and sizes[-2] == sizes[-1] and isinstance(elements[-1].value, cst.Name)
    return sizes if closed and square and set(sizes[:-2]) <= {"1"} else []


def _is_least(view: View, node: cst.BaseExpression) -> bool:
    match node:
        case cst.Attribute(value=cst.Call(func=called), attr=cst.Name(value="min")):
            return in_torch(view, called) == "finfo"
        case _:
            return False


def _only_call(view: View, mask: _Mask) -> cst.Call | None:
    """Return the call of the attention that is all that uses a mask; None where there is none."""
    outside = [reference.node for reference in view.of(mask.name) if not any(view.holds(s, reference.node) for s in (mask.made, mask.loop))]
    if len(outside) != 1 or any(isinstance(outer, _DEFERRED) for outer in view.ancestors(outside[0])):
        return None
    call = next((outer for outer in view.ancestors(outside[0]) if isinstance(outer, cst.Call) and _is_attention(view, outer)), None)
    given = _arguments(call).get("attn_mask") if call is not None else None
    cast = (
        given.func.value
        if isinstance(given, cst.Call) and isinstance(given.func, cst.Attribute) and given.func.attr.value == "to"
        else given
    )
    return call if cast is outside[0] else None


def _is_attention(view: View, call: cst.Call) -> bool:
    return in_torch(view, call.func) == "scaled_dot_product_attention"


def _arguments(call: cst.Call) -> dict[str, cst.BaseExpression]:
    """Return the arguments of the attention by name; empty where they are not visible."""
    if any(argument.star for argument in call.args):
        return {}
    positional = [argument.value for argument in call.args if not argument.keyword]
    named = {argument.keyword.value: argument.value for argument in call.args if argument.keyword}
    return {**dict(zip(_PARAMETERS, positional, strict=False)), **named} if len(positional) <= len(_PARAMETERS) else {}


def _split(view: View, call: cst.Call, names: list[str], lengths: str) -> dict[str, str] | None:
    """Return the attention of one segment, and its inputs cut into segments; None where it takes what cannot be cut."""
    given = {name: value for name, value in _arguments(call).items() if name != "attn_mask"}
    tensors = [given.pop(name) for name in _PARAMETERS[:3] if name in given]
    options = {name: view.text(value) for name, value in given.items()}
    if len(tensors) != len(names) or any(options.pop(name, min(nothing)) not in nothing for name, nothing in _NOTHING.items()):
        return None
    parts = ", ".join(f"{primary(view, tensor)}.split({lengths}, dim=-2)" for tensor in tensors)
    texts = [*names, *(f"{name}={text}" for name, text in options.items())]
    return {"call": f"{view.text(call.func)}({', '.join(texts)})", "parts": parts}


RULE = Rule(name="segment-attention", version=1, summary="attends segment by segment, without a mask of all places", rewrite=_rewrite)
