"""What a function makes of each byte of an image by itself, it makes of the 256 bytes once, and looks it up.

It looks for functions that turn an array, or the images in it one by one (`[image / 255 for image in images]`), into another of the same
places by sums, products, quotients and `astype`, with numbers and with arrays of the last axis (a mean for each channel); the channels of
each image may be put first at the end. At run time an array of many bytes is looked up: of all else each value is computed as before.
The table is what the function itself makes of the 256 bytes, so it is exact.

Left to the verifier: arrays of more than one axis that are made in the function, and warnings, which come once for the table.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import libcst as cst

from codeopt.rules.arrays import numpy_name
from codeopt.rules.changes import Changes
from codeopt.rules.rule import Rewrite, Rule
from codeopt.rules.safety import is_plain
from codeopt.rules.uses import Use
from codeopt.rules.view import View

__all__ = ["RULE"]

_OPERATORS = (cst.Add, cst.Subtract, cst.Multiply, cst.Divide)
_MANY = 65_536
_MOST_CHANNELS = 4
_FIRST = ((2, 0, 1),)  # channels before rows and columns
_STACKS = frozenset({"array", "stack", "asarray"})
_FLAT = """if {held} and {array}.flags.c_contiguous:
    return {np}.take({again}, {array}, mode="clip")
"""
_FLAT_LEVELS = "{np}.arange(256, dtype={np}.uint8).reshape({shape})"
# All in one condition: that of the table's shape has another end only for large images whose channels a constant multiplies.
_CHANNELS = """if (
    {held}
    and {array}.ndim == 4
    and {array}.shape[3] <= {most}
    and {consts}{array}.flags.c_contiguous
    and ({table} := {again}).shape == {levels_shape}
):
    {made} = {np}.empty({shape}, dtype={table}.dtype)
    for {image}, {into} in zip({array}, {made}):
        for {channel} in range({array}.shape[3]):
            {look}
    return {made}
"""
_CHANNEL_LEVELS = "{np}.arange(256, dtype={np}.uint8).reshape(1, 256, 1, 1).repeat({array}.shape[3], axis=3)"
_SHAPES = {
    True: "({array}.shape[0], {array}.shape[3], *{array}.shape[1:3])",
    False: "{array}.shape",
}
# A constant of more channels than the image would have made more of it.
_LEVELS_SHAPES = {
    True: "(1, {array}.shape[3], 256, 1)",
    False: "(1, 256, 1, {array}.shape[3])",
}
_LOOKS = {
    True: '{np}.take({table}[0, {channel}, :, 0].copy(), {image}[..., {channel}], out={into}[{channel}], mode="clip")',
    False: '{into}[..., {channel}] = {np}.take({table}[0, :, 0, {channel}].copy(), {image}[..., {channel}], mode="clip")',
}


@dataclass(slots=True, kw_only=True)
class _Chain:
    """What is known after some statements: which variables hold the array or the list of its images, and how their values came about."""

    view: View
    array: str
    numpy: str
    bulk: set[str]
    lists: set[str]
    consts: set[str]
    computes: bool = False
    turned: bool = False

    def image(self, node: cst.BaseExpression, item: str) -> bool:
        """Whether an expression makes of each value of `item` one value at the same place."""
        match node:
            case cst.Name(value=name):
                return name == item
            case cst.BinaryOperation(left=left, operator=operator, right=right) if isinstance(operator, _OPERATORS):
                self.computes = True
                sides = [self.image(side, item) for side in (left, right)]
                return any(sides) and all(one or self.const(side) for one, side in zip(sides, (left, right), strict=True))
            case cst.UnaryOperation(operator=cst.Minus(), expression=inner):
                self.computes = True
                return self.image(inner, item)
            case cst.Call(
                func=cst.Attribute(value=inner, attr=cst.Name(value="astype")), args=[cst.Arg(keyword=None, star="", value=kind)]
            ):
                return self._is_type(kind) and self.image(inner, item)
            case _:
                return False

    def const(self, node: cst.BaseExpression) -> bool:
        """Whether an expression has nothing of the array; the variables in it are noted."""
        match node:
            case cst.Integer() | cst.Float():
                return True
            case cst.Name(value=name):
                if name in self.bulk | self.lists | {self.array} or not self.view.bindings(name):
                    return False
                self.consts.add(name)
                return True
            case cst.BinaryOperation(left=left, operator=operator, right=right) if isinstance(operator, _OPERATORS):
                return self.const(left) and self.const(right)
            case _:
                return False

    def _is_type(self, node: cst.BaseExpression) -> bool:
        match node:
            case cst.Attribute(value=cst.Name(value=owner)):
                return owner == self.numpy
            case cst.Name(value="float"):
                return self.view.is_builtin("float")
            case _:
                return False


def _rewrite(view: View) -> Rewrite | None:
    numpy = numpy_name(view)
    params = _parameters(view)
    if numpy is None or not params or view.prefix or view.function.decorators or not is_plain(view) or not view.is_builtin("zip", "range"):
        return None
    if view.has(view.function.body, (cst.Yield, cst.Await)) or view.function.asynchronous or view.of(view.function.name.value):
        return None
    body = _statements(view)
    for array in params:
        chain = _Chain(view=view, array=array, numpy=numpy, bulk={array}, lists=set(), consts=set())
        first = _follow(chain, body)
        if first is not None and chain.computes:
            changes = Changes(view=view)
            changes.before(first, _text(chain, params))
            return Rewrite(module=changes.applied())
    return None


def _parameters(view: View) -> list[str]:
    """Return the names of the parameters, where all are given by position or by name and none by stars."""
    found = view.function.params
    plain = not found.kwonly_params and not found.posonly_params and found.star_kwarg is None
    return [param.name.value for param in found.params] if plain and isinstance(found.star_arg, cst.MaybeSentinel) else []


def _statements(view: View) -> list[cst.BaseStatement]:
    block = view.function.body
    return (
        [statement for statement in block.body if isinstance(statement, cst.BaseStatement)] if isinstance(block, cst.IndentedBlock) else []
    )


def _follow(chain: _Chain, body: Sequence[cst.BaseStatement]) -> cst.BaseStatement | None:
    """Return the first statement that uses the array, where the whole function does the same to each of its values; else None."""
    first = None
    for number, statement in enumerate(body):
        uses = any(chain.view.holds(statement, reference.node) for reference in chain.view.of(chain.array))
        if first is None and not uses:
            continue
        first = first or statement
        match statement:
            case cst.SimpleStatementLine(body=[cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=name))], value=value)]):
                if not _assign(chain, name, value):
                    return None
            case cst.SimpleStatementLine(body=[cst.Return(value=value)]) if value is not None and number == len(body) - 1:
                return first if _returns(chain, value) else None
            case cst.If(test=cst.UnaryOperation(operator=cst.Not(), expression=cst.Name(value=name)), orelse=None) if name in chain.lists:
                # Of an array with many values the list is not empty.
                continue
            case _:
                return None
    return None


def _assign(chain: _Chain, name: str, value: cst.BaseExpression) -> bool:
    """Note what a variable holds from now on; False where it is neither the array's values nor a constant."""
    chain.bulk.discard(name)
    match value:
        case cst.Call(func=cst.Name(value="list"), args=[cst.Arg(keyword=None, star="", value=cst.Name(value=source))]):
            known = source == chain.array and chain.view.is_builtin("list")
            chain.lists.add(name)
        case cst.ListComp(
            elt=element, for_in=cst.CompFor(target=cst.Name(value=item), iter=cst.Name(value=source), ifs=[], inner_for_in=None)
        ):
            known = (source in chain.lists or source == chain.array) and not chain.turned and _image(chain, element, item)
            chain.lists.add(name)
        case _ if any(chain.view.holds(value, node) for node in _places(chain)):
            known = not chain.turned and any(chain.image(value, source) for source in set(chain.bulk))
            chain.bulk.add(name)
        case _:
            # It has nothing of the array.
            return name not in chain.lists and name != chain.array
    return known


