"""Knows the names of the standard library that code for speed is written with: an answer often forgets to import them."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from codeopt.patching.imports import Import

__all__ = ["known_imports"]

_NAMES = {
    "bisect": "bisect_left bisect_right insort insort_left insort_right",
    "collections": "Counter OrderedDict defaultdict deque namedtuple",
    "copy": "deepcopy",
    "functools": "cmp_to_key partial reduce",
    "heapq": "heapify heappop heappush heappushpop heapreplace nlargest nsmallest",
    "itertools": (
        "accumulate chain combinations combinations_with_replacement compress dropwhile filterfalse groupby islice pairwise permutations "
        "product starmap takewhile tee zip_longest"
    ),
    "math": "ceil comb factorial floor fsum gcd hypot inf isclose isfinite isinf isnan isqrt log2 nan perm prod sqrt",
    "operator": "add attrgetter itemgetter methodcaller mul",
}
_MODULES = frozenset({*_NAMES, "array", "decimal", "fractions", "re", "statistics", "string", "struct"})
_ORIGINS = {name: module for module, names in _NAMES.items() for name in names.split()}


def known_imports(node: ast.AST, names: Iterable[str]) -> list[Import]:
    """Return the imports that bind those of the names that are known, by how the node uses them: a module, or a function of one."""
    holders = {inner.value.id for inner in ast.walk(node) if isinstance(inner, ast.Attribute) and isinstance(inner.value, ast.Name)}
    found = []
    for name in sorted(names):
        if name in _MODULES and name in holders:
            found.append(Import(name=name))
        elif name == "bisect" or name in _ORIGINS:
            found.append(Import(name=name, origin=_ORIGINS.get(name, name)))
    return found
