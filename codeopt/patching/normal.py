"""Knows when two patches make the same code, but for its layout: comments, blank lines, quotes, parentheses that change nothing."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Mapping

from codeopt.errors import PatchError
from codeopt.model.patch import Patch
from codeopt.patching.apply import apply
from codeopt.patching.gate import parse_python

__all__ = ["form_of"]


def form_of(patch: Patch, files: Mapping[str, bytes]) -> str:
    """Return a name for the code that a patch makes, 16 hex digits: equal for patches whose syntax trees are equal.

    It is empty where all files keep the syntax tree that they had. A patch that does not apply to `files`, or makes no Python, has a
    name of its own.
    """
    try:
        trees = {path: _tree(path, source) for path, source in apply(patch, files).items()}
        if all(tree == _tree(path, files[path]) for path, tree in trees.items()):
            return ""
    except (PatchError, RecursionError):
        return patch.sha[:16]
    text = "\0".join(f"{path}\0{tree}" for path, tree in sorted(trees.items()))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _tree(path: str, source: bytes) -> str:
    if not path.endswith((".py", ".pyw")):
        raise PatchError(f"{path} is no Python")
    return ast.dump(parse_python(source, path))
