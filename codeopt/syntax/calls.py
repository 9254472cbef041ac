"""Knows who calls whom as far as names tell; nothing is run, and no type is inferred.

A call `self.x()` means the method of the same class, a bare name the same file's definition or an import, `m.f()` what `m` was
imported as; any other `anything.x()` every method `x` of the tree. More than `MOST_CANDIDATES` answers are no answer.
"""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping

from codeopt.model.code import Function, FunctionKind, TargetName
from codeopt.syntax.modules import Modules
from codeopt.syntax.parsed import ImportedName, ParsedFile

__all__ = ["MOST_CANDIDATES", "CallGraph"]

MOST_CANDIDATES = 5

_HOPS = 4  # how many re-exports are followed: enough for a facade of facades, and an end to circles


class CallGraph:
    """Calls between outermost functions; what a nested function calls, its outermost one calls."""

    def __init__(self, files: Mapping[str, ParsedFile], *, outermost: Callable[[Function], Function]) -> None:
        """Take the files by path, and how to get from a nested function to the one that holds it."""
        self._files = files
        self._outermost = outermost

    def callees(self, name: TargetName) -> tuple[Function, ...]:
        """Return what a function calls, in the order of its calls, without itself."""
        function = self._functions.get(name)
        if function is None:
            return ()
        outer = self._outermost(function)
        found = (callee for call in outer.calls for callee in self._meant(outer, call))
        return tuple({callee.name: callee for callee in found if callee.name != outer.name}.values())

    def callers(self, name: TargetName) -> tuple[Function, ...]:
        """Return who calls a function, by path and position, without itself."""
        function = self._functions.get(name)
        if function is None:
            return ()
        outer = self._outermost(function)
        callers = [
            caller
            for caller in self._candidates(outer)
            if caller.name != outer.name
            and any(outer.name == callee.name for call in self._calls_of(caller, outer) for callee in self._meant(caller, call))
        ]
        return tuple(sorted(callers, key=lambda caller: (caller.name.path, caller.span.start_byte)))

    @functools.cached_property
    def _functions(self) -> dict[TargetName, Function]:
        return {function.name: function for file in self._files.values() for function in file.functions}

    @functools.cached_property
    def _modules(self) -> Modules:
        return Modules(self._files.keys())

    @functools.cached_property
    def _defined(self) -> dict[tuple[str, str], list[Function]]:
        """Map (path, qualified name) to the functions that are in no other; a class stands for its `__init__`."""
        defined: defaultdict[tuple[str, str], list[Function]] = defaultdict(list)
        for function in self._outer():
            path, qualname = function.name.path, function.name.qualname
            defined[path, qualname].append(function)
            if qualname.endswith(".__init__"):
                defined[path, qualname.removesuffix(".__init__")].append(function)
        return defined

    @functools.cached_property
    def _methods(self) -> dict[str, list[Function]]:
        methods: defaultdict[str, list[Function]] = defaultdict(list)
        for function in self._outer():
            if function.kind is FunctionKind.METHOD:
                methods[_last(function.name.qualname)].append(function)
        return methods

    @functools.cached_property
    def _calling(self) -> dict[str, list[Function]]:
        """Map the last word of a call to the functions that make such calls."""
        calling: defaultdict[str, list[Function]] = defaultdict(list)
        for function in self._outer():
            for word in dict.fromkeys(_last(call) for call in function.calls):
                calling[word].append(function)
        return calling

    @functools.cached_property
    def _aliases(self) -> dict[str, set[str]]:
        aliases: defaultdict[str, set[str]] = defaultdict(set)
        for file in self._files.values():
            for imported in file.imported:
                if imported.attribute and imported.name != imported.attribute:
                    aliases[imported.attribute].add(imported.name)
        return aliases

    def _outer(self) -> Iterator[Function]:
        return (f for file in self._files.values() for f in file.functions if f.kind is not FunctionKind.NESTED)

    def _words(self, function: Function) -> set[str]:
        """Return the last words that a call of the function may have."""
        qualname = function.name.qualname
        own = _last(qualname)
        words = {own} if own != "__init__" else {own, _last(qualname.removesuffix(".__init__"))}
        return words | {alias for word in words for alias in self._aliases.get(word, ())}

    def _candidates(self, function: Function) -> Iterable[Function]:
        found = (caller for word in self._words(function) for caller in self._calling.get(word, ()))
        return {caller.name: caller for caller in found}.values()

    def _calls_of(self, caller: Function, function: Function) -> Iterator[str]:
        words = self._words(function)
        return (call for call in caller.calls if _last(call) in words)

    def _meant(self, caller: Function, call: str) -> tuple[Function, ...]:
        """Return what a call may reach: the surest kind of answer alone, and none when it is too many."""
        first, _, rest = call.partition(".")
        path = caller.name.path
        if first in {"self", "cls"} and rest and caller.class_name is not None:
            found = self._defined.get((path, f"{caller.class_name}.{rest}"), []) or self._named(rest)
        elif self._nested(caller, first):
            found = []
        else:
            found = self._reached(path, call, hops=_HOPS)
            if not found and rest and not self._from_elsewhere(path, call):
                found = self._named(_last(call))
        return tuple(found) if len(found) <= MOST_CANDIDATES else ()

    def _named(self, method: str) -> list[Function]:
        return self._methods.get(_last(method), [])

    def _nested(self, caller: Function, word: str) -> bool:
        return TargetName(path=caller.name.path, qualname=f"{caller.name.qualname}.{word}") in self._functions

    def _reached(self, path: str, dotted: str, *, hops: int) -> list[Function]:
        """Return what a dotted name means at the top of a file: its own definition, or what it imported under that name."""
        found = self._defined.get((path, dotted), [])
        if found or not hops or path not in self._files:
            return found
        reached: dict[TargetName, Function] = {}
        for imported in self._files[path].imported:
            for function in self._through(path, imported, dotted, hops=hops - 1):
                reached[function.name] = function
        return list(reached.values())

    def _through(self, path: str, imported: ImportedName, dotted: str, *, hops: int) -> Iterator[Function]:
        rest = _after(imported.name, dotted)
        if imported.name == "*":
            wanted = dotted
        elif rest is None:
            return
        else:
            wanted = ".".join(part for part in (imported.attribute, rest) if part)
        for module in self._modules.find(imported.module, importer=path):
            if module != path and wanted:
                yield from self._reached(module, wanted, hops=hops)
        if imported.attribute and imported.name != "*" and rest:
            submodule = imported.module + ("" if imported.module.endswith(".") else ".") + imported.attribute
            for module in self._modules.find(submodule, importer=path):
                yield from self._reached(module, rest, hops=hops)

    def _from_elsewhere(self, path: str, dotted: str) -> bool:
        """Tell whether the name was imported: then it is known where it comes from, and no method of the tree is meant."""
        return any(_after(imported.name, dotted) is not None for imported in self._files[path].imported)


def _last(dotted: str) -> str:
    return dotted.rpartition(".")[2]


def _after(name: str, dotted: str) -> str | None:
    """Return what follows `name` in a dotted name, empty when nothing does; None when it does not start so."""
    if dotted == name:
        return ""
    return dotted[len(name) + 1 :] if dotted.startswith(name + ".") else None
