"""Turns values into plain data that two processes can compare without executing anything.

`encode(roots, limit)` gives a flat list of nodes. A reference is either a string (an atom: its first letter is the type) or an integer
(the number of a node). Nodes are numbered breadth first, so equal structures give equal lists, and aliasing between mutable values
shows as the same number. Identity of immutable values (numbers, strings, tuples) is not looked at. What cannot be compared safely
raises `OpaqueError`, which says what it met.
"""

import base64
import copyreg
import gc
import hashlib
import json
import operator
import sys
import types
from collections import deque

from codeopt_inside import canon_array, canon_frames, handles, values
from codeopt_inside.values import ITERATOR_LIMIT, ITERATORS, OpaqueError, atom, hide, lineage, type_name

__all__ = ["ITERATORS", "ITERATOR_LIMIT", "OpaqueError", "atom", "digest", "encode", "hide"]


def digest(nodes):
    """Name an encoding: SHA-256 of its JSON."""
    return hashlib.sha256(json.dumps(nodes, separators=(",", ":")).encode()).hexdigest()


class _Encoder:
    def __init__(self, limit, drained):
        self.limit = limit
        self.drained = drained
        self.nodes = []
        self.numbers = {}
        self.alive = []
        self.queue = deque()
        self.slots = {}
        self.lineages = {}
        self.orderless = {}
        self.plain_objects = set()
        self.places = []
        self.left = limit

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
        refer = self.refer
        return [refer(value) for value in values]

    def spend(self):
        self.left -= 1
        if self.left < 0:
            raise OpaqueError("more than %d values" % self.limit)

    def drain(self):
        while self.queue:
            number, value = self.queue.popleft()
            self.nodes[number] = self.node(value)
            if type(value) is memoryview or values.is_array(value):
                self.places.append((number, value))
        for number, what in values.sharing(self.places, self.numbers).items():
            self.nodes[number].append(what)

    def node(self, value):
        cls = type(value)
        plain = _PLAIN.get(cls)
        if plain is not None:
            return plain(self, value)
        if cls in self.plain_objects:
            return self.by_reduce(value)
        if cls in ITERATORS:
            return self.iterator(value)
        if issubclass(cls, type):
            return ["type", values.named_class(value)]
        special = _SPECIAL.get(cls) or _BY_NAME.get(type_name(cls))
        if special is not None:
            return special(self, value)
        if isinstance(value, BaseException):
            return self.exception(value)
        if isinstance(value, getattr(sys.modules.get("pathlib"), "PurePath", ())):
            return ["path", lineage(cls), self.refer(str(value)), self.state(values.own_dict(value))]
        if hasattr(value, "dtype") and hasattr(value, "tobytes") and type_name(cls).startswith("numpy."):
            return canon_array.scalar(value)
        frames = canon_frames.node_of(self, value)
        if frames is not None:
            return frames
        self.plain_objects.add(cls)
        return self.by_reduce(value)

    def iterator(self, value):
        if type(value) is types.GeneratorType and value in values.standing:
            return self.standing(values.standing[value])
        if id(value) not in self.drained:
            items = []
            for item in value:
                items.append(item)
                if len(items) > ITERATOR_LIMIT:
                    raise OpaqueError("an iterator of more than %d items" % ITERATOR_LIMIT)
            # Kept with the iterator, so that no later one can have its number.
            self.drained[id(value)] = (value, items)
        return ["iterator", type_name(type(value)), self.refer_all(self.drained[id(value)][1])]

    def standing(self, state):
        """Encode a generator that stands in for a recorded one by what was taken of it, and by what became of that."""
        if state.asked and state.ending == "more":
            raise OpaqueError(values.BEYOND)
        return ["standing", state.taken, state.asked, self.refer_all(state.items)]

    def function(self, value):
        """Encode a function by its name, and one that came in by value by what it holds: its code is the same on both sides."""
        code = values.given.get(value)
        if code is None:
            return ["function", *values.named_function(value)]
        held = [self.refer(value.__defaults__), self.refer(value.__kwdefaults__), self.state(values.own_dict(value))]
        return ["given", code, *held, *[self.cell(cell) for cell in value.__closure__ or ()]]

    def cell(self, cell):
        try:
            return [self.refer(cell.cell_contents)]
        except ValueError:
            return []

    def builtin(self, value):
        owner = value.__self__
        if owner is None or isinstance(owner, types.ModuleType):
            return ["function", str(value.__module__), value.__qualname__]
        return ["bound", value.__qualname__, self.refer(owner)]

    def method(self, value):
        function, owner = value.__func__, value.__self__
        if type(function) is types.FunctionType and values.holds_method(owner, function):
            return ["bound", function.__qualname__, self.refer(owner)]
        return ["bound", self.refer(function), self.refer(owner)]

    def exception(self, value):
        """Encode what was raised and its explicit cause; what else was being handled is not behaviour."""
        cls = type(value)
        try:
            reduced = value.__reduce_ex__(4)
            parts = reduced[1:3] if isinstance(reduced, tuple) else ()
        except Exception:
            parts = ()
        # The names that the interpreter puts into these two are hints for its own messages.
        quiet = (NameError, AttributeError, BaseException)
        foreign = [pair for pair in values.members(cls, True) if pair[1].__objclass__ not in quiet]
        node = ["exception", lineage(cls), self.refer_all(value.args)]
        node.append([self.object_state(part) for part in parts])
        node.append(self.state(values.own_dict(value)))
        node.append(self.state(values.read_members(value, foreign)))
        return [*node, self.refer(value.__cause__)]

    def state(self, attributes):
        """Attributes by name: the order in which they were set is not behaviour."""
        texts = [(atom(key), key) for key in attributes]
        named = sorted([pair for pair in texts if pair[0] is not None], key=operator.itemgetter(0))
        found = [[text, self.refer(attributes[key])] for text, key in named]
        return found + [[self.refer(key), self.refer(attributes[key])] for text, key in texts if text is None]

    def members(self, values):
        """Return the encodings of a set's members, sorted: a set has no order."""
        return sorted(json.dumps(encode([value], self.limit, self.drained), separators=(",", ":")) for value in values)

    def by_reduce(self, value):
        """Encode any other object by what `pickle` would rebuild it from, as data."""
        cls = type(value)
        try:
            registered = copyreg.dispatch_table.get(cls)
            reduced = registered(value) if registered else value.__reduce_ex__(4)
        except Exception as error:
            raise OpaqueError("%s (%s)" % (type_name(cls), error)) from None
        if isinstance(reduced, str):
            return self.global_value(value, reduced)
        parts = list(reduced) + [None] * (6 - len(reduced))
        maker, arguments, state, items, pairs = parts[:5]
        is_value = self.without_order(cls)
        if is_value:
            arguments = [self.in_order(part) for part in arguments]
        node = ["object", self.lineage(cls), self.kin(maker, cls), [self.kin(part, cls) for part in arguments], self.object_state(state)]
        node.append(self.refer_all(items) if items is not None else None)
        node.append([self.refer_all(pair) for pair in pairs] if pairs is not None else None)
        return [*node, [] if is_value else self.dropped(value, state)]

    def without_order(self, cls):
        if cls not in self.orderless:
            self.orderless[cls] = values.without_order(cls)
        return self.orderless[cls]

    def in_order(self, part):
        """Return a dictionary or a list, of what has no order, in one that hangs on nothing but what it holds."""
        if type(part) not in (dict, list):
            return part
        held = sorted(part.items() if type(part) is dict else part, key=lambda each: digest(encode([each], self.limit, self.drained)))
        return type(part)(held)

    def lineage(self, cls):
        if cls not in self.lineages:
            self.lineages[cls] = lineage(cls)
        return self.lineages[cls]

    def kin(self, part, cls):
        """Refer to a part of what an object is made from: its own classes go by name, wherever they were made."""
        return "t" + type_name(part) if any(part is base for base in cls.__mro__) else self.refer(part)

    def global_value(self, value, name):
        for module in (getattr(value, "__module__", None), type(value).__module__):
            if isinstance(module, str) and values.leads(module, name, value):
                return ["global", lineage(type(value)), module, name, self.dropped(value, None)]
        raise OpaqueError("a value that its name does not lead to (%s)" % name)

    def dropped(self, value, state):
        """Encode what an object holds and leaves out of its pickle: a lock there must not make the whole object opaque."""
        cls = type(value)
        slots = self.slots.get(id(cls))
        if slots is None:
            self.alive.append(cls)
            slots = self.slots[id(cls)] = values.members(cls)
        own = values.own_dict(value)
        if state is own and not slots:
            return []
        kept = {}
        for part in state if isinstance(state, tuple) else (state,):
            kept.update(part if isinstance(part, dict) else {})
        held = {**own, **values.read_members(value, slots)}
        left = [pair for pair in held.items() if pair[0] not in kept or kept[pair[0]] is not pair[1]]
        rest = [[values.faint(part, self.spend, self.numbers) for part in pair] for pair in left]
        return sorted(rest, key=repr)

    def object_state(self, state):
        if isinstance(state, dict):
            return self.state(state)
        if type(state) is tuple and len(state) == 2 and all(s is None or isinstance(s, dict) for s in state):  # noqa: PLR2004 - (dict, slots)
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
    memoryview: lambda _, v: ["memoryview", v.format, list(v.shape), v.readonly, base64.b64encode(v.tobytes()).decode()],
    types.FunctionType: _Encoder.function,
    types.BuiltinFunctionType: _Encoder.builtin,
    types.MethodType: _Encoder.method,
    types.ModuleType: lambda _, v: ["module", v.__name__],
}
_SPECIAL = {cls: lambda _, v: handles.encoded(v) for cls in handles.KINDS}
_BY_NAME = {
    "numpy.ndarray": canon_array.array,
    "torch.Tensor": canon_array.tensor,
    "torch.nn.parameter.Parameter": canon_array.tensor,
}


def encode(roots, limit=200_000, drained=None):
    """Encode values together, so that aliasing among them shows; the first node holds the references to the roots.

    Iterators are run to their end. Encodings that share a dictionary `drained` find in it what an earlier one took out of an iterator.
    """
    encoder = _Encoder(limit, {} if drained is None else drained)
    encoder.nodes.append(None)
    collects = gc.isenabled()
    # So many new lists set the collector off again and again, and it finds nothing.
    gc.disable()
    try:
        encoder.nodes[0] = ["roots", encoder.refer_all(roots)]
        encoder.drain()
    finally:
        if collects:
            gc.enable()
    return encoder.nodes
