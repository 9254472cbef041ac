"""Knows how a chat model's answer becomes a patch: a whole function in a fence, or SEARCH/REPLACE blocks. Trusts nothing in it."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import replace

from codeopt.errors import PatchError
from codeopt.model.code import Function, Span
from codeopt.model.patch import Patch
from codeopt.model.proposal import ProposalRequest
from codeopt.patching.additions import additions_for
from codeopt.patching.code import Code, FunctionNode, encoding_of, parse_code
from codeopt.patching.companions import allowed_names, helpers_in, span_of
from codeopt.patching.fence import Block, bare_code, code_blocks, without_reasoning
from codeopt.patching.function import body_of, check_promises, definitions, find_function, same_code
from codeopt.patching.gate import compile_problem, parse_python
from codeopt.patching.outside import Edited, check_outside
from codeopt.patching.place import placed
from codeopt.patching.search_replace import edited, has_blocks, read_blocks
from codeopt.patching.splice import encoded, original_at, rebuilt
from codeopt.patching.versions import merge, patch_between

__all__ = ["parse_answer"]

_LIMIT_CHARS = 200_000


def parse_answer(answer: str, request: ProposalRequest) -> Patch:
    """Return the patch that an answer means, as whole lines, checked to compile.

    Besides the target, functions of its file that it uses, other methods of its class, and the functions of other files that the question
    showed as callees may change. Their decorators and headers stay the original's, and so does every line outside them but for new imports
    and helpers; of a whole function, the docstring stays as well.

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
            return _changed(
                request, {request.files[0][0]: _with_function(request, code, node, elsewhere), **_callees(request, code, node, elsewhere)}
            )
        except PatchError as problem:
            problems.append(problem)
    raise problems[0]


def _changed(request: ProposalRequest, versions: dict[str, bytes]) -> dict[str, bytes]:
    """Return the versions that say something else than the original.

    Raises:
        PatchError: none does.
    """
    before = dict(request.files)
    changed = {path: after for path, after in versions.items() if after != before[path]}
    if not changed:
        raise PatchError("the answer is the original code; change the algorithm, not the layout")
    return changed


def _with_function(request: ProposalRequest, code: Code, node: FunctionNode, elsewhere: Sequence[ast.stmt]) -> bytes:
    path, source = request.files[0]
    after = _placed(source, request.function.span, code, node, path=path, elsewhere=elsewhere)
    for qualname, helper in helpers_in(code.body, node, class_name=request.function.class_name):
        span = span_of(after, path, qualname)
        if span is not None and qualname.rpartition(".")[2] in allowed_names(request.function):
            after = _placed(after, span, code, helper, path=path, elsewhere=elsewhere)
    return after


def _callees(request: ProposalRequest, code: Code, node: FunctionNode, elsewhere: Sequence[ast.stmt]) -> dict[str, bytes]:
    """Return the other files, with those callees changed that the answer defines beside the target."""
    versions = dict(request.files[1:])
    defined = dict(helpers_in(code.body, node, class_name=None))
    for callee in request.context.callees:
        path, name = callee.function.name.path, callee.function.name.qualname
        span = span_of(versions[path], path, name) if name in defined else None
        if span is not None:
            versions[path] = _placed(versions[path], span, code, defined[name], path=path, elsewhere=elsewhere)
    return versions


def _placed(source: bytes, span: Span, code: Code, node: FunctionNode, *, path: str, elsewhere: Sequence[ast.stmt]) -> bytes:
    """Return the file with a function of an answer in its place; as it is where that function says the same as before."""
    original = original_at(source, span, path=path, name=node.name)
    check_promises(original.node, node)
    if same_code(body_of(original.node), body_of(node)):
        return source
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
    before = {path: _decoded(path, source) for path, source in request.files if _changeable(request, path)}
    after = dict(before)
    for block in read_blocks(text, list(before)):
        after[block.path] = edited(after[block.path], block)
    sources = dict(request.files)
    versions = _changed(request, {path: encoded(after[path], sources[path], path) for path in before})
    if all(same_code([parse_python(sources[path], path)], [parse_python(new, "the patched file")]) for path, new in versions.items()):
        raise PatchError("the answer is the original code; change the algorithm, not the layout")
    for path, new in versions.items():
        old = Edited(path=path, functions=_changeable(request, path), text=before[path], source=sources[path])
        check_outside(old, replace(old, text=after[path], source=new))
    return versions


def _changeable(request: ProposalRequest, path: str) -> tuple[Function, ...]:
    """Return the functions of a file that an answer may change: the target, or what the question showed as its callees."""
    functions = [request.function, *(callee.function for callee in request.context.callees)]
    return tuple(function for function in functions if function.name.path == path)


def _decoded(path: str, source: bytes) -> str:
    try:
        text = source.decode(encoding_of(source, path))
    except UnicodeDecodeError as error:
        raise PatchError(f"{path}: the file is not text in its encoding, so it cannot be edited") from error
    plain = text.replace("\r\n", "\n")
    if encoded(plain, source, path) != source:
        raise PatchError(f"{path}: the file mixes line endings; give the whole function instead")
    return plain
