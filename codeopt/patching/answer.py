"""Knows how a chat model's answer becomes a patch: a whole function in a fence, or SEARCH/REPLACE blocks. Trusts nothing in it."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from codeopt.errors import PatchError
from codeopt.model.code import Span
from codeopt.model.patch import Patch
from codeopt.model.proposal import ProposalRequest
from codeopt.patching.additions import additions_for
from codeopt.patching.code import Code, Definition, FunctionNode, encoding_of, parse_code
from codeopt.patching.companions import allowed_names, helpers_in, span_of
from codeopt.patching.fence import Block, bare_code, code_blocks, without_reasoning
from codeopt.patching.function import body_of, check_promises, definitions, find_function, same_code
from codeopt.patching.gate import compile_problem, parse_python
from codeopt.patching.imports import imports_in, missing_imports
from codeopt.patching.names import BUILTINS, bound_at_top, free_words
from codeopt.patching.place import placed
from codeopt.patching.search_replace import edited, has_blocks, read_blocks
from codeopt.patching.splice import encoded, original_at, rebuilt
from codeopt.patching.versions import merge, patch_between

__all__ = ["parse_answer"]

_LIMIT_CHARS = 200_000


def parse_answer(answer: str, request: ProposalRequest) -> Patch:
    """Return the patch that an answer means, as whole lines, checked to compile.

    Besides the target, functions of its file that it uses, and other methods of its class, may change. Their decorators and headers stay
    the original's, and so does every line outside them but for new imports and helpers; of a whole function, the docstring stays as well.

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


def _with_function(request: ProposalRequest, code: Code, node: FunctionNode, elsewhere: Sequence[ast.stmt]) -> bytes:
    path, source = request.files[0]
    after = _placed(source, request.function.span, code, node, path=path, elsewhere=elsewhere)
    for qualname, helper in helpers_in(code.body, node, class_name=request.function.class_name):
        span = span_of(after, path, qualname)
        if span is not None and qualname.rpartition(".")[2] in allowed_names(request.function):
            after = _placed(after, span, code, helper, path=path, elsewhere=elsewhere)
    if after == source:
        raise PatchError("the answer is the original code; change the algorithm, not the layout")
    return after


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
    path, source = request.files[0]
    old = new = _decoded(path, source)
    for block in read_blocks(text, [path]):
        new = edited(new, block)
    after = encoded(new, source, path)
    if after == source or same_code([parse_python(source, path)], [parse_python(after, "the patched file")]):
        raise PatchError("the answer is the original code; change the algorithm, not the layout")
    _check_outside(request, _version(old, source, request, path), _version(new, after, request, "the patched file"))
    return {path: after}


def _decoded(path: str, source: bytes) -> str:
    try:
        text = source.decode(encoding_of(source, path))
    except UnicodeDecodeError as error:
        raise PatchError(f"{path}: the file is not text in its encoding, so it cannot be edited") from error
    plain = text.replace("\r\n", "\n")
    if encoded(plain, source, path) != source:
        raise PatchError(f"{path}: the file mixes line endings; give the whole function instead")
    return plain


@dataclass(frozen=True, slots=True, kw_only=True)
class _Version:
    """One version of the target's file: its lines, its statements, the target and the helpers that may change with it among them."""

    lines: tuple[str, ...]
    module: ast.Module
    target: FunctionNode
    helpers: tuple[FunctionNode, ...]

    def outside(self) -> tuple[list[str], list[str]]:
        """Return the lines above and below the target that are neither blank nor part of an import or a helper."""
        own = [*(node for node in self.module.body if _is_import(node)), *self.helpers]
        left_out = {line for node in own for line in _lines_of(node)}
        span = _lines_of(self.target)
        kept = [(number, line.rstrip()) for number, line in enumerate(self.lines, 1) if line.strip() and number not in left_out]
        return [line for number, line in kept if number < span.start], [line for number, line in kept if number >= span.stop]

    def items(self) -> list[tuple[str, str, ast.stmt]]:
        """Return what the module does, each import alone, as (what to compare, what to show, statement).

        The target and its helpers have no body there.
        """
        found: list[tuple[str, str, ast.stmt]] = []
        for node in self.module.body:
            if _is_import(node):
                found += [(item.statement, item.statement, node) for item in imports_in([node])]
            else:
                found.append((ast.dump(node), ast.unparse(node).partition("\n")[0][:80], node))
        return found


