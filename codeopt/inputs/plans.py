"""Plans of calls that nobody made: every edge of every argument once, then what Hypothesis draws."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from random import Random

from codeopt.inputs.arguments import argument_plans
from codeopt.inputs.drawing import drawn
from codeopt.inputs.edge import Edge
from codeopt.inputs.planner import Planner, Spot, planner_of
from codeopt.inputs.signature import Signature
from codeopt.inputs.sketch import read_calls
from codeopt.inputs.slots import Slot
from codeopt.inputs.strategies import plans_of
from codeopt.model.plan import Plan

__all__ = ["plans"]

_TRIED = 6  # calls that are looked at for a place where an edge fits
_TELLING = 3
_QUIET_SHARE = 0.55
_BREAKING_SHARE = 0.25


def plans(sketches: Sequence[object], signature: Signature, *, most: int, seed: str) -> tuple[Plan, ...]:
    """Return that many plans at most; the same for the same sketches and seed.

    Edges come first: those that break nothing that recorded calls have in common, and fewer of those that do. What room is left is
    filled by draws, and by the edges that had no room before.
    """
    calls = read_calls(sketches)
    if not calls or most <= 0:
        return ()
    planner = planner_of(calls, signature)
    systematic = list(dict.fromkeys(_systematic(planner, Random(seed))))  # noqa: S311 - the host's seed is the secret
    quiet = [plan for plan in systematic if not plan.breaks]
    breaking = [plan for plan in systematic if plan.breaks]
    chosen = quiet[: round(most * _QUIET_SHARE)] + breaking[: round(most * _BREAKING_SHARE)]
    wanted = max(most - len(systematic), most - len(chosen), 0)
    lot = drawn(plans_of(planner, {}), most=wanted, seed_text=seed) if planner.slots else ()
    return tuple(dict.fromkeys([*chosen, *(plan for plan in lot if plan is not None), *systematic]))[:most]


def _systematic(planner: Planner, random: Random) -> Iterator[Plan]:
    """Yield whole arguments and the edges of every slot in turn, so that a small number has some of all."""
    lots = [argument_plans(planner, random), *(_of_slot(planner, slot, random) for slot in planner.slots)]
    yield from _in_turn(lots)


def _in_turn(lots: Sequence[Iterable[Plan]]) -> Iterator[Plan]:
    for row in itertools.zip_longest(*lots):
        yield from (plan for plan in row if plan is not None)


def _of_slot(planner: Planner, slot: Slot, random: Random) -> Iterator[Plan]:
    """Yield each edge of a slot once, at a place of a call that it fits."""
    found: dict[str, list[tuple[Spot, Edge]]] = {}
    calls = random.sample(planner.calls, min(_TRIED, len(planner.calls)))
    for call in calls:
        spot = planner.spot(slot, call, random)
        if spot is not None:
            for edge in planner.edges(spot, random.randrange(1 << 16)):
                found.setdefault(edge.name, []).append((spot, edge))
    for edits in found.values():
        # Of two items or none, an order or a repeat says little.
        telling = [edit for edit in edits if edit[0].node.length >= _TELLING]
        spot, edge = random.choice(telling or edits)
        yield planner.plan(spot.call, [(spot, edge)])
