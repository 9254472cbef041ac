"""Knows the slots of a function's inputs: each argument, and the things that arguments hold, with what they have in common in all calls."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from random import Random

from codeopt.inputs.edge import TAGS, Edge
from codeopt.inputs.signature import Parameter, Signature
from codeopt.inputs.sketch import ATOMS, CONTAINERS, FLOW, MAPPINGS, OWN, Call, Node
from codeopt.model.plan import Place

__all__ = ["ANY", "Slot", "slots_of"]

ANY = "*"
_ARGUMENT = 2  # the steps of an argument's place
_DEEPEST = 3
_MARKS = frozenset(TAGS)
_OF_ITEMS = frozenset({"sorted", "descending", "unique", "rows", "separate", "nested", "shape", "keys"})
_MOST_FIELDS = 6
_MANY_ITEMS = 12
_MANY_STEPS = 8
_RECORDS = frozenset({"namedtuple", "dataclass", "frozen"})
_ORDERS = frozenset({"sorted", "descending"})
_NUMBERS = frozenset({"bool", "float", "int"})
_SEQUENCES = frozenset({"list", "tuple"})
_FLOWS = frozenset({"generator", "list_iterator"})
# What an annotation allows beside what it names, of what is made here.
_ALLOWED = {
    "Iterable": frozenset({"list", "tuple", "range", "set", "frozenset", "dict", *_FLOWS}),
    "Iterator": _FLOWS,
    "Sequence": frozenset({"list", "tuple", "range"}),
    "Collection": frozenset({"list", "tuple", "range", "set", "frozenset", "dict"}),
    "Set": frozenset({"set", "frozenset"}),
    "Mapping": frozenset({"dict"}),
    **{name: frozenset({name}) for name in ("int", "float", "str", "bytes", "list", "tuple", "dict", "set", "frozenset", "range")},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A place of inputs: `pattern` is a place with `*` for any item; `holds` are the properties of all values that were recorded there."""

    pattern: Place
    nodes: tuple[Node, ...]
    holds: frozenset[str]
    parameter: Parameter | None = None
    is_part: bool = False
    """Whether it is a part that an object knows about: what it holds can be others, it cannot be another itself."""

    @property
    def types(self) -> frozenset[str]:
        """The types that occurred."""
        return frozenset(node.type for node in self.nodes)

    @property
    def is_record(self) -> bool:
        """Whether all that occurred were objects of single values, each of which may be another."""
        return all(node.attrs and all(held.type in ATOMS for _, held in node.attrs) for node in self.nodes)

    @property
    def is_receiver(self) -> bool:
        """Whether it is the object whose method is called, or in it."""
        return self.parameter is not None and self.parameter.name == "self"

    @property
    def takes_none(self) -> bool:
        """Whether None occurred, or parameter and annotation allow it here."""
        if "NoneType" in self.types or (self._is_plain and "none" not in self.holds):
            return True
        return len(self.pattern) == _ARGUMENT and self.parameter is not None and self.parameter.takes_none

    @property
    def _is_plain(self) -> bool:
        """Whether it is any item of lists of single values: the lists know of those that are not sketched."""
        return self.pattern[-1] == ANY and self.types <= ATOMS

    @property
    def flows(self) -> bool:
        """Whether it may be what can be gone through once, because a call had such or the annotation says so."""
        return any(node.kind == FLOW for node in self.nodes) or bool(self.allowed & _FLOWS)

    @property
    def streams(self) -> bool:
        """Whether an iterator would do here, as far as the function's text shows it."""
        return len(self.pattern) == _ARGUMENT and self.parameter is not None and self.parameter.streamed

    def broken(self, edge: Edge) -> frozenset[str]:
        """Return the properties that an edge breaks here."""
        known = edge.kind in {"", "NoneType", *self.types} or edge.kind in self.allowed or (edge.kind in _FLOWS and self.flows)
        risks = edge.risks if known else edge.risks | {self._strange(edge.kind)}
        return self.told(risks & (self.holds | {"type"}) - ({"none"} if self.takes_none else frozenset()))

    def told(self, broken: frozenset[str]) -> frozenset[str]:
        """Return broken properties as they are meant here: in a record, order is how one field goes with another (a start and an end)."""
        is_record = self.types <= {"tuple", "NoneType"} and "shape" in self.holds
        return broken - _ORDERS | {"order"} if is_record and broken & _ORDERS else broken

    @property
    def numbers(self) -> frozenset[str]:
        """The kinds of numbers that all of a sequence may be of: all, where the annotation names none."""
        named = _NUMBERS & (self.parameter.words if self.parameter is not None else frozenset())
        return named | {"int"} if "float" in named else named or _NUMBERS

    def _strange(self, kind: str) -> str:
        """Say what a type breaks that did not occur: a whole number often stands for any (but among others), a subclass for its parent."""
        if kind in _NUMBERS - {"float"} and self.types & _NUMBERS:
            return "number" if len(self.pattern) == _ARGUMENT else "type"
        if kind in _FLOWS and self.streams:
            return "sequence"
        if kind in {*_SEQUENCES, "subclass"} and self.types & _SEQUENCES and not self.types - _SEQUENCES - ATOMS:
            return "sequence"
        if kind != "subclass":
            return "type"
        if "dict" in self.types | self.allowed:
            return "mapping"
        return "sequence" if self.allowed & _SEQUENCES else "subclass"

    @property
    def allowed(self) -> frozenset[str]:
        """The built-in types that may stand here beside those that occurred: the annotation says so, or the function tells them apart."""
        if self.parameter is None:
            return frozenset()
        is_argument = len(self.pattern) == _ARGUMENT
        names = self.parameter.heads | self.parameter.tested if is_argument else self.parameter.inside
        return frozenset[str]().union(*(_ALLOWED.get(name, frozenset()) for name in names))

    def at(self, call: Call, random: Random) -> tuple[Place, Node] | None:
        """Choose a place of a call that fits the pattern, and return it with its node."""
        place, node = self.pattern[:2], call.arguments.get(self.pattern[:2])
        for step in self.pattern[2:]:
            if node is None:
                return None
            chosen = random.randrange(len(node.items)) if step == ANY and node.items else step
            place, node = (*place, chosen), _inner(node, chosen)
        return None if node is None else (place, node)


