"""What a call looks like from outside: the name of its kind, so that a recording can hold every kind of call and not only the common ones.

It looks at types, at lengths by powers of two, at what comes first and last, at signs, and at what is empty. It runs no code of the objects
that it looks at, takes a few microseconds for small calls, and never more for large ones. Whatever misbehaves has a kind of its own.
"""

import collections
import hashlib
import itertools

_HUGE = 62  # bits; beyond them numbers are kept in another way by much that is written in C
_LIMIT = 1 << 40
_ATTRIBUTES = 5
_ARGUMENTS = 24
_CLASSES = 4096


def signed(arguments, keywords):
    """Return the kind of a call, how large its arguments are, and whether they are such that no call can change them; never fails."""
    try:
        named = sorted(keywords)[:_ARGUMENTS] if keywords else ()
        given = (*arguments[:_ARGUMENTS], *[keywords[name] for name in named]) if named else arguments[:_ARGUMENTS]
        kinds, whole, all_fixed = [len(arguments), *named], 0, True
        for value in given:
            cls = type(value)
            kind, size, fixed = (_LOOKS.get(id(cls)) or _look_by_class(cls))(value)
            kinds.append(kind)
            whole += size
            all_fixed = all_fixed and fixed
        if not all_fixed and len(given) > 1:
            kinds.append(_are_shared(given))
        return tuple(kinds), whole, all_fixed
    except Exception:
        return "?", 0, False


def is_fixed(value):
    """Tell whether a value is such that nothing can change it, nor what it holds."""
    return id(type(value)) in _FIXED


def short(kind):
    """Return a name of a kind that is the same in every process."""
    return hashlib.sha256(repr(kind).encode("utf-8", "backslashreplace")).hexdigest()[:16]


def _are_shared(given):
    """Tell whether one thing that can be changed was given twice."""
    changeable = [id(value) for value in given if id(type(value)) not in _FIXED]
    return len(set(changeable)) < len(changeable)


def _constant(value):
    return value, 0, True


def _integer(value):
    size = abs(value)
    return ("int", (value > 0) - (value < 0), value.bit_length() > _HUGE), size if size < _LIMIT else 0, True


def _real(value):
    return ("float", value > 0, value < 0, value - value == 0), 0, True


def _text(value):
    return ("str", len(value).bit_length(), value.isascii()), len(value), True


def _blob(value):
    return (type(value).__name__, len(value).bit_length()), len(value), type(value) is bytes


def _ends(value):
    """Name the types at both ends of a sequence."""
    return (_name(type(value[0])), _name(type(value[-1]))) if value else ()


def _sequence(value):
    return (type(value).__name__, len(value).bit_length(), _ends(value)), len(value), False


def _members(value):
    return (type(value).__name__, len(value).bit_length(), _name(type(next(iter(value)))) if value else ""), len(value), False


def _mapping(value):
    first = [_name(type(part)) for part in next(iter(value.items()))] if value else []
    return (type(value).__name__, len(value).bit_length(), *first), len(value), False


def _array(value):
    return ("array", value.dtype.str, value.ndim, value.size.bit_length(), value.flags.c_contiguous), value.size, False


def _tensor(value):
    return ("tensor", str(value.dtype), value.dim(), value.numel().bit_length()), value.numel(), False


def _frame(value):
    rows = value.shape[0]
    return ("frame", len(value.shape), rows.bit_length(), str(getattr(value, "dtype", ""))), rows, False


_FIXED = {id(cls) for cls in (type(None), bool, int, float, complex, str, bytes)}
_LOOKS = {
    id(type(None)): _constant,
    id(bool): _constant,
    id(int): _integer,
    id(float): _real,
    id(str): _text,
    **dict.fromkeys((id(bytes), id(bytearray)), _blob),
    **dict.fromkeys((id(list), id(tuple), id(collections.deque)), _sequence),
    **dict.fromkeys((id(set), id(frozenset)), _members),
    **dict.fromkeys((id(dict), id(collections.OrderedDict), id(collections.defaultdict), id(collections.Counter)), _mapping),
}
_BY_NAME = {
    "numpy.ndarray": _array,
    "torch.Tensor": _tensor,
    "pandas.core.frame.DataFrame": _frame,
    "pandas.core.series.Series": _frame,
}
_SIZED = {id(cls): cls for cls in (str, bytes, bytearray, list, tuple, collections.deque, set, frozenset, dict)}
_known = {}


def _name(cls):
    return (_known.get(id(cls)) or _met(cls))[0]


def _met(cls):
    """Ask a class once for its name, and for how the interpreter measures its objects: what a class has to say may be slow, or odd."""
    if len(_known) > _CLASSES:
        _known.clear()
    try:
        name = "%s.%s" % (type.__getattribute__(cls, "__module__"), type.__getattribute__(cls, "__qualname__"))
    except Exception:
        name = "?"
    # A length that a class has its own way to tell is not asked for: that may do something.
    measure = next((_SIZED[id(base)].__len__ for base in type.__dict__["__mro__"].__get__(cls) if id(base) in _SIZED), None)
    # The class is kept, so that no other can have its number.
    _known[id(cls)] = (name, measure, cls)
    return _known[id(cls)]


def _look_by_class(cls):
    return _BY_NAME.get(_name(cls), _object)


def _object(value):
    """Look at an object by its class, and of its first attributes at what is none, false, zero or empty."""
    name, measure, _ = _known[id(type(value))]
    length = measure(value) if measure is not None else 0
    try:
        held = object.__getattribute__(value, "__dict__")
    except Exception:
        return (name, length.bit_length()), length, False
    states = []
    for part in itertools.islice(held.values(), _ATTRIBUTES) if type(held) is dict else ():
        number = id(type(part))
        if number in _SIZED:
            length += len(part)
        states.append(part if part is None else bool(part) if number in _LOOKS else _name(type(part)))
    return (name, length.bit_length(), *states), length, False
