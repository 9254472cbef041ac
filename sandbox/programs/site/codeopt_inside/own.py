"""Collections of a program's own classes: what they hold, and changes of it by their own methods, so that what they keep of it stays right.

Runs on the original's side only. A persistent collection answers with a new one, any other is changed in place: give it what may change.
"""

import collections.abc
import copy
import functools
import itertools
import random

from codeopt_inside import values

# What is built in, and what stands below it with other parts of its own, are other kinds of values.
_OTHERS = (str, bytes, bytearray, tuple, range, memoryview)
_FORMS = {"mapping": collections.abc.Mapping, "set": collections.abc.Set, "sequence": collections.abc.Sequence}
_REMOVES = {"mapping": ("__delitem__", "remove", "discard"), "set": ("discard", "remove"), "sequence": ("__delitem__", "delete")}
MOST = 20_000
_MOST_LENT = 200


def form(value):
    """Return `mapping`, `set` or `sequence`; empty for anything else."""
    cls = type(value)
    if not cls.__flags__ & values.HEAP_TYPE or isinstance(value, _OTHERS) or cls.__module__ in ("builtins", "collections"):
        return ""
    try:
        return next((name for name, kind in _FORMS.items() if isinstance(value, kind)), "")
    except Exception:
        return ""


def keys(value):
    """Return the keys of a mapping, the positions of a sequence, the members of a set; of a collection without end that fails."""
    found = range(len(value)) if form(value) == "sequence" else list(itertools.islice(value, MOST + 1))
    if len(found) > MOST:
        raise ValueError("too much to look at")
    return list(found)


def items(value):
    """Return what a collection holds, in its order: of a mapping the values."""
    found = keys(value)
    return found if form(value) == "set" else [value[key] for key in found]


def with_item(value, at, new):
    """Put another thing in the place of one."""
    if form(value) == "set":
        raise TypeError("a set has no places")
    return _done(value, ("__setitem__", "set"), keys(value)[at], new)


def _done(value, names, *words):
    """Call the first of these methods that the class has; return what stands for the collection afterwards."""
    method = next((found for found in (getattr(type(value), name, None) for name in names) if found is not None), None)
    if method is None:
        raise TypeError("no such method")
    result = method(value, *words)
    return result if type(result) is type(value) else value


def _without(value, at):
    return _removed(value, keys(value)[at])


def _removed(value, key):
    left = len(value) - 1
    value = _done(value, _REMOVES[form(value)], key)
    if len(value) != left:
        raise ValueError("it does not lose what it is told to")
    return value


def keep(value, size):
    """Leave out all but the first so many."""
    return functools.reduce(_removed, reversed(keys(value)[size:]), value)


def _use(value, at):
    """Look one thing up, as a program does in between: some collections remember that."""
    value[keys(value)[at]]
    return value


def _again(value, at):
    return with_item(value, at, value[keys(value)[at]])


def _swap(value, first, second):
    one, other = value[keys(value)[first]], value[keys(value)[second]]
    return with_item(with_item(value, first, other), second, one)


def _lent(others, seed):
    found = [item for other in others for item in items(other)[:_MOST_LENT]]
    return copy.deepcopy(random.Random(seed).choice(found))  # noqa: S311 - the plan's seed is the secret


def _other(value, others, at, seed):
    return with_item(value, at, _lent(others, seed))


def _more(value, others, seed):
    """Add what another call's collection holds."""
    if form(value) != "mapping":
        return _done(value, ("add", "append"), _lent(others, seed))
    pairs = [(key, other[key]) for other in others for key in list(other)[:_MOST_LENT] if key not in value]
    key, held = copy.deepcopy(random.Random(seed).choice(pairs))  # noqa: S311 - the plan's seed is the secret
    return _done(value, ("__setitem__", "set"), key, held)


OPERATIONS = {"own keep": keep, "own drop": _without, "own use": _use, "own again": _again, "own swap": _swap}
WITH_OTHERS = {"own other": _other, "own more": _more}
