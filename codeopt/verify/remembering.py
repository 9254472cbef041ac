"""Looks in a patch for places where a call could leave something behind for the next one: a cache that repeated inputs would feed.

A reading of the syntax, not a proof: it decides how strictly a candidate is timed, never whether it is right. It rather suspects too
much: a suspected patch is timed on inputs that each process meets once.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator, Mapping

__all__ = ["may_remember"]

KEEPERS = frozenset(
    {"cache", "lru_cache", "cached_property", "setattr", "globals", "vars", "modules", "__dict__", "__code__", "__defaults__"}
)
FROZEN_CALLS = frozenset({"frozenset", "tuple", "compile", "itemgetter", "attrgetter", "methodcaller", "maketrans", "Struct"})

Functions = ast.FunctionDef | ast.AsyncFunctionDef


def may_remember(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> str:
    """Say in a few words where the new code could keep something from call to call; empty when it cannot be seen to."""
    for path, source in after.items():
        try:
            old, new = _Keeping(ast.parse(before.get(path, b""))), _Keeping(ast.parse(source))
        except (SyntaxError, ValueError):
            return f"{path} cannot be read"
        for found in new.places - old.places:
            return found
    return ""


class _Keeping:
    """The places of a module that could keep something, each counted, so that what is new shows."""

    def __init__(self, tree: ast.Module) -> None:
        self._module = _bound_values(tree)
        self.places: Counter[str] = Counter()
        self.places.update(f"the module-level value `{name}`" for name, frozen in self._module.items() if not frozen)
        for node in ast.walk(tree):
            if isinstance(node, Functions):
                self.places.update(self._function(node))
            elif isinstance(node, ast.Global | ast.Nonlocal):
                self.places.update(f"`{name}` of an outer scope" for name in node.names)

    def _function(self, function: Functions) -> Iterator[str]:
        for decorator in function.decorator_list:
            yield f"the decorator `{ast.unparse(decorator)}`"
        for default in [*function.args.defaults, *filter(None, function.args.kw_defaults)]:
            if not _is_frozen(default):
                yield f"the default value `{ast.unparse(default)}`"
        local = _local_names(function)
        for node in ast.walk(function):
            yield from self._place(node, local)

    def _place(self, node: ast.AST, local: frozenset[str]) -> Iterator[str]:
        if isinstance(node, ast.Attribute | ast.Name) and (node.attr if isinstance(node, ast.Attribute) else node.id) in KEEPERS:
            yield f"`{ast.unparse(node)}`"
        elif isinstance(node, ast.Name) and node.id not in local and self._module.get(node.id) is False:
            yield f"the module-level value `{node.id}`"
        elif isinstance(node, ast.Attribute | ast.Subscript) and isinstance(node.ctx, ast.Store | ast.Del):
            root = _root(node)
            if root is None or root not in local:
                yield f"a store to `{ast.unparse(node)}`"


def _bound_values(tree: ast.Module) -> dict[str, bool]:
    """Map each name that the module assigns, at any depth outside functions, to whether its value is frozen."""
    found: dict[str, bool] = {}
    for node in _outside_functions(tree):
        value = getattr(node, "value", None)
        targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign | ast.AugAssign) else []
        for target in targets:
            for name in ast.walk(target):
                if isinstance(name, ast.Name):
                    found[name.id] = found.get(name.id, True) and value is not None and _is_frozen(value)
    return found


def _outside_functions(node: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(node):
        yield child
        if not isinstance(child, Functions | ast.Lambda):
            yield from _outside_functions(child)


def _is_frozen(value: ast.expr) -> bool:
    """Whether an expression makes a value that calls cannot change."""
    if isinstance(value, ast.Call):
        name = value.func.attr if isinstance(value.func, ast.Attribute) else getattr(value.func, "id", "")
        return name in FROZEN_CALLS
    if isinstance(value, ast.Tuple):
        return all(_is_frozen(item) for item in value.elts)
    if isinstance(value, ast.BinOp):
        return _is_frozen(value.left) and _is_frozen(value.right)
    if isinstance(value, ast.UnaryOp):
        return _is_frozen(value.operand)
    return isinstance(value, ast.Constant | ast.Attribute | ast.Name | ast.JoinedStr)


def _local_names(function: Functions) -> frozenset[str]:
    arguments = function.args
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, *filter(None, (arguments.vararg, arguments.kwarg))]
    names = {argument.arg for argument in every}
    outer: set[str] = set()
    for node in ast.walk(function):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        elif isinstance(node, ast.Global | ast.Nonlocal):
            outer.update(node.names)
    return frozenset(names - outer)


def _root(node: ast.expr) -> str | None:
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else None
