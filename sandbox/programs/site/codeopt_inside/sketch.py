"""Tells as JSON what recorded calls look like: the host plans new calls by it, and may not load a pickle itself.

Runs on the original's side only. Each value is a node: the name of its type, and what fits the type: a value, a length, a few members.
`lacks` names what does not hold of it, out of what values often have in common: `OF_ATOMS` tell of all that it holds, however deep,
`OF_ITEMS` of the items of one list; `files` tells what the text files look like that the call came with. What is large is looked at in
part, so a plan may break a property that nobody saw.
"""

import base64
import dataclasses
import datetime as dt
import decimal
import enum
import fractions
import itertools
import math
import pathlib
import pickle
from collections import Counter, OrderedDict, defaultdict, deque

from codeopt_inside import change_flow, given_files, own, values, varied_files

OF_ATOMS = ("ascii", "encodable", "finite", "nan", "none", "nonnegative", "positive", "small")
OF_ITEMS = ("descending", "nested", "rows", "separate", "sorted", "unique")

MOST_MEMBERS = 8
MOST_NODES = 150
MOST_ATOMS = 4000
MOST_COMPARED = 20_000
DEEPEST = 4
LONGEST = 200
_EXACT = 1 << 53  # beyond it JSON numbers are not safe
_LARGE = 1 << 31
_USUAL_YEARS = range(1900, 2200)

_CONTAINERS = (list, tuple, deque)
_SETS = (set, frozenset)
_MAPPINGS = (dict, OrderedDict, defaultdict, Counter)
_TEXTUAL = (dt.datetime, dt.date, dt.time, dt.timedelta, decimal.Decimal, fractions.Fraction)


