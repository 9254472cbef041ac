"""Finds what no compared call has run: statements and branches of a patch's functions, in their old text and in their new one.

What a patch adds or changes must have run, and each of its conditions must have come out both ways: else nobody knows what it does. What
it takes away from a function must have run: else nobody knows what is lost; a condition that was always true may go. A statement that
stays as it is may be left unrun where it reads nothing that the patch binds, or only raises; and so may the original, where a patch only
goes around it: `if ...: new code` with what was there before as its `else`.
"""

from __future__ import annotations

import ast
import copy
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from codeopt.model.evidence import Check, CheckKind

__all__ = ["Arcs", "coverage_check"]

Arcs = Collection[tuple[int, int]]
"""Pairs of lines of which the second ran right after the first; 0 is what lies outside of a frame."""
Function = ast.FunctionDef | ast.AsyncFunctionDef
Branch = ast.If | ast.While | ast.For | ast.AsyncFor
# These have no line of their own, or do nothing by themselves.
SILENT = (Function, ast.ClassDef, ast.Global, ast.Nonlocal, ast.Pass, ast.Try, ast.Import, ast.ImportFrom)
NAMED = 3
LONGEST = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class _Gap:
    """Something that was not run: `what` completes "no compared call ..."."""

    what: str
    path: str
    line: int

    def __str__(self) -> str:
        return f"{self.what} ({self.path}:{self.line})"


def coverage_check(
    before: Mapping[str, bytes], after: Mapping[str, bytes], *, old: Mapping[str, Arcs], new: Mapping[str, Arcs]
) -> Check | None:
    """Say whether all that matters has run; None where no file of a patch was looked at.

    `old` and `new` hold the arcs that were passed in the original and in the patched files, by path.
    """
    paths = [path for path in after if path in new]
    if not paths:
        return None
    gaps = [gap for path in paths for gap in _gaps(path, before.get(path, b""), after[path], old.get(path, ()), new[path])]
    if not gaps:
        detail = "all statements that the patch changes, and both ways of their conditions, ran in compared calls"
        return Check(kind=CheckKind.COVERAGE, passed=True, detail=detail)
    more = f" and {len(gaps) - NAMED} more" if len(gaps) > NAMED else ""
    detail = f"no compared call {', '.join(str(gap) for gap in gaps[:NAMED])}{more}: what it does is not known"
    return Check(kind=CheckKind.COVERAGE, passed=None, detail=detail)


def _gaps(path: str, before: bytes, after: bytes, old: Arcs, new: Arcs) -> Iterator[_Gap]:
    was, now = _functions(before), _functions(after)
    changed = _unmatched(now, was)
    deleted = {id(node) for name, function in was.items() if name not in now for node in _statements(function)}
    gone = [node for node in _unmatched(was, now) if id(node) not in deleted]
    bound = {name for node in (*changed, *gone) for name in _bound(node)}
    around = [guard for name, function in now.items() if name in was for guard in _detours(function, was[name], changed)]
    as_before = {id(node) for guard in around for part in guard.orelse for node in ast.walk(part)}
    yield from _unrun(path, changed, new, "runs")
    yield from _one_way(path, [node for node in changed if node not in around], new)
    yield from _unrun(path, gone, old, "runs, in the original,")
    touched = [function for function in now.values() if any(node in changed for node in _statements(function))]
    for function in touched:
        for node in _statements(function):
            if node in changed or id(node) in as_before or _only_raises(node):
                continue
            if bound & _read(node) and not _ran(node, new):
                yield _Gap(what=f"runs `{_shortened(node)}`, which reads what the patch changes", path=path, line=node.lineno)


def _detours(function: Function, original: Function, changed: Collection[ast.stmt]) -> list[ast.If]:
    """Return the new `if`s around which a function is the original, word by word: where one is not true, nothing is changed."""
    guards = [node for node in changed if isinstance(node, ast.If) and node.orelse and any(node is each for each in ast.walk(function))]
    if not guards:
        return []
    straight = _Straight({(node.lineno, node.col_offset) for node in guards}).visit(copy.deepcopy(function))
    return guards if ast.dump(straight) == ast.dump(original) else []


class _Straight(ast.NodeTransformer):
    """Puts what an `if` does otherwise in its place, for those that begin at certain places."""

    def __init__(self, places: Collection[tuple[int, int]]) -> None:
        self._places = places

    def visit_If(self, node: ast.If) -> ast.AST | list[ast.stmt]:
        """Return the other way, or the statement as it is."""
        self.generic_visit(node)
        return node.orelse if (node.lineno, node.col_offset) in self._places else node


