"""Turns values into plain data that two processes can compare without executing anything.

`encode(roots, limit)` gives a flat list of nodes. A reference is either a string (an atom: its first letter is the type) or an integer
(the number of a node). Nodes are numbered breadth first, so equal structures give equal lists, and aliasing between mutable values
shows as the same number. Identity of immutable values (numbers, strings, tuples) is not looked at. What cannot be compared safely
raises `OpaqueError`, which says what it met.
"""

import base64
import copyreg
import hashlib
import json
import types
from collections import deque

ITERATORS = tuple(
    {
        types.GeneratorType,
        map,
        filter,
        zip,
        enumerate,
        reversed,
        type(iter([])),
        type(iter(())),
        type(iter({})),
        type(iter({}.keys())),
        type(iter({}.values())),
        type(iter({}.items())),
        type(iter(set())),
        type(iter("")),
        type(iter(range(0))),
        type(reversed([])),
    }
)
ITERATOR_LIMIT = 1_000_000


class OpaqueError(Exception):
    """A value that cannot be compared as data."""


def digest(nodes):
    """Name an encoding: SHA-256 of its JSON."""
    return hashlib.sha256(json.dumps(nodes, separators=(",", ":")).encode()).hexdigest()


def type_name(cls):
    return cls.__module__ + "." + cls.__qualname__


def lineage(cls):
    """Name a class with its bases: a subclass that took its parent's name still differs."""
    return " ".join(type_name(base) for base in cls.__mro__[:-1])


def atom(value):
    """Return the string of an atomic value, or None."""
    cls = type(value)
    if value is None:
        return "n"
    if cls is bool:
        return "b1" if value else "b0"
    if cls is int:
        return "i" + hex(value)
    if cls is float:
        return "f" + (value.hex() if value == value else "nan")  # noqa: PLR0124 - NaN is the one value unequal to itself
    if cls is str:
        return "s" + value
    if cls is bytes:
        return "y" + base64.b64encode(value).decode()
    if cls is complex:
        return "c" + atom(value.real) + "," + atom(value.imag)
    if value is Ellipsis or value is NotImplemented:
        return "e" + repr(value)
    return None