def sketches(pickles, limit):
    """Return the sketches of `limit` calls at most, spread over all that can be loaded."""
    numbers = range(len(pickles))
    if len(pickles) > limit:
        numbers = [number * len(pickles) // limit for number in range(limit)]
    found = (_sketch(number, pickles[number]) for number in numbers)
    return [sketch for sketch in found if sketch is not None]


def _sketch(number, data):
    try:
        arguments, keywords = pickle.loads(data)
        sketcher = _Sketcher()
        return {
            "call": number,
            "args": [sketcher.node(value) for value in arguments],
            "kwargs": {name: sketcher.node(value) for name, value in keywords.items()},
            "files": None if given_files.folder_of(keywords) is None else varied_files.traits(given_files.folder_of(keywords)),
            "alias": _aliases([*((["args", at], v) for at, v in enumerate(arguments)), *((["kwargs", n], v) for n, v in keywords.items())]),
        }
    except Exception:  # the replay counts what cannot be rebuilt
        return None


def _aliases(placed):
    """Return the groups of places that show one object which could be changed."""
    groups = {}
    for place, value in placed:
        if values.atom(value) is None:
            groups.setdefault(id(value), []).append(place)
    return [group for group in groups.values() if len(group) > 1]


class _Sketcher:
    """Sketches the values of one call; spends one budget of nodes on all of them."""

    def __init__(self):
        self.left = MOST_NODES

    def node(self, value, depth=0):
        """Return the node of a value; what it holds is left out when it is too deep, or too much."""
        self.left -= 1
        cls = type(value)
        made = {"type": cls.__name__ if cls.__module__ == "builtins" else values.type_name(cls)}
        try:
            made.update(self.told(value, cls, depth))
        except Exception:
            made["kind"] = "opaque"
        return made

    def told(self, value, cls, depth):
        if cls in _ATOMS:
            return dict(_ATOMS[cls](value), lacks=_lacks(value))
        if cls in _CONTAINERS:
            return {"len": len(value), "items": self.nodes(value, depth), "lacks": _lacks(value)}
        if cls in _SETS:
            some = itertools.islice(sorted(value, key=repr) if len(value) < MOST_COMPARED else value, MOST_MEMBERS)
            return {"len": len(value), "items": self.nodes(some, depth), "lacks": _lacks(value)}
        if cls in _MAPPINGS:
            return {"len": len(value), "keys": self.nodes(value, depth), "items": self.nodes(value.values(), depth), "lacks": _lacks(value)}
        if values.is_array(value):
            return _array(value)
        if cls is range:
            return _range(value)
        if change_flow.is_flow(value):
            items = change_flow.items(value)
            return {"kind": "flow", "len": len(items), "items": self.nodes(items, depth), "lacks": _lacks(items)}
        form = own.form(value)
        return self.own(value, form, depth) if form else self.object(value, cls, depth)

    def own(self, value, form, depth):
        """Return what a collection of the program's own holds: to ask it runs its code."""
        items = own.items(value)
        held = {"kind": "own", "text": form, "len": len(items), "items": self.nodes(items, depth), "lacks": _lacks(items)}
        return dict(held, keys=self.nodes(value, depth)) if form == "mapping" else held

    def nodes(self, members, depth):
        if depth >= DEEPEST:
            return []
        return [self.node(member, depth + 1) for member in itertools.islice(members, MOST_MEMBERS) if self.left > 0]

    def object(self, value, cls, depth):
        if isinstance(value, enum.Enum):
            return {"kind": "enum", "text": value.name, "len": len(cls)}
        if cls in _TEXTUAL or isinstance(value, pathlib.PurePath):
            return {"kind": "text", "text": str(value)[:LONGEST], "lacks": _lacks(value)}
        if isinstance(value, type):
            return {"kind": "callable", "text": "class"}
        if callable(value) and not values.own_dict(value):
            return {"kind": "callable"}
        return {"kind": _kind(value, cls), "attrs": {name: self.node(held, depth + 1) for name, held in self.held(value, cls, depth)}}

    def held(self, value, cls, depth):
        """Return the attributes that an object holds, without running its code."""
        if depth >= DEEPEST:
            return []
        if isinstance(value, tuple) and hasattr(cls, "_fields"):
            pairs = zip(cls._fields, tuple.__iter__(value))  # noqa: B905 - Python 3.9
        else:
            held = dict(values.read_members(value, values.members(cls)), **values.own_dict(value))
            pairs = ((name, item) for name, item in held.items() if type(name) is str)
        return list(itertools.islice(pairs, max(0, min(MOST_MEMBERS, self.left))))


def _kind(value, cls):
    if isinstance(value, tuple) and hasattr(cls, "_fields"):
        return "namedtuple"
    if dataclasses.is_dataclass(cls):
        return "frozen" if cls.__dataclass_params__.frozen else "dataclass"
    return "object"


def _integer(value):
    return {"value": value} if abs(value) < _EXACT else {"hex": hex(value)[:LONGEST]}


def _text(value):
    return {"value": value[:LONGEST], "len": len(value)}


def _bytes(value):
    return {"value": base64.b64encode(bytes(value[:LONGEST])).decode(), "len": len(value)}


def _range(value):
    ends = [value.start, value.stop, value.step]
    if any(abs(end) >= _EXACT for end in ends):
        return {"kind": "opaque"}
    turned = {"sorted" if value.step < 0 else "descending"} if len(value) > 1 else set()
    lacks = turned.union(*map(_number_lacks, {*value[:1], *value[-1:]}))
    return {"kind": "range", "value": ends, "len": len(value), "lacks": sorted(lacks)}


_ATOMS = {
    int: _integer,
    bool: lambda value: {"value": value},
    float: lambda value: {"hex": _hex(value)},
    complex: lambda value: {"hex": [_hex(value.real), _hex(value.imag)]},
    str: _text,
    bytes: _bytes,
    bytearray: _bytes,
    type(None): lambda _: {"value": None},
}


def _hex(value):
    return value.hex() if math.isfinite(value) else repr(value)


def _array(value):
    numpy = __import__("numpy")
    made = {"kind": "array", "dtype": value.dtype.str, "shape": list(value.shape), "len": value.shape[0] if value.ndim else 0}
    made.update(c=bool(value.flags.c_contiguous), f=bool(value.flags.f_contiguous), writable=bool(value.flags.writeable))
    lacks = set()
    if value.dtype.kind in "iuf" and value.size:
        low, high = value.min().item(), value.max().item()
        made.update(min=str(low), max=str(high))
        lacks |= _number_lacks(low) | _number_lacks(high)
        if value.dtype.kind == "f":
            # A minimum hides infinities behind a NaN, and says nothing of negative zeros.
            lacks |= {"nan", "finite"} if numpy.isnan(value).any() else set()
            lacks |= set() if numpy.isfinite(value).all() else {"finite"}
    if value.ndim == 1 and value.dtype.kind in "iufb":
        lacks |= set() if bool((value[1:] >= value[:-1]).all()) else {"sorted"}
        lacks |= set() if bool((value[1:] <= value[:-1]).all()) else {"descending"}
        lacks |= set() if len(numpy.unique(value)) == value.size else {"unique"}
    return dict(made, lacks=sorted(lacks))


def _lacks(value):
    return sorted(set(_item_lacks(value)).union(*map(_atom_lacks, itertools.islice(_atoms(value, 0), MOST_ATOMS))))


def _atoms(value, depth):
    """Yield all that containers hold and that is no container."""
    cls = type(value)
    if cls not in _CONTAINERS and cls not in _SETS and cls not in _MAPPINGS:
        yield value
    elif depth < 2 * DEEPEST:
        for item in itertools.chain(value, value.values()) if cls in _MAPPINGS else value:
            yield from _atoms(item, depth + 1)


def _atom_lacks(value):
    cls = type(value)
    if cls is str:
        return _text_lacks(value)
    if cls in (int, float, decimal.Decimal, fractions.Fraction):
        return _number_lacks(value)
    if cls is dt.timedelta:
        return _number_lacks(value.total_seconds())
    if cls in (dt.date, dt.datetime):
        return set() if value.year in _USUAL_YEARS else {"small"}
    if cls is complex:
        return _number_lacks(value.real) - {"positive", "nonnegative"} | _number_lacks(value.imag) - {"positive", "nonnegative"}
    return {"none"} if value is None else set()


def _text_lacks(value):
    if value.isascii():
        return set()
    try:
        value.encode()
    except UnicodeEncodeError:
        return {"ascii", "encodable"}
    return {"ascii"}


def _number_lacks(value):
    if value != value:  # noqa: PLR0124 - NaN is the one value unequal to itself
        return {"nan", "finite"}
    lacks = set() if value > 0 else {"positive"}
    lacks |= set() if value >= 0 else {"nonnegative"}
    if value in (math.inf, -math.inf):
        return lacks | {"finite"}
    return lacks if abs(value) < _LARGE else lacks | {"small"}


def _item_lacks(value):
    """Yield what the items of a container do not have in common."""
    if type(value) not in _CONTAINERS:
        return
    items = list(itertools.islice(value, MOST_COMPARED))
    if not _risen(items):
        yield "sorted"
    if not _risen(items[::-1]):
        yield "descending"
    if not _distinct(items):
        yield "unique"
    sizes = [len(item) for item in items if type(item) in _CONTAINERS]
    if len(set(sizes)) > 1:
        yield "rows"
    if 0 < len(sizes) < len(items):
        yield "nested"
    changeable = [id(item) for item in items if values.atom(item) is None and type(item) not in (tuple, frozenset)]
    if len(set(changeable)) < len(changeable):
        yield "separate"


def _risen(items):
    try:
        return all(first <= second for first, second in zip(items, items[1:]))  # noqa: B905, RUF007 - Python 3.9
    except Exception:
        return False


def _distinct(items):
    try:
        return len(set(items)) == len(items)
    except TypeError:
        # A text of each would be without end where parts of parts are shared.
        return len({pickle.dumps(item, 4) for item in items[:MOST_ATOMS]}) == len(items[:MOST_ATOMS])
