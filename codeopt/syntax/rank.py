"""Knows which functions are worth the effort.

A function's share is its part of the workload's time, callees included. A share alone would put `main` first, which calls everything
and can gain nothing, so targets are ordered by what a patch of the function itself could save::

    gain = own + weight * (share - own)

`own` is the part of the time spent in the function's own lines, the standard library and installed packages called from there
included. The rest is spent in other functions of the tree that it drives: with a loop (or a comprehension) of its own it decides
how often they run, and `weight` is 0.25; without one it hands the work on, and `weight` is 0.02.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from codeopt.errors import TargetError
from codeopt.model.code import Function, Target, TargetName
from codeopt.model.work import Profile
from codeopt.syntax.index import CodeIndex

__all__ = ["DRIVER_WEIGHT", "TRAMPOLINE_WEIGHT", "rank"]

DRIVER_WEIGHT = 0.25
TRAMPOLINE_WEIGHT = 0.02

_TEST_FOLDERS = frozenset({"test", "testing", "tests"})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Time:
    """A function's own and whole part of the workload's time, 0 to 1."""

    own: float
    share: float

    def gain(self, function: Function) -> float:
        """Return the part of the workload's time that a patch of the function could save."""
        weight = DRIVER_WEIGHT if function.loops else TRAMPOLINE_WEIGHT
        return self.own + weight * (self.share - self.own)


def rank(profile: Profile, index: CodeIndex, *, limit: int, only: Sequence[TargetName] = ()) -> tuple[Target, ...]:
    """Return at most `limit` targets, the most promising first; with `only`, those in the order given.

    Tests and code outside the index are never chosen, but may be asked for with `only`; what the profile did not see then has share 0.0.
    A nested function stands for the outermost one around it.

    Raises:
        TargetError: `only` names a function that does not exist.
    """
    times = _times(profile, index)
    if only:
        asked = {function.name: function for function in (_outermost(index, name) for name in only)}
        return tuple(_target(function, times) for function in asked.values())[:limit]
    seen = [function for name in times if (function := index.get(name)) is not None and not _is_test(name.path)]
    useful = [function for function in seen if times[function.name].gain(function) > 0]
    # Ties go by name, so that the same profile gives the same order.
    useful.sort(key=lambda function: (-times[function.name].gain(function), str(function.name)))
    return tuple(_target(function, times) for function in useful[:limit])


def _outermost(index: CodeIndex, name: TargetName) -> Function:
    function = index.get(name)
    if function is None:
        raise TargetError(f"{name}: no such function in the files that could be parsed; check its path and name")
    return index.outermost(function)


def _times(profile: Profile, index: CodeIndex) -> dict[TargetName, _Time]:
    """Add up the rows by outermost function; the time of a nested one is in the other's total already."""
    own: defaultdict[TargetName, float] = defaultdict(float)
    total: defaultdict[TargetName, float] = defaultdict(float)
    for row in profile.rows:
        function = index.get(row.name)
        if function is not None:
            name = index.outermost(function).name
            own[name] += row.own_s
            total[name] = max(total[name], row.total_s)
    return {name: _time(own[name], total[name], profile.total_s) for name in total}


def _time(own_s: float, total_s: float, whole_s: float) -> _Time:
    if whole_s <= 0:
        return _Time(own=0.0, share=0.0)
    # Several threads at once can add up to more than the whole.
    own = min(1.0, max(0.0, own_s / whole_s))
    return _Time(own=own, share=min(1.0, max(own, total_s / whole_s)))


def _target(function: Function, times: dict[TargetName, _Time]) -> Target:
    share = times[function.name].share if function.name in times else 0.0
    return Target(name=function.name, span=function.span, source_sha=function.source_sha, share=share)


def _is_test(path: str) -> bool:
    *folders, name = PurePosixPath(path).parts
    module = name.endswith(".py") and (name.startswith("test_") or name.endswith("_test.py") or name in {"conftest.py", "tests.py"})
    return module or not _TEST_FOLDERS.isdisjoint(map(str.lower, folders))
