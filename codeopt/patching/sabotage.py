"""Makes tests fail on purpose, in their source: text in, text out, nothing is run.

A test's own code still runs first, and with it the code that it tests. Other tests keep their lines where that is possible. The forms
differ and are chosen at random, so that code which wants to know whether a test was touched has to know the test.
"""

from __future__ import annotations

import ast
import io
import random
import re
import tokenize
from collections.abc import Collection, Iterator, Sequence

from codeopt.errors import PatchError
from codeopt.patching.failures import Change, doubt, failure
from codeopt.patching.gate import compile_problem, parse_python
from codeopt.patching.versions import lines_of

__all__ = ["sabotage", "touchable"]

Function = ast.FunctionDef | ast.AsyncFunctionDef
WHERE = "the test module"
IN_PLACE = 0.7


def touchable(source: bytes) -> frozenset[str]:
    """Return the qualified names (`Class.method`) of the functions that `sabotage` can make fail; empty for what does not parse."""
    try:
        lines, tree = _read(source)
    except (PatchError, ValueError):
        return frozenset()
    return frozenset(name for name, function in _functions(tree.body) if _fits(function, lines))


def sabotage(source: bytes, names: Collection[str], rng: random.Random) -> bytes:
    """Return the source of a module in which each function of `names` fails when it is called.

    How a function fails depends on the state of `rng` and on its name, not on the other names.

    Raises:
        PatchError: Python does not accept the source.
        ValueError: a function that is not there or cannot be touched, or a module that is not UTF-8.
    """
    salt = rng.getrandbits(64)
    lines, tree = _read(source)
    functions = {name: function for name, function in _functions(tree.body) if _fits(function, lines)}
    missing = sorted(set(names) - functions.keys())
    if missing:
        raise ValueError(f"cannot make {missing[0]} fail: no function of that name, or a generator")
    inside = _inside_strings(source)
    edits, tail = [], []
    for name in sorted(names):
        edit, helper = _changed(functions[name], lines, inside, random.Random(f"{salt}/{name}"))  # noqa: S311 - hard to guess: the salt is
        edits.append(edit)
        tail += helper
    changed = _spliced(lines, edits) + _at_the_end(tail)
    problem = compile_problem(WHERE, changed)
    if problem:
        raise ValueError(f"a sabotaged module does not compile: {problem}")
    return changed


def _read(source: bytes) -> tuple[list[bytes], ast.Module]:
    tree = parse_python(source, WHERE)
    encoding, _ = tokenize.detect_encoding(io.BytesIO(source).readline)
    if (encoding != "utf-8" and not source.isascii()) or re.search(rb"\r(?!\n)|\f", source):
        raise ValueError("not a module in UTF-8 with ordinary line ends")
    if source and not source.endswith(b"\n"):
        source += b"\n"
    return lines_of(source), tree


def _functions(body: Sequence[ast.stmt], prefix: str = "") -> Iterator[tuple[str, Function]]:
    """Yield the functions of a module and of its classes; the last of a name is the one that counts."""
    for node in body:
        if isinstance(node, Function):
            yield prefix + node.name, node
        elif isinstance(node, ast.ClassDef):
            yield from _functions(node.body, f"{prefix}{node.name}.")
        else:
            parts = [each for part in ("body", "handlers", "orelse", "finalbody") for each in getattr(node, part, ())]
            for each in parts:
                yield from _functions(each.body if isinstance(each, ast.ExceptHandler) else [each], prefix)


def _fits(function: Function, lines: Sequence[bytes]) -> bool:
    """Whether a function can be touched: it is no generator, and it has a body that starts where a body may be put into a block."""
    return not _yields(function) and bool(body := _body(function)) and _own_line(body[0], lines) is not None


def _yields(function: Function) -> bool:
    waiting: list[ast.AST] = list(function.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Yield | ast.YieldFrom):
            return True
        if not isinstance(node, Function | ast.Lambda | ast.ClassDef):
            waiting += ast.iter_child_nodes(node)
    return False