def _unrun(path: str, nodes: Collection[ast.stmt], arcs: Arcs, verb: str) -> Iterator[_Gap]:
    for node in nodes:
        if not _ran(node, arcs):
            yield _Gap(what=f"{verb} `{_shortened(node)}`", path=path, line=node.lineno)


def _one_way(path: str, nodes: Collection[ast.stmt], arcs: Arcs) -> Iterator[_Gap]:
    """Yield the conditions that were never false, and the loops that never came to their end."""
    for node in nodes:
        if isinstance(node, Branch) and _ran(node, arcs) and not _left(node, arcs):
            yield _Gap(what=f"runs `{_shortened(node)}` to the other end", path=path, line=node.lineno)


def _functions(source: bytes) -> dict[str, Function]:
    """Return the outermost functions by qualified name; of several with one name the last."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return {}
    found: dict[str, Function] = {}

    def walk(node: ast.AST, prefix: str) -> None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, Function):
                found[prefix + child.name] = child
            else:
                walk(child, f"{prefix}{child.name}." if isinstance(child, ast.ClassDef) else prefix)

    walk(tree, "")
    return found


def _statements(function: Function) -> list[ast.stmt]:
    """Return the statements within a function, those of nested ones as well, in source order."""
    found = [node for node in ast.walk(function) if isinstance(node, ast.stmt) and node is not function]
    return sorted(found, key=lambda node: (node.lineno, node.col_offset))


def _unmatched(functions: Mapping[str, Function], others: Mapping[str, Function]) -> list[ast.stmt]:
    """Return the statements without a counterpart of the same text on the other side: in their own function, else in any."""
    spare = {name: Counter(map(_text, _statements(function))) for name, function in others.items()}
    at_home = [
        node
        for name, function in functions.items()
        for node in _statements(function)
        if not _taken(node, spare.get(name, Counter())) and not _is_silent(node)
    ]
    moved = sum(spare.values(), Counter[str]())
    return [node for node in at_home if not _taken(node, moved)]


def _taken(node: ast.stmt, spare: Counter[str]) -> bool:
    """Whether there was a statement of the same text to spare."""
    text = _text(node)
    if spare[text] <= 0:
        return False
    spare[text] -= 1
    return True


def _ran(node: ast.stmt, arcs: Arcs) -> bool:
    """Whether any line that shows it was reached."""
    lines = _lines(node)
    return _is_silent(node) or any(to in lines for _, to in arcs)


def _left(node: Branch, arcs: Arcs) -> bool:
    """Whether the condition of a statement that ran was false once, or its loop came to its end; true where its lines cannot show it."""
    head = _lines(node)
    inside = _span(node.body)
    endless = isinstance(node, ast.While) and isinstance(node.test, ast.Constant)
    if endless or head & inside:
        return True
    return any(at in head and to not in head and to not in inside for at, to in arcs)


def _span(body: list[ast.stmt]) -> frozenset[int]:
    return frozenset(range(body[0].lineno, (body[-1].end_lineno or body[-1].lineno) + 1))


def _text(node: ast.stmt) -> str:
    """Return the statement, of a compound one its head: what is in it counts for itself."""
    text = ast.unparse(node)
    return text.partition("\n")[0] if getattr(node, "body", None) else text


def _lines(node: ast.stmt) -> frozenset[int]:
    """Return the lines any of which shows that the statement was reached."""
    body = getattr(node, "body", None)
    last = max(node.lineno, body[0].lineno - 1) if isinstance(body, list) and body else node.end_lineno or node.lineno
    return frozenset(range(node.lineno, last + 1))


def _own(node: ast.stmt) -> Iterator[ast.AST]:
    """Yield the parts of a statement without the statements in it."""
    waiting: list[ast.AST] = [node]
    while waiting:
        part = waiting.pop()
        yield part
        waiting += [child for child in ast.iter_child_nodes(part) if not isinstance(child, ast.stmt | ast.excepthandler | ast.match_case)]


def _bound(node: ast.stmt) -> set[str]:
    return {part.id for part in _own(node) if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store | ast.Del)}


def _read(node: ast.stmt) -> set[str]:
    return {part.id for part in _own(node) if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load)}


def _only_raises(node: ast.stmt) -> bool:
    return isinstance(node, ast.Raise | ast.Assert)


def _is_silent(node: ast.stmt) -> bool:
    """Whether no line shows that a statement was run: it does nothing by itself, as docstrings and bare annotations do."""
    is_text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    is_annotation = isinstance(node, ast.AnnAssign) and node.value is None
    return isinstance(node, SILENT) or is_text or is_annotation


def _shortened(node: ast.stmt) -> str:
    text = _text(node).partition("\n")[0]
    return text if len(text) <= LONGEST else text[: LONGEST - 3] + "..."
