"""Knows what a function's source says of its inputs: parameters, annotations, defaults, and the constants that it works with."""

from __future__ import annotations

import ast
import sys
import warnings
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace

from codeopt.inputs.constants import Constants, Function, constants_of
from codeopt.inputs.fragments import fragments_of
from codeopt.inputs.tested import streamed_names, types_told_apart
from codeopt.model.plan import Place

__all__ = ["NOTHING", "Missing", "Parameter", "Signature", "signature_of"]

_MOST_CONSTANTS = 24
_MOST_CHARACTERS = 8
_PLAIN = 0x7F  # the neighbours of plain characters are among the usual edges
_LONGEST = 40


# Parameters are called so where they take whatever behaves so.
_BY_NAME = {
    name: frozenset({kind})
    for kind, names in {"Iterable": ("iterable", "iterables"), "Iterator": ("iterator",), "Mapping": ("mapping",)}.items()
    for name in names
}


class Missing:
    """The default of a parameter that has none, or one that is no literal."""


NOTHING = Missing()


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A parameter.

    `kind` is one of `positional` (by position only), `either`, `named` (by name only), `rest` (`*args`) and `others` (`**kw`). `tested`
    are the types that the function tells apart here, `inside` those in what it holds. `streamed` says that a generator function only goes
    through it, item by item.
    """

    name: str
    kind: str
    annotation: str = ""
    optional: bool = False
    default: object = NOTHING
    tested: frozenset[str] = frozenset()
    inside: frozenset[str] = frozenset()
    streamed: bool = False

    @property
    def takes_none(self) -> bool:
        """Whether default or annotation say that None may come."""
        return self.default is None or bool({"None", "Optional"} & self.words)

    @property
    def words(self) -> frozenset[str]:
        """All names in the annotation, also those in brackets."""
        return frozenset("".join(sign if sign.isalnum() or sign == "_" else " " for sign in self.annotation).split())

    @property
    def heads(self) -> frozenset[str]:
        """The names of the types that the annotation is a choice of, without what is in their brackets; without one, what its name says."""
        return frozenset(_heads(_parsed(self.annotation))) if self.annotation else _BY_NAME.get(self.name, frozenset())


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """What is known of a function's inputs.

    `numbers`, `reals` and `texts` are constants that it works with, its own first; `fragments` are the literal parts of its texts, which
    may be patterns or formats. `names_none` says that its body names None.
    """

    parameters: tuple[Parameter, ...] = ()
    numbers: tuple[int, ...] = ()
    reals: tuple[float, ...] = ()
    texts: tuple[str, ...] = ()
    fragments: tuple[str, ...] = ()
    names_none: bool = False

    def at(self, place: str | int) -> Parameter | None:
        """Return the parameter of an argument's position or name; None where it falls under `*args` or `**kw`."""
        if isinstance(place, int):
            positional = [each for each in self.parameters if each.kind in {"positional", "either"}]
            return positional[place] if place < len(positional) else None
        return next((each for each in self.parameters if each.name == place and each.kind in {"either", "named"}), None)

    def open_place(self, given: Collection[Place], parameter: Parameter) -> Place | None:
        """Return where a call with arguments at these places could be given a parameter; None where it has it, or cannot have it."""
        if parameter.kind in {"rest", "others"} or any(self.at(place[1]) is parameter for place in given):
            return None
        if parameter.kind != "positional":
            return ("kwargs", parameter.name)
        at = sum(place[0] == "args" for place in given)
        return ("args", at) if self.at(at) is parameter else None


