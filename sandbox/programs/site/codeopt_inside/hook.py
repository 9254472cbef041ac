"""Finds target functions while their module is imported, before anything decorates or copies them.

The source of a target's file gets one more decorator, the innermost, on the `def` of each target; its line numbers stay. So the raw
function is met whatever the decorators make of it, and also where other modules took it by `from ... import`.
"""

import ast
import builtins
import importlib.machinery
import os
import sys

MARK = "__codeopt_met__"


def _definitions(tree):
    """Yield (qualified name, ordinal, node) of every function, as `def` statements stand in the file."""
    seen = {}

    def walk(node, prefix):
        for child in ast.iter_child_nodes(node):
            if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                name = prefix + child.name
                if not isinstance(child, ast.ClassDef):
                    ordinal = seen.get(name, 0)
                    seen[name] = ordinal + 1
                    yield name, ordinal, child
                yield from walk(child, name + ".")
            else:
                yield from walk(child, prefix)

    return walk(tree, "")


def compile_marked(data, path, names):
    """Compile a file with its targets marked; `names` are (qualified name, ordinal). Returns (code, names found)."""
    tree = compile(data, path, "exec", ast.PyCF_ONLY_AST, dont_inherit=True)
    found = []
    for qualname, ordinal, node in _definitions(tree):
        if (qualname, ordinal) in names:
            at = {"lineno": node.lineno, "col_offset": node.col_offset, "end_lineno": node.lineno, "end_col_offset": node.col_offset}
            words = [ast.Constant(value=word, **at) for word in (path, qualname, ordinal)]
            node.decorator_list.append(ast.Call(func=ast.Name(id=MARK, ctx=ast.Load(), **at), args=words, keywords=[], **at))
            found.append((qualname, ordinal))
    return compile(tree, path, "exec", dont_inherit=True), found


class MarkingLoader(importlib.machinery.SourceFileLoader):
    """Loads one file with its targets marked."""

    def __init__(self, fullname, path, names):
        super().__init__(fullname, path)
        self.names = names

    def get_code(self, fullname):
        path = self.get_filename(fullname)
        return compile_marked(self.get_data(path), path, self.names)[0]


class MarkingFinder:
    """Asks the other finders, and takes over where they lead to a target's file."""

    def __init__(self, targets):
        self.targets = {os.path.realpath(path): names for path, names in targets.items()}
        self.asking = False

    def find_spec(self, fullname, path=None, target=None):
        if self.asking:
            return None
        self.asking = True
        try:
            spec = self._ask(fullname, path, target)
        finally:
            self.asking = False
        if spec is None or not spec.origin or not spec.has_location:
            return None
        names = self.targets.get(os.path.realpath(spec.origin))
        if names is None or type(spec.loader) is not importlib.machinery.SourceFileLoader:
            return None
        spec.loader = MarkingLoader(fullname, spec.origin, names)
        return spec

    def _ask(self, fullname, path, target):
        for finder in sys.meta_path:
            find = getattr(finder, "find_spec", None)
            if finder is self or find is None:
                continue
            spec = find(fullname, path, target)
            if spec is not None:
                return spec
        return None


def install(targets, met):
    """Call `met(path, qualified name, ordinal, function)` for the functions of `targets` as their modules are imported.

    `targets` maps a file to a set of (qualified name, ordinal); what `met` returns takes the function's place.
    """

    def mark(path, qualname, ordinal):
        return lambda function: met(path, qualname, ordinal, function)

    setattr(builtins, MARK, mark)
    sys.meta_path.insert(0, MarkingFinder(targets))
