"""A convolution of inputs that are each as large as its window is one product of matrices.

It looks for `self.conv(x.view(n, c, p, p))` (also with `reshape`, and with `x` viewed in a statement before), where `__init__` makes
`self.conv` an `nn.Conv1d`, `Conv2d` or `Conv3d` whose kernel and stride are the same and whose input visibly has just that size: by the
same parameters of `__init__`, or the same numbers. Padding, dilation, groups, and attributes that a method changes are left alone. The
result keeps its axes of length one.

Left to the verifier: a module that is replaced from outside the class or by a subclass, and one with hooks, which no longer run.
"""

from __future__ import annotations

import ast

import libcst as cst

from codeopt.rules.changes import Changes
from codeopt.rules.flow import last_value
from codeopt.rules.modules import module_made
from codeopt.rules.rule import Rewrite, Rule
from codeopt.rules.safety import is_plain
from codeopt.rules.tensors import spelled
from codeopt.rules.view import View

__all__ = ["RULE"]

_AXES = {"Conv1d": 1, "Conv2d": 2, "Conv3d": 3}
_POSITIONS = ("in_channels", "out_channels", "kernel_size", "stride")
_OPTIONS = frozenset({*_POSITIONS, "bias", "device", "dtype"})
# Methods that leave the shape of a tensor as it is.
_CASTS = frozenset({"to", "contiguous", "float", "half", "bfloat16", "type", "type_as"})


def _rewrite(view: View) -> Rewrite | None:
    linear = spelled(view, "torch.nn.functional.linear")
    if linear is None or not is_plain(view):
        return None
    changes = Changes(view=view)
    for node in view.nodes:
        match node:
            case cst.Call(func=cst.Attribute() as module, args=[cst.Arg(keyword=None, star="", value=image)]):
                window = _window(view, module)
                lengths = _lengths(view, image) if window else []
                if window and lengths[-len(window) :] == window and len(lengths) == len(window) + 2:
                    weight, ones = view.text(module), ", None" * len(window)
                    product = f"{linear}({view.text(image)}.flatten(1), {weight}.weight.flatten(1), {weight}.bias)"
                    changes.replace(node, f"{product}[:, :{ones}]")
            case _:
                pass
    return Rewrite(module=changes.applied()) if changes else None


def _window(view: View, module: cst.Attribute) -> list[str]:
    """Return the size of the window of a convolution that the class makes, where it is also its step; empty for all else."""
    found = module_made(view, module)
    if found is None or found[0] not in _AXES or any(keyword.arg is None for keyword in found[1].keywords):
        return []
    axes, made = _AXES[found[0]], found[1]
    given = {**dict(zip(_POSITIONS, made.args, strict=False)), **{str(keyword.arg): keyword.value for keyword in made.keywords}}
    if len(made.args) > len(_POSITIONS) or not given.keys() <= _OPTIONS or not {"kernel_size", "stride"} <= given.keys():
        return []
    kernel, stride = (_sizes(view, given[option], axes) for option in ("kernel_size", "stride"))
    return kernel if kernel == stride and all(kernel) else []


def _sizes(view: View, node: ast.expr, axes: int) -> list[str]:
    members = view.facts.members
    match members.origin(node):
        case ast.Tuple(elts=elements) | ast.List(elts=elements):
            return [members.settled(element) for element in elements] if len(elements) == axes else []
        case _:
            return [members.settled(node)] * axes


def _lengths(view: View, image: cst.BaseExpression) -> list[str]:
    """Return the lengths that an input was just given, one for each axis; empty where they are not visible, each or all."""
    match image:
        case cst.Call(func=cst.Attribute(value=inner, attr=cst.Name(value=method))) if method in _CASTS:
            return _lengths(view, inner)
        case cst.Call(func=cst.Attribute(attr=cst.Name(value="view" | "reshape")), args=arguments):
            plain = not any(argument.keyword or argument.star for argument in arguments)
            return [_settled(view, argument.value) for argument in arguments] if plain else []
        case cst.Name():
            value = last_value(view, image)
            return _lengths(view, value) if value is not None else []
        case _:
            return []


def _settled(view: View, node: cst.BaseExpression) -> str:
    if isinstance(node, cst.Name):
        value = view.value(node.value)
        return _settled(view, value) if value is not None and not isinstance(value, cst.Name) else ""
    return view.facts.members.settled(ast.parse(view.text(node), mode="eval").body) if isinstance(node, cst.Attribute | cst.Integer) else ""


RULE = Rule(name="patch-product", version=1, summary="multiplies matrices where a convolution has one window", rewrite=_rewrite)
