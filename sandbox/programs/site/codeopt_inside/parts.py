"""Takes values apart and puts them together again: containers, texts, records, arrays, and objects that are their attributes.

What can be refilled stays the same object, so that everything that holds it sees the change.
"""

import collections
import copyreg

from codeopt_inside import given_files, values

_SAMPLED = 8
_WEIGHED = 3

# How values of one kind are taken apart and put together again; `pairs`: their parts are (name, value).
Kind = collections.namedtuple("Kind", ("parts", "become", "pairs"))  # noqa: PYI024 - as quick to import as it gets


def _refill(value, parts):
    value.clear()
    value.extend(parts)
    return value


def _refill_set(value, parts):
    value.clear()
    value.update(parts)
    return value


def _refill_dict(value, parts):
    value.clear()
    for key, item in parts:
        value[key] = item
    return value


def _ordered(value):
    """Return a set's members in an order that is the same in every process, where they show one."""
    try:
        return sorted(value, key=repr)
    except Exception:
        return list(value)


def _numbers(value):
    return list(range(len(value)))


def _rows(value, parts):
    rows = value[parts]
    return rows.copy(order="F") if value.flags.fnc else rows


_LIST = Kind(list, _refill, False)
_DICT = Kind(lambda value: list(value.items()), _refill_dict, True)
_TUPLE = Kind(list, lambda _, parts: tuple(parts), False)
_MEMBERS = {
    list: _LIST,
    collections.deque: _LIST,
    tuple: _TUPLE,
    set: Kind(_ordered, _refill_set, False),
    frozenset: Kind(_ordered, lambda _, parts: frozenset(parts), False),
    **dict.fromkeys((dict, collections.OrderedDict, collections.defaultdict, collections.Counter), _DICT),
}
_TEXTS = {
    **dict.fromkeys((str, bytes), Kind(lambda value: value, lambda _, parts: parts, False)),
    bytearray: Kind(bytes, _refill, False),
}
_FRAME = Kind(_numbers, lambda value, parts: value.iloc[parts], False)
_BY_NAME = {
    "numpy.ndarray": Kind(_numbers, _rows, False),
    "torch.Tensor": Kind(_numbers, lambda value, parts: value[parts].clone(), False),
    "pandas.core.series.Series": _FRAME,
    "pandas.core.frame.DataFrame": _FRAME,
}


def _attributes(value):
    """Return the (name, value) of an object's attributes that are plain containers."""
    held = {**values.own_dict(value), **values.read_members(value, values.members(type(value)))}
    return [(name, item) for name, item in held.items() if type(item) in _MEMBERS]


def _set_attributes(value, parts):
    slots = dict(values.members(type(value)))
    for name, item in parts:
        if name in slots:
            slots[name].__set__(value, item)
        else:
            value.__dict__[name] = item
    return value


_OBJECT = Kind(_attributes, _set_attributes, True)


def _is_plain(cls):
    """Tell whether objects of a class are their attributes: nothing of it has a say in how they are copied."""
    own = {"__reduce__": object.__reduce__, "__reduce_ex__": object.__reduce_ex__, "__getstate__": getattr(object, "__getstate__", None)}
    others = ("__setstate__", "__getnewargs__", "__getnewargs_ex__")
    if cls in copyreg.dispatch_table or issubclass(cls, type) or not cls.__flags__ & values.HEAP_TYPE:
        return False
    return all(getattr(cls, name, None) is method for name, method in own.items()) and not any(hasattr(cls, name) for name in others)


def inside(value):
    """Return how to reach what a value holds, or None."""
    cls = type(value)
    if cls in _MEMBERS:
        return _MEMBERS[cls]
    if issubclass(cls, tuple) and hasattr(cls, "_fields"):
        return Kind(list, lambda _, parts: cls._make(parts), False)
    return _OBJECT if _is_plain(cls) else None


def divisible(value):
    """Return how to leave out a part of a value, or None: a record needs all its fields."""
    cls = type(value)
    if cls is str and given_files.is_laid(value):
        return None
    kind = _MEMBERS.get(cls) or _TEXTS.get(cls) or _BY_NAME.get(values.type_name(cls))
    return kind if kind is not None and getattr(value, "ndim", 1) else None


def weight(value, depth=0):
    """Estimate how much there is to read in a value."""
    cls = type(value)
    if cls is int:
        return 1 + value.bit_length()
    if cls in _TEXTS:
        return 1 + len(value)
    kind = inside(value) if depth < _WEIGHED else None
    if kind is None:
        return 1
    parts = kind.parts(value)
    sample = parts[:_SAMPLED]
    each = sum(weight(part[1] if kind.pairs else part, depth + 1) for part in sample) / max(1, len(sample))
    return 1 + len(parts) * (1 + each)
