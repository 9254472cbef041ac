"""Knows one function of a file: what stands around each of its nodes, what its names are used for, and which nodes may be changed.

What only speaks to people stays as it is: docstrings, annotations, the words of exceptions and assertions, logging, blocks for type
checkers; and so do assignments that nobody reads.
"""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from codeopt.mutation.shapes import attribute_called, is_pure, name_called

__all__ = ["FunctionNode", "Place", "definitions"]

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef
Scope = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef

_LOGGING = frozenset({"debug", "info", "warning", "warn", "error", "exception", "critical", "log"})
_REFLECTION = frozenset({"locals", "vars", "eval", "exec"})
_SILENT = (ast.Import, ast.ImportFrom, ast.Global, ast.Nonlocal, ast.Pass)
# Calls that look at each item and keep none of the collection itself.
_CONSUMERS = frozenset(
    {"all", "any", "bool", "dict", "enumerate", "filter", "frozenset", "fsum", "isinstance", "join", "len", "list", "map", "max", "min"}
    | {"range", "reversed", "set", "sorted", "str", "sum", "tuple", "zip"}
)
_LOOKS = frozenset({"count", "get", "index", "items", "keys", "values"})
_LOOPS = (ast.For, ast.AsyncFor, ast.comprehension)


def definitions(tree: ast.AST, prefix: str = "") -> Iterator[tuple[str, FunctionNode]]:
    """Yield the qualified name and the node of every function, in the order in which the recorder counts those of one name."""
    for child in ast.iter_child_nodes(tree):
        if isinstance(child, Scope):
            if isinstance(child, FunctionNode):
                yield prefix + child.name, child
            yield from definitions(child, prefix + child.name + ".")
        else:
            yield from definitions(child, prefix)


@dataclass(frozen=True, slots=True)
class Place:
    """A function's nodes with what is around them."""

    function: FunctionNode
    parents: Mapping[ast.AST, ast.AST]
    uses: Mapping[str, tuple[ast.Name, ...]]
    parameters: frozenset[str]
    shared: frozenset[str]
    reflects: bool

    @classmethod
    def of(cls, function: FunctionNode) -> Place:
        """Look at a function."""
        parents: dict[ast.AST, ast.AST] = {}
        uses: dict[str, list[ast.Name]] = {}
        for node in ast.walk(function):
            # Nodes of context and of operators are shared by all; nobody asks for what is around them.
            parents.update((child, node) for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr | ast.stmt) or child._fields)
            if isinstance(node, ast.Name):
                uses.setdefault(node.id, []).append(node)
        arguments = function.args
        named = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, *filter(None, (arguments.vararg, arguments.kwarg))]
        shared = [name for node in parents if isinstance(node, ast.Global | ast.Nonlocal) for name in node.names]
        return cls(
            function,
            parents,
            {name: tuple(found) for name, found in uses.items()},
            frozenset(one.arg for one in named),
            frozenset(shared),
            not _REFLECTION.isdisjoint(uses) or any(isinstance(node, ast.ClassDef) for node in parents),
        )

    def parent(self, node: ast.AST) -> ast.AST | None:
        """Return the node around this one."""
        return self.parents.get(node)

    def above(self, node: ast.AST) -> Iterator[ast.AST]:
        """Yield the nodes around this one, from inside to outside."""
        around = self.parents.get(node)
        while around is not None:
            yield around
            around = self.parents.get(around)

    def carrier(self, node: ast.expr | ast.stmt) -> ast.expr | ast.stmt:
        """Return the node that can be written anew on its own: parts of an f-string cannot."""
        strings = [around for around in self.above(node) if isinstance(around, ast.JoinedStr)]
        return strings[-1] if strings else node

    def sites(self) -> Iterator[ast.AST]:
        """Yield every node of the body that may be changed."""
        for statement in self.function.body:
            yield from self._within(statement)

    def _within(self, node: ast.AST) -> Iterator[ast.AST]:
        if self._for_people(node) or self._is_unread(node):
            return
        if not _is_for_checkers(node):
            yield node
        for child in _children(node):
            yield from self._within(child)

    def _for_people(self, node: ast.AST) -> bool:
        if isinstance(node, ast.Expr):
            return isinstance(node.value, ast.Constant | ast.Name) or _is_logging(node.value)
        if isinstance(node, ast.Assign):
            targets = [target.id for target in node.targets if isinstance(target, ast.Name)]
            return len(targets) == len(node.targets) and all(self._only_said(target) for target in targets)
        return isinstance(node, _SILENT)

    def _only_said(self, name: str) -> bool:
        """Tell a name that is read, and that only exceptions read."""
        reads = self.reads(name)
        return bool(reads) and all(any(isinstance(around, ast.Raise) for around in self.above(read)) for read in reads)

    def _is_unread(self, node: ast.AST) -> bool:
        if not isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign) or (node.value is not None and not is_pure(node.value)):
            return False
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        return all(isinstance(target, ast.Name) and not self.is_read(target.id) for target in targets)

    def reads(self, name: str) -> list[ast.Name]:
        """Return where a name is read."""
        return [use for use in self.uses.get(name, ()) if isinstance(use.ctx, ast.Load)]

    def is_read(self, name: str) -> bool:
        """Tell whether anybody may read a name: also other functions, and code that looks at all names."""
        return self.reflects or name in self.shared or bool(self.reads(name))

    def is_bound_before(self, name: str, line: int) -> bool:
        """Tell whether a name has a value before a line, from outside or from a line above."""
        above = any(isinstance(use.ctx, ast.Store) and use.lineno < line for use in self.uses.get(name, ()))
        return above or name in self.parameters or name in self.shared

    def is_read_after(self, name: str, node: ast.expr) -> bool:
        """Tell whether a name is read behind a node."""
        end = (node.end_lineno or node.lineno, node.end_col_offset or node.col_offset)
        return any((use.lineno, use.col_offset) > end for use in self.reads(name))

    def is_condition(self, node: ast.AST) -> bool:
        """Tell an expression that decides where it goes on."""
        parent = self.parent(node)
        if isinstance(parent, ast.comprehension):
            return any(test is node for test in parent.ifs)
        return isinstance(parent, ast.If | ast.While | ast.IfExp) and parent.test is node

    def is_iterated(self, node: ast.AST) -> bool:
        """Tell what a loop, or a comprehension, goes through."""
        parent = self.parent(node)
        return isinstance(parent, _LOOPS) and parent.iter is node

    def is_consumed(self, node: ast.AST) -> bool:
        """Tell a collection of which nothing but the items is used: looked through, looked up, counted, copied."""
        parent = self.parent(node)
        if isinstance(parent, ast.Call):
            return parent.func is not node and (name_called(parent) or attribute_called(parent)) in _CONSUMERS
        if isinstance(parent, ast.Attribute):
            return parent.attr in _LOOKS
        if isinstance(parent, ast.Subscript):
            return parent.value is node and isinstance(parent.ctx, ast.Load)
        return self.is_iterated(node) or self.is_condition(node) or isinstance(parent, ast.Compare | ast.Starred | ast.FormattedValue)

    def escapes(self, node: ast.AST) -> bool:
        """Tell a name whose value others may see or change, as far as its uses here show."""
        if not isinstance(node, ast.Name):
            return True
        return any(not self.is_consumed(read) for read in self.reads(node.id))


