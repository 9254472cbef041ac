"""What `canon` asks of single values: their text, their names, what they hold and whose memory they show.

`hide(places)` names directories whose path is not behaviour: from then on texts, bytes and paths that hold one are encoded with its
placeholder instead, so that processes whose trees lie in different places agree.
"""

import abc
import base64
import collections.abc
import os
import re
import sys
import types
import weakref

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
MAINS = ("__main__", "__mp_main__")
HEAP_TYPE = 1 << 9
_DEEPEST = 20
_LIBRARY = frozenset(("builtins", "collections", "collections.abc", "_collections_abc", "typing"))
_hidden = {}
# Functions and classes that came in by value, with what to call them: see `byvalue.py`.
given = weakref.WeakKeyDictionary()
# Generators that stand in for recorded ones, with how far they have come: see `passing.py`.
standing = weakref.WeakKeyDictionary()
# Where the files of one call lie, below the folder for temporary files: see `given_files.py`.
FOLDER = r"codeopt-files-[0-9]{10}/[0-9a-f]{8}"
FILES = "{files}"
BEYOND = "a generator was asked for more items than the recorded call took of it"


class OpaqueError(Exception):
    """A value that cannot be compared as data."""


def hide(places):
    """Encode every path in `places`, pairs of (path, placeholder), as its placeholder from now on; replaces what was hidden before."""
    found = {}
    for path, placeholder in places:
        for form in (path, os.path.realpath(path)):
            text = os.fspath(form).rstrip("/")
            if "/" in text:
                found.setdefault(text, placeholder)
    _hidden.clear()
    if found:
        longest_first = sorted(found, key=len, reverse=True)
        coded = {os.fsencode(text): os.fsencode(placeholder) for text, placeholder in found.items()}
        # Folders of calls lie in one that is hidden.
        text = "(?:%s)(?:/%s)?" % ("|".join(map(re.escape, longest_first)), FOLDER)
        _hidden[str] = (re.compile(text), found)
        _hidden[bytes] = (re.compile(os.fsencode(text)), coded)


def _replaced(value):
    """Return the value with hidden paths replaced, and whether there were any."""
    if not _hidden:
        return value, 0
    pattern, placeholders = _hidden[type(value)]
    return pattern.subn(lambda match: placeholders.get(match.group()) or _folder(value), value)


def _folder(value):
    return FILES if type(value) is str else FILES.encode()


def unplaced(value):
    """Return a text or bytes with its hidden paths replaced."""
    return _replaced(value)[0]


def atom(value):
    """Return the string of an atomic value, or None."""
    cls = type(value)
    if cls is str and "/" not in value:
        # What is hidden are absolute paths.
        return "s" + value
    if cls is str or cls is bytes:
        # A text that spells a placeholder out is another value than one in which a path was hidden: another letter.
        value, count = _replaced(value)
        return ("ps"[not count] + value) if cls is str else ("qy"[not count] + base64.b64encode(value).decode())
    if cls is bool:
        return "b1" if value else "b0"
    if cls is int:
        return "i" + hex(value)
    if cls is float:
        return "f" + (value.hex() if value == value else "nan")  # noqa: PLR0124 - NaN is the one value unequal to itself
    if cls is complex:
        return "c" + atom(value.real) + "," + atom(value.imag)
    if value is Ellipsis or value is NotImplemented:
        return "e" + repr(value)
    return "n" if value is None else None


def type_name(cls):
    return "%s.%s" % (cls.__module__, cls.__qualname__)


def lineage(cls):
    """Name a class with its bases: a subclass that took its parent's name still differs."""
    return " ".join(type_name(base) for base in cls.__mro__[:-1])


def leads(module, qualname, value):
    """Tell whether a name in a loaded module leads to that very object; runs no code of the module."""
    for start in MAINS if module in MAINS else (module,):
        found = sys.modules.get(start)
        for part in qualname.split("."):
            space = getattr(found, "__dict__", None)
            found = space.get(part) if space is not None else None
        if found is not None and (found is value or getattr(found, "__func__", None) is value):
            return True
    return False


def named_class(cls):
    """Return the name of a class object, if nothing else has that name, or if it came in from outside."""
    if type(cls) in (type, abc.ABCMeta) and cls in given:
        return "given " + given[cls]
    # Classes of the interpreter's own that no module shows (the type of None) cannot be made by a program, nor be given names.
    if cls.__flags__ & HEAP_TYPE and not leads(cls.__module__, cls.__qualname__, cls):
        raise OpaqueError("a class that its name does not lead to (%s)" % cls.__qualname__)
    return type_name(cls)


def named_function(value):
    """Return the module and name of a function, if nothing else has that name."""
    if not leads(value.__module__, value.__qualname__, value):
        raise OpaqueError("a function that its name does not lead to (%s)" % value.__qualname__)
    return [str(value.__module__), value.__qualname__]


