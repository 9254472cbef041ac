"""Knows one function as LibCST sees it, with its file's names: parents, references, bindings, loops. Changes nothing."""

from __future__ import annotations

import ast
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import libcst as cst

from codeopt.errors import PatchError
from codeopt.model.code import Span
from codeopt.patching.gate import parse_python
from codeopt.patching.imports import Import, imports_in
from codeopt.patching.names import bound_at_top, free_words, stored_names
from codeopt.patching.splice import original_at
from codeopt.rules.members import Members, members_around
from codeopt.rules.uses import READERS, Parents, Reference, Use, reference_to

__all__ = ["FileFacts", "Symbol", "View", "view_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FileFacts:
    """What a function's file says around it: names bound at its top level, and in enclosing functions, all words in it, its imports.

    `members` are what a method's class says of its objects.
    """

    bound: frozenset[str]
    enclosing: frozenset[str]
    words: frozenset[str]
    imports: tuple[Import, ...]
    members: Members = field(default_factory=Members)


@dataclass(frozen=True, slots=True, kw_only=True)
class Symbol:
    """The text that means something imported, and the import that the file needs for it, if any."""

    text: str
    imports: tuple[Import, ...]


@dataclass(frozen=True, kw_only=True)
class View:
    """A function (`function`, whose `module` holds nothing else) and its file. `prefix` precedes the function in the module's text."""

    module: cst.Module
    function: cst.FunctionDef
    facts: FileFacts
    prefix: str
    parents: Parents = field(repr=False)

    @cached_property
    def nodes(self) -> tuple[cst.CSTNode, ...]:
        """Every node of the parameters and the body, in source order."""
        return (*_walk(self.function.params), *_walk(self.function.body))

    @cached_property
    def references(self) -> dict[str, list[Reference]]:
        """The references of each variable, in source order."""
        found: dict[str, list[Reference]] = {}
        readers = READERS - self.facts.bound - self.facts.enclosing if "*" not in self.facts.bound else frozenset()
        for node in self.nodes:
            if isinstance(node, cst.Name) and (reference := reference_to(node, self.parents, readers=readers)):
                found.setdefault(node.value, []).append(reference)
        return found

    @property
    def unit(self) -> str:
        """One level of indentation."""
        block = self.function.body
        return (block.indent if isinstance(block, cst.IndentedBlock) else None) or self.module.default_indent

    def of(self, name: str) -> list[Reference]:
        """Return the references of a variable."""
        return self.references.get(name, [])

    def text(self, node: cst.CSTNode) -> str:
        """Return the source of a node."""
        return self.module.code_for_node(node)

    def ancestors(self, node: cst.CSTNode) -> Iterator[cst.CSTNode]:
        """Yield the nodes around a node, from the inside, up to the function and without it."""
        parent = self.parents.get(node)
        while parent is not None and parent is not self.function:
            yield parent
            parent = self.parents.get(parent)

    def holds(self, outer: cst.CSTNode, node: cst.CSTNode) -> bool:
        """Whether a node is `outer` or stands inside it."""
        return node is outer or any(ancestor is outer for ancestor in self.ancestors(node))

    def statement(self, node: cst.CSTNode) -> cst.BaseStatement | None:
        """Return the innermost statement around a node (or itself) that stands on lines of its own."""
        for inner in (node, *self.ancestors(node)):
            if isinstance(inner, cst.BaseStatement) and isinstance(self.parents.get(inner), cst.IndentedBlock):
                return inner
        return None

    def loops(self, node: cst.CSTNode) -> list[cst.CSTNode]:
        """Return the loops and comprehensions that run a node more than once, outermost first."""
        found: list[cst.CSTNode] = []
        inner = node
        for outer in self.ancestors(node):
            if self._repeats(outer, inner, node):
                found.append(outer)
            inner = outer
        return found[::-1]

    def _repeats(self, outer: cst.CSTNode, inner: cst.CSTNode, node: cst.CSTNode) -> bool:
        if isinstance(outer, cst.For):
            return inner is not outer.iter and inner is not outer.orelse
        if isinstance(outer, cst.BaseComp):
            return not (inner is outer.for_in and self.holds(outer.for_in.iter, node))
        return isinstance(outer, cst.While) and inner is not outer.orelse

    def in_loop(self, node: cst.CSTNode, *, of: cst.CSTNode) -> bool:
        """Whether a loop runs `node` more than once for one run of `of`."""
        return any(not self.holds(loop, of) for loop in self.loops(node))

    def bindings(self, name: str) -> list[Reference]:
        """Return the places where a variable gets a value."""
        return [reference for reference in self.of(name) if reference.use in {Use.BIND, Use.PARAMETER, Use.AUGMENT}]

    def assignment(self, node: cst.CSTNode) -> cst.Assign | cst.AnnAssign | None:
        """Return the assignment that binds a name node and nothing else, `name = value`."""
        parent = self.parents.get(node)
        outer = self.parents.get(parent) if isinstance(parent, cst.AssignTarget) else parent
        if isinstance(outer, cst.Assign) and len(outer.targets) == 1:
            return outer
        return outer if isinstance(outer, cst.AnnAssign) and outer.target is node and outer.value is not None else None

    def value(self, name: str) -> cst.BaseExpression | None:
        """Return the expression that a variable is assigned, if that is the only place where it gets a value."""
        bindings = self.bindings(name)
        found = self.assignment(bindings[0].node) if len(bindings) == 1 else None
        return found.value if found else None

    def bound_before(self, name: str, statement: cst.CSTNode) -> bool:
        """Whether a variable has a value whenever a statement is reached."""
        if any(reference.use is Use.PARAMETER for reference in self.bindings(name)):
            return True
        blocks = {id(around): around for around in (statement, *self.ancestors(statement))}
        return any(self._precedes(reference.node, blocks) for reference in self.bindings(name) if self.assignment(reference.node))

    def _precedes(self, node: cst.CSTNode, chain: dict[int, cst.CSTNode]) -> bool:
        own = self.statement(node)
        block = self.parents.get(own) if own else None
        if not isinstance(block, cst.IndentedBlock):
            return False
        later = [id(sibling) in chain for sibling in block.body]
        return any(later) and block.body.index(own) < later.index(True)

    def has(self, outer: cst.CSTNode, kinds: type[cst.CSTNode] | tuple[type[cst.CSTNode], ...]) -> bool:
        """Whether a node of some kind stands inside another."""
        return any(isinstance(node, kinds) for node in _walk(outer))

    def is_builtin(self, *names: str) -> bool:
        """Whether names mean Python's own functions and types here."""
        shadowed = self.facts.bound | self.facts.enclosing
        return "*" not in shadowed and all(name not in shadowed and not self.bindings(name) for name in names)

    def new_name(self, base: str, *, taken: Container[str] = ()) -> str:
        """Return a name like `base` that nothing in the file has, and that is not `taken`."""
        name, number = base, 2
        while name in self.facts.words or name in taken:
            name, number = f"{base}_{number}", number + 1
        return name

    def alias(self, package: str) -> str | None:
        """Return the name by which code here says a package; None where its file does not import it, or the name means something else."""
        names = [item.bound for item in self.facts.imports if item.name == package and item.origin is None]
        return next((name for name in names if name not in self.facts.enclosing and not self.bindings(name)), None)

    def symbol(self, origin: str, name: str) -> Symbol | None:
        """Return how code here can say `origin.name`; None when both names have other meanings."""
        direct, package = Import(name=name, origin=origin), Import(name=origin)
        for item, text in ((direct, name), (package, f"{origin}.{name}")):
            if item in self.facts.imports and item.bound not in self.facts.enclosing and not self.bindings(item.bound):
                return Symbol(text=text, imports=())
        for item, text in ((direct, name), (package, f"{origin}.{name}")):
            if item.bound not in self.facts.words:
                return Symbol(text=text, imports=(item,))
        return None

    def package(self, origin: str) -> Symbol | None:
        """Return how code here can say a package or module by its own name; None when the name has another meaning."""
        item = Import(name=origin)
        if item in self.facts.imports and item.bound not in self.facts.enclosing and not self.bindings(item.bound):
            return Symbol(text=origin, imports=())
        return None if item.bound in self.facts.words else Symbol(text=origin, imports=(item,))


def view_of(source: bytes, span: Span, *, path: str, name: str) -> View:
    """Return the view of the function `name` (its last part) that a span of a file covers.

    Raises:
        PatchError: the file or the function does not parse, or the span holds something else.
    """
    original = original_at(source, span, path=path, name=name)
    text = "".join(original.code.lines)
    prefix = ("if 1:\n" if original.outer else "") + original.outer
    try:
        module = cst.parse_module(text)
    except (cst.ParserSyntaxError, RecursionError) as error:
        raise PatchError(f"{path}:{span.start_line}: LibCST does not read the function") from error
    return View(
        module=module,
        function=_only_function(module, path),
        facts=_facts(parse_python(source, path), span),
        prefix=prefix,
        parents={child: node for node in _walk(module) for child in node.children},
    )


def _only_function(module: cst.Module, path: str) -> cst.FunctionDef:
    body: Sequence[cst.CSTNode] = module.body
    if body and isinstance(body[0], cst.If):
        body = body[0].body.body
    if not body or not isinstance(body[0], cst.FunctionDef):
        raise PatchError(f"{path}: LibCST sees no function here")
    return body[0]


def _facts(module: ast.Module, span: Span) -> FileFacts:
    around = [node for node in ast.walk(module) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)]
    outer = [node for node in around if node.lineno < span.start_line and (node.end_lineno or 0) >= span.end_line]
    return FileFacts(
        bound=bound_at_top(module.body),
        enclosing=frozenset().union(*map(stored_names, outer)),
        words=free_words(module),
        imports=tuple(imports_in(module.body)),
        members=members_around(module, span),
    )


def _walk(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    yield node
    for child in node.children:
        yield from _walk(child)
