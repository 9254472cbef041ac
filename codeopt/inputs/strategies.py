"""Hypothesis strategies for inputs: values of the types of a slot that keep to what recorded values have in common, and plans of them."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import replace
from random import Random

from hypothesis import strategies as st

from codeopt.inputs.containers import settled
from codeopt.inputs.edge import LARGE, Edge, do, put
from codeopt.inputs.letters import ALPHABET
from codeopt.inputs.planner import Planner, Spot
from codeopt.inputs.sketch import ATOMS, CONTAINERS, FLOW, Node
from codeopt.inputs.slots import Slot
from codeopt.model.plan import Plan

__all__ = ["plans_of", "values_of"]

_MOST_CHANGES = 3
_FARTHER = 50
_SEEDS = 5
_FEW = 3
_LONGEST = 12
_MOST_WORDS = 40
_WORD = re.compile(r"\w+")
_SURROGATE = re.compile("[\ud800-\udfff]")
_LARGEST_FLOAT = 1.7976931348623157e308


def plans_of(planner: Planner, known: dict[object, list[Edge]]) -> st.SearchStrategy[Plan | None]:
    """Plans with up to three changes at places that do not lie in each other; None where none fits.

    `known` keeps the edges of places, for one strategy after the other.
    """

    # Hypothesis hashes what strategies are given, and these are large: so it is given numbers alone.
    @st.composite
    def made(draw: st.DrawFn) -> Plan | None:
        call = planner.calls[draw(_below(len(planner.calls)))]
        random = Random(draw(st.integers(0, 1 << 32)))  # noqa: S311 - the seed of the draw is the secret
        edits = list[tuple[Spot, Edge]]()
        for _ in range(draw(st.integers(1, _MOST_CHANGES))):
            spot = planner.spot(planner.slots[draw(_below(len(planner.slots)))], call, random)
            if spot is None or any(spot.place[: len(other.place)] == other.place[: len(spot.place)] for other, _ in edits):
                continue
            edge = _edge(draw, planner, spot, known)
            if edge is not None:
                edits.append((spot, edge))
        return planner.plan(call, edits) if edits else None

    return made()


def _below(number: int) -> st.SearchStrategy[int]:
    return st.integers(0, number - 1)


def _edge(draw: st.DrawFn, planner: Planner, spot: Spot, known: dict[object, list[Edge]]) -> Edge | None:
    """Draw an edge that breaks nothing at its place, or a value of the slot's own types."""
    values = values_of(spot, fixed=planner.relations.of_size(spot.place), words=planner.signature.fragments)
    if values is not None and draw(st.booleans()):
        return draw(values)
    key = (spot.call.number, spot.place, draw(st.integers(1, _SEEDS)))
    if key not in known:
        known[key] = [edge for edge in planner.edges(spot, 7919 * key[2]) if planner.is_quiet(spot, edge)]
    quiet = known[key]
    return quiet[draw(_below(len(quiet)))] if quiet else None


def values_of(spot: Spot, *, fixed: bool = False, words: Sequence[str] = ()) -> st.SearchStrategy[Edge] | None:
    """Return a strategy for other values at a place; None where values can only be changed, not made.

    Where the length is `fixed`, it stays. Texts are made of `words` too.
    """
    slot, node = spot.slot, spot.node
    if node.type in ATOMS:
        atoms = _atoms(node.type, slot, words)
        return None if atoms is None else atoms.map(lambda value: put("drawn", value))
    if (
        (node.type in CONTAINERS - {"tuple"} or node.kind == FLOW)
        and node.items
        and {item.type for item in node.items} <= {"int", "float", "str", "bool"}
    ):
        items = st.one_of(
            [found for kind in sorted({item.type for item in node.items}) if (found := _atoms(kind, slot, words)) is not None]
        )
        size = min(_LONGEST, max(4, 2 * node.length))
        if fixed and node.length > _LONGEST:
            return None
        least, most = (node.length, node.length) if fixed else (0, size)
        lists = st.lists(items, min_size=least, max_size=most, unique="unique" in slot.holds)
        return lists.map(lambda drawn: _in_the_way_of(drawn, slot, node))
    return None


def _in_the_way_of(items: Sequence[object], slot: Slot, node: Node) -> Edge:
    """Return the edge of a drawn list, put in order where all recorded ones were."""
    made = put("drawn", list(items))
    edge = do("drawn", ("put", made.recipe), *settled(slot.holds, shrinks=False), risks=made.risks, resizes=True)
    return replace(edge, becomes=replace(node, length=len(items)))


def _atoms(kind: str, slot: Slot, words: Sequence[str]) -> st.SearchStrategy[object] | None:
    holds = slot.holds
    low = 1 if "positive" in holds else 0 if "nonnegative" in holds else None
    if kind == "int":
        return _integers(low, slot)
    if kind == "float":
        return _reals(low, holds)
    if kind == "str":
        return _texts(slot, words)
    return {"bool": st.booleans(), "bytes": st.binary(max_size=_LONGEST)}.get(kind)


def _integers(low: int | None, slot: Slot) -> st.SearchStrategy[int]:
    """Integers around the recorded ones, some a good deal larger, and huge ones only where one was recorded."""
    near = [abs(value) for node in slot.nodes if type(value := node.value) is int and abs(value) < LARGE]
    reach = max([8, *near])
    widest = min(LARGE - 1, _FARTHER * reach) if "small" in slot.holds else 1 << 70
    # Of few numbers some come twice, and meet the bounds of what is compared with them.
    return st.one_of([st.integers(-size if low is None else low, size) for size in (min(_FEW, widest), min(2 * reach, widest), widest)])


def _reals(low: int | None, holds: frozenset[str]) -> st.SearchStrategy[float]:
    widest = float(LARGE - 1) if "small" in holds else _LARGEST_FLOAT
    smallest = None if low is None else math.ulp(0.0) if low else 0.0
    found = st.floats(-widest if smallest is None else smallest, widest)
    near = st.floats(-1000.0 if smallest is None else smallest, 1000.0)
    odd = [value for value, name in ((math.nan, "nan"), (math.inf, "finite"), (-math.inf, "finite")) if name not in holds]
    odd = [value for value in odd if not (low is not None and value < 0)]
    return st.one_of(near, found, st.sampled_from(odd)) if odd else near | found


def _texts(slot: Slot, words: Sequence[str]) -> st.SearchStrategy[str]:
    """Texts of recorded signs and words, of words of the code, and of odd signs; only ASCII where nothing else was recorded."""
    recorded = " ".join(str(node.value) for node in slot.nodes if node.type == "str")
    known = [*dict.fromkeys(_WORD.findall(recorded))][:_MOST_WORDS]
    lots = [list(dict.fromkeys(recorded)), [*words, *known], list(ALPHABET)]
    if "ascii" in slot.holds:
        lots = [[part for part in lot if part.isascii()] for lot in lots]
    elif "encodable" in slot.holds:
        lots = [[part for part in lot if not _SURROGATE.search(part)] for lot in lots]
    # `st.text` would look up all of Unicode, and keep it in a folder.
    parts = st.one_of([st.sampled_from(lot) for lot in lots if lot])
    return st.lists(parts, max_size=2 * _LONGEST).map("".join)
