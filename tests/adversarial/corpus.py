"""Hostile patches and their honest twins as data, and what makes real patches of them.

A case changes one function of a small repository (`repo`, or `numeric` where NumPy is needed). Each module of `cases/` holds one family.
"""

from __future__ import annotations

import ast
import importlib
import pkgutil
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from codeopt.model.patch import Patch
from codeopt.patching.diff import unified_diff
from codeopt.patching.versions import merge, patch_between
from tests.adversarial.families import FAMILIES

__all__ = [
    "BEHAVIOUR",
    "HERE",
    "NOT_FASTER",
    "REFUSED",
    "Case",
    "all_cases",
    "diff_of",
    "files_of",
    "function_text",
    "patch_of",
    "rewritten",
    "source_of",
]

HERE = Path(__file__).parent
BEHAVIOUR = ("WRONG",)
REFUSED = ("WRONG", "UNVERIFIABLE")
NOT_FASTER = ("WRONG", "UNVERIFIABLE", "NOT_PROVEN", "SLOWER")


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One patch.

    `idea` says where the idea comes from; `own` where no source is known. `target` is `PATH::QUALNAME`; `code` is the function's new
    text, `head` goes behind the module's imports, `tail` to its end, `edits` are other files' (old, new) texts, `files` are added
    files; `diff` is a whole patch as text, where none of these can say it. `caught` is a regular expression that the verdict's reason
    matches, `outcomes` are the right ones. `answers`: called plainly, it answers as the original does. `harmless`: it may be called
    outside of a container.
    """

    name: str
    family: str
    shows: str
    idea: str
    target: str
    code: str = ""
    head: str = ""
    tail: str = ""
    edits: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    diff: str = ""
    caught: str = ""
    outcomes: tuple[str, ...] = REFUSED
    answers: bool = True
    harmless: bool = True
    honest: bool = False
    repo: str = "repo"

    def __post_init__(self) -> None:
        """Reject a case of no family."""
        if self.shows not in FAMILIES[self.family]:
            msg = f"{self.name}: no `{self.shows}` in {self.family}"
            raise ValueError(msg)

    @property
    def path(self) -> str:
        """The file of the target."""
        return self.target.partition("::")[0]

    @property
    def qualname(self) -> str:
        """The name of the target in its file."""
        return self.target.partition("::")[2]


@cache
def all_cases() -> tuple[Case, ...]:
    """Return every case, family by family."""
    found: list[Case] = []
    for module in sorted(info.name for info in pkgutil.iter_modules([str(HERE / "cases")])):
        found += getattr(importlib.import_module(f"tests.adversarial.cases.{module}"), "CASES", ())
    return tuple(sorted(found, key=lambda case: list(FAMILIES).index(case.family)))


def source_of(repo: str, path: str) -> str:
    """Return the text of a file of a repository."""
    return (HERE / repo / path).read_text()


def _place(source: str, qualname: str, *, decorated: bool = False) -> tuple[int, int, int]:
    """Return first line, last line (from 1, both included) and indentation of a function; with its decorators when `decorated`."""
    nodes: list[ast.stmt] = ast.parse(source).body
    for part in qualname.split("."):
        found = next(node for node in nodes if getattr(node, "name", None) == part)
        nodes = getattr(found, "body", [])
    above = [each.lineno for each in getattr(found, "decorator_list", [])] if decorated else []
    return min([found.lineno, *above]), found.end_lineno or 0, found.col_offset


def function_text(target: str, repo: str = "repo") -> str:
    """Return the original text of a function, without indentation."""
    path, _, qualname = target.partition("::")
    first, last, _ = _place(source_of(repo, path), qualname)
    return textwrap.dedent("".join(source_of(repo, path).splitlines(keepends=True)[first - 1 : last]))


def files_of(case: Case) -> dict[str, tuple[str | None, str]]:
    """Return (text before, text after) of each file that a case changes; None before for an added file."""
    changed: dict[str, tuple[str | None, str]] = {}
    if case.code or case.head or case.tail:
        before = source_of(case.repo, case.path)
        changed[case.path] = (before, rewritten(before, case.qualname, code=case.code, head=case.head, tail=case.tail))
    for path, (old, new) in case.edits.items():
        before = source_of(case.repo, path)
        assert before.count(old) == 1, (case.name, path, old)
        changed[path] = (before, before.replace(old, new))
    for path, text in case.files.items():
        changed[path] = (None, text)
    return changed


def rewritten(before: str, qualname: str, *, code: str = "", head: str = "", tail: str = "") -> str:
    """Return a module's text with `code` in place of a function, `head` behind the imports, and `tail` at the end.

    The function's decorators stay, unless `code` begins with some.
    """
    lines = before.splitlines(keepends=True)
    first, last, indent = _place(before, qualname, decorated=code.lstrip().startswith("@"))
    text = textwrap.indent(textwrap.dedent(code).strip("\n") + "\n", " " * indent).splitlines(keepends=True) if code else []
    behind = lines[last:] if code else lines[first - 1 :]
    at = _behind_imports(before)
    above = [textwrap.dedent(head).strip("\n") + "\n"] if head else []
    if above and at == 1:
        above.insert(0, "\n")
    below = ["\n\n" + textwrap.dedent(tail).strip("\n") + "\n"] if tail else []
    return "".join([*lines[:at], *above, *lines[at : first - 1], *text, *behind, *below])


def _behind_imports(source: str) -> int:
    """Return how many lines the docstring and the imports of a module take."""
    last = 0
    for node in ast.parse(source).body:
        is_docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        if not is_docstring and not isinstance(node, ast.Import | ast.ImportFrom):
            break
        last = node.end_lineno or 0
    return last


def patch_of(case: Case) -> Patch:
    """Return a case as the patch that the judge takes; only for cases that change files which exist."""
    changes = files_of(case).items()
    return merge([patch_between(path, (before or "").encode(), after.encode()) for path, (before, after) in changes])


def diff_of(case: Case) -> str:
    """Return a case as a unified diff."""
    if case.diff:
        return case.diff
    old = {path: before.encode() for path, (before, _) in files_of(case).items() if before is not None}
    edited = merge([patch_between(path, old[path], after.encode()) for path, (_, after) in files_of(case).items() if path in old])
    return unified_diff(edited, old) + "".join(_added(path, text) for path, text in case.files.items())


def _added(path: str, text: str) -> str:
    lines = text.splitlines(keepends=True)
    body = "".join("+" + line for line in lines)
    return f"diff --git a/{path} b/{path}\nnew file mode 100644\n--- /dev/null\n+++ b/{path}\n@@ -0,0 +1,{len(lines)} @@\n{body}"