def holds_method(owner, function):
    """Tell whether a function is the method of its name of an object or of a class."""
    classes = [*(owner.__mro__ if issubclass(type(owner), type) else ()), *type(owner).__mro__]
    for cls in classes:
        found = cls.__dict__.get(function.__name__)
        if found is not None:
            return found is function or getattr(found, "__func__", None) is function
    return False


def members(cls, foreign=False):
    """Return the (name, descriptor) pairs of a class's slots; with `foreign` also what a class written in C keeps for its instances."""
    found = {}
    for base in cls.__mro__:
        if "__slots__" not in base.__dict__ and not foreign:
            continue
        for name, member in base.__dict__.items():
            if type(member) is types.MemberDescriptorType:
                found[name if name not in found else type_name(base) + "." + name] = member
    return list(found.items())


def read_members(value, pairs):
    """Return what slots hold, by name, without those that are empty."""
    found = {}
    for name, member in pairs:
        try:
            found[name] = member.__get__(value)
        except AttributeError:
            continue
    return found


def own_dict(value):
    own = getattr(value, "__dict__", None)
    return own if isinstance(own, dict) else {}


def faint(value, spend, numbers, depth=0):
    """Encode atoms and containers of atoms, and anything else by the name of its type; calls `spend` for each value.

    What could be changed and is met elsewhere as well goes by its number there, in `numbers` by identity.
    """
    spend()
    text = atom(value)
    if text is not None:
        return text
    cls = type(value)
    if id(value) in numbers and cls not in (tuple, frozenset):
        return ["same", numbers[id(value)]]
    if depth < _DEEPEST:
        if cls in (list, tuple):
            return [cls.__name__, *[faint(item, spend, numbers, depth + 1) for item in value]]
        if cls in (set, frozenset):
            return [cls.__name__, *sorted((faint(item, spend, numbers, depth + 1) for item in value), key=repr)]
        if cls is dict:
            return ["dict", *[[faint(part, spend, numbers, depth + 1) for part in pair] for pair in value.items()]]
    return ["other", type_name(cls)]


def without_order(cls):
    """Tell whether objects of a class are mappings or sets that are values: what they hold tells them apart, and nothing else does.

    Such a class says itself which of its objects are equal, and that those are one to whoever looks one up.
    """
    return all(_says(cls, name) for name in ("__eq__", "__hash__")) and issubclass(cls, (collections.abc.Mapping, collections.abc.Set))


def _says(cls, name):
    """Tell whether a class of a program has a method of its own."""
    owner = next(base for base in cls.__mro__ if name in base.__dict__)
    return owner.__dict__[name] is not None and owner.__module__ not in _LIBRARY


def is_array(value):
    numpy = sys.modules.get("numpy")
    return isinstance(value, getattr(numpy, "ndarray", ()))


def _address(buffer):
    """Return where an array or a writable buffer starts in memory, or None."""
    if is_array(buffer):
        return buffer.__array_interface__["data"][0]
    try:
        import ctypes

        view = memoryview(buffer)
        return ctypes.addressof(ctypes.c_char.from_buffer(view[:1] if view.ndim == 1 else view))
    except (ImportError, BufferError, NotImplementedError, TypeError, ValueError):
        return None


def _owner(value):
    """Follow a view to the object whose memory it shows, beyond arrays."""
    while is_array(value) and value.base is not None:
        value = value.base
    return value.obj if type(value) is memoryview else value


def sharing(places, numbers):
    """Return {number: what it shares} for those of `places`, pairs of (number, array or memoryview), that show memory of one another.

    An array shows the first array that it overlaps and its distance from it; a view of another kind of buffer shows that buffer's
    number. A view of what is not part of the encoding shows nothing: nobody can tell it from a copy.
    """
    shared = {}
    extents = []
    for number, value in places:
        owner = _owner(value)
        if owner is not value and not (is_array(value) and is_array(owner)) and id(owner) in numbers:
            here, start = _address(value), _address(owner)
            shared[number] = ["of", numbers[id(owner)], None if here is None or start is None else here - start, list(value.strides)]
        elif is_array(value) and value.size:
            start = _address(value)
            reach = [(value.shape[axis] - 1) * value.strides[axis] for axis in range(value.ndim)]
            low, high = start + sum(min(0, step) for step in reach), start + sum(max(0, step) for step in reach) + value.itemsize
            extents.append((low, high, number, start, list(value.strides)))
    group, end = [], 0
    for extent in [*sorted(extents), None]:
        if group and (extent is None or extent[0] >= end):
            if len(group) > 1:
                anchor = min(group, key=lambda each: each[2])
                shared.update((number, ["with", anchor[2], start - anchor[3], strides]) for _, _, number, start, strides in group)
            group, end = [], 0
        if extent is not None:
            group.append(extent)
            end = max(end, extent[1])
    return shared