def _inner(node: Node, step: str | int) -> Node | None:
    if isinstance(step, int):
        return node.items[step] if step < len(node.items) else None
    return next((held for name, held in node.attrs if step == f".{name}"), None)


def slots_of(calls: Sequence[Call], signature: Signature) -> tuple[Slot, ...]:
    """Return the slots of calls, arguments first, then what they hold."""
    places = dict.fromkeys(place for call in calls for place in call.arguments)
    level = []
    for place in places:
        nodes = tuple(call.arguments[place] for call in calls if place in call.arguments)
        parameter = signature.at(place[1])
        level.append(Slot(pattern=place, nodes=nodes, holds=_common(nodes), parameter=parameter))
    found = list(level)
    for _ in range(_DEEPEST):
        level = [inner for slot in level for inner in _inside(slot)]
        found.extend(level)
    return tuple(found)


def _common(nodes: Sequence[Node]) -> frozenset[str]:
    """Return the properties that hold of all nodes."""
    holds = _MARKS - frozenset[str]().union(*(node.lacks for node in nodes))
    if any(node.type == "NoneType" for node in nodes):
        holds -= {"none"}
    if "sorted" in holds:
        # Both hold of what is all equal, or short: one order is enough to keep.
        holds -= {"descending"}
    # A few items are without repeats, or in order, by chance.
    if sum(node.length for node in nodes) < _MANY_ITEMS:
        holds -= {"unique"}
    if sum(max(0, node.length - 1) for node in nodes) < _MANY_STEPS:
        holds -= {"sorted", "descending"}
    if not _alike([_form(node) for node in nodes]):
        holds -= {"shape"}
    if not _alike([node.shape[1:] if node.kind == "array" else None for node in nodes]):
        holds -= {"columns"}
    if not _alike([node.shape[-1] if len(node.shape) > 1 else None for node in nodes]):
        holds -= {"channels"}
    if not _alike([_keys(node) for node in nodes]):
        holds -= {"keys"}
    return holds


def _keys(node: Node) -> object:
    return sorted(repr((key.type, key.value, key.text)) for key in node.keys) if node.type in MAPPINGS else None


def _form(node: Node) -> object:
    """Return what the shape of a tuple or an array is; None for other values, which have none."""
    if node.kind == "array":
        return len(node.shape)
    return node.length if node.type == "tuple" else None


def _alike(forms: Sequence[object]) -> bool:
    return bool(forms) and forms[0] is not None and all(form == forms[0] for form in forms)


def _inside(slot: Slot) -> Iterator[Slot]:
    """Yield the slots of items: one for all of a sequence, one for each position of records."""
    if all(node.kind in _RECORDS for node in slot.nodes):
        yield from _fields(slot)
        return
    if all(node.kind == "object" for node in slot.nodes):
        if slot.is_record and len(slot.pattern) > _ARGUMENT:
            yield from _fields(slot)
            return
        yield from (
            replace(part, is_part=True) for part in _fields(slot) if part.types <= MAPPINGS | {"NoneType"} and part.types & MAPPINGS
        )
        return
    holders = [node for node in slot.nodes if node.items and (node.type in CONTAINERS | MAPPINGS or node.kind == FLOW or _has_places(node))]
    if not holders:
        return
    if (slot.types <= {"tuple", "NoneType"} and "shape" in slot.holds) or (slot.types <= MAPPINGS and "keys" in slot.holds):
        for at in range(min(_MOST_FIELDS, *(len(node.items) for node in holders))):
            yield _slot((*slot.pattern, at), [node.items[at] for node in holders], frozenset(), slot.parameter)
        return
    items = [item for node in holders for item in node.items]
    # Of a list of single values its own node knows all, of which only the first ones are sketched.
    is_plain = all(item.type in ATOMS for item in items)
    lacks = frozenset[str]().union(*(node.lacks for node in holders)) - _OF_ITEMS if is_plain else frozenset[str]()
    yield _slot((*slot.pattern, ANY), items, lacks, slot.parameter)


def _fields(slot: Slot) -> Iterator[Slot]:
    for name, _ in slot.nodes[0].attrs:
        held = [held for node in slot.nodes for other, held in node.attrs if other == name]
        yield _slot((*slot.pattern, f".{name}"), held, frozenset(), slot.parameter)


def _has_places(node: Node) -> bool:
    return node.kind == OWN and node.text != "set"


def _slot(pattern: Place, nodes: Sequence[Node], lacks: frozenset[str], parameter: Parameter | None) -> Slot:
    return Slot(pattern=pattern, nodes=tuple(nodes), holds=_common(nodes) - lacks, parameter=parameter)
