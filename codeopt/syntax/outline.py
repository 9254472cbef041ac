"""Knows how the captures of `queries/*/outline.scm` add up to functions, classes, imports and constants; never walks a tree."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import tree_sitter

from codeopt.model.code import Function, FunctionKind, Span, TargetName
from codeopt.syntax.docstring import docstring_of
from codeopt.syntax.imports import imported_names
from codeopt.syntax.parsed import ClassDefinition, Definition, ImportedName, ParsedFile
from codeopt.syntax.text import SourceText

__all__ = ["Outline"]

_DOTTED = re.compile(r"[^\W\d]\w*(?:\s*\.\s*[^\W\d]\w*)*")
_LONGEST_DOTTED = 200  # bytes; a longer one is a chain of calls, whose text would be read again at every link


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scope:
    """A function or class with its place among the others; positions are the parser's."""

    node: tree_sitter.Node
    qualname: str
    parent: _Scope | None
    is_class: bool
    end: int

    def enclosing(self) -> Iterator[_Scope]:
        """Yield the scopes around this one, innermost first."""
        scope = self.parent
        while scope is not None:
            yield scope
            scope = scope.parent


@dataclass(frozen=True, slots=True)
class _Words:
    """Captured words in source order, to be cut by position."""

    starts: list[int]
    words: list[str]

    def within(self, node: tree_sitter.Node) -> tuple[str, ...]:
        """Return the words inside a node, in source order without repeats."""
        low, high = bisect_left(self.starts, node.start_byte), bisect_left(self.starts, node.end_byte)
        return tuple(dict.fromkeys(self.words[low:high]))


