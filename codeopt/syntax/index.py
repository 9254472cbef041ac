"""Knows all functions of a set of files, and finds them by name, by line and by who calls whom."""

from __future__ import annotations

import difflib
import functools
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath

from codeopt.errors import TargetError
from codeopt.model.code import Function, FunctionKind, TargetName
from codeopt.syntax.batch import hash_all, outline_all
from codeopt.syntax.cache import Cache, open_cache
from codeopt.syntax.calls import CallGraph
from codeopt.syntax.codec import decode
from codeopt.syntax.language import language_of
from codeopt.syntax.parsed import ParsedFile
from codeopt.syntax.sources import list_sources

__all__ = ["CodeIndex", "index_files", "list_sources"]

_SHOWN = 3  # names in an error message


class CodeIndex:
    """What codeopt knows of a tree. Holds no file's text, and does not notice when files change.

    `files` maps path to outline for every file that could be parsed; `skipped` holds (path, reason) of the others.
    """

    def __init__(self, files: Mapping[str, ParsedFile], skipped: Sequence[tuple[str, str]] = ()) -> None:
        """Take the parsed files by path, and why others were not parsed."""
        self.files = dict(files)
        self.skipped = tuple(skipped)

    @functools.cached_property
    def functions(self) -> tuple[Function, ...]:
        """All functions, by file in the order of `files`, then in source order."""
        return tuple(function for file in self.files.values() for function in file.functions)

    def get(self, name: TargetName) -> Function | None:
        """Return the function of exactly this name."""
        return self._by_name.get(name)

    def outermost(self, function: Function) -> Function:
        """Return the function or method that holds a nested function; any other function itself."""
        return self.at_line(function.name.path, function.def_line) or function

    def find(self, spec: str) -> Function:
        """Return the function that a user means by `PATH::QUALNAME`, `PATH::QUALNAME#ORDINAL`, or `QUALNAME` where it is in one file only.

        Without an ordinal it is the first of that name in its file.

        Raises:
            TargetError: no function is meant, or more than one; the message names what is close.
        """
        path, separator, rest = spec.rpartition("::")
        qualname, hash_sign, digits = rest.partition("#")
        if hash_sign and not digits.isdecimal():
            raise TargetError(f"{spec}: #{digits} is not a number; write PATH::QUALNAME#0 for the first function of that name")
        ordinal = int(digits or 0)
        if not separator:
            return self._find_bare(spec, qualname, ordinal)
        path = str(PurePosixPath(path))
        found = self.get(TargetName(path=path, qualname=qualname, ordinal=ordinal))
        if found is None:
            raise TargetError(f"{spec}: {self._why_not(path, qualname)}")
        return found

    def at_line(self, path: str, line: int) -> Function | None:
        """Return the outermost function or method that holds a line (from 1), decorators included; None between functions."""
        functions = self._outer.get(path, ())
        before = bisect_right(functions, line, key=lambda function: function.span.start_line)
        found = functions[before - 1] if before else None
        return found if found is not None and line <= found.span.end_line else None

    def callers(self, name: TargetName) -> tuple[Function, ...]:
        """Return the functions that seem to call a function, itself left out.

        By name alone: calls through variables, `getattr`, `super()` or decorators are missed, a method of the same name elsewhere may be
        taken for it, and names that could mean more than five functions are left out.
        """
        return self._calls.callers(name)

    def callees(self, name: TargetName) -> tuple[Function, ...]:
        """Return the functions of the tree that a function seems to call, itself left out; as weak as `callers`."""
        return self._calls.callees(name)

    @functools.cached_property
    def _by_name(self) -> dict[TargetName, Function]:
        return {function.name: function for function in self.functions}

    @functools.cached_property
    def _outer(self) -> dict[str, tuple[Function, ...]]:
        """Map path to the functions that are in no other, in source order."""
        return {path: tuple(f for f in file.functions if f.kind is not FunctionKind.NESTED) for path, file in self.files.items()}

    @functools.cached_property
    def _calls(self) -> CallGraph:
        return CallGraph(self.files, outermost=self.outermost)

    def _find_bare(self, spec: str, qualname: str, ordinal: int) -> Function:
        found = [function for function in self.functions if function.name.qualname == qualname and function.name.ordinal == ordinal]
        if len(found) == 1:
            return found[0]
        if found:
            raise TargetError(f"{spec}: in {len(found)} files; say which: {_listed(str(function.name) for function in found)}")
        names = dict.fromkeys(function.name.qualname for function in self.functions)
        raise TargetError(f"{spec}: no such function{_closest(qualname, tuple(names))}")

    def _why_not(self, path: str, qualname: str) -> str:
        reason = dict(self.skipped).get(path)
        if reason is not None:
            return f"the file was skipped: {reason}"
        if path not in self.files:
            return f"no such source file{_closest(path, tuple(self.files), separator='/')}"
        functions = self.files[path].functions
        same = sum(function.name.qualname == qualname for function in functions)
        if same:
            return f"the file has only {same} of that name; the last is #{same - 1}"
        return f"no such function{_closest(qualname, tuple(dict.fromkeys(function.name.qualname for function in functions)))}"


