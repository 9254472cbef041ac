"""Knows what a function's source says of its inputs: parameters, annotations, defaults, and the constants that it compares with."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

__all__ = ["NOTHING", "Missing", "Parameter", "Signature", "signature_of"]

_MOST_CONSTANTS = 24
_LONGEST = 40
_Function = ast.FunctionDef | ast.AsyncFunctionDef


class Missing:
    """The default of a parameter that has none, or one that is no literal."""


NOTHING = Missing()


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A parameter.

    `kind` is one of `positional` (by position only), `either`, `named` (by name only), `rest` (`*args`) and `others` (`**kw`).
    """

    name: str
    kind: str
    annotation: str = ""
    optional: bool = False
    default: object = NOTHING

    @property
    def takes_none(self) -> bool:
        """Whether default or annotation say that None may come."""
        words = _words(self.annotation)
        return self.default is None or bool({"None", "Optional"} & words)


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """What is known of a function's inputs; `numbers` and `texts` are constants of its body, in order of appearance."""

    parameters: tuple[Parameter, ...] = ()
    numbers: tuple[int, ...] = ()
    texts: tuple[str, ...] = ()

    def at(self, place: str | int) -> Parameter | None:
        """Return the parameter of an argument's position or name; None where it falls under `*args` or `**kw`."""
        if isinstance(place, int):
            positional = [each for each in self.parameters if each.kind in {"positional", "either"}]
            return positional[place] if place < len(positional) else None
        return next((each for each in self.parameters if each.name == place and each.kind in {"either", "named"}), None)


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
    constants = [node.value for statement in function.body for node in ast.walk(statement) if isinstance(node, ast.Constant)]
    numbers = [value for value in constants if type(value) is int]
    texts = [value for value in constants if isinstance(value, str) and 0 < len(value) <= _LONGEST]
    return Signature(
        parameters=tuple(_parameters(function.args)),
        numbers=tuple(dict.fromkeys(numbers))[:_MOST_CONSTANTS],
        texts=tuple(dict.fromkeys(texts))[:_MOST_CONSTANTS],
    )


def _functions(nodes: Iterable[ast.AST], prefix: str) -> Iterator[tuple[str, _Function]]:
    """Yield functions with their qualified names, in source order."""
    for node in nodes:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            name = prefix + node.name
            if not isinstance(node, ast.ClassDef):
                yield name, node
            yield from _functions(node.body, f"{name}.")
        elif not isinstance(node, ast.expr):
            yield from _functions(ast.iter_child_nodes(node), prefix)


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


def _words(annotation: str) -> set[str]:
    return set("".join(sign if sign.isalnum() or sign == "_" else " " for sign in annotation).split())
