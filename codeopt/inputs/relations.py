"""Knows what arguments have in common with each other in all recorded calls: lengths, counts, order, identity."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from codeopt.inputs.sketch import ATOMS, Call, Node
from codeopt.model.plan import Place

__all__ = ["Relations", "relations_of"]

_FEWEST = 3  # of fewer calls, order says nothing
_TEXTS = frozenset({"str", "bytes", "bytearray"})
Pair = tuple[Place, Place]
Arguments = Mapping[Place, Node | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Relations:
    """Pairs of arguments: of one `lengths`, where the first `counts` the second, where the first is never above the second (`orders`).

    Of those of one type that hold things, some are one object in every call (`same`) and some in no call (`apart`).
    """

    lengths: frozenset[Pair]
    counts: frozenset[Pair]
    orders: frozenset[Pair]
    same: frozenset[Pair]
    apart: frozenset[Pair]

    def of_size(self, place: Place) -> bool:
        """Whether the length of an argument is bound to others."""
        return any(place in pair for pair in self.lengths) or any(place == counted for _, counted in self.counts)

    def partners(self, place: Place) -> tuple[Place, ...]:
        """Return the other arguments that are always of the length of this one."""
        return tuple(sorted({other for pair in self.lengths if place in pair for other in pair if other != place}, key=repr))

    def counters(self, place: Place) -> tuple[Place, ...]:
        """Return the arguments that always are the length of this one."""
        return tuple(sorted((count for count, counted in self.counts if counted == place), key=repr))

    def broken(self, arguments: Arguments, changed: frozenset[Place]) -> Iterator[str]:
        """Yield what the changed arguments break; one that is there and None is not known."""
        for pairs, holds, name in ((self.lengths, _even, "lengths"), (self.counts, _counts, "lengths"), (self.orders, _ordered, "order")):
            for first, second in pairs:
                if (
                    changed & {first, second}
                    and {first, second} <= set(arguments)
                    and not _known(holds, arguments[first], arguments[second])
                ):
                    yield name
        if any(changed & set(pair) for pair in self.same):
            yield "separate"


def relations_of(calls: Sequence[Call]) -> Relations:
    """Find what holds between arguments in all calls that have both."""
    places = list(dict.fromkeys(place for call in calls for place in call.arguments))
    both = {pair: nodes for pair in itertools.permutations(places, 2) if (nodes := _together(calls, pair))}
    alike = [pair for pair, nodes in both.items() if all(_could_be_one(*each) for each in nodes)]
    aliased = {pair: [pair in call.aliases for call in calls if set(pair) <= set(call.arguments)] for pair in alike}
    return Relations(
        lengths=frozenset(pair for pair, nodes in both.items() if pair[0] < pair[1] and all(_even(*each) for each in nodes)),
        counts=frozenset(pair for pair, nodes in both.items() if all(_counts(*each) for each in nodes)),
        orders=frozenset(pair for pair, nodes in both.items() if len(nodes) >= _FEWEST and all(_ordered(*each) for each in nodes)),
        same=frozenset(pair for pair in alike if all(aliased[pair])),
        apart=frozenset(pair for pair in alike if not any(aliased[pair])),
    )


def _together(calls: Sequence[Call], pair: Pair) -> list[tuple[Node, Node]]:
    first, second = pair
    return [(call.arguments[first], call.arguments[second]) for call in calls if first in call.arguments and second in call.arguments]


def _known(holds: Callable[[Node, Node], bool], first: Node | None, second: Node | None) -> bool:
    return first is not None and second is not None and holds(first, second)


def _even(first: Node, second: Node) -> bool:
    return first.is_sized and second.is_sized and first.length == second.length and (first.type in _TEXTS) == (second.type in _TEXTS)


def _counts(first: Node, second: Node) -> bool:
    return first.type == "int" and second.is_sized and first.value == second.length


def _ordered(first: Node, second: Node) -> bool:
    low, high = first.value, second.value
    if not isinstance(low, int | float) or not isinstance(high, int | float) or isinstance(low, bool) or isinstance(high, bool):
        return False
    return low <= high


def _could_be_one(first: Node, second: Node) -> bool:
    return first.type == second.type and first.type not in ATOMS and first.kind not in {"opaque", "callable", "enum", "text"}
