"""Rules applied to sources, and the functions before and after them."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest

from codeopt.model.code import Function, FunctionKind, Span, Target, TargetName
from codeopt.model.proposal import CodeContext, ProposalRequest
from codeopt.rules.catalogue import RULES
from codeopt.rules.proposer import rewritten, view_in


def _function(data: bytes, name: str, path: str) -> Function:
    node = next(n for n in ast.walk(ast.parse(data)) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef) and n.name == name)
    lines = data.splitlines(keepends=True)
    first = node.decorator_list[0] if node.decorator_list else node
    start = sum(map(len, lines[: first.lineno - 1])) + first.col_offset - (1 if node.decorator_list else 0)
    end = sum(map(len, lines[: node.end_lineno - 1])) + node.end_col_offset
    span = Span(start_byte=start, end_byte=end, start_line=first.lineno, end_line=node.end_lineno)
    return Function(
        name=TargetName(path=path, qualname=name),
        kind=FunctionKind.FUNCTION,
        span=span,
        body_span=span,
        def_line=node.lineno,
        decorators=(),
        parameters="",
        is_async=False,
        loops=0,
        calls=(),
        names=(),
        class_name=None,
        docstring=None,
        source_sha=hashlib.sha256(data[start:end]).hexdigest(),
    )


@pytest.fixture(scope="session")
def function_in() -> Callable[..., Function]:
    """Find a function of a UTF-8 source by its name."""
    return lambda data, name="f", path="app.py": _function(data, name, path)


@pytest.fixture(scope="session")
def request_for() -> Callable[..., ProposalRequest]:
    """Build a request for a function of a UTF-8 source."""

    def build(source: str | bytes, name: str = "f", *, path: str = "app.py") -> ProposalRequest:
        data = source.encode() if isinstance(source, str) else source
        function = _function(data, name, path)
        target = Target(name=function.name, span=function.span, source_sha=function.source_sha, share=1.0)
        return ProposalRequest(target=target, function=function, files=((path, data),), context=CodeContext())

    return build


@pytest.fixture(scope="session")
def rewrite() -> Callable[..., str | None]:
    """Apply one rule to the function `f` of a source; None where it does not apply."""
    rules = {rule.name: rule for rule in RULES}

    def apply(rule: str, source: str, name: str = "f") -> str | None:
        data = source.encode()
        function = _function(data, name, "app.py")
        made = rewritten(rules[rule], data, function, view=view_in(data, function))
        return None if made is None else made[0].decode()

    return apply


@pytest.fixture(scope="session")
def versions(rewrite) -> Callable[..., tuple[Callable[..., Any], Callable[..., Any]]]:
    """Return the function `f` of a source, before and after a rule that must apply."""

    def load(source: str) -> Callable[..., Any]:
        names: dict[str, Any] = {}
        exec(compile(source, "app.py", "exec"), names)
        return names["f"]

    @cache
    def both(rule: str, source: str) -> tuple[Callable[..., Any], Callable[..., Any]]:
        after = rewrite(rule, source)
        assert after is not None
        assert after != source
        return load(source), load(after)

    return both


@pytest.fixture(scope="session")
def outcome() -> Callable[..., tuple[str, Any]]:
    """Call a function and return what came of it: a result with its type, or the type of an exception."""

    def call(function: Callable[..., Any], *arguments: Any) -> tuple[str, Any]:
        try:
            result = function(*arguments)
        except Exception as error:  # noqa: BLE001 - any exception is an outcome here
            return "raised", type(error)
        return "returned", (type(result), result)

    return call
