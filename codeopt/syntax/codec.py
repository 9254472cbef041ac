"""Knows how a `ParsedFile` is written as JSON and read back; the form carries no path, so that one entry serves every copy of a file.

Nothing is executed on the way back, and whatever has a wrong shape is refused.
"""

from __future__ import annotations

import json
from typing import Any

from codeopt.model.code import Function, FunctionKind, Span, TargetName
from codeopt.syntax.parsed import ClassDefinition, Definition, ImportedName, ParsedFile

__all__ = ["VERSION", "decode", "encode"]

VERSION = 1
"""Raised with every change of the form, or of what `parse_file` finds."""


def encode(parsed: ParsedFile) -> str:
    """Write a parsed file as one line of JSON."""
    rows = [
        parsed.problem,
        [_function_row(function) for function in parsed.functions],
        [_span_row(span) for span in parsed.imports],
        [[name.name, name.module, name.attribute] for name in parsed.imported],
        [[definition.names, _span_row(definition.span)] for definition in parsed.constants],
        [[found.qualname, _span_row(found.span), _span_row(found.header)] for found in parsed.classes],
    ]
    return json.dumps(rows, ensure_ascii=False, separators=(",", ":"))


def decode(text: str, *, path: str, sha: str) -> ParsedFile:
    """Read what `encode` wrote, as the file at `path` with the given SHA-256.

    Raises:
        ValueError: it was not written by `encode` of this version.
    """
    try:
        problem, functions, imports, imported, constants, classes = json.loads(text)
        return ParsedFile(
            path=path,
            sha=sha,
            functions=tuple(_function(path, row) for row in functions),
            imports=tuple(_span(row) for row in imports),
            imported=tuple(ImportedName(name=name, module=module, attribute=attribute) for name, module, attribute in imported),
            constants=tuple(Definition(names=tuple(names), span=_span(span)) for names, span in constants),
            classes=tuple(ClassDefinition(qualname=name, span=_span(span), header=_span(header)) for name, span, header in classes),
            problem=problem,
        )
    except (TypeError, ValueError, RecursionError) as error:
        raise ValueError(f"not an outline: {error}") from error


def _span_row(span: Span) -> list[int]:
    return [span.start_byte, span.end_byte, span.start_line, span.end_line]


def _span(row: Any) -> Span:
    start_byte, end_byte, start_line, end_line = row
    return Span(start_byte=start_byte, end_byte=end_byte, start_line=start_line, end_line=end_line)


def _function_row(function: Function) -> list[object]:
    return [
        function.name.qualname,
        function.name.ordinal,
        function.kind.value,
        _span_row(function.span),
        _span_row(function.body_span),
        function.def_line,
        function.decorators,
        function.parameters,
        function.is_async,
        function.loops,
        function.calls,
        function.names,
        function.class_name,
        function.docstring,
        function.source_sha,
    ]


def _function(path: str, row: Any) -> Function:
    name, ordinal, kind, span, body, line, decorators, parameters, is_async, loops, calls, names, class_name, docstring, sha = row
    return Function(
        name=TargetName(path=path, qualname=name, ordinal=ordinal),
        kind=FunctionKind(kind),
        span=_span(span),
        body_span=_span(body),
        def_line=line,
        decorators=decorators,
        parameters=parameters,
        is_async=is_async,
        loops=loops,
        calls=calls,
        names=names,
        class_name=class_name,
        docstring=docstring,
        source_sha=sha,
    )
