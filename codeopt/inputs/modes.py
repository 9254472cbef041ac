"""Knows the modes of a function's calls: which options are on, and what is given, apart from the one argument that is changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random

from codeopt.inputs.edge import in_turn, put
from codeopt.inputs.signature import Parameter, Signature
from codeopt.inputs.sketch import Call, Node
from codeopt.model.plan import Change, Place

__all__ = ["Mode", "modes_of"]

_MOST = 6
_LEAST_TURNED = 2
_MOST_VALUES = 4
_LONGEST = 20
_LARGEST = 64
_OPTIONS: dict[str, tuple[object, ...]] = {"str": ("_", "ab", "X", "--"), "int": (0, 1, 2, -1)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mode:
    """Calls of one mode; `changes` put them into it where none was recorded in it, and give them `texts`."""

    calls: tuple[Call, ...]
    changes: tuple[Change, ...] = ()
    texts: tuple[str, ...] = ()


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
    lots = [list(_turned(calls, signature, argument, recorded[0])), list(_given(calls, signature, recorded[0], random))]
    for lot in lots:
        random.shuffle(lot)
    others = list(in_turn(lots))
    room = min(len(others), max(_LEAST_TURNED, _MOST - len(recorded)))
    return (*recorded[: _MOST - room], *others[:room])


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
    for parameter in _never_given(calls, signature):
        if isinstance(parameter.default, bool):
            yield from _with(mode, signature, parameter, not parameter.default)


def _given(calls: Sequence[Call], signature: Signature, mode: Mode, random: Random) -> Iterator[Mode]:
    """Yield the mode with one option given that no call gives: a text or a number."""
    for parameter in _never_given(calls, signature):
        kinds = [
            kind for kind in _OPTIONS if type(parameter.default).__name__ == kind or (parameter.default is None and kind in parameter.heads)
        ]
        if kinds:
            options = [option for option in _OPTIONS[kinds[0]] if option != parameter.default]
            yield from _with(mode, signature, parameter, random.choice(options))


def _never_given(calls: Sequence[Call], signature: Signature) -> Iterator[Parameter]:
    given = {id(signature.at(place[1])) for call in calls for place in call.arguments}
    yield from (parameter for parameter in signature.parameters if parameter.optional and id(parameter) not in given)


def _with(mode: Mode, signature: Signature, parameter: Parameter, value: object) -> Iterator[Mode]:
    places = [(call, signature.open_place(call.arguments, parameter)) for call in mode.calls]
    place = places[0][1]
    if place is not None:
        calls = tuple(call for call, at in places if at == place)
        yield Mode(calls=calls, changes=(_change(place, value),), texts=(value,) if isinstance(value, str) else ())


def _steady(calls: Sequence[Call], signature: Signature) -> Mapping[Place, bool]:
    """Return the places that have one boolean in all calls, what is left out counted in."""
    found: dict[Place, set[object]] = {}
    for place in dict.fromkeys(place for call in calls for place in call.arguments):
        values = {call.arguments[place].value for call in calls if place in call.arguments}
        parameter = signature.at(place[1])
        default = None if parameter is None or all(place in call.arguments for call in calls) else parameter.default
        found[place] = values | ({default} if isinstance(default, bool) else set())
    return {place: value for place, values in found.items() if len(values) == 1 and isinstance(value := next(iter(values)), bool)}


def _change(place: Place, value: object) -> Change:
    return Change(place=place, value=put("given", value).text)