def _body(function: Function) -> list[ast.stmt]:
    """Return the statements after the docstring."""
    return function.body[1:] if ast.get_docstring(function, clean=False) is not None else function.body


def _first_line(statement: ast.stmt) -> int:
    decorators: list[ast.expr] = getattr(statement, "decorator_list", [])
    return min([statement.lineno, *(each.lineno for each in decorators)])


def _own_line(statement: ast.stmt, lines: Sequence[bytes]) -> bytes | None:
    """Return the indentation of a statement that starts its line, or what stands before it in `def f(): statement`; None otherwise."""
    line = lines[_first_line(statement) - 1]
    indent = line[: len(line) - len(line.lstrip())]
    before = line[: statement.col_offset]
    if not before.strip():
        return indent
    return before if re.match(rb"\s*(async\s+)?def\b", line) and before.rstrip().endswith(b":") else None


def _changed(function: Function, lines: Sequence[bytes], inside: Collection[int], rng: random.Random) -> tuple[Change, list[bytes]]:
    """Return how a function is changed, and lines that are needed at the end of the module."""
    body = _body(function)
    edit = doubt(body, lines, rng) if rng.random() < IN_PLACE else None
    if edit is not None:
        return edit, []
    uses_self = b"self.assert" in b"".join(lines[function.lineno - 1 : function.end_lineno])
    statement, helper = failure(rng, with_self=uses_self)
    return _wrapped(body, lines, inside, statement), helper


def _wrapped(body: Sequence[ast.stmt], lines: Sequence[bytes], inside: Collection[int], statement: bytes) -> Change:
    """Put a body into `try`, and a statement that fails into its `finally`; blank lines after it make room for the two lines more."""
    start, end = _first_line(body[0]) - 1, body[-1].end_lineno or body[-1].lineno
    head = _own_line(body[0], lines) or b""
    block = list(lines[start:end])
    text = []
    if head.strip():
        # the body stands on the line of its `def`
        indent = head[: len(head) - len(head.lstrip())] + b"    "
        text += [head.rstrip() + b"\n", indent + b"try: " + block[0][len(head) :], *block[1:]]
    else:
        indent = head
        unit = b"\t" if b"\t" in indent else b"    "
        numbered = enumerate(block, start + 1)
        text += [indent + b"try:\n", *(unit + line if line.strip() and at not in inside else line for at, line in numbered)]
    text.append(indent + b"finally: " + statement + b"\n")
    last, kept = _room(lines, end, len(text) - len(block))
    return Change(start, last, [*text, *kept])


def _room(lines: Sequence[bytes], start: int, wanted: int) -> tuple[int, list[bytes]]:
    """Find blank lines that can go, past comments: return where the search ended, and the comments on the way."""
    kept: list[bytes] = []
    end = start
    while end < len(lines) and end - start - len(kept) < wanted and (not lines[end].strip() or lines[end].lstrip().startswith(b"#")):
        kept += [lines[end]] if lines[end].strip() else []
        end += 1
    return end, kept


def _inside_strings(source: bytes) -> frozenset[int]:
    """Return the lines (from 1) that start within a string: to indent them would change it."""
    inside: set[int] = set()
    opened: list[int] = []
    for token in tokenize.tokenize(io.BytesIO(source).readline):
        kind = tokenize.tok_name[token.type]
        if kind == "STRING":
            inside.update(range(token.start[0] + 1, token.end[0] + 1))
        elif kind.endswith("STRING_START"):
            opened.append(token.start[0])
        elif kind.endswith("STRING_END"):
            inside.update(range(opened.pop() + 1, token.end[0] + 1))
    return frozenset(inside)


def _spliced(lines: Sequence[bytes], edits: Sequence[Change]) -> bytes:
    result = list(lines)
    for edit in sorted(edits, reverse=True):
        result[edit.start : edit.end] = edit.lines
    return b"".join(result)


def _at_the_end(tail: Sequence[bytes]) -> bytes:
    return b"".join(b"\n\n" + lines for lines in tail)
