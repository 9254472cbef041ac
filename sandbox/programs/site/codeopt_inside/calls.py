"""Recorded calls: reading them, making them again, and telling what came back."""

import base64
import itertools
import pickle
import random
import reprlib
import struct
import sys
import types

from codeopt_inside import canon, given_files, raising, taken
from codeopt_inside.parted import NOTHING, parted
from codeopt_inside.values import lineage

SEED = 20_011
SHOWN = 200


def split(data):
    """Return the pickles of a joined recording, in order."""
    calls, at = [], 0
    while at < len(data):
        (length,) = struct.unpack_from(">I", data, at)
        calls.append(data[at + 4 : at + 4 + length])
        at += 4 + length
    return calls


def joined(frames):
    return b"".join(struct.pack(">I", len(frame)) + frame for frame in frames)


def seed():
    """Put the random generators that are loaded into one known state."""
    random.seed(SEED)
    numpy = sys.modules.get("numpy")
    if numpy is not None and hasattr(numpy, "random"):
        numpy.random.seed(SEED)
    torch = sys.modules.get("torch")
    if torch is not None and hasattr(torch, "manual_seed"):
        torch.manual_seed(SEED)


class Unloadable:
    """A call whose arguments cannot be rebuilt."""

    def __init__(self, error):
        self.note = "%s: %s" % (type(error).__name__, error)


def loaded(data):
    """Return the (arguments, keywords) of a pickle, or why there are none."""
    try:
        arguments, keywords = pickle.loads(data)
    except Exception as error:
        return Unloadable(error)
    return arguments, keywords


async def _awaited(source):
    """Return the result, and how many tasks it left running: the end of the loop would hide them."""
    import asyncio

    value = await source
    return value, len(asyncio.all_tasks()) - 1


async def _collected(source):
    import asyncio

    return [item async for item in source], len(asyncio.all_tasks()) - 1


LAZY = frozenset(cls for cls in canon.ITERATORS if cls is not types.GeneratorType)


class Forced:
    """The items of a lazy result, with the type it had, and how it ended where that is more than its end.

    `trail` says how much the first items took of the arguments, where these are taken from bit by bit.
    """

    def __init__(self, kind, items, error=None, returned=None, trail=()):
        self.kind = kind
        self.items = items
        self.error = error
        self.returned = returned
        self.trail = trail


def force(result, arguments=()):
    """Do now what a lazy result would do later, so that it is part of the call; what came before an exception is kept too."""
    cls = type(result)
    if cls is types.GeneratorType or cls in LAZY:
        return _exhausted(cls, result, taken.sources(arguments))
    return _run(cls, result) if cls in (types.CoroutineType, types.AsyncGeneratorType) else result


def _run(cls, result):
    # Slow to import, and few benchmarks need it.
    import asyncio

    if cls is types.CoroutineType:
        value, left = asyncio.run(_awaited(result))
        return Forced("coroutine", value, returned=left or None)
    items, left = asyncio.run(_collected(result))
    return Forced("async_generator", items, returned=left or None)


_MOST = canon.ITERATOR_LIMIT + 1


def _ending(generator, returned):
    """Pass a generator's items on, and keep what it returns at its end."""
    returned.append((yield from generator))


def _exhausted(cls, iterator, sources):
    items, returned, error, trail = [], [None], None, []
    source = _ending(iterator, returned) if cls is types.GeneratorType else iterator
    try:
        if sources:
            taken.first_items(source, sources, items, trail)
        # What was yielded before an exception stays in the list.
        items.extend(itertools.islice(source, _MOST - len(items)))
    except BaseException as raised:
        error = raised
    if len(items) >= _MOST:
        raise canon.OpaqueError("an iterator of more than %d items" % canon.ITERATOR_LIMIT)
    return Forced(cls.__name__, items, error, returned[-1], trail)


def make(function, arguments, keywords):
    """Call, and force what is lazy; returns (raised, value)."""
    try:
        value = force(function(*arguments, **keywords), arguments)
    except BaseException as error:
        return True, error
    return type(value) is Forced and value.error is not None, value


def encoded(arguments, keywords, raised, value, limit, drained=None):
    """Encode what a call did: its result or exception, and its arguments as it left them; `drained` is `canon.encode`'s."""
    how, left = "raised" if raised else "returned", _left(keywords)
    if type(value) is Forced:
        ending = [] if value.error is None and value.returned is None else [value.error, value.returned]
        return canon.encode([how + " " + value.kind, value.items, list(arguments), keywords, *ending, *left], limit, drained)
    if isinstance(value, canon.OpaqueError):
        raise value
    return canon.encode([how, value, list(arguments), keywords, *left], limit, drained)


