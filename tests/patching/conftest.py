"""Requests for the tests of patching, built with `ast` so that they need no other part of codeopt."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Callable

import pytest

from codeopt.model.code import Function, FunctionKind, Span, Target, TargetName
from codeopt.model.proposal import CodeContext, ProposalRequest

RequestFor = Callable[..., ProposalRequest]


def _find(body: list[ast.stmt], qualname: str) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    head, _, rest = qualname.partition(".")
    found = [n for n in body if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and n.name == head]
    return [inner for node in found for inner in _find(node.body, rest)] if rest else found


def _byte(lines: list[bytes], line: int, column: int) -> int:
    bom = 3 if line == 1 and lines[0].startswith(b"\xef\xbb\xbf") else 0
    return sum(map(len, lines[: line - 1])) + column + bom


def _span(lines: list[bytes], first: ast.AST, last: ast.AST, *, at: int = 0) -> Span:
    return Span(
        start_byte=_byte(lines, first.lineno, first.col_offset - at),
        end_byte=_byte(lines, last.end_lineno, last.end_col_offset),
        start_line=first.lineno,
        end_line=last.end_lineno,
    )


@pytest.fixture(scope="session")
def request_for() -> RequestFor:
    """Build a request for the function `qualname` of a UTF-8 source."""

    def build(
        source: bytes | str, qualname: str, *, ordinal: int = 0, path: str = "app.py", others: dict[str, bytes] | None = None
    ) -> ProposalRequest:
        data = source.encode() if isinstance(source, str) else source
        node = _find(ast.parse(data).body, qualname)[ordinal]
        lines = data.splitlines(keepends=True)
        decorated = bool(node.decorator_list)
        span = _span(lines, node.decorator_list[0] if decorated else node, node, at=1 if decorated else 0)
        outer = qualname.rpartition(".")[0]
        name = TargetName(path=path, qualname=qualname, ordinal=ordinal)
        sha = hashlib.sha256(data[span.start_byte : span.end_byte]).hexdigest()
        function = Function(
            name=name,
            kind=FunctionKind.METHOD if "." in qualname else FunctionKind.FUNCTION,
            span=span,
            body_span=_span(lines, node.body[0], node.body[-1]),
            def_line=node.lineno,
            decorators=(),
            parameters="",
            is_async=isinstance(node, ast.AsyncFunctionDef),
            loops=0,
            calls=tuple(ast.unparse(inner.func) for inner in ast.walk(node) if isinstance(inner, ast.Call)),
            names=tuple(inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)),
            class_name=outer if any(isinstance(each, ast.ClassDef) and each.name == outer for each in ast.parse(data).body) else None,
            docstring=None,
            source_sha=sha,
        )
        target = Target(name=name, span=span, source_sha=sha, share=1.0)
        files = ((path, data), *(others or {}).items())
        return ProposalRequest(target=target, function=function, files=files, context=CodeContext())

    return build