def index_files(root: Path, paths: Sequence[str], *, cache: Path | None = None, workers: int | None = None) -> CodeIndex:
    """Parse files of a tree; `paths` are POSIX paths relative to `root`, and those in an unknown language are left out.

    `cache` is a file that spares parsing what was parsed before; a broken one is made anew. Large trees are parsed in `workers`
    processes (None: chosen; 1: none).

    Raises:
        InfrastructureError: a worker process was killed.
    """
    wanted = tuple(path for path in dict.fromkeys(paths) if language_of(path) is not None)
    parsed: dict[str, ParsedFile] = {}
    unreadable: dict[str, str] = {}
    with open_cache(cache) as kept:
        if cache is not None:
            parsed.update((file.path, file) for file in _known(root, wanted, kept))
        fresh: dict[str, str] = {}
        for found in outline_all(root, [path for path in wanted if path not in parsed], workers=workers):
            if found.unreadable:
                unreadable[found.path] = found.unreadable
            else:
                fresh[found.sha] = found.outline
                parsed[found.path] = decode(found.outline, path=found.path, sha=found.sha)
        if fresh:
            kept.keep(fresh.items())
    problems = {path: file.problem for path, file in parsed.items() if file.problem is not None} | unreadable
    files = {path: parsed[path] for path in wanted if path not in problems}
    return CodeIndex(files, tuple((path, problems[path]) for path in wanted if path in problems))


def _known(root: Path, paths: Sequence[str], kept: Cache) -> Iterator[ParsedFile]:
    """Yield the files whose outline is in the cache; an entry that makes no sense is as good as none."""
    shas = hash_all(root, paths)
    outlines = kept.outlines(set(shas.values()))
    for path, sha in shas.items():
        try:
            if sha in outlines:
                yield decode(outlines[sha], path=path, sha=sha)
        except ValueError:
            continue


def _closest(word: str, known: Sequence[str], *, separator: str = ".") -> str:
    """Return a phrase that names what a user may have meant; an exact last part counts more than a likeness."""
    tail = word.rpartition(separator)[2]
    same_tail = [name for name in known if name.rpartition(separator)[2] == tail]
    close = list(dict.fromkeys(same_tail or difflib.get_close_matches(word, known, n=_SHOWN)))
    return f"; did you mean {_listed(close)}?" if close else "; `codeopt profile` lists what there is"


def _listed(names: Iterator[str] | Sequence[str]) -> str:
    shown = list(names)
    more = f" or {len(shown) - _SHOWN} more" if len(shown) > _SHOWN else ""
    return ", ".join(shown[:_SHOWN]) + more