def _left(keywords):
    """Return what a call that came with files left of them, and beside them; nothing for any other call."""
    if given_files.folder_of(keywords) is None:
        return []
    # Slow to import, and few calls need it.
    from codeopt_inside import left_files

    return [left_files.left(keywords)]


def loosely(arguments, keywords, value, limit, drained):
    """Encode what a call that raised did, without what its exception says: the type, what came before it, and the arguments afterwards."""
    kind, before, error = (value.kind, value.items, value.error) if type(value) is Forced else ("", [], value)
    left = _left(keywords)
    return canon.encode(["raised " + kind, lineage(type(error)), before, list(arguments), keywords, *left], limit, drained)


def digest(call, raised, value, limit):
    """Name what a call did, without the words of an exception (`told` has them); empty where it cannot be compared as data."""
    return named(call, raised, value, limit, False)[0]


def named(call, raised, value, limit, apart):
    """Return the same `digest`, and where it is to be taken `apart` what `parted` makes of a result, else nothing."""
    if isinstance(value, canon.OpaqueError):
        return "", NOTHING
    try:
        nodes = loosely(*call, value, limit, None) if raised else encoded(*call, raised, value, limit)
        return canon.digest(nodes), parted(nodes) if apart and not raised else NOTHING
    except Exception:
        return "", NOTHING


def spelled(part):
    """Return what `parted` gave as a message has it."""
    skeleton, floats = part
    return {"skeleton": skeleton, "floats": base64.b64encode(floats).decode()}


class _Repr(reprlib.Repr):
    def __init__(self):
        super().__init__()
        self.maxstring = self.maxother = 120
        self.maxlist = self.maxtuple = self.maxset = self.maxdict = 8

    # What is cut in the middle of the name of a call's folder would show half of it, and another one in each process.
    def repr_str(self, value, level):
        return super().repr_str(given_files.plain(value), level)

    def repr_instance(self, value, level):
        text = super().repr_instance(value, level)
        if "codeopt-" not in text:
            return text
        text = given_files.plain(repr(value))
        half = self.maxother // 2
        return text if len(text) <= self.maxother else text[: half - 3] + "..." + text[-half:]


def _plain(value):
    return given_files.plain(_Repr().repr(value))


def shown(value):
    """Return a short text for people; never fails."""
    try:
        if type(value) is not Forced:
            return _plain(value)[:SHOWN]
        items = _plain(value.items)
        return (items if value.error is None else "%s after %s" % (_plain(value.error), items))[:SHOWN]
    except Exception as error:
        return "<%s: repr failed with %s>" % (type(value).__name__, type(error).__name__)


def told(number, data, result, printed, limit, apart=False):
    """Return the message that tells of call `number`; `result` is (call, raised, value). It may be told `apart` from its floats as well.

    Of a call that raised it says whether a `raise` statement did (`explicit`), and what the call did apart from what the exception says
    (`loose`): other code may be right and fail in other words, where it was the interpreter that spoke.
    """
    call, raised, value = result
    if type(call) is Unloadable:
        return {"call": number, "status": "unloadable", "note": call.note[:SHOWN]}
    message = {"call": number, "given": _given(data), "printed": canon.digest([canon.atom(printed)])}
    if isinstance(value, canon.OpaqueError):
        return dict(message, status="opaque", note=str(value))
    message.update(status="raised" if raised else "returned", shown=shown(value), files=_shown_files(call, written=True))
    failure = value.error if type(value) is Forced else value
    if type(value) is Forced and value.trail:
        message["taken"] = value.trail
    message["outcome"] = "raised %s" % type(failure).__qualname__ if raised else "returned"
    drained = {}
    try:
        nodes = encoded(*call, raised, value, limit, drained)
        message["digest"] = canon.digest(nodes)
        if apart and not raised:
            message.update(spelled(parted(nodes)))
        if raised:
            message.update(explicit=raising.explicit(failure), loose=canon.digest(loosely(*call, value, limit, drained)))
    except canon.OpaqueError as reason:
        return dict(message, status="opaque", note=str(reason))
    except Exception as error:
        return dict(message, status="opaque", note="%s: %s" % (type(error).__name__, error))
    return message


def _shown_files(call, written=False):
    """Show the files that a call came with, or those that it has written; empty for any other call."""
    if given_files.folder_of(call[1]) is None:
        return ""
    from codeopt_inside import left_files

    return left_files.shown(call[1], written)[: 2 * SHOWN]


def _given(data):
    """Show the arguments as they were given: the call may have changed its own."""
    call = loaded(data)
    if type(call) is Unloadable:
        return call.note[:SHOWN]
    arguments, keywords = call
    text = "%s%s" % (
        ", ".join(shown(value) for value in arguments),
        "".join(", %s=%s" % (name, shown(value)) for name, value in keywords.items()),
    )
    files = _shown_files(call)
    return text[: 2 * SHOWN] + (" with the files %s" % files if files else "")