def signature_of(source: bytes, qualname: str, ordinal: int) -> Signature:
    """Read the signature of the function of a qualified name (`f`, `Class.f`, `outer.f`); an empty one where it cannot be found."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)
            tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError):
        return Signature()
    wanted = qualname.replace("<locals>.", "")
    found = [function for name, function in _functions(tree.body, "") if name == wanted]
    if ordinal >= len(found):
        return Signature()
    function = found[ordinal]
    return _signature(function, constants_of(tree, wanted, function))


def _signature(function: Function, constants: Constants) -> Signature:
    every = (*constants.own, *constants.reached)
    texts = [value for value in every if isinstance(value, str) and 0 < len(value) <= _LONGEST]
    return Signature(
        parameters=tuple(_tested(function)),
        numbers=tuple(dict.fromkeys(value for value in every if type(value) is int))[:_MOST_CONSTANTS],
        reals=tuple(dict.fromkeys(value for value in every if type(value) is float))[:_MOST_CONSTANTS],
        texts=tuple(dict.fromkeys(texts))[:_MOST_CONSTANTS],
        fragments=tuple(dict.fromkeys((*fragments_of(constants.own, constants.reached), *_characters(function, constants.own)))),
        names_none=None in constants.own,
    )


def _characters(function: Function, values: Iterable[object]) -> Iterator[str]:
    """Yield the characters at and beside those that a function names, by their numbers where it asks for numbers of characters."""
    asks = any(isinstance(node, ast.Name) and node.id in {"ord", "chr"} for node in ast.walk(function))
    codes = [value for value in values if type(value) is int] if asks else []
    codes += [ord(value) for value in values if isinstance(value, str) and len(value) == 1]
    wide = [code for code in dict.fromkeys(codes) if _PLAIN < code < sys.maxunicode][:_MOST_CHARACTERS]
    yield from (chr(near) for code in wide for near in (code, code - 1, code + 1))


def _functions(nodes: Iterable[ast.AST], prefix: str) -> Iterator[tuple[str, Function]]:
    """Yield functions with their qualified names, in source order."""
    for node in nodes:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            name = prefix + node.name
            if not isinstance(node, ast.ClassDef):
                yield name, node
            yield from _functions(node.body, f"{name}.")
        elif not isinstance(node, ast.expr):
            yield from _functions(ast.iter_child_nodes(node), prefix)


def _tested(function: Function) -> Iterator[Parameter]:
    types = types_told_apart(function)
    inside = types.get("", frozenset())
    streams = streamed_names(function)
    for each in _parameters(function.args):
        yield replace(each, tested=types.get(each.name, frozenset()), inside=inside, streamed=each.name in streams)


def _parameters(arguments: ast.arguments) -> Iterator[Parameter]:
    placed = [(argument, "positional") for argument in arguments.posonlyargs] + [(argument, "either") for argument in arguments.args]
    padding: list[ast.expr | None] = [None] * (len(placed) - len(arguments.defaults))
    for (argument, kind), default in zip(placed, [*padding, *arguments.defaults], strict=True):
        yield _parameter(argument, kind, default)
    if arguments.vararg is not None:
        yield _parameter(arguments.vararg, "rest", None)
    for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        yield _parameter(argument, "named", default)
    if arguments.kwarg is not None:
        yield _parameter(arguments.kwarg, "others", None)


def _parameter(argument: ast.arg, kind: str, default: ast.expr | None) -> Parameter:
    annotation = "" if argument.annotation is None else ast.unparse(argument.annotation)
    return Parameter(name=argument.arg, kind=kind, annotation=annotation, optional=default is not None, default=_literal(default))


def _literal(node: ast.expr | None) -> object:
    if node is None:
        return NOTHING
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return NOTHING


def _parsed(annotation: str) -> ast.expr | None:
    try:
        return ast.parse(annotation, mode="eval").body
    except (SyntaxError, ValueError, RecursionError):
        return None


def _heads(node: ast.expr | None) -> Iterator[str]:
    match node:
        case ast.BinOp(left=left, right=right):
            yield from (*_heads(left), *_heads(right))
        case ast.Subscript(value=ast.Name(id="Optional" | "Union") | ast.Attribute(attr="Optional" | "Union"), slice=inner):
            for part in inner.elts if isinstance(inner, ast.Tuple) else [inner]:
                yield from _heads(part)
        case ast.Subscript(value=value):
            yield from _heads(value)
        case ast.Name(id=name) | ast.Attribute(attr=name):
            yield name
        case ast.Constant(value=str(text)):
            yield from _heads(_parsed(text))
