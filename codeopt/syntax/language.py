"""Knows which languages codeopt reads, and for each its file endings, its grammar and its query; nothing of what the query finds."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from importlib import metadata, resources
from pathlib import PurePosixPath

import tree_sitter
import tree_sitter_python

__all__ = ["LANGUAGES", "Grammar", "Language", "grammar_of", "grammar_version", "language_of", "query_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """A row of the table: `suffixes` of its files, `grammar` as its wheel hands it out, `distribution` of that wheel."""

    name: str
    suffixes: tuple[str, ...]
    grammar: Callable[[], object]
    distribution: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Grammar:
    """A language made ready: its grammar and its compiled query."""

    language: tree_sitter.Language
    query: tree_sitter.Query

    def captures(self, source: bytes) -> dict[str, list[tree_sitter.Node]]:
        """Parse UTF-8 bytes and return the query's nodes by capture name, in no particular order.

        Of a file with syntax errors only the place of the first is returned, as `error`.
        """
        # A parser is cheap to make, and must not be shared between threads.
        root = tree_sitter.Parser(self.language).parse(source).root_node
        if root.has_error:
            return {"error": [_first_error(root)]}
        return tree_sitter.QueryCursor(self.query).captures(root)


LANGUAGES = (
    Language(
        name="python",
        suffixes=(".py", ".pyw"),
        grammar=tree_sitter_python.language,
        distribution="tree-sitter-python",
    ),
)

_BY_SUFFIX = {suffix: language for language in LANGUAGES for suffix in language.suffixes}


def language_of(path: str) -> Language | None:
    """Return the language of a path by its ending; None when codeopt does not know it."""
    return _BY_SUFFIX.get(PurePosixPath(path).suffix)


def _first_error(root: tree_sitter.Node) -> tree_sitter.Node:
    """Return the first node that is an error itself."""
    # Not by a query: where recovery has left a flat heap of tokens, that takes quadratic time.
    cursor = root.walk()
    while (node := cursor.node) is not None and not (node.is_error or node.is_missing):
        found = cursor.goto_first_child()
        while found and cursor.node is not None and not cursor.node.has_error:
            found = cursor.goto_next_sibling()
        if not found:
            break
    return cursor.node or root


@functools.cache
def grammar_of(language: Language) -> Grammar:
    """Return a language's grammar with its query, loaded once."""
    grammar = tree_sitter.Language(language.grammar())
    return Grammar(language=grammar, query=tree_sitter.Query(grammar, _query_text(language, "outline")))


@functools.cache
def query_of(language: Language, name: str) -> tree_sitter.Query:
    """Return another query of a language, compiled once."""
    return tree_sitter.Query(grammar_of(language).language, _query_text(language, name))


@functools.cache
def grammar_version(language: Language) -> str:
    """Name all that the outline of a file depends on besides its bytes, but for codeopt's own code: the grammar and the query."""
    query = hashlib.sha256(_query_text(language, "outline").encode()).hexdigest()[:12]
    return f"{language.distribution}-{metadata.version(language.distribution)}-{query}"


def _query_text(language: Language, name: str) -> str:
    folder = resources.files("codeopt.syntax").joinpath("queries", language.name)
    return "\n".join(folder.joinpath(f"{part}.scm").read_text(encoding="utf-8") for part in ("loops", name))
