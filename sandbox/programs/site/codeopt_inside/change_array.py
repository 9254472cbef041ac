"""The operations of `change.py` on numpy arrays, and those that only arrays know. Imports numpy when the first array is there."""

import random


def _numpy():
    return __import__("numpy")


def _shuffle(old, seed):
    order = list(range(len(old)))
    random.Random(seed).shuffle(order)  # noqa: S311 - the plan's seed is the secret
    return old[order]


def _swap(old, first, second):
    made = old.copy()
    made[[first, second]] = old[[second, first]]
    return made


def _equal(old, at):
    made = old.copy()
    made[...] = old[at]
    return made


def _fill(old, number):
    made = old.copy()
    made[...] = number
    return made


def _set(old, seed, number):
    made = old.copy()
    made.reshape(-1)[seed % made.size] = number
    return made


def _sort(old, downwards):
    made = _numpy().sort(old, axis=0)
    return made[::-1].copy() if downwards else made


def _read_only(old):
    # A view, so that gaps stay gaps.
    made = old.view()
    made.flags.writeable = False
    return made


def _gaps(old):
    """Return an array whose items do not lie next to each other, with nothing of use between them."""
    made = _numpy().zeros((*old.shape, 2), old.dtype)
    made[..., 0] = old
    return made[..., 0]


def _backwards(old):
    return old[::-1].copy()[::-1]


def laid(old, *layouts):
    """Lay an array as it was when it was pickled."""
    for layout in layouts:
        old = OPERATIONS[layout](old)
    return old


def reduced(array):
    """Return what pickle needs to lay an array as it lies; left to numpy where that does the same."""
    layouts = [] if array.flags.c_contiguous or array.flags.f_contiguous else ["backwards" if array.strides[0] < 0 else "gaps"]
    layouts += [] if array.flags.writeable else ["read-only"]
    if not layouts or type(array) is not _numpy().ndarray or array.dtype.hasobject:
        return NotImplemented
    return laid, (array.copy(), *layouts)


OPERATIONS = {
    "take": lambda old, size: old[:size].copy(),
    "take last": lambda old, size: old[..., :size].copy(),
    "twice": lambda old: _numpy().concatenate([old, old]),
    "repeat": lambda old, at: _numpy().insert(old, at, old[at], axis=0),
    "reverse": lambda old: old[::-1].copy(),
    "sort": _sort,
    "shuffle": _shuffle,
    "swap": _swap,
    "equal": _equal,
    "fill": _fill,
    "set": _set,
    "item": lambda old, at: _numpy().array(old.reshape(-1)[at]),
    "axis": lambda old: old[None].copy(),
    "dtype": lambda old, dtype: old.astype(dtype),
    "byte order": lambda old: old.astype(old.dtype.newbyteorder()),
    "read-only": _read_only,
    "gaps": _gaps,
    "columns": lambda old: _numpy().asfortranarray(old),
    "transpose": lambda old: old.T.copy(),
    "backwards": _backwards,
}
