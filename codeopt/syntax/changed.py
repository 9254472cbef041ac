"""Knows what differs between two versions of a tree: which functions, which modules outside their functions, and which other files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from codeopt.model.code import FunctionKind, TargetName
from codeopt.syntax.index import CodeIndex
from codeopt.syntax.parsed import ParsedFile

__all__ = ["Change", "change_between"]

Read = Callable[[str], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """`old` and `new` are the outermost functions that differ, as either version names them; a removed one is in `old` alone.

    `modules` are files whose text outside functions differs, comments and empty lines left aside; a file that only one version has is
    among them. `others` are differing files without an outline.
    """

    old: frozenset[TargetName] = frozenset()
    new: frozenset[TargetName] = frozenset()
    modules: frozenset[str] = frozenset()
    others: tuple[str, ...] = field(default=())

    @property
    def is_empty(self) -> bool:
        """Whether nothing differs that could change what the program does."""
        return not (self.old or self.new or self.modules or self.others)


def change_between(
    old: CodeIndex, new: CodeIndex, *, shas: tuple[Mapping[str, str], Mapping[str, str]], read_old: Read, read_new: Read
) -> Change:
    """Return what differs between two trees; `shas` map every path of either to a hash of its content."""
    differing = sorted(path for path in {*shas[0], *shas[1]} if shas[0].get(path) != shas[1].get(path))
    olds: set[TargetName] = set()
    news: set[TargetName] = set()
    modules: set[str] = set()
    others: list[str] = []
    for path in differing:
        before, after = old.files.get(path), new.files.get(path)
        if before is None and after is None:
            others.append(path)
            continue
        was, now = _functions(before), _functions(after)
        olds |= {name for name, sha in was.items() if now.get(name) != sha}
        news |= {name for name, sha in now.items() if was.get(name) != sha}
        if before is None or after is None or _outside(before, read_old(path)) != _outside(after, read_new(path)):
            modules.add(path)
    return Change(old=frozenset(olds), new=frozenset(news), modules=frozenset(modules), others=tuple(others))


def _functions(file: ParsedFile | None) -> dict[TargetName, str]:
    return {} if file is None else {f.name: f.source_sha for f in file.functions if f.kind is not FunctionKind.NESTED}


def _outside(file: ParsedFile, source: bytes) -> list[bytes]:
    """Return the lines of a file that are in no function."""
    kept, at = [], 0
    for function in sorted(file.functions, key=lambda function: function.span.start_byte):
        if function.span.start_byte >= at:
            kept.append(source[at : function.span.start_byte])
            at = function.span.end_byte
    kept.append(source[at:])
    lines = (line.strip() for line in b"".join(kept).splitlines())
    return [line for line in lines if line and not line.startswith(b"#")]
