"""Makes mutants of one function: finds all faults that fit, chooses among them evenly, and writes those that are another program."""

from __future__ import annotations

import ast
import itertools
import random
import types
import warnings
from collections import Counter
from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

from codeopt.errors import TargetError
from codeopt.model.mutant import Mutant
from codeopt.mutation.place import FunctionNode, Place, definitions
from codeopt.mutation.show import shown
from codeopt.mutation.source import Replacement, Source, written
from codeopt.mutation.table import OPERATORS

__all__ = ["mutants"]

# What unparsing, parsing and compiling refuse with: code that is no Python, or that is too deep.
_REFUSALS = (SyntaxError, ValueError, OverflowError, RecursionError, MemoryError)


Node = TypeVar("Node", bound=ast.AST)


class _Change(NamedTuple):
    """A fault that fits somewhere."""

    operator: str
    node: ast.expr | ast.stmt
    replacement: Replacement
    line: int


def mutants(path: str, source: bytes, qualname: str, ordinal: int, *, most: int, seed: str) -> tuple[Mutant, ...]:
    """Return at most `most` mutants of a function, chosen evenly over kinds of faults and over lines; the same for the same arguments.

    The function is the `ordinal`-th definition of its qualified name in the file. Only its body is changed, and no line moves. Each mutant
    compiles, has the free variables of the original, and differs in bytecode from it and from the other mutants. There may be none.

    Raises:
        TargetError: the file is not Python, or has no such function.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        original = _Original.of(path, source, qualname, ordinal)
        known: set[Hashable] = {original.fingerprint}
        made: list[Mutant] = []
        for change in original.chosen(random.Random(f"{seed} {qualname} {ordinal}")):  # noqa: S311 - chance that can be repeated
            if len(made) >= most:
                break
            mutant, fingerprint = original.mutant(change) or (None, None)
            if mutant is not None and fingerprint not in known:
                known.add(fingerprint)
                made.append(mutant)
    return tuple(made)


@dataclass(frozen=True, slots=True)
class _Original:
    """A function in its file; `first` and `last` are the lines of the top-level statement around it: no more has to be compiled."""

    source: Source
    function: FunctionNode
    place: Place
    first: int
    last: int
    code: types.CodeType

    @classmethod
    def of(cls, path: str, data: bytes, qualname: str, ordinal: int) -> _Original:
        try:
            source = Source.of(data)
            tree = ast.parse(source.block(1, len(source.lines)))
            function = next(itertools.islice((node for name, node in definitions(tree) if name == qualname), ordinal, None), None)
            if function is None:
                raise TargetError(f"{path} has no function {qualname}#{ordinal}")
            first, last = next(span for span in map(_span, tree.body) if span[0] <= function.lineno <= span[1])
            code = _compiled(ast.parse(source.block(first, last)), function)
        except _REFUSALS as error:
            raise TargetError(f"{path} does not compile: {error}") from error
        if code is None:
            raise TargetError(f"{path} has no code for {qualname}#{ordinal}")
        return cls(source, function, Place.of(function), first, last, code)

    @property
    def fingerprint(self) -> Hashable:
        return _fingerprint(self.code)

    def changes(self) -> Iterator[_Change]:
        for node in self.place.sites():
            for operator in OPERATORS:
                for replacement in operator.changes(node, self.place):
                    if isinstance(node, ast.expr | ast.stmt):
                        yield _Change(operator.name, node, replacement, self.place.carrier(node).lineno)

    def chosen(self, chance: random.Random) -> Iterator[_Change]:
        """Yield the changes, each time one of the kind and the line that have had the fewest."""
        left = list(self.changes())
        chance.shuffle(left)
        had: Counter[str | int] = Counter()
        while left:
            at = min(range(len(left)), key=lambda index: had[left[index].operator] + had[left[index].line])
            change = left.pop(at)
            had.update((change.operator, change.line))
            yield change

    def mutant(self, change: _Change) -> tuple[Mutant, Hashable] | None:
        """Write a mutant; None where the change cannot be written so that Python reads it as it is meant."""
        carrier = self.place.carrier(change.node)
        try:
            replacement = change.replacement
            if carrier is not change.node and isinstance(carrier, ast.JoinedStr):
                replacement = _rebuilt(carrier, change.node, replacement)
            source = self.source.replaced(carrier, replacement)
            code = self._meant(source, carrier, replacement) if source is not None else None
        except _REFUSALS:
            return None
        if source is None or code is None or code.co_freevars != self.code.co_freevars:
            return None
        before, after = shown(written(change.node), written(change.replacement))
        return Mutant(operator=change.operator, line=change.line, before=before, after=after, source=source.data()), _fingerprint(code)

    def _meant(self, source: Source, carrier: ast.AST, replacement: Replacement) -> types.CodeType | None:
        """Return the function's code in a changed source; None where it does not say what was meant."""
        tree = ast.parse(source.block(self.first, self.last))
        here = [node for _, node in definitions(tree) if (node.lineno, node.name) == (self.function.lineno, self.function.name)]
        meant = _rebuilt(self.function, carrier, replacement)
        if len(here) != 1 or len(source.lines) != len(self.source.lines) or ast.unparse(here[0]) != ast.unparse(meant):
            return None
        return _compiled(tree, self.function)


def _span(node: ast.stmt) -> tuple[int, int]:
    decorators = getattr(node, "decorator_list", [])
    return min(part.lineno for part in (node, *decorators)), node.end_lineno or node.lineno


def _rebuilt(node: Node, old: ast.AST, new: Replacement) -> Node:
    """Return a tree with one node exchanged; what lies beside the way to it is shared."""
    fields: dict[str, object] = {}
    for field, value in ast.iter_fields(node):
        if isinstance(value, ast.AST):
            fields[field] = new if value is old else _rebuilt(value, old, new)
        elif isinstance(value, list):
            fields[field] = [part for item in value for part in _parts(item, old, new)]
        else:
            fields[field] = value
    return ast.copy_location(type(node)(**fields), node)


def _parts(item: object, old: ast.AST, new: Replacement) -> list[object]:
    if item is old:
        return [new] if isinstance(new, ast.expr) else list(new)
    return [_rebuilt(item, old, new) if isinstance(item, ast.AST) else item]


def _compiled(tree: ast.Module, function: FunctionNode) -> types.CodeType | None:
    """Return the code of a function, which is known by its name and its first line."""
    first, _ = _span(function)
    found = [code for code in _codes(compile(tree, "<mutant>", "exec", dont_inherit=True)) if code.co_firstlineno == first]
    found = [code for code in found if code.co_name == function.name]
    return found[0] if len(found) == 1 else None


def _codes(code: types.CodeType) -> Iterator[types.CodeType]:
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield constant
            yield from _codes(constant)


def _fingerprint(code: types.CodeType) -> Hashable:
    """Name what code does, wherever it stands in the file."""
    constants = tuple(_fingerprint(one) if isinstance(one, types.CodeType) else f"{type(one).__name__} {one!r}" for one in code.co_consts)
    names = (code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars)
    return code.co_code, constants, names, code.co_flags, getattr(code, "co_exceptiontable", b"")