@functools.singledispatch
def _children(node: ast.AST) -> Iterator[ast.AST]:
    yield from ast.iter_child_nodes(node)


@_children.register(ast.FunctionDef)
@_children.register(ast.AsyncFunctionDef)
def _of_function(node: FunctionNode) -> Iterator[ast.AST]:
    yield from _defaults(node.args)
    yield from node.body


@_children.register
def _of_lambda(node: ast.Lambda) -> Iterator[ast.AST]:
    yield from _defaults(node.args)
    yield node.body


@_children.register
def _of_annotated(node: ast.AnnAssign) -> Iterator[ast.AST]:
    if node.value is not None:
        yield node.value


@_children.register
def _of_assert(node: ast.Assert) -> Iterator[ast.AST]:
    yield node.test


@_children.register
def _of_raise(_node: ast.Raise) -> Iterator[ast.AST]:
    yield from ()


@_children.register
def _of_if(node: ast.If) -> Iterator[ast.AST]:
    if _is_for_checkers(node):
        yield from node.orelse
    else:
        yield from ast.iter_child_nodes(node)


@_children.register
def _of_case(node: ast.match_case) -> Iterator[ast.AST]:
    yield from filter(None, (node.guard, *node.body))


@_children.register
def _of_formatted(node: ast.FormattedValue) -> Iterator[ast.AST]:
    yield node.value


@_children.register
def _of_call(node: ast.Call) -> Iterator[ast.AST]:
    first = node.args[:1]
    for child in ast.iter_child_nodes(node):
        if not (name_called(node) == "cast" and child in first):
            yield child


def _defaults(arguments: ast.arguments) -> Iterator[ast.expr]:
    yield from arguments.defaults
    yield from filter(None, arguments.kw_defaults)


def _is_for_checkers(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)


def _is_logging(node: ast.expr) -> bool:
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or node.func.attr not in _LOGGING:
        return False
    owner = ast.unparse(node.func.value).lower()
    return "log" in owner or owner == "warnings"
