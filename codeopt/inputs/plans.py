"""Plans of calls that nobody made: every edge of every argument once, then in other modes of calls, and what Hypothesis draws."""

from __future__ import annotations

import itertools
import operator
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from random import Random

from codeopt.inputs.arguments import argument_plans, crossed_plans
from codeopt.inputs.drawing import drawn
from codeopt.inputs.edge import Edge, in_turn
from codeopt.inputs.files import file_plans
from codeopt.inputs.modes import Mode, modes_of
from codeopt.inputs.planner import Planner, Spot, planner_of
from codeopt.inputs.signature import Signature
from codeopt.inputs.sketch import read_calls
from codeopt.inputs.slots import Slot
from codeopt.inputs.strategies import plans_of
from codeopt.model.plan import Plan

__all__ = ["plans"]

_TRIED = 6  # calls that are looked at for a place where an edge fits
_TELLING = 3
_CHANCES = 3
_ARGUMENT = 2  # the steps of an argument's place
_INNER_MODES = 2
_QUIET_SHARE = 0.5
_CROSSED_SHARE = 0.12
_BREAKING_SHARE = 0.25
_LOOKED_AT = 8  # edges that are looked at for each plan that is wanted


def plans(
    sketches: Sequence[object], signature: Signature, *, most: int, seed: str, unwanted: frozenset[str] = frozenset()
) -> tuple[Plan, ...]:
    """Return that many plans at most, none that breaks what is unwanted; the same for the same sketches and seed.

    Half are edges that break nothing that recorded calls have in common; then there are some that do, calls made of two recorded ones, and
    draws. They are mixed, so that the first ones have something of all. Where that is not enough, there are more edges.
    """
    calls = read_calls(sketches)
    if not calls or most <= 0:
        return ()
    planner = planner_of(calls, signature)
    random = Random(seed)  # noqa: S311 - the host's seed is the secret
    # An edge may fall on a call that the code rejects: it has more than one chance.
    found = itertools.chain.from_iterable(_systematic(planner, random) for _ in range(_CHANCES))
    edges = _looked_at((plan for plan in found if plan.breaks not in unwanted), most)
    crossed = [plan for plan in crossed_plans(planner, random, tries=most) if plan.breaks not in unwanted]
    shares = (
        ([plan for plan in edges if not plan.breaks], _QUIET_SHARE),
        (list(dict.fromkeys(crossed)), _CROSSED_SHARE),
        ([plan for plan in edges if plan.breaks], _BREAKING_SHARE),
    )
    lots = [(lot[: round(most * share)], most * share) for lot, share in shares]
    files = [plan for plan in file_plans(calls, random) if plan.breaks not in unwanted]
    # Few, and what they ask no other plan asks: all of them come early.
    lots.append((files, len(files) / _BREAKING_SHARE))
    rest = most - sum(len(lot) for lot, _ in lots)
    lot = drawn(plans_of(planner, {}), most=rest, seed_text=seed) if planner.slots else ()
    lots.append(([plan for plan in lot if plan is not None and plan.breaks not in unwanted], rest))
    return tuple(dict.fromkeys([*_mixed(lots), *edges, *crossed]))[:most]


def _mixed(lots: Sequence[tuple[Sequence[Plan], float]]) -> list[Plan]:
    """Return all of several lots, so that the first ones have of each lot its share; of one that falls short of it, all come early."""
    placed = [((at + 0.5) / room, plan) for lot, room in lots for at, plan in enumerate(lot)]
    return [plan for _, plan in sorted(placed, key=operator.itemgetter(0))]


def _looked_at(found: Iterator[Plan], most: int) -> list[Plan]:
    """Return different plans, until there are enough of both kinds, or there were many."""
    kept: dict[Plan, None] = {}
    quiet = 0
    for plan in itertools.islice(found, _LOOKED_AT * most):
        quiet += not plan.breaks and plan not in kept
        kept[plan] = None
        if len(kept) >= most and quiet >= most * _QUIET_SHARE and len(kept) - quiet >= most * _BREAKING_SHARE:
            break
    return list(kept)


def _systematic(planner: Planner, random: Random) -> Iterator[Plan]:
    """Yield whole arguments and the edges of every slot in turn, so that a small number has some of all; then the same in other modes."""
    rounds = [_rounds(planner, slot, random) for slot in planner.slots]
    whole = argument_plans(planner, random)
    for lots in itertools.zip_longest(*rounds, fillvalue=()):
        yield from in_turn([whole, *lots])
    yield from whole


def _rounds(planner: Planner, slot: Slot, random: Random) -> Sequence[Iterable[Plan]]:
    """Return lots of plans: each has every edge of a slot once, in another mode than the lots before."""
    modes = modes_of(planner.calls, planner.signature, slot.pattern[:_ARGUMENT], random)
    if len(slot.pattern) > _ARGUMENT:
        modes = tuple(random.sample(modes, min(_INNER_MODES, len(modes))))
    tried = max(1, _TRIED // max(1, len(modes)))
    lots = [(mode, found) for mode in modes if (found := _edits(planner, slot, mode, random, tried))]
    names = list(dict.fromkeys(name for _, found in lots for name in found))
    return [_lot(planner, lots, names, turn, random) for turn in range(len(lots))]


Edits = dict[str, list[tuple[Spot, Edge]]]


def _edits(planner: Planner, slot: Slot, mode: Mode, random: Random, tried: int) -> Edits:
    """Return the edges of a slot by name, at places of calls of a mode."""
    found: Edits = {}
    for call in random.sample(mode.calls, min(tried, len(mode.calls))):
        spot = planner.spot(slot, call, random)
        if spot is not None:
            spot = replace(spot, given=mode.texts)
            for edge in planner.edges(spot, random.randrange(1 << 16)):
                found.setdefault(edge.name, []).append((spot, edge))
    return found


def _lot(planner: Planner, lots: Sequence[tuple[Mode, Edits]], names: Sequence[str], turn: int, random: Random) -> Iterator[Plan]:
    """Yield the plan of each edge in the mode whose turn it is."""
    for at, name in enumerate(names):
        mode, found = lots[(at + turn) % len(lots)]
        edits = found.get(name)
        if edits:
            # Of two items or none, an order or a repeat says little.
            telling = [edit for edit in edits if edit[0].node.length >= _TELLING]
            spot, edge = random.choice(telling or edits)
            plan = planner.plan(spot.call, [(spot, edge)])
            yield replace(plan, changes=(*mode.changes, *plan.changes))
