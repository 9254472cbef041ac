"""Parts an encoding into its skeleton and its floats, so that the host can compare these within the tolerance that a user allows.

The skeleton keeps what is no float: types, dtypes, shapes, order, aliasing. Floats in sets and in what keys of dictionaries hold stay in it
too, since they decide what is found; so do those in texts and pickles, and those that are longer than a double or have no format at all.
"""

import array
import base64
import struct
import sys

from codeopt_inside import canon

MOST = 1_000_000
NOTHING = ("", b"")


def parted(nodes):
    """Return the digest of an encoding without its floats, and these in order, as little-endian doubles.

    Nothing where they are more than `MOST`: then the host compares exactly.
    """
    fixed = _behind_keys(nodes)
    floats = array.array("d")
    bare = [node if number in fixed else _bare(node, floats) for number, node in enumerate(nodes)]
    if len(floats) > MOST:
        return NOTHING
    if sys.byteorder == "big":
        floats.byteswap()
    return canon.digest(bare), floats.tobytes()


# What follows is spelled out in code and not in tables: code that is changed is told (see `world.py`).


def _held(node):
    """Return where in a node values and references stand; what is not known stays as it is."""
    kind = node[0]
    if kind in ("roots", "list", "tuple", "range", "slice"):
        return slice(1, 2)
    if kind == "object":
        return slice(2, 6)
    if kind == "array":
        # What is no list is the bytes of whole numbers or texts, which may begin as the encoding of a float does.
        return slice(5, 6) if type(node[5]) is list else slice(0)
    if kind in ("standing", "frame", "series", "index"):
        return slice(3, 4)
    return slice(2, None) if kind in ("given", "bound", "iterator", "exception", "path") else slice(0)


def _behind_keys(nodes):
    """Return the numbers of the nodes that keys of dictionaries lead to."""
    found = set()
    left = [number for node in nodes for number in _numbers(_keys(node))]
    while left:
        number = left.pop()
        if number not in found:
            found.add(number)
            node = nodes[number]
            left += _numbers([node[_held(node)], _keys(node), _items(node)])
    return found


def _pairs(node):
    """Tell whether a node is that of a dictionary of a class of its own."""
    return node[0] == "object" and node[6] is not None


def _keys(node):
    if node[0] == "dict":
        return node[1][::2]
    return [key for key, _ in node[6]] if _pairs(node) else []


def _items(node):
    if node[0] == "dict":
        return node[1][1::2]
    return [item for _, item in node[6]] if _pairs(node) else []


def _numbers(part):
    """Return the references to other nodes in a part of one."""
    if type(part) is list:
        return [number for each in part for number in _numbers(each)]
    return [part] if type(part) is int else []


def _bare(node, floats):
    """Return a node without its floats, which join the others."""
    bare = list(node)
    where = _data(node)
    if where is not None:
        place, form, data = where
        before = len(floats)
        floats.extend(struct.unpack("%s%d%s" % (form[0], len(data) // struct.calcsize(form), form[1]), data))
        shell = ["floats", len(floats) - before]
        bare[place] = [*node[place][:-1], shell] if type(node[place]) is list else shell
        return bare
    held = _held(node)
    bare[held] = _without(node[held], floats)
    items = _without(_items(node), floats)
    if node[0] == "dict":
        bare[1] = [part for pair in zip(_keys(node), items) for part in pair]  # noqa: B905 - Python 3.9
    elif _pairs(node):
        bare[6] = [list(pair) for pair in zip(_keys(node), items)]  # noqa: B905 - as above
    return bare


def _without(part, floats):
    """Return a part of a node with a placeholder for each float."""
    if type(part) is list:
        return [_without(each, floats) for each in part]
    if type(part) is str and part[:1] == "f":
        floats.append(float.fromhex(part[1:]))
        return "f"
    if type(part) is str and part[:1] == "c":
        floats.extend(float.fromhex(text[1:]) for text in part[1:].split(","))
        return "c"
    return part


def _data(node):
    """Return (place, format, bytes) of the floats that a node holds in one piece, or None."""
    kind = node[0]
    if kind == "object":
        return _standard_array(node)
    place = {"numpy": 2, "memoryview": 4, "array": 5, "tensor": 5}.get(kind)
    form = "" if place is None or type(node[place]) is not str else _form(kind, node[1])
    return (place, form, base64.b64decode(node[place])) if form else None


def _standard_array(node):
    """Return the same of an `array.array`: its bytes are those of the machine, and stand last in what it is made from."""
    parts = node[3]
    if node[1] != "array.array" or len(parts) != 4 or parts[1] not in ("sf", "sd") or parts[3][:1] != "y":  # noqa: PLR2004 - as it pickles
        return None
    return 3, "=" + parts[1][1], base64.b64decode(parts[3][1:])


def _form(kind, name):
    """Return how `struct` reads one float of an array's type: byte order and letter; empty where they are no floats, or longer ones."""
    if kind == "tensor":
        letter = {"float16": "e", "float32": "f", "float64": "d", "complex64": "f", "complex128": "d"}.get(name.rpartition(".")[2])
        return "=" + letter if letter else ""
    order = name[0] if name[0] in "<>" else "="
    if kind == "memoryview":
        letter = name.lstrip("@=<>")
        return order + letter[-1] if letter in ("e", "f", "d", "Zf", "Zd") else ""
    letter = {"f2": "e", "f4": "f", "f8": "d", "c8": "f", "c16": "d"}.get(name[1:])
    return order + letter if letter else ""
