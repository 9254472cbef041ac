"""Finds the names of a project's extras and dependency groups, wherever it declares them; nothing of the project is executed."""

from __future__ import annotations

import ast
import configparser
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

__all__ = ["extra_names", "preferred", "table"]

TEST_NAMES = ("test", "tests", "testing")
DEV_NAMES = ("dev", "develop", "development")

Read = Callable[[str], bytes]


def extra_names(pyproject: Mapping[str, object], known: Collection[str], read: Read) -> list[str]:
    """Return the names of all extras: of pyproject.toml, setup.cfg, setup.py, and of the PKG-INFO that a source release has."""
    names = list(table(table(pyproject, "project"), "optional-dependencies"))
    names += list(table(table(table(pyproject, "tool"), "poetry"), "extras"))
    finders: Sequence[tuple[str, Callable[[str], list[str]]]] = (
        ("setup.cfg", _in_setup_cfg),
        ("setup.py", _in_setup_py),
        ("PKG-INFO", _in_metadata),
    )
    for path, find in finders:
        if path in known:
            names += find(read(path).decode(errors="replace"))
    return list(dict.fromkeys(names))


def preferred(names: Sequence[str]) -> list[str]:
    """Return the names that are for tests; where there is none, those for development."""
    for wanted in (TEST_NAMES, DEV_NAMES):
        chosen = [name for name in names if name.lower() in wanted]
        if chosen:
            return chosen
    return []


def table(parent: Mapping[str, object], name: str) -> Mapping[str, object]:
    """Return a table of a TOML file; an empty one where there is none."""
    value = parent.get(name)
    return {str(key): item for key, item in value.items()} if isinstance(value, dict) else {}


def _in_setup_cfg(text: str) -> list[str]:
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        parser.read_string(text)
    except configparser.Error:
        return []
    return parser.options("options.extras_require") if parser.has_section("options.extras_require") else []


def _in_setup_py(text: str) -> list[str]:
    """Read the keys of a literal dictionary: `extras_require={...}`, or a variable with `extra` in its name."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return []
    return [key.value for found in _extra_dicts(tree) for key in found.keys if isinstance(key, ast.Constant) and isinstance(key.value, str)]


def _extra_dicts(tree: ast.Module) -> Iterator[ast.Dict]:
    for node in ast.walk(tree):
        named = node.arg == "extras_require" if isinstance(node, ast.keyword) else isinstance(node, ast.Assign) and _names_extras(node)
        value = getattr(node, "value", None)
        if named and isinstance(value, ast.Dict):
            yield value


def _names_extras(node: ast.Assign) -> bool:
    return any(isinstance(target, ast.Name) and "extra" in target.id.lower() for target in node.targets)


def _in_metadata(text: str) -> list[str]:
    return re.findall(r"^Provides-Extra: (\S+)$", text, re.MULTILINE)