class Outline:
    """One file's captures, put in order once."""

    def __init__(self, path: str, text: SourceText, *, captures: Mapping[str, list[tree_sitter.Node]]) -> None:
        """Take the nodes by capture name, in any order."""
        self._path = path
        self._text = text
        self._captures = captures
        self._spellings: dict[bytes, str] = {}

    def problem(self) -> str | None:
        """Say in one line why this is no Python 3 file, or None."""
        wrong = self._nodes("error")
        if wrong:
            line = wrong[0].start_point.row + 1
            return f"line {line}: Python 2 statement" if wrong[0].type.endswith("_statement") else f"line {line}: syntax error"
        for definition in (*self._nodes("function"), *self._nodes("class")):
            body = definition.child_by_field_name("body")
            if body is None or body.named_child_count == 0:
                return f"line {definition.start_point.row + 1}: syntax error, the definition has no body"
        return None

    def parsed(self, sha: str) -> ParsedFile:
        """Return all that codeopt keeps of the file; only when there is no `problem`."""
        scopes = self._scopes()
        decorated = {
            child.start_byte: node for node in self._nodes("decorated") if (child := node.child_by_field_name("definition")) is not None
        }
        imports = self._nodes("import")
        return ParsedFile(
            path=self._path,
            sha=sha,
            functions=tuple(self._functions(scopes, decorated)),
            imports=tuple(self._span(node) for node in _outside(imports, scopes)),
            imported=tuple(self._imported(imports)),
            constants=tuple(self._constants(scopes)),
            classes=tuple(self._class(scope, decorated) for scope in scopes if scope.is_class),
        )

    def _nodes(self, capture: str) -> list[tree_sitter.Node]:
        return sorted(self._captures.get(capture, ()), key=_start)

    def _scopes(self) -> list[_Scope]:
        """Find every function and class, in source order, by keeping a stack of those that are still open."""
        classes = self._nodes("class")
        class_starts = {node.start_byte for node in classes}
        scopes: list[_Scope] = []
        parent: _Scope | None = None
        for node in sorted((*self._nodes("function"), *classes), key=_start):
            while parent is not None and parent.end <= node.start_byte:
                parent = parent.parent
            name = node.child_by_field_name("name")
            bare = "" if name is None else self._spelling(name)
            qualname = bare if parent is None else f"{parent.qualname}.{bare}"
            parent = _Scope(node=node, qualname=qualname, parent=parent, is_class=node.start_byte in class_starts, end=node.end_byte)
            scopes.append(parent)
        return scopes

    def _functions(self, scopes: list[_Scope], decorated: Mapping[int, tree_sitter.Node]) -> Iterator[Function]:
        calls, names, loops = self._calls(), self._names(), [node.start_byte for node in self._nodes("loop")]
        seen: Counter[str] = Counter()
        for scope in scopes:
            if scope.is_class:
                continue
            name = TargetName(path=self._path, qualname=scope.qualname, ordinal=seen[scope.qualname])
            seen[scope.qualname] += 1
            node, body = scope.node, scope.node.child_by_field_name("body")
            parameters = node.child_by_field_name("parameters")
            if body is None or parameters is None:  # the grammar gives both, or an error
                continue
            span = self._span(decorated.get(node.start_byte, node))
            yield Function(
                name=name,
                kind=_kind(scope),
                span=span,
                body_span=self._span(body),
                def_line=node.start_point.row + 1,
                decorators=self._decorators(decorated.get(node.start_byte)),
                parameters=self._slice(parameters).decode(),
                is_async=self._slice(node).startswith(b"async"),
                loops=bisect_left(loops, body.end_byte) - bisect_left(loops, body.start_byte),
                calls=calls.within(body),
                names=names.within(body),
                class_name=next((outer.qualname for outer in scope.enclosing() if outer.is_class), None),
                docstring=docstring_of(body),
                source_sha=hashlib.sha256(self._text.source[span.start_byte : span.end_byte]).hexdigest(),
            )

    def _class(self, scope: _Scope, decorated: Mapping[int, tree_sitter.Node]) -> ClassDefinition:
        node = scope.node
        colon = next(child for child in node.children if child.type == ":")
        whole, header_end = self._span(node), self._span(colon)
        header = Span(start_byte=whole.start_byte, end_byte=header_end.end_byte, start_line=whole.start_line, end_line=header_end.end_line)
        return ClassDefinition(qualname=scope.qualname, span=self._span(decorated.get(node.start_byte, node)), header=header)

    def _constants(self, scopes: list[_Scope]) -> Iterator[Definition]:
        targets = self._words(self._captures.get("target", ()))
        for node in _outside(self._nodes("constant"), scopes):
            names = targets.within(node)
            if names:
                yield Definition(names=names, span=self._span(node))

    def _imported(self, imports: list[tree_sitter.Node]) -> Iterator[ImportedName]:
        for node in imports:
            yield from imported_names(node)

    def _decorators(self, decorated: tree_sitter.Node | None) -> tuple[str, ...]:
        """Return the decorators' expressions, without `@`."""
        decorators = [] if decorated is None else [node for node in decorated.named_children if node.type == "decorator"]
        return tuple(self._slice(expression).decode() for node in decorators if (expression := node.named_child(0)) is not None)

    def _calls(self) -> _Words:
        nodes = [node for node in self._nodes("call") if node.end_byte - node.start_byte <= _LONGEST_DOTTED]
        words = self._words(nodes)
        dotted = [(start, "".join(word.split())) for start, word in zip(words.starts, words.words, strict=True) if _DOTTED.fullmatch(word)]
        return _Words([start for start, _ in dotted], [word for _, word in dotted])

    def _names(self) -> _Words:
        bound = {node.start_byte for capture in ("unread", "target") for node in self._captures.get(capture, ())}
        return self._words(node for node in self._captures.get("name", ()) if node.start_byte not in bound)

    def _words(self, nodes: Iterable[tree_sitter.Node]) -> _Words:
        pairs = sorted((node.start_byte, node.end_byte) for node in nodes)
        source, spellings = self._text.utf8, self._spellings
        words = []
        for start, end in pairs:
            word = source[start:end]
            words.append(spellings[word] if word in spellings else spellings.setdefault(word, _normal(word)))
        return _Words([start for start, _ in pairs], words)

    def _spelling(self, node: tree_sitter.Node) -> str:
        return _normal(self._slice(node))

    def _slice(self, node: tree_sitter.Node) -> bytes:
        return self._text.utf8[node.start_byte : node.end_byte]

    def _span(self, node: tree_sitter.Node) -> Span:
        origin = self._text.origin
        return Span(
            start_byte=origin(node.start_byte),
            end_byte=origin(node.end_byte),
            start_line=node.start_point.row + 1,
            end_line=node.end_point.row + 1,
        )


def _start(node: tree_sitter.Node) -> int:
    return node.start_byte


def _normal(word: bytes) -> str:
    """Spell an identifier as Python does, which knows only its NFKC form."""
    text = word.decode(errors="replace")
    return text if text.isascii() else unicodedata.normalize("NFKC", text)


def _kind(scope: _Scope) -> FunctionKind:
    if any(not outer.is_class for outer in scope.enclosing()):
        return FunctionKind.NESTED
    return FunctionKind.FUNCTION if scope.parent is None else FunctionKind.METHOD


def _outside(nodes: list[tree_sitter.Node], scopes: list[_Scope]) -> Iterator[tree_sitter.Node]:
    """Yield the nodes that lie in no function or class; both lists are in source order."""
    outer = [scope for scope in scopes if scope.parent is None]
    starts = [scope.node.start_byte for scope in outer]
    for node in nodes:
        before = bisect_left(starts, node.start_byte)
        if before == 0 or outer[before - 1].end <= node.start_byte:
            yield node
