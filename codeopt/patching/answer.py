"""Knows how a chat model's answer becomes a patch: a whole function in a fence, or SEARCH/REPLACE blocks. Trusts nothing in it."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping

from codeopt.errors import PatchError
from codeopt.model.patch import Patch
from codeopt.model.proposal import ProposalRequest
from codeopt.patching.additions import additions_for
from codeopt.patching.code import Code, FunctionNode, encoding_of, parse_code
from codeopt.patching.fence import Block, bare_code, code_blocks, without_reasoning
from codeopt.patching.function import body_of, check_promises, definitions, find_function, same_code
from codeopt.patching.gate import compile_problem, parse_python
from codeopt.patching.place import placed
from codeopt.patching.search_replace import edited, has_blocks, read_blocks
from codeopt.patching.splice import encoded, original_at, rebuilt
from codeopt.patching.versions import merge, patch_between

__all__ = ["parse_answer"]

_LIMIT_CHARS = 200_000


def parse_answer(answer: str, request: ProposalRequest) -> Patch:
    """Return the patch that an answer means, as whole lines, checked to compile.

    Of a function, the original's decorators, header and docstring stay, and so does every byte outside it but for imports and helpers
    that the new body needs.

    Raises:
        PatchError: with one line that says why there is no patch: cut off, too long, no code, a changed signature, the original code.
    """
    if len(answer) > _LIMIT_CHARS:
        raise PatchError(f"answer too long: {len(answer)} characters, at most {_LIMIT_CHARS} are read")
    text = without_reasoning(answer.replace("\r\n", "\n").replace("\r", "\n"))
    versions = _replaced_blocks(text, request) if has_blocks(text) else _replaced_function(text, request)
    before = dict(request.files)
    for path, after in versions.items():
        problem = compile_problem(path, after) if path.endswith(".py") else None
        if problem:
            raise PatchError(f"the patched file does not compile: {problem}")
    return merge([patch_between(path, before[path], after) for path, after in versions.items()])


def _replaced_function(text: str, request: ProposalRequest) -> dict[str, bytes]:
    """Return the target's file with the function of the last code block that gives a usable one."""
    codes = _codes(text)
    name, ordinal = request.function.name.qualname, request.function.name.ordinal
    count = len(definitions(parse_python(request.source, request.files[0][0]).body, name))
    found = [(code, node) for code in codes if (node := find_function(code.body, name, ordinal=ordinal, count=count))]
    if not found:
        raise PatchError(f"the answer does not define `{name}`; give the whole function under its own name")
    problems: list[PatchError] = []
    for code, node in reversed(found):
        elsewhere = [statement for other in codes if other is not code and _only_imports(other) for statement in other.body]
        try:
            return {request.files[0][0]: _with_function(request, code, node, elsewhere)}
        except PatchError as problem:
            problems.append(problem)
    raise problems[0]


def _with_function(request: ProposalRequest, code: Code, node: FunctionNode, elsewhere: Iterable[ast.stmt]) -> bytes:
    path, source = request.files[0]
    span = request.function.span
    original = original_at(source, span, path=path, name=request.function.name.qualname.rpartition(".")[2])
    check_promises(original.node, node)
    if same_code(body_of(original.node), body_of(node)):
        raise PatchError("the answer is the original code; change the algorithm, not the layout")
    additions = additions_for(node, code, parse_python(source, path), elsewhere=elsewhere)
    return placed(source, span, path=path, text=rebuilt(original, code, node), additions=additions)


def _codes(text: str) -> list[Code]:
    """Return the code blocks of an answer that parse, or its bare code."""
    blocks = code_blocks(text)
    codes: list[Code] = []
    problems: list[PatchError] = []
    for block in blocks or [Block(text=bare_code(text) or "", closed=True)]:
        try:
            codes.append(_code(block))
        except PatchError as problem:
            problems.append(problem)
    if any(code.body for code in codes):
        return codes
    raise problems[0] if problems else PatchError("the answer holds no code; give the whole function in a code fence")


def _code(block: Block) -> Code:
    if not block.closed:
        raise PatchError("the answer was cut off inside its code; allow more tokens")
    return parse_code(block.text if block.text.endswith("\n") else f"{block.text}\n", "the answer")


def _only_imports(code: Code) -> bool:
    return all(isinstance(statement, ast.Import | ast.ImportFrom) for statement in code.body)


def _replaced_blocks(text: str, request: ProposalRequest) -> dict[str, bytes]:
    before = dict(request.files)
    texts: dict[str, str] = {}
    for block in read_blocks(text, list(before)):
        old = texts[block.path] if block.path in texts else _decoded(block.path, before[block.path])
        texts[block.path] = edited(old, block)
    versions = {path: encoded(new, before[path], path) for path, new in texts.items()}
    if all(_same_file(path, before[path], after) for path, after in versions.items()):
        raise PatchError("the answer is the original code; change the algorithm, not the layout")
    _check_target(request, versions)
    return versions


def _decoded(path: str, source: bytes) -> str:
    try:
        text = source.decode(encoding_of(source, path))
    except UnicodeDecodeError as error:
        raise PatchError(f"{path}: the file is not text in its encoding, so it cannot be edited") from error
    plain = text.replace("\r\n", "\n")
    if encoded(plain, source, path) != source:
        raise PatchError(f"{path}: the file mixes line endings; give the whole function instead")
    return plain


def _same_file(path: str, before: bytes, after: bytes) -> bool:
    if before == after:
        return True
    return path.endswith(".py") and same_code([parse_python(before, path)], [parse_python(after, "the patched file")])


def _check_target(request: ProposalRequest, versions: Mapping[str, bytes]) -> None:
    path, source = request.files[0]
    if path not in versions:
        return
    name = request.function.name
    old = definitions(parse_python(source, path).body, name.qualname)
    new = definitions(parse_python(versions[path], "the patched file").body, name.qualname)
    if len(new) <= name.ordinal:
        raise PatchError(f"the answer removes `{name.qualname}`; keep it under its own name")
    check_promises(old[name.ordinal], new[name.ordinal])
