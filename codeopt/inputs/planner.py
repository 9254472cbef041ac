"""Puts edges into calls: what else must change with them, and what the new call breaks of what all recorded ones have in common."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from random import Random

from codeopt.inputs.arrays import array_edges
from codeopt.inputs.atoms import Near, atom_edges
from codeopt.inputs.containers import container_edges, settled
from codeopt.inputs.edge import Edge, do, put, tag_of
from codeopt.inputs.objects import object_edges, own_edges
from codeopt.inputs.relations import Relations, relations_of
from codeopt.inputs.signature import Signature
from codeopt.inputs.sketch import ATOMS, CONTAINERS, FLOW, MAPPINGS, OWN, SETS, Call, Node
from codeopt.inputs.slots import Slot, slots_of
from codeopt.model.plan import Change, Place, Plan

__all__ = ["Planner", "Spot", "planner_of"]

_ARGUMENT = 2  # the steps of an argument's place
_MOST_OTHERS = 6
_MOST_OWN = 3
_SHORT = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """A place in one call that edges can be put at; `given` are texts that the call is given beside what it has."""

    call: Call
    place: Place
    node: Node
    slot: Slot
    given: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Planner:
    """What is known of a function's inputs."""

    calls: tuple[Call, ...]
    signature: Signature
    slots: tuple[Slot, ...]
    relations: Relations

    def spot(self, slot: Slot, call: Call, random: Random) -> Spot | None:
        """Choose a place of a slot in a call."""
        found = slot.at(call, random)
        return None if found is None else Spot(call=call, place=found[0], node=found[1], slot=slot)

    def is_quiet(self, spot: Spot, edge: Edge) -> bool:
        """Whether an edge breaks nothing, as far as it can be told without making the plan."""
        return not spot.slot.broken(edge) and not (edge.resizes and self.relations.of_size(spot.place))

    def edges(self, spot: Spot, seed: int) -> Iterator[Edge]:
        """Yield all edges of a place."""
        node, slot = spot.node, spot.slot
        if slot.is_part:
            return
        if (slot.takes_none or self.signature.names_none) and node.type != "NoneType":
            yield put("none", None)
        if node.type in ATOMS:
            yield from atom_edges(node, self.signature, self._near(spot))
        elif node.type in CONTAINERS | SETS | MAPPINGS or node.kind in {FLOW, "range"}:
            yield from container_edges(
                node,
                self.signature,
                holds=slot.holds,
                flows=slot.flows or slot.streams,
                allowed=slot.allowed,
                numbers=slot.numbers,
                seed=seed,
            )
        elif node.kind == "array":
            yield from array_edges(node, "" if slot.parameter is None else slot.parameter.annotation, seed)
        elif node.kind == OWN:
            yield from own_edges(node, allowed=slot.allowed, seed=seed)
        else:
            yield from object_edges(node)

    def _near(self, spot: Spot) -> Near:
        """Return what is near a value; a value may be looked for in another argument, and a number may count something."""
        elsewhere = [node for place, node in spot.call.arguments.items() if place != spot.place[:_ARGUMENT]]
        texts = [node.value for node in elsewhere if isinstance(node.value, str) and 0 < node.length <= _SHORT]
        held = [inner for node in elsewhere for inner in (*node.keys, *node.items) if inner.type == spot.node.type and not inner.cut]
        return Near(
            held=tuple(dict.fromkeys(inner.value for inner in held))[:_MOST_OWN],
            others=tuple(other.value for other in spot.slot.nodes[:_MOST_OTHERS] if not other.cut),
            sizes=tuple(dict.fromkeys(node.length for node in elsewhere if node.is_sized and node.length > 1))[:_MOST_OWN],
            fragments=tuple(dict.fromkeys([*spot.given, *map(str, texts[:_MOST_OWN]), *self.signature.fragments])),
        )

    def plan(self, call: Call, edits: Sequence[tuple[Spot, Edge]], *, also: frozenset[str] = frozenset()) -> Plan:
        """Return the plan of edges at places of one call; what holds of sequences around them is put right where it can be."""
        changes, broken, arguments = list[Change](), set(also), dict[Place, Node | None](call.arguments)
        for spot, edge in edits:
            changes.append(Change(place=spot.place, value=edge.text))
            broken |= spot.slot.broken(edge)
            for holder, place in self._around(spot):
                steps = _kept(holder)
                if steps:
                    changes.append(Change(place=place, value=do("settle", *steps).text))
                broken |= self._spoilt(holder, spot, edge, settles=bool(steps))
            if len(spot.place) == _ARGUMENT:
                arguments[spot.place] = _after(spot.node, edge)
        changed = frozenset(spot.place[:_ARGUMENT] for spot, _ in edits)
        return Plan(call=call.number, changes=tuple(changes), breaks=tag_of(broken | set(self.relations.broken(arguments, changed))))

    def _around(self, spot: Spot) -> Iterator[tuple[Slot, Place]]:
        """Yield the slots that hold a place, innermost first."""
        for length in range(len(spot.slot.pattern) - 1, _ARGUMENT - 1, -1):
            yield from ((slot, spot.place[:length]) for slot in self.slots if slot.pattern == spot.slot.pattern[:length])

    def _spoilt(self, holder: Slot, spot: Spot, edge: Edge, *, settles: bool) -> frozenset[str]:
        kinds = {node.kind for node in holder.nodes}
        if "dataclass" in kinds and not holder.is_record:
            return frozenset({"state"})
        if "object" in kinds or ("dataclass" in kinds and holder.is_receiver):
            return frozenset({"held"})
        risks = set() if settles else {"sorted", "descending", "unique"}
        if edge.kind and (edge.kind in CONTAINERS) != (spot.node.type in CONTAINERS):
            risks.add("nested")
        if edge.resizes and spot.node.type in CONTAINERS and len(holder.pattern) == len(spot.slot.pattern) - 1:
            risks.add("rows")
        return holder.told(holder.holds & risks) if holder.types & CONTAINERS or holder.flows else frozenset()


def _kept(holder: Slot) -> tuple[tuple[object, ...], ...]:
    """Return what keeps a sequence as all recorded ones were, after a change in it; a plan that repeats an item then makes no call."""
    if not all(node.type in CONTAINERS or node.kind == FLOW for node in holder.nodes):
        return ()
    return settled(holder.holds, shrinks=False)


def planner_of(calls: Sequence[Call], signature: Signature) -> Planner:
    """Learn from sketches what inputs are like."""
    return Planner(calls=tuple(calls), signature=signature, slots=slots_of(calls, signature), relations=relations_of(calls))


def _after(node: Node, edge: Edge) -> Node | None:
    """Return what a node becomes, as far as relations look at it; None where that is not known."""
    if edge.becomes is not None:
        return edge.becomes
    if not edge.resizes:
        return node
    match edge.recipe:
        case ("do", ("take", int(size))):
            return replace(node, length=min(size, node.length))
        case _:
            return None