def _version(text: str, source: bytes, request: ProposalRequest, where: str) -> _Version:
    name = request.function.name
    module = parse_python(source, where)
    found = definitions(module.body, name.qualname)
    if len(found) <= name.ordinal:
        raise PatchError(f"the answer removes `{name.qualname}`; keep it under its own name")
    target = found[name.ordinal]
    helpers = tuple(helper for _, helper in helpers_in(module.body, target, class_name=request.function.class_name))
    allowed = allowed_names(request.function)
    return _Version(
        lines=tuple(text.replace("\r", "\n").split("\n")),
        module=module,
        target=target,
        helpers=tuple(helper for helper in helpers if helper.name in allowed),
    )


def _check_outside(request: ProposalRequest, old: _Version, new: _Version) -> None:
    """Accept blocks that change the bodies of the target and its helpers, and add imports and definitions of new names to the module.

    Raises:
        PatchError: they change a header, or anything else of the file.
    """
    check_promises(old.target, new.target)
    only = f"outside the body of `{request.function.name.qualname}`; change only that, and add imports or helpers of new names"
    was, now = old.outside(), new.outside()
    for version in (old, new):
        for function in (version.target, *version.helpers):
            function.body = [ast.Pass()]
    shown = {key: show for key, show, _ in old.items()}
    lost, added = _difference([key for key, _, _ in old.items()], [key for key, _, _ in new.items()])
    if lost is not None:
        raise PatchError(f"{request.files[0][0]}: the answer changes `{shown[lost]}` {only}")
    items = new.items()
    _check_added([items[at][2] for at in added], old.module, only)
    for before, after in zip(was, now, strict=True):
        line, _ = _difference(before, after)
        if line is not None:
            raise PatchError(f"{request.files[0][0]}: the answer changes the line `{line.strip()[:80]}` {only}")


def _check_added(statements: Sequence[ast.stmt], module: ast.Module, only: str) -> None:
    imports = [node for node in statements if _is_import(node)]
    wanted = imports_in(imports)
    missing_imports(wanted, [item.bound for item in wanted], module)
    taken = free_words(module) | BUILTINS
    for node in statements:
        names = bound_at_top([node])
        if node not in imports:
            if not _is_definition(node):
                raise PatchError(f"the answer adds `{ast.unparse(node).partition(chr(10))[0][:80]}` {only}")
            clash = sorted(name for name in names if name in taken or name.startswith("__"))
        else:
            clash = sorted(names & BUILTINS)
        if clash:
            raise PatchError(f"the answer gives the name `{clash[0]}` another meaning {only}")
    twice = [
        name
        for name, count in Counter(name for node in statements if node not in imports for name in bound_at_top([node])).items()
        if count > 1
    ]
    if twice:
        raise PatchError(f"the answer defines `{twice[0]}` twice; give each helper a name of its own")


def _difference(old: Sequence[str], new: Sequence[str]) -> tuple[str | None, list[int]]:
    """Return the first of `old` that `new` does not have in the same order, and the places in `new` of what is not in `old`."""
    added: list[int] = []
    found = 0
    for at, each in enumerate(new):
        if found < len(old) and each == old[found]:
            found += 1
        else:
            added.append(at)
    return (old[found] if found < len(old) else None), added


def _is_import(node: ast.stmt) -> bool:
    """Whether a statement is an import that brings nothing but the names it shows."""
    plain = isinstance(node, ast.ImportFrom) and node.module != "__future__" and all(alias.name != "*" for alias in node.names)
    return plain or isinstance(node, ast.Import)


def _is_definition(node: ast.stmt) -> bool:
    if isinstance(node, ast.Assign | ast.AnnAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        return all(
            isinstance(each, ast.Name) for target in targets for each in (target.elts if isinstance(target, ast.Tuple) else [target])
        )
    return isinstance(node, Definition)


def _lines_of(node: ast.stmt) -> range:
    decorators = node.decorator_list if isinstance(node, Definition) else []
    return range(min([node.lineno, *(each.lineno for each in decorators)]), (node.end_lineno or node.lineno) + 1)