class _Encoder:
    def __init__(self, limit):
        self.limit = limit
        self.nodes = []
        self.numbers = {}
        self.alive = []
        self.queue = deque()

    def refer(self, value):
        text = atom(value)
        if text is not None:
            return text
        by_identity = not isinstance(value, (tuple, frozenset, range, slice))
        if by_identity and id(value) in self.numbers:
            return self.numbers[id(value)]
        number = len(self.nodes)
        if number >= self.limit:
            raise OpaqueError("more than %d values" % self.limit)
        self.nodes.append(None)
        self.alive.append(value)
        if by_identity:
            self.numbers[id(value)] = number
        self.queue.append((number, value))
        return number

    def refer_all(self, values):
        return [self.refer(value) for value in values]

    def drain(self):
        while self.queue:
            number, value = self.queue.popleft()
            self.nodes[number] = self.node(value)

    def node(self, value):
        cls = type(value)
        plain = _PLAIN.get(cls)
        if plain is not None:
            return plain(self, value)
        if cls in ITERATORS:
            return self.iterator(value)
        if isinstance(value, type):
            return ["type", type_name(value)]
        special = _BY_NAME.get(type_name(cls))
        if special is not None:
            return special(self, value)
        if isinstance(value, (types.FunctionType, types.BuiltinFunctionType)):
            return self.function(value)
        if isinstance(value, types.MethodType):
            return ["bound", value.__func__.__qualname__, self.refer(value.__self__)]
        if isinstance(value, types.ModuleType):
            return ["module", value.__name__]
        if isinstance(value, BaseException):
            return ["exception", lineage(cls), self.refer_all(value.args), self.state(value.__dict__)]
        if hasattr(value, "dtype") and hasattr(value, "tobytes") and type_name(cls).startswith("numpy."):
            return self.numpy_scalar(value)
        return self.by_reduce(value)

    def iterator(self, value):
        items = []
        for item in value:
            items.append(item)
            if len(items) > ITERATOR_LIMIT:
                raise OpaqueError("an iterator of more than %d items" % ITERATOR_LIMIT)
        return ["iterator", type_name(type(value)), self.refer_all(items)]

    def function(self, value):
        name = getattr(value, "__qualname__", "")
        module = getattr(value, "__module__", None)
        if "<" in name:
            raise OpaqueError("a local function or lambda (%s)" % name)
        return ["function", str(module), name]

    def state(self, attributes):
        """Attributes by name: the order in which they were set is not behaviour."""
        return [[key, self.refer(attributes[key])] for key in sorted(attributes, key=str) if isinstance(key, str)]

    def members(self, values):
        """Return the encodings of a set's members, sorted: a set has no order."""
        return sorted(json.dumps(encode([value], self.limit), separators=(",", ":")) for value in values)

    def numpy_scalar(self, value):
        return ["numpy", value.dtype.str, base64.b64encode(value.tobytes()).decode()]

    def array(self, value):
        if value.dtype.hasobject:
            return ["array", "object", list(value.shape), self.refer_all(value.ravel().tolist())]
        data = base64.b64encode(value.tobytes()).decode()
        return ["array", value.dtype.str, list(value.shape), bool(value.flags.writeable), data]

    def tensor(self, value):
        flat = value.detach().cpu().contiguous()
        raw = flat.view(-1).view(__import__("torch").uint8) if flat.numel() else flat.view(-1)
        data = base64.b64encode(bytes(raw.tolist())).decode()
        return ["tensor", str(value.dtype), list(value.shape), str(value.device), bool(value.requires_grad), data]

    def by_reduce(self, value):
        """Encode any other object by what `pickle` would rebuild it from, as data."""
        cls = type(value)
        try:
            registered = copyreg.dispatch_table.get(cls)
            reduced = registered(value) if registered else value.__reduce_ex__(4)
        except Exception as error:
            raise OpaqueError("%s (%s)" % (type_name(cls), error)) from None
        if isinstance(reduced, str):
            return ["global", type_name(cls), reduced]
        parts = list(reduced) + [None] * (6 - len(reduced))
        maker, arguments, state, items, pairs = parts[:5]
        node = ["object", lineage(cls), self.refer(maker), self.refer_all(arguments), self.object_state(state)]
        node.append(self.refer_all(items) if items is not None else None)
        node.append([self.refer_all(pair) for pair in pairs] if pairs is not None else None)
        return node

    def object_state(self, state):
        if isinstance(state, dict):
            return self.state(state)
        if isinstance(state, tuple) and len(state) == 2 and all(s is None or isinstance(s, dict) for s in state):  # noqa: PLR2004 - (dict, slots)
            return [self.state(part or {}) for part in state]
        return self.refer(state)


def _dict(encoder, value):
    pairs = []
    for key, item in value.items():
        pairs.append(encoder.refer(key))
        pairs.append(encoder.refer(item))
    return ["dict", pairs]


_PLAIN = {
    list: lambda e, v: ["list", e.refer_all(v)],
    tuple: lambda e, v: ["tuple", e.refer_all(v)],
    dict: _dict,
    set: lambda e, v: ["set", e.members(v)],
    frozenset: lambda e, v: ["frozenset", e.members(v)],
    bytearray: lambda _, v: ["bytearray", base64.b64encode(v).decode()],
    range: lambda e, v: ["range", e.refer_all((v.start, v.stop, v.step))],
    slice: lambda e, v: ["slice", e.refer_all((v.start, v.stop, v.step))],
    memoryview: lambda _, v: ["memoryview", v.format, base64.b64encode(v.tobytes()).decode()],
}
_BY_NAME = {
    "numpy.ndarray": _Encoder.array,
    "torch.Tensor": _Encoder.tensor,
    "torch.nn.parameter.Parameter": _Encoder.tensor,
}


def encode(roots, limit=200_000):
    """Encode values together, so that aliasing among them shows; the first node holds the references to the roots."""
    encoder = _Encoder(limit)
    encoder.nodes.append(None)
    encoder.nodes[0] = ["roots", encoder.refer_all(roots)]
    encoder.drain()
    return encoder.nodes