def _places(chain: _Chain) -> list[cst.CSTNode]:
    return [reference.node for name in chain.bulk | chain.lists for reference in chain.view.of(name)]


def _image(chain: _Chain, element: cst.BaseExpression, item: str) -> bool:
    """Whether a list gets of each image one of the same places, or one with the channels first."""
    match element:
        case cst.Call(func=cst.Attribute(value=inner, attr=cst.Name(value="transpose")), args=arguments):
            chain.turned = True
            return _axes(chain.view, arguments) in _FIRST and chain.image(inner, item)
        case _:
            return chain.image(element, item)


def _axes(view: View, arguments: Sequence[cst.Arg]) -> tuple[int, ...]:
    values = [argument.value for argument in arguments]
    if len(values) == 1 and isinstance(values[0], cst.Tuple):
        values = [element.value for element in values[0].elements]
    return tuple(int(view.text(value)) for value in values if isinstance(value, cst.Integer))


def _returns(chain: _Chain, value: cst.BaseExpression) -> bool:
    match value:
        case cst.Call(
            func=cst.Attribute(value=cst.Name(value=owner), attr=cst.Name(value=stacks)),
            args=[cst.Arg(keyword=None, value=cst.Name(value=name))],
        ):
            return owner == chain.numpy and stacks in _STACKS and name in chain.lists
        case _:
            return not chain.lists and any(chain.image(value, source) for source in set(chain.bulk))


def _text(chain: _Chain, params: Sequence[str]) -> str:
    view, array, numpy = chain.view, chain.array, chain.numpy
    fresh: list[str] = []
    bases = ("table", "made", "image", "into", "channel")
    for base in bases:
        fresh.append(view.new_name(base, taken=fresh))
    words = dict(zip(bases, fresh, strict=True), np=numpy, array=array, most=str(_MOST_CHANNELS))
    held = f"type({array}) is {numpy}.ndarray and {array}.dtype == {numpy}.uint8 and {array}.size > {_MANY}"
    if not chain.consts and not chain.turned:
        shape = "1, 256" if chain.lists else "256"
        levels = _FLAT_LEVELS.format(np=numpy, shape=shape)
        taken = f"{_again(view, params, array, levels)}{'[0]' if chain.lists else ''}"
        return _FLAT.format(**words, held=held + (f" and {array}.ndim > 1" if chain.lists else ""), again=taken)
    consts = "".join(f"{numpy}.ndim({name}) < 2 and " for name in sorted(chain.consts) if _is_made_before(chain, name, params))
    again = _again(view, params, array, _CHANNEL_LEVELS.format(**words))
    parts = {
        name: found[chain.turned].format(**words)
        for name, found in (("look", _LOOKS), ("shape", _SHAPES), ("levels_shape", _LEVELS_SHAPES))
    }
    return _CHANNELS.format(**words, **parts, held=held, consts=consts, again=again)


def _is_made_before(chain: _Chain, name: str, params: Sequence[str]) -> bool:
    return name in params and all(reference.use is not Use.BIND for reference in chain.view.bindings(name))


def _again(view: View, params: Sequence[str], array: str, levels: str) -> str:
    given = ", ".join(levels if name == array else name for name in params)
    return f"{view.function.name.value}({given})"


RULE = Rule(name="byte-table", version=2, summary="looks up what becomes of each byte of an image", rewrite=_rewrite)
