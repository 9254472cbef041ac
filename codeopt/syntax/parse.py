"""Knows how one file becomes a `ParsedFile`; not where files come from."""

from __future__ import annotations

import hashlib

from codeopt.syntax.language import grammar_of, language_of
from codeopt.syntax.outline import Outline
from codeopt.syntax.parsed import ClassDefinition, Definition, ImportedName, ParsedFile
from codeopt.syntax.text import read_text

__all__ = ["ClassDefinition", "Definition", "ImportedName", "ParsedFile", "parse_file"]


def parse_file(path: str, source: bytes) -> ParsedFile:
    """Parse the bytes of a file; whatever is wrong with them becomes the result's `problem`, and nothing is raised."""
    sha = hashlib.sha256(source).hexdigest()
    language = language_of(path)
    if language is None:
        return ParsedFile(path=path, sha=sha, problem="not a language that codeopt reads")
    try:
        text = read_text(source)
    except ValueError as error:
        return ParsedFile(path=path, sha=sha, problem=str(error))
    outline = Outline(path, text, captures=grammar_of(language).captures(text.utf8))
    problem = outline.problem()
    return ParsedFile(path=path, sha=sha, problem=problem) if problem else outline.parsed(sha)
