"""Knows how a function's new statements go into its old place: old header, decorators and docstring, new body."""

from __future__ import annotations

import ast
import re
import tokenize
from dataclasses import dataclass

from codeopt.errors import PatchError
from codeopt.model.code import Span
from codeopt.patching.code import Code, FunctionNode, Indent, encoding_of, indent_of, newline_of, parse_code
from codeopt.patching.function import body_of, definitions, docstring_of, same_code

__all__ = ["Original", "encoded", "original_at", "rebuilt"]

_LEFT_OUT = re.compile(
    r"#\s*(?:\.\.\.|…)|#.*\b(?:rest|remainder) of (?:the )?(?:\w+ )?(?:code|function|method|body|implementation)\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Original:
    """A function in its file: `code` is its text alone, `outer` stands before its first line, `inner` how its body is indented.

    `comment_follows` says that a comment stands behind its last statement, outside its span.
    """

    code: Code
    node: FunctionNode
    outer: str
    inner: Indent
    comment_follows: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Header:
    """Where a function's header ends: the line of its colon, the characters up to and with it, and what follows on that line."""

    line: int
    upto: str
    behind: str


def original_at(source: bytes, span: Span, *, path: str, name: str) -> Original:
    """Read the function that a span of a file covers.

    Raises:
        PatchError: the span does not hold that function.
    """
    line_start = source.rfind(b"\n", 0, span.start_byte) + 1
    line_end = source.find(b"\n", span.end_byte)
    outer = _decoded(source[line_start : span.start_byte], source, path).lstrip("\ufeff")
    text = _decoded(source[span.start_byte : span.end_byte], source, path)
    code = parse_code(f"{outer}{text}\n", f"{path}:{span.start_line}: the function")
    found = definitions(code.body, name)
    if not found or outer.strip():
        raise PatchError(f"{path}:{span.start_line}: there is no function `{name}` here; survey the file again")
    rest = source[span.end_byte : line_end if line_end >= 0 else len(source)]
    inner = _inner_indent(code, found[0], outer, tabs=b"\n\t" in source)
    return Original(code=code, node=found[0], outer=outer, inner=inner, comment_follows=rest.lstrip().startswith(b"#"))


def rebuilt(original: Original, answer: Code, node: FunctionNode) -> str:
    r"""Return the text of the original's span with the statements of `node`; lines end in `\n`.

    Raises:
        PatchError: the answer's body is empty, leaves code out, or cannot stand at the original's indentation.
    """
    body = _new_body(original, answer, node)
    text = (_kept_head(original) + body).removeprefix(original.outer).rstrip("\n")
    whole = parse_code(f"{original.outer}{text}\n", "the answer at its place in the file")
    functions = definitions(whole.body, original.node.name)
    if len(functions) != 1 or not same_code(body_of(functions[0]), body_of(node)):
        raise PatchError("the answer's indentation is irregular, so it cannot be moved to its place in the file")
    return text


def encoded(text: str, source: bytes, path: str) -> bytes:
    """Return text in a file's encoding and with its line endings.

    Raises:
        PatchError: the encoding has no such characters.
    """
    encoding = encoding_of(source, path)
    try:
        return text.replace("\n", newline_of(source)).encode(encoding)
    except UnicodeEncodeError as error:
        raise PatchError(f"{path}: the answer holds characters that {encoding}, the file's encoding, does not have") from error


def _decoded(part: bytes, source: bytes, path: str) -> str:
    encoding = encoding_of(source, path)
    try:
        return part.decode(encoding).replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        raise PatchError(f"{path}: the file is not {encoding}, so it cannot be edited") from error


def _inner_indent(code: Code, node: FunctionNode, outer: str, *, tabs: bool) -> Indent:
    first = node.body[0]
    inner = indent_of(code.lines[first.lineno - 1])
    if first.lineno > _header(code, node).line and inner.startswith(outer) and inner != outer:
        return Indent(prefix=inner, unit=inner[len(outer) :])
    unit = "\t" if tabs else "    "
    return Indent(prefix=outer + unit, unit=unit)


def _header(code: Code, node: FunctionNode) -> _Header:
    depth = 0
    for token in code.tokens_from(node.lineno):
        if token.type != tokenize.OP:
            continue
        depth += (token.string in "([{") - (token.string in ")]}")
        if token.string == ":" and depth == 0:
            line = node.lineno + token.end[0] - 1
            text = code.lines[line - 1]
            return _Header(line=line, upto=text[: token.end[1]], behind=text[token.end[1] :].strip())
    raise PatchError("a function's header does not end")


def _kept_head(original: Original) -> str:
    """Return the original up to its docstring, or up to its header's end: whole lines."""
    code, node = original.code, original.node
    header = _header(code, node)
    first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
    head = code.text(first, header.line - 1) + header.upto
    head += f"  {header.behind}\n" if header.behind.startswith("#") else "\n"
    docstring = docstring_of(node)
    if docstring is None:
        return head
    if docstring.lineno == header.line:
        return f"{head}{original.inner.prefix}{_segment(code, docstring)}\n"
    return head + code.text(header.line + 1, docstring.lineno - 1) + _until_next(code, docstring)


def _until_next(code: Code, statement: ast.Expr) -> str:
    """Return a docstring's lines; what a semicolon joins to it is left to the new body."""
    last = code.lines[(statement.end_lineno or 0) - 1]
    behind = last.encode()[statement.end_col_offset or 0 :].decode()
    if not behind.strip() or behind.lstrip().startswith("#"):
        return code.text(statement.lineno, statement.end_lineno or 0)
    return indent_of(code.lines[statement.lineno - 1]) + _segment(code, statement) + "\n"


def _segment(code: Code, node: ast.expr | ast.stmt) -> str:
    return ast.get_source_segment("".join(code.lines), node) or ""


def _new_body(original: Original, answer: Code, node: FunctionNode) -> str:
    statements = body_of(node)
    if not statements:
        raise PatchError("the answer leaves the function's body out")
    _check_whole(original, answer, node)
    header, docstring = _header(answer, node), docstring_of(node)
    if node.body[0].lineno == header.line:
        return _one_liner(original, answer, statements)
    first = (docstring.end_lineno or 0) if docstring else header.line
    if statements[0].lineno == first:
        raise PatchError("the answer joins statements with a semicolon to the docstring; write one statement a line")
    text = answer.moved(first + 1, node.end_lineno or 0, source=_indent_in(answer, node), to=original.inner)
    if docstring_of(original.node) is None:
        text = text.lstrip("\n")
    return _without_last_comment(text, answer, node) if original.comment_follows else text


def _one_liner(original: Original, answer: Code, statements: list[ast.stmt]) -> str:
    return "".join(f"{original.inner.prefix}{_segment(answer, statement)}\n" for statement in statements)


def _indent_in(answer: Code, node: FunctionNode) -> Indent:
    body = indent_of(answer.lines[body_of(node)[0].lineno - 1])
    outer = indent_of(answer.lines[node.lineno - 1])
    return Indent(prefix=body, unit=body.removeprefix(outer) or body)


def _without_last_comment(text: str, answer: Code, node: FunctionNode) -> str:
    """Drop the comment behind the last statement: the file's own one follows there."""
    last = answer.lines[(node.end_lineno or 0) - 1].encode()
    behind = last[node.end_col_offset or 0 :].decode().rstrip("\n")
    return text.rstrip("\n").removesuffix(behind) if behind.strip() else text


def _check_whole(original: Original, answer: Code, node: FunctionNode) -> None:
    known = {line.strip() for line in original.code.lines}
    for number in range(node.lineno, (node.end_lineno or 0) + 1):
        line = answer.lines[number - 1].strip()
        if number not in answer.frozen and line.startswith("#") and line not in known and _LEFT_OUT.match(line):
            raise PatchError(f"the answer leaves code out: {line[:80]!r}; write the whole function")
    if _ellipses(node) > _ellipses(original.node):
        raise PatchError("the answer leaves code out: a statement is `...`; write the whole function")


def _ellipses(node: ast.AST) -> int:
    return sum(
        isinstance(inner, ast.Expr) and isinstance(inner.value, ast.Constant) and inner.value.value is ... for inner in ast.walk(node)
    )
