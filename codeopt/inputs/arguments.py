"""Plans that are about whole arguments: left out or given, other calls', one object twice, and of several the same size."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import replace
from random import Random

from codeopt.inputs.edge import Edge, do, in_turn, lacking, put, tag_of
from codeopt.inputs.planner import Planner, Spot
from codeopt.inputs.signature import Parameter
from codeopt.inputs.sketch import ATOMS, Call, Node
from codeopt.inputs.slots import Slot
from codeopt.model.plan import Change, Place, Plan

__all__ = ["argument_plans", "crossed_plans"]

_DROP = Edge(name="left out", recipe=("drop",))
_BY_ANNOTATION: dict[str, tuple[object, ...]] = {
    "int": (0, 1, -1, 2, 5),
    "float": (0.0, 1.0, -1.0, 0.5),
    "str": ("", "a", " ", ","),
    "bool": (False, True),
    "bytes": (b"", b"a"),
    "None": (None,),
}
_SAMPLED = 4


def argument_plans(planner: Planner, random: Random) -> Iterator[Plan]:
    """Yield the plans of whole arguments, each kind once for each argument or pair, kinds in turn."""
    given = (_given(planner, parameter, random) for parameter in planner.signature.parameters if parameter.optional)
    kinds = (_left_out, _from_others, _of_one_size, _aliased, _far_apart)
    yield from in_turn([*(kind(planner, random) for kind in kinds), *given])


def crossed_plans(planner: Planner, random: Random, *, tries: int) -> Iterator[Plan]:
    """Yield calls made of two recorded ones: some arguments of the one, all others of the other."""
    for _ in range(tries if len(planner.calls) > 1 else 0):
        taker, giver = random.sample(planner.calls, 2)
        differ = [place for place, node in taker.arguments.items() if _differs(node, giver.arguments.get(place))]
        most = min(len(differ), len(taker.arguments) - 1)
        if most > 0:
            places = random.sample(differ, random.randint(1, most))
            yield planner.plan(taker, [_taken(slot, taker, giver) for slot in _arguments(planner) if slot.pattern in places])


def _differs(node: Node, other: Node | None) -> bool:
    return other is not None and (node.type not in ATOMS or node != other)


def _left_out(planner: Planner, random: Random) -> Iterator[Plan]:
    for slot in _arguments(planner):
        parameter = slot.parameter
        if parameter is None or not parameter.optional:
            continue
        calls = [call for call in planner.calls if slot.pattern in call.arguments]
        for call in random.sample(calls, min(2, len(calls))):
            places = [slot.pattern]
            if slot.pattern[0] == "args":
                # Those behind it move up, unless they go as well.
                last = max(int(place[1]) for place in call.arguments if place[0] == "args")
                places = [("args", at) for at in range(last, int(slot.pattern[1]) - 1, -1)]
            if all((found := planner.signature.at(place[1])) is not None and found.optional for place in places):
                yield Plan(call=call.number, changes=tuple(Change(place=place, value=_DROP.text) for place in places))


def _given(planner: Planner, parameter: Parameter, random: Random) -> Iterator[Plan]:
    free = [(call, place) for call in planner.calls if (place := planner.signature.open_place(call.arguments, parameter)) is not None]
    for edge, breaks in _values_of(parameter, planner) if free else ():
        call, place = random.choice(free)
        yield Plan(call=call.number, changes=(Change(place=place, value=edge.text),), breaks=breaks)


def _values_of(parameter: Parameter, planner: Planner) -> Iterator[tuple[Edge, str]]:
    """Yield what a parameter could be given that no call gave: its default, values around it, and those of its annotation."""
    values = {name: value for word in _parts(parameter.annotation) for name, value in _named(word)}
    default = parameter.default
    if not isinstance(default, _LITERALS):
        yield from ((put(name, value), "") for name, value in values.items())
        return
    node = Node(type=type(default).__name__, value=default, length=len(default) if isinstance(default, str) else 0, lacks=lacking(default))
    yield put("default", default), ""
    slot = Slot(pattern=("kwargs", parameter.name), nodes=(node,), holds=_WORDS - node.lacks, parameter=parameter)
    edges = list(planner.edges(Spot(call=planner.calls[0], place=slot.pattern, node=node, slot=slot), 0)) if node.type in ATOMS else []
    edges += [put(name, value) for name, value in values.items()]
    yield from ((edge, _tag(slot, edge, known=edge.name in values)) for edge in edges)


_LITERALS = (int, float, str, bytes, complex, type(None), list, tuple, dict, set)
_WORDS = frozenset({"nan", "finite", "positive", "nonnegative", "small", "ascii", "encodable", "none"})


def _tag(slot: Slot, edge: Edge, *, known: bool) -> str:
    return tag_of(slot.broken(edge) - ({"type"} if known else frozenset()))


def _parts(annotation: str) -> Iterable[str]:
    inner = annotation.removeprefix("Optional[").removesuffix("]") if annotation.startswith("Optional[") else annotation
    return [part.strip() for part in inner.split("|")]


def _named(word: str) -> Iterator[tuple[str, object]]:
    yield from ((f"{word} {value!r}", value) for value in _BY_ANNOTATION.get(word, ()))


def _from_others(planner: Planner, random: Random) -> Iterator[Plan]:
    """Each argument once from another call; then a receiver, or any one argument, with all the rest of another call."""
    for slot in _arguments(planner):
        givers = [call for call in planner.calls if slot.pattern in call.arguments]
        for giver in random.sample(givers, min(_SAMPLED, len(givers))):
            takers = [call for call in givers if call is not giver]
            if takers:
                taker = random.choice(takers)
                yield planner.plan(taker, [_taken(slot, taker, giver)])


def _taken(slot: Slot, taker: Call, giver: Call) -> tuple[Spot, Edge]:
    recipe = ("of", giver.number, slot.pattern)
    edge = Edge(name="another call's", recipe=recipe, resizes=True, becomes=giver.arguments[slot.pattern])
    return Spot(call=taker, place=slot.pattern, node=taker.arguments[slot.pattern], slot=slot), edge


def _of_one_size(planner: Planner, random: Random) -> Iterator[Plan]:
    """Where arguments are of one length, or a number counts one: all of them shorter together."""
    relations = planner.relations
    for slot in _arguments(planner):
        partners, counters = relations.partners(slot.pattern), relations.counters(slot.pattern)
        if not (partners or counters) or any(partner < slot.pattern for partner in partners):
            continue
        calls = [call for call in planner.calls if {slot.pattern, *partners, *counters} <= set(call.arguments)]
        for size in (0, 1, 2, -1) if calls else ():
            call = random.choice(calls)
            length = call.arguments[slot.pattern].length
            if size < length:
                yield _shortened(planner, call, (slot.pattern, *partners), counters, size if size >= 0 else length - 1)


def _shortened(planner: Planner, call: Call, places: Iterable[Place], counters: Iterable[Place], size: int) -> Plan:
    slots = {slot.pattern: slot for slot in _arguments(planner)}
    shorter = do(f"take {size}", ("take", size), risks={"shape"}, resizes=True)
    edits = [(Spot(call=call, place=place, node=call.arguments[place], slot=slots[place]), shorter) for place in places]
    number = put("their number", size)
    edits += [(Spot(call=call, place=place, node=call.arguments[place], slot=slots[place]), number) for place in counters]
    return planner.plan(call, edits)


def _aliased(planner: Planner, random: Random) -> Iterator[Plan]:
    """Two arguments one object, where their types are the same."""
    for slot in _arguments(planner):
        for other in _arguments(planner):
            pair = (other.pattern, slot.pattern)
            calls = [call for call in planner.calls if set(pair) <= set(call.arguments) and pair not in call.aliases]
            fitting = [call for call in calls if _same_kind(call.arguments[pair[0]], call.arguments[pair[1]])]
            if pair[0] < pair[1] and fitting:
                call = random.choice(fitting)
                becomes = call.arguments[other.pattern]
                edge = Edge(name="one object", recipe=("at", other.pattern), resizes=True, becomes=replace(becomes))
                spot = Spot(call=call, place=slot.pattern, node=call.arguments[slot.pattern], slot=slot)
                never = not any(pair in each.aliases for each in planner.calls)
                yield planner.plan(call, [(spot, edge)], also=frozenset({"separate"}) if never else frozenset())


def _far_apart(planner: Planner, random: Random) -> Iterator[Plan]:
    """Of two numbers one the least that was recorded for either, the other the greatest: bounds that hold everything, or nothing."""
    numbers = [slot for slot in _arguments(planner) if slot.types & {"int", "float"} and slot.types <= {"int", "float", "NoneType"}]
    for low, high in itertools.permutations(numbers, 2):
        values = [node.value for node in (*low.nodes, *high.nodes) if isinstance(node.value, int | float)]
        calls = [call for call in planner.calls if {low.pattern, high.pattern} <= set(call.arguments)]
        for call in random.sample(calls, min(_SAMPLED, len(calls))):
            edits = [
                (Spot(call=call, place=slot.pattern, node=call.arguments[slot.pattern], slot=slot), put(name, value))
                for slot, name, value in ((low, "least", min(values)), (high, "greatest", max(values)))
            ]
            yield planner.plan(call, edits)


def _same_kind(first: Node, second: Node) -> bool:
    forms = [(node.type, node.dtype, len(node.shape)) for node in (first, second)]
    return forms[0] == forms[1] and first.type not in ATOMS and first.kind not in {"opaque", "callable", "enum", "text"}


def _arguments(planner: Planner) -> list[Slot]:
    return [slot for slot in planner.slots if len(slot.pattern) == 2]  # noqa: PLR2004 - `args` or `kwargs`, and which
