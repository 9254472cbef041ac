"""Makes calls again on worn objects: arguments that an earlier call saw with other contents, after its results were overwritten.

What remembers by identity, hands out one object twice, or keeps a part of what it returned, answers differently now. Files of all calls lie
in one folder, one after the other, so that what remembers them by their paths does so too. The original goes
through the same, so that what it does itself is not held against a candidate.
"""

import contextlib
import sys

from codeopt_inside import calls, given_files
from codeopt_inside.parted import NOTHING
from codeopt_inside.values import type_name


def scramble(value, depth=0):
    """Overwrite what a result holds, as its owner may."""
    if type(value) is calls.Forced:
        value = value.items
    kind = type(value)
    if (kind is list or _is_tuple(kind)) and depth < 2:  # noqa: PLR2004 - deep enough for rows of a table
        for item in value:
            scramble(item, depth + 1)
    if kind is list:
        value[:] = [None]
    elif kind is dict:
        value.clear()
        value["scrambled"] = True
    elif kind is set:
        value.clear()
    elif kind is bytearray:
        value[:] = b"scrambled"
    elif kind is getattr(sys.modules.get("numpy"), "ndarray", ()) and value.flags.writeable and not value.dtype.hasobject:
        value.fill(0)
    elif type_name(kind) == "torch.Tensor":
        with contextlib.suppress(Exception):  # one that is not in the processor's memory, or has types that NumPy lacks, stays
            value.detach().numpy().fill(0)


def _is_tuple(kind):
    """Tell whether a class is that of tuples, or of named ones; others have their own way to be gone through."""
    return kind is tuple or (issubclass(kind, tuple) and hasattr(kind, "_fields") and kind.__iter__ is tuple.__iter__)


def refilled(held, fresh):
    """Return `held` with the contents of `fresh` where both are containers of one type, else `fresh`."""
    kind = type(held)
    if kind is not type(fresh) or held is fresh:
        return fresh
    if kind in (list, bytearray):
        held[:] = fresh
    elif kind in (dict, set):
        held.clear()
        held.update(fresh)
    elif kind is getattr(sys.modules.get("numpy"), "ndarray", ()) and held.flags.writeable and _same_form(held, fresh):
        held[...] = fresh
    else:
        return fresh
    return held


def _same_form(held, fresh):
    return held.shape == fresh.shape and held.dtype == fresh.dtype and held.strides == fresh.strides


def named(function, recorded, results, looked, limit, apart):
    """Make every call again and return what `calls.named` says of those at the `looked` positions, of others nothing.

    `results` are those of the first time, and are given up.
    """
    for _, _, value in results:
        scramble(value)
    results.clear()
    held, found = (), []
    with given_files.one_folder():
        for at, data in enumerate(recorded):
            call = calls.loaded(data)
            if type(call) is calls.Unloadable:
                found.append(("", NOTHING))
                continue
            arguments = tuple(refilled(old, new) for old, new in zip(held, call[0])) + call[0][len(held) :]  # noqa: B905 - Python 3.9
            raised, value = calls.make(function, arguments, call[1])
            found.append(calls.named((arguments, call[1]), raised, value, limit, apart) if at in looked else ("", NOTHING))
            scramble(value)
            held = arguments
    return found
