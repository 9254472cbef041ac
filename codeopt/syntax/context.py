"""Knows what a proposer should see around a function, and what is left out first when there is too much of it."""

from __future__ import annotations

import enum
import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from codeopt.errors import TargetError
from codeopt.model.code import Function, FunctionKind
from codeopt.model.proposal import CodeContext
from codeopt.model.work import CallSite
from codeopt.syntax.callees import callees_elsewhere
from codeopt.syntax.excerpts import caller_excerpt, signature
from codeopt.syntax.index import CodeIndex
from codeopt.syntax.needed import Used, used_definitions, words_of
from codeopt.syntax.parsed import ClassDefinition, ParsedFile
from codeopt.syntax.text import excerpt, unindented

__all__ = ["context_of"]

_MOST_CALLERS = 5


class _Use(enum.IntEnum):
    """What an item is, the most useful first."""

    USED_IMPORT = 0
    CLASS_LINE = 1
    HELPER = 2
    PROFILED_CALLER = 3
    CALLED_SIBLING = 4
    HELPER_OF_HELPER = 5
    SIBLING = 6
    STATIC_CALLER = 7
    OTHER_IMPORT = 8


_WORD = re.compile(r"[^\W\d]\w*")

_IMPORTS = frozenset({_Use.USED_IMPORT, _Use.OTHER_IMPORT})
_HELPERS = frozenset({_Use.HELPER, _Use.HELPER_OF_HELPER})
_SIBLINGS = frozenset({_Use.CLASS_LINE, _Use.CALLED_SIBLING, _Use.SIBLING})
_CALLERS = frozenset({_Use.PROFILED_CALLER, _Use.STATIC_CALLER})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Item:
    """Text that is shown whole or not at all."""

    use: _Use
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Subject:
    """The function in question with its file's outline and bytes."""

    function: Function
    file: ParsedFile
    source: bytes


def context_of(
    index: CodeIndex, function: Function, read: Callable[[str], bytes], *, edges: Sequence[CallSite] = (), limit_chars: int = 6000
) -> CodeContext:
    """Return the source around a function: at most `limit_chars` characters in whole items, the least useful left out first.

    Callees of other files, which may change with it, come in what is left of that.

    `read` returns the bytes of an indexed path. `edges` are the profiler's calls, of any functions: callers that it saw come before
    those that only look like callers.

    Raises:
        TargetError: the function's file is not in the index, or has changed since.
    """
    subject = _subject(index, function, read)
    used = used_definitions(subject.file, function)
    items = [*_imports(subject, used), *_helpers(subject, used), *_siblings(subject), *_callers(index, function, read, edges=edges)]
    kept = _fitting(items, limit_chars)
    left = limit_chars - sum(len(item.text) + 1 for item in kept)
    return replace(_assembled(kept), callees=callees_elsewhere(index, function, _reader(index, read), limit_chars=left))


def _reader(index: CodeIndex, read: Callable[[str], bytes]) -> Callable[[str], bytes]:
    """Return what reads a file as it was indexed; nothing of one that has changed since."""
    return lambda path: _unchanged(index, path, read) or b""


def _subject(index: CodeIndex, function: Function, read: Callable[[str], bytes]) -> _Subject:
    path = function.name.path
    source = _unchanged(index, path, read)
    if source is None:
        raise TargetError(f"{function.name}: {path} is not what was indexed; run again on the files as they are now")
    return _Subject(function=function, file=index.files[path], source=source)


def _unchanged(index: CodeIndex, path: str, read: Callable[[str], bytes]) -> bytes | None:
    """Read a file; None when the positions in the index are not its own."""
    file = index.files.get(path)
    source = b"" if file is None else read(path)
    return source if file is not None and hashlib.sha256(source).hexdigest() == file.sha else None


def _imports(subject: _Subject, used: Sequence[Used]) -> Iterator[_Item]:
    words = words_of(subject.function).union(*(one.words for one in used))
    # Return annotations, constants and classes have no words in the outline: their text has to do.
    texts = [signature(subject.source, subject.function), *(excerpt(subject.source, one.span) for one in used if not one.words)]
    bare = {word.partition(".")[0] for word in words}.union(*(_WORD.findall(text) for text in texts))
    for span in subject.file.imports:
        text = unindented(subject.source, span)
        bound = _WORD.findall(text.partition("import")[2])
        yield _Item(use=_Use.OTHER_IMPORT if bare.isdisjoint(bound) else _Use.USED_IMPORT, text=text)


def _helpers(subject: _Subject, used: Sequence[Used]) -> Iterator[_Item]:
    for one in used:
        text = unindented(subject.source, one.span)
        whole = text if one.class_name is None else f"# a method of {one.class_name}\n{text}"
        yield _Item(use=_Use.HELPER if one.direct else _Use.HELPER_OF_HELPER, text=whole)


def _siblings(subject: _Subject) -> Iterator[_Item]:
    function = subject.function
    owner = _owner(subject)
    if owner is None:
        return
    yield _Item(use=_Use.CLASS_LINE, text=excerpt(subject.source, owner.header))
    words = words_of(function)
    for other in subject.file.functions:
        inside = owner.span.start_byte <= other.span.start_byte < owner.span.end_byte
        if inside and other.kind is FunctionKind.METHOD and other.class_name == owner.qualname and other.name != function.name:
            called = f"self.{other.name.qualname.rpartition('.')[2]}" in words
            text = "\n".join(f"    {line}" for line in signature(subject.source, other).split("\n"))
            yield _Item(use=_Use.CALLED_SIBLING if called else _Use.SIBLING, text=text)


def _owner(subject: _Subject) -> ClassDefinition | None:
    """Return the innermost class around a function; classes of one name in several branches are told apart by position."""
    start = subject.function.span.start_byte
    around = [one for one in subject.file.classes if one.span.start_byte <= start < one.span.end_byte]
    return around[-1] if around else None


def _callers(index: CodeIndex, function: Function, read: Callable[[str], bytes], *, edges: Sequence[CallSite]) -> Iterator[_Item]:
    """Yield excerpts, best first: by seconds as profiled, then by name alone."""
    seen = sorted((edge for edge in edges if edge.callee == function.name), key=lambda edge: -edge.seconds)
    profiled = [caller for edge in seen if (caller := index.get(edge.caller)) is not None]
    uses = {caller.name: _Use.PROFILED_CALLER for caller in profiled}
    for caller in index.callers(function.name):
        uses.setdefault(caller.name, _Use.STATIC_CALLER)
    uses.pop(function.name, None)
    for name, use in list(uses.items())[:_MOST_CALLERS]:
        caller, source = index.get(name), _unchanged(index, name.path, read)
        if caller is not None and source is not None:
            yield _Item(use=use, text=caller_excerpt(source, caller, function))


def _fitting(items: Sequence[_Item], limit_chars: int) -> list[_Item]:
    """Keep the most useful items that fit, in the order given; a smaller one may still fit where a larger one did not."""
    kept: set[int] = set()
    room = limit_chars
    for number in sorted(range(len(items)), key=lambda number: (items[number].use, number)):
        size = len(items[number].text) + 1  # the line end that joins it to the next
        if size <= room:
            kept.add(number)
            room -= size
    return [item for number, item in enumerate(items) if number in kept]


def _assembled(items: Sequence[_Item]) -> CodeContext:
    return CodeContext(
        imports="\n".join(item.text for item in items if item.use in _IMPORTS),
        helpers=tuple(item.text for item in items if item.use in _HELPERS),
        siblings="\n".join(item.text for item in items if item.use in _SIBLINGS),
        callers=tuple(item.text for item in items if item.use in _CALLERS),
    )
