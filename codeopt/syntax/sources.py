"""Knows which files of a tree are sources: `.gitignore` files as git reads them, and folders that never hold the user's code.

Only the `.gitignore` files in the tree count: neither those above its root nor the user's own git settings.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pathspec import GitIgnoreSpec

from codeopt.errors import RepositoryError
from codeopt.syntax.language import language_of

__all__ = ["list_sources"]

_SKIPPED = frozenset(
    {".git", ".hg", ".svn", ".codeopt", "__pycache__", ".venv", "venv", ".tox", ".nox", ".mypy_cache", "node_modules", "site-packages"}
)

_FOLDER_MARK = "ps_d"  # the group with which pathspec marks the slash after a folder that a pattern names


@dataclass(frozen=True, slots=True)
class _Rules:
    """The patterns of one `.gitignore`, last first, and the folder they hold for: empty for the root, else with a slash at its end."""

    folder: str
    patterns: tuple[tuple[re.Pattern[str], bool], ...]

    def verdict(self, path: str) -> bool | None:
        """Tell whether the path is ignored (true), taken back (false) or not spoken of. A folder's path ends with a slash."""
        relative = path.removeprefix(self.folder)
        for pattern, ignores in self.patterns:
            if pattern.search(relative):
                return ignores
        return None


def list_sources(root: Path) -> tuple[str, ...]:
    """Return the files in a language that codeopt reads, as sorted POSIX paths relative to `root`. Links are not followed.

    Folders that cannot be read, and names that are not text, are left out.

    Raises:
        RepositoryError: `root` is not a folder.
    """
    if not root.is_dir():
        raise RepositoryError(f"{root}: not a folder; give the root of a repository")
    return tuple(sorted(_walk(root, "", ())))


def _walk(root: Path, folder: str, above: tuple[_Rules, ...]) -> Iterator[str]:
    pending = [(folder, above)]
    while pending:
        folder, above = pending.pop()
        entries = _entries(root / folder)
        rules = _with_own_rules(root, folder, above)
        for entry in entries:
            path = folder + entry.name
            if entry.is_dir(follow_symlinks=False):
                if not _is_foreign(entry) and not _ignored(path + "/", rules):
                    pending.append((path + "/", rules))
            elif language_of(path) is not None and entry.is_file(follow_symlinks=False) and not _ignored(path, rules):
                yield path


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return [entry for entry in entries if _is_text(entry.name)]
    except OSError:
        return []


def _is_text(name: str) -> bool:
    """Tell whether a file name can be written down; others arrive with lone surrogates."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _is_foreign(entry: os.DirEntry[str]) -> bool:
    """Tell whether a folder holds other people's code by its nature."""
    return entry.name in _SKIPPED or Path(entry.path, "pyvenv.cfg").is_file()


def _with_own_rules(root: Path, folder: str, above: tuple[_Rules, ...]) -> tuple[_Rules, ...]:
    """Put a folder's own `.gitignore`, if any, in front of those above it."""
    file = root / folder / ".gitignore"
    try:
        if file.is_symlink() or not file.is_file():
            return above
        lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return above
    spec = GitIgnoreSpec.from_lines(lines)
    speaking = ((pattern.regex, pattern.include) for pattern in spec.patterns)
    patterns = [(_of_path_itself(regex), include) for regex, include in speaking if regex is not None and include is not None]
    return (_Rules(folder, tuple(reversed(patterns))), *above)


def _of_path_itself(regex: re.Pattern[str]) -> re.Pattern[str]:
    """Make a pattern speak of the path that it matches, and not of what lies below.

    pathspec lets a pattern for a folder match all that is in it, since it is made for lists of files. Here folders are walked, as git
    does, and with `d/*` and `!d/` the folder is taken back but not its files.
    """
    ends = r"\Z" if _FOLDER_MARK in regex.groupindex else r"(?:(?<!/)|(?!\Z))"
    return re.compile(f"(?:{regex.pattern}){ends}", regex.flags)


def _ignored(path: str, rules: tuple[_Rules, ...]) -> bool:
    """Ask the nearest `.gitignore` that has an opinion."""
    return next((verdict for rule in rules if (verdict := rule.verdict(path)) is not None), False)
