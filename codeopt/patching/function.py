"""Knows a function's syntax: where a name is defined, and whether two versions promise the same to their callers."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterable, Iterator

from codeopt.errors import PatchError
from codeopt.patching.code import Definition, FunctionNode

__all__ = ["body_of", "check_promises", "definitions", "docstring_of", "find_function", "same_code", "without_docstring"]


def definitions(body: Iterable[ast.AST], qualname: str) -> list[FunctionNode]:
    """Return the functions of a qualified name (`f`, `Class.f`, `outer.f`, with or without `<locals>`), in source order."""
    head, _, rest = qualname.replace("<locals>.", "").partition(".")
    found = [node for node in _definitions(body) if node.name == head]
    if rest:
        return [function for node in found for function in definitions(node.body, rest)]
    return [node for node in found if not isinstance(node, ast.ClassDef)]


def find_function(body: Iterable[ast.AST], qualname: str, *, ordinal: int, count: int) -> FunctionNode | None:
    """Return the function that an answer means by a qualified name; None when it defines none.

    It may stand in its class, or alone. Of as many as the file has (`count`), `ordinal` chooses; otherwise the last is meant, as in Python.
    """
    statements = list(body)
    parts = qualname.replace("<locals>.", "").split(".")
    # a method may come in its class, in an inner class alone, or bare
    for start in range(len(parts)):
        found = definitions(statements, ".".join(parts[start:]))
        if found:
            return found[ordinal] if len(found) == count else found[-1]
    return _in_any_class(statements, parts[-1])


def docstring_of(function: FunctionNode) -> ast.Expr | None:
    """Return the statement that is the function's docstring."""
    first = function.body[0]
    return first if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str) else None


def body_of(function: FunctionNode) -> list[ast.stmt]:
    """Return the statements after the docstring."""
    return function.body[1:] if docstring_of(function) else function.body


def without_docstring(text: str) -> str:
    """Return the source of one function without its docstring; as it is where it has none, nothing else, or cannot be read."""
    try:
        function = ast.parse(text).body[0]
    except (SyntaxError, ValueError, IndexError):
        return text
    if not isinstance(function, FunctionNode) or not body_of(function):
        return text
    docstring = docstring_of(function)
    lines = text.splitlines(keepends=True)
    if docstring is None or docstring.lineno == function.lineno or body_of(function)[0].lineno == docstring.end_lineno:
        return text
    return "".join(lines[: docstring.lineno - 1] + lines[docstring.end_lineno :])


def same_code(first: Iterable[ast.AST], second: Iterable[ast.AST]) -> bool:
    """Whether two lists of statements are the same but for layout and comments."""
    return [ast.dump(node) for node in first] == [ast.dump(node) for node in second]


def check_promises(old: FunctionNode, new: FunctionNode) -> None:
    """Accept a new version that is called and decorated as the old one; it may leave out annotations and decorators.

    Raises:
        PatchError: `async`, the parameters or their defaults differ, or there is a decorator that the old version has not.
    """
    was, now = _signature(old), _signature(new)
    if was != now:
        raise PatchError(f"signature changed: `{_shortened(was)}` became `{_shortened(now)}`; keep it as it is")
    known = {ast.dump(decorator) for decorator in old.decorator_list}
    for decorator in new.decorator_list:
        if ast.dump(decorator) not in known:
            raise PatchError(f"adds a decorator: @{_shortened(ast.unparse(decorator))}; keep the decorators as they are")


def _definitions(nodes: Iterable[ast.AST]) -> Iterator[Definition]:
    for node in nodes:
        if isinstance(node, Definition):
            yield node
        elif not isinstance(node, ast.expr):
            yield from _definitions(ast.iter_child_nodes(node))


def _in_any_class(statements: Iterable[ast.AST], name: str) -> FunctionNode | None:
    classes = [node for node in _definitions(statements) if isinstance(node, ast.ClassDef)]
    found = [function for node in classes for function in definitions(node.body, name)]
    return found[0] if len(found) == 1 else None


def _signature(function: FunctionNode) -> str:
    arguments = copy.deepcopy(function.args)
    for argument in ast.walk(arguments):
        if isinstance(argument, ast.arg):
            argument.annotation = None
            argument.type_comment = None
    prefix = "async def" if isinstance(function, ast.AsyncFunctionDef) else "def"
    return f"{prefix} {function.name}({ast.unparse(arguments)})"


def _shortened(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 120 else f"{line[:119]}…"  # noqa: PLR2004 - about a line of a terminal
