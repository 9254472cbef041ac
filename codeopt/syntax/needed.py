"""Knows what a function uses of its own file: functions, methods, classes and constants, by name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from codeopt.model.code import Function, FunctionKind, Span
from codeopt.syntax.parsed import ParsedFile

__all__ = ["Used", "used_definitions", "words_of"]

_WORD = re.compile(r"[^\W\d]\w*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """A definition that a function uses, by itself (`direct`) or through one that it uses.

    `words` are the names that this definition uses in its turn. `class_name` is set when it is a method of the function's class.
    """

    span: Span
    direct: bool
    words: frozenset[str]
    class_name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Definition:
    """Something that a file defines; `names` are the words that mean it."""

    names: frozenset[str]
    span: Span
    words: frozenset[str] = frozenset()
    class_name: str | None = None


def words_of(function: Function) -> frozenset[str]:
    """Return every word by which a function may use something: names it reads, `self.x`, annotations, defaults and decorators."""
    declared = " ".join((function.parameters, *function.decorators))
    return frozenset((*function.names, *function.calls, *_WORD.findall(declared)))


def used_definitions(file: ParsedFile, function: Function) -> tuple[Used, ...]:
    """Return what a function uses of its file, in source order, itself and what holds it left out; two steps deep."""
    known = [definition for definition in _definitions(file, function) if not _overlap(definition.span, function.span)]
    direct = _meant(known, words_of(function))
    reached = _meant(known, frozenset().union(*(definition.words for definition in direct)))
    used = [_used(definition, direct=True) for definition in direct]
    used += [_used(definition, direct=False) for definition in reached if definition not in direct]
    return tuple(sorted(used, key=lambda one: one.span.start_byte))


def _definitions(file: ParsedFile, function: Function) -> Iterator[_Definition]:
    for constant in file.constants:
        yield _Definition(names=frozenset(constant.names), span=constant.span)
    for found in file.classes:
        if "." not in found.qualname:
            yield _Definition(names=frozenset({found.qualname}), span=found.span)
    for other in file.functions:
        if other.kind is FunctionKind.FUNCTION:
            yield _Definition(names=frozenset({other.name.qualname}), span=other.span, words=words_of(other))
        elif other.kind is FunctionKind.METHOD and other.class_name == function.class_name is not None:
            yield _method(other)


def _method(function: Function) -> _Definition:
    name = function.name.qualname.rpartition(".")[2]
    names = frozenset({f"self.{name}", f"cls.{name}", function.name.qualname})
    return _Definition(names=names, span=function.span, words=words_of(function), class_name=function.class_name)


def _meant(known: Iterable[_Definition], words: frozenset[str]) -> list[_Definition]:
    return [definition for definition in known if definition.names & words]


def _used(definition: _Definition, *, direct: bool) -> Used:
    return Used(span=definition.span, direct=direct, words=definition.words, class_name=definition.class_name)


def _overlap(one: Span, other: Span) -> bool:
    return one.start_byte < other.end_byte and other.start_byte < one.end_byte
