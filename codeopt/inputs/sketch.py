"""Reads the sketches that a referee sends: data of another process, so whatever is not as it should be becomes an opaque node."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from codeopt.model.plan import Place

__all__ = ["ATOMS", "CONTAINERS", "FLOW", "MAPPINGS", "OWN", "SETS", "Call", "Node", "read_calls"]

ATOMS = frozenset({"int", "bool", "float", "complex", "str", "bytes", "bytearray", "NoneType"})
CONTAINERS = frozenset({"list", "tuple", "collections.deque"})
SETS = frozenset({"set", "frozenset"})
MAPPINGS = frozenset({"dict", "collections.OrderedDict", "collections.defaultdict", "collections.Counter"})
FLOW = "flow"  # the kind of what can be gone through once: iterators, generators
OWN = "own"  # the kind of collections of the repository's own classes; `text` says which form they have
_DEEPEST = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A value as far as it is known: `value` of an atom or a range, its beginning where it is `cut`; of `items` and `keys` the first."""

    type: str
    kind: str = ""
    value: object = None
    cut: bool = False
    length: int = 0
    items: tuple[Node, ...] = ()
    keys: tuple[Node, ...] = ()
    attrs: tuple[tuple[str, Node], ...] = ()
    lacks: frozenset[str] = frozenset()
    text: str = ""
    dtype: str = ""
    shape: tuple[int, ...] = ()

    @property
    def is_sized(self) -> bool:
        """Whether it is a sequence of things that can be fewer or more."""
        return self.type in CONTAINERS or self.type in {"range", "str", "bytes", "bytearray"} or (self.kind == "array" and bool(self.shape))


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A recorded call: its number, its arguments by place, the pairs of places that hold one object.

    `files` is None where it came without text files, else it names the changes that would bring nothing new to these.
    """

    number: int
    arguments: Mapping[Place, Node]
    aliases: frozenset[tuple[Place, ...]]
    files: frozenset[str] | None = None


def read_calls(sketches: Sequence[object]) -> tuple[Call, ...]:
    """Read sketches; what is no sketch is left out."""
    return tuple(call for call in map(_call, sketches) if call is not None)


def _call(sketch: object) -> Call | None:
    try:
        if not isinstance(sketch, dict) or type(sketch["call"]) is not int:
            return None
        arguments: dict[Place, Node] = {("args", at): _node(data) for at, data in enumerate(sketch["args"])}
        arguments.update({("kwargs", str(name)): _node(data) for name, data in sketch["kwargs"].items()})
        groups = [[(str(kind), at if isinstance(at, int) else str(at)) for kind, at in group] for group in sketch.get("alias", [])]
        aliases = frozenset(pair for group in groups for pair in _pairs(group))
        return Call(number=sketch["call"], arguments=arguments, aliases=aliases, files=_files(sketch.get("files")))
    except (KeyError, TypeError, ValueError, AttributeError):
        return None


def _files(told: object) -> frozenset[str] | None:
    return frozenset(name for name in told if isinstance(name, str)) if isinstance(told, list) else None


def _pairs(group: Sequence[tuple[str, str | int]]) -> list[tuple[Place, ...]]:
    return [(first, second) for first in group for second in group if first != second]


def _node(data: object, depth: int = 0) -> Node:
    try:
        return _known(data, depth) if isinstance(data, dict) and depth < _DEEPEST else _opaque(data)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
        return _opaque(data)


def _opaque(data: object) -> Node:
    return Node(type=str(data.get("type", "?")) if isinstance(data, dict) else "?", kind="opaque")


def _known(data: dict[str, object], depth: int) -> Node:
    kind, length = str(data.get("kind", "")), data.get("len", 0)
    value = _atom(str(data["type"]), data) if data["type"] in ATOMS | {"range"} and kind != "opaque" else None
    return Node(
        type=str(data["type"]),
        kind=kind,
        value=value,
        cut=isinstance(value, str | bytes) and len(value) != length,
        length=length if isinstance(length, int) else 0,
        items=_nodes(data.get("items"), depth),
        keys=_nodes(data.get("keys"), depth),
        attrs=tuple((str(name), _node(held, depth + 1)) for name, held in _mapping(data.get("attrs")).items()),
        lacks=frozenset(map(str, _list(data.get("lacks")))),
        text=str(data.get("text", "")),
        dtype=str(data.get("dtype", "")),
        shape=tuple(int(str(size)) for size in _list(data.get("shape"))),
    )


def _nodes(data: object, depth: int) -> tuple[Node, ...]:
    return tuple(_node(item, depth + 1) for item in _list(data))


def _list(data: object) -> list[object]:
    return data if isinstance(data, list) else []


def _mapping(data: object) -> dict[object, object]:
    return data if isinstance(data, dict) else {}


def _atom(kind: str, data: dict[str, object]) -> object:
    if "hex" in data:
        parts = data["hex"]
        if isinstance(parts, list):
            real, imaginary = parts
            return complex(_real(real), _real(imaginary))
        return int(str(parts), 16) if kind == "int" else _real(parts)
    value = data["value"]
    if kind == "range":
        return range(*(int(str(end)) for end in _list(value)))
    if kind in {"bytes", "bytearray"}:
        return base64.b64decode(str(value))
    if type(value).__name__ != kind:
        raise TypeError(kind)
    return value


def _real(text: object) -> float:
    return float.fromhex(str(text))
