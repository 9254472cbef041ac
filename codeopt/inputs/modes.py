"""Knows the modes of a function's calls: which options are on, and what is given, apart from the one argument that is changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random

from codeopt.inputs.edge import put
from codeopt.inputs.signature import Signature
from codeopt.inputs.sketch import Call, Node
from codeopt.model.plan import Change, Place

__all__ = ["Mode", "modes_of"]

_MOST = 6
_LEAST_TURNED = 2
_MOST_VALUES = 4
_LONGEST = 20
_LARGEST = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Mode:
    """Calls of one mode; `changes` put them into it where none was recorded in it."""

    calls: tuple[Call, ...]
    changes: tuple[Change, ...] = ()


def modes_of(calls: Sequence[Call], signature: Signature, argument: Place, random: Random) -> tuple[Mode, ...]:
    """Return a few modes of the calls that have an argument, the most frequent first; then those that no call was in.

    Calls are of one mode when the same other arguments are given, and those of few small values have the same ones: booleans, None or
    something, options.
    """
    having = [call for call in calls if argument in call.arguments]
    few = _few_valued(having)
    groups: dict[frozenset[object], list[Call]] = {}
    for call in having:
        features = frozenset((place, _feature(node, place in few)) for place, node in call.arguments.items() if place != argument)
        groups.setdefault(features, []).append(call)
    recorded = [Mode(calls=tuple(group)) for group in sorted(groups.values(), key=len, reverse=True)]
    if not recorded:
        return ()
    turned = list(_turned(calls, signature, argument, recorded[0]))
    room = min(len(turned), max(_LEAST_TURNED, _MOST - len(recorded)))
    return (*recorded[: _MOST - room], *random.sample(turned, room))


def _few_valued(calls: Sequence[Call]) -> frozenset[Place]:
    """Return the places where few small values come again and again."""
    seen: dict[Place, Counter[object]] = {}
    for call in calls:
        for place, node in call.arguments.items():
            seen.setdefault(place, Counter())[_feature(node, True)] += 1
    return frozenset(place for place, counted in seen.items() if len(counted) <= min(_MOST_VALUES, counted.total() // 2))


def _feature(node: Node, few: bool) -> object:
    """Return what of an argument makes a mode."""
    value = node.value
    if node.type in {"bool", "NoneType"}:
        return node.type, value
    if node.kind == "enum":
        return node.type, node.text
    is_small = (isinstance(value, str) and node.length <= _LONGEST) or (isinstance(value, int) and abs(value) <= _LARGEST)
    return (node.type, value) if few and is_small else node.type


def _turned(calls: Sequence[Call], signature: Signature, argument: Place, mode: Mode) -> Iterator[Mode]:
    """Yield the mode with one option turned that no call has turned: a boolean that always is the same, or is never given."""
    for place, value in _steady(calls, signature).items():
        changed = [call for call in mode.calls if place in call.arguments]
        if changed and place != argument:
            yield Mode(calls=tuple(changed), changes=(_change(place, not value),))
    for parameter in signature.parameters:
        if isinstance(parameter.default, bool):
            free = [(call, at) for call in mode.calls if (at := signature.open_place(call.arguments, parameter)) is not None]
            if free and not any(signature.at(place[1]) is parameter for call in calls for place in call.arguments):
                yield Mode(calls=tuple(call for call, _ in free), changes=(_change(free[0][1], not parameter.default),))


def _steady(calls: Sequence[Call], signature: Signature) -> Mapping[Place, bool]:
    """Return the places that have one boolean in all calls, what is left out counted in."""
    found: dict[Place, set[object]] = {}
    for place in dict.fromkeys(place for call in calls for place in call.arguments):
        values = {call.arguments[place].value for call in calls if place in call.arguments}
        parameter = signature.at(place[1])
        default = None if parameter is None or all(place in call.arguments for call in calls) else parameter.default
        found[place] = values | ({default} if isinstance(default, bool) else set())
    return {place: value for place, values in found.items() if len(values) == 1 and isinstance(value := next(iter(values)), bool)}


def _change(place: Place, value: bool) -> Change:
    return Change(place=place, value=put("turned", value).text)
