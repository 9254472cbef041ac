"""Reads a patch for what an optimization has no need of: the clock, the stack, files, threads, changes of what belongs to other code.

A reading of the syntax, before anything runs. It says what a patch tried, in the spellings that it knows; it is a help, never the only
wall, and finding nothing proves nothing. What the original file does already is no finding.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from codeopt.verify.screen.finding import Finding, FindingKind, Trace
from codeopt.verify.screen.functions import Shape, changes, functions, replacements
from codeopt.verify.screen.handing import handing
from codeopt.verify.screen.places import named_files, own_modules
from codeopt.verify.screen.reading import Reading
from codeopt.verify.screen.shapes import shapes
from codeopt.verify.screen.startup import startup
from codeopt.verify.screen.stores import stores
from codeopt.verify.screen.uses import uses

__all__ = ["Finding", "FindingKind", "screen"]

# Of these, another spelling of the same use is no news: a file may be opened in another way than it was.
INTERCHANGEABLE = frozenset({FindingKind.FILES})


def screen(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> tuple[Finding, ...]:
    """Return what the files of a patch do that the files before them did not, in the order of path and line.

    `before` holds the files of the original (it may hold more), `after` the changed and the added ones. A file that does not parse
    gives no finding.
    """
    own = own_modules(before)
    found = list(named_files(before, after))
    for path, source in after.items():
        if path.endswith((".py", ".pyw")) and source != before.get(path):
            new = _read(source, own)
            old = _read(before.get(path, b""), own) or _Deeds()
            found += (trace.finding(path) for trace in (_news(old, new) if new else ()))
    return tuple(sorted(found, key=lambda finding: (finding.path, finding.line, finding.kind)))


@dataclass(frozen=True, slots=True)
class _Deeds:
    """What a file does, and the shapes of its functions."""

    traces: tuple[Trace, ...] = ()
    functions: Mapping[str, Shape] = field(default_factory=dict)


def _read(source: bytes, own: frozenset[str]) -> _Deeds | None:
    try:
        reading = Reading(ast.parse(source), own=own)
        return _Deeds(tuple(_traces(reading)), functions(reading.places))
    except (SyntaxError, ValueError):
        return None
    except (RecursionError, MemoryError):
        return _Deeds((Trace(FindingKind.HIDDEN, "nested too deeply", ast.Pass()),))


def _traces(reading: Reading) -> Iterator[Trace]:
    if not reading.settled:
        yield Trace(FindingKind.HIDDEN, "too many aliases", ast.Pass())
        return
    for place in reading.places:
        yield from uses(place, reading)
        yield from handing(place)
        yield from stores(place, reading)
        yield from shapes(place)
        yield from startup(place, reading)
        yield from replacements(place, reading)


def _news(old: _Deeds, new: _Deeds) -> Iterator[Trace]:
    """Yield one trace for each form that the new code has more of than the old code."""
    had, has = Counter(map(_key, old.traces)), Counter(map(_key, new.traces))
    shown = {_key(trace): trace for trace in new.traces}
    fresh = {key: count for key, count in (has - had).items() if not (shown[key].once and had[key])}
    gone = Counter(kind for kind, _ in (had - has).elements())
    for kind in INTERCHANGEABLE:
        if 0 < sum(count for key, count in fresh.items() if key[0] is kind and not shown[key].once) <= gone[kind]:
            fresh = {key: count for key, count in fresh.items() if key[0] is not kind}
    yield from (shown[key] for key in fresh)
    yield from changes(old.functions, new.functions)


def _key(trace: Trace) -> tuple[FindingKind, str]:
    return trace.kind, trace.form
