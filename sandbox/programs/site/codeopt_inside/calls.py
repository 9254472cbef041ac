"""Recorded calls: reading them, making them again, and telling what came back."""

import asyncio
import io
import pickle
import random
import reprlib
import struct
import sys
import types

from codeopt_inside import canon

SEED = 20_011
SHOWN = 200


def read(path):
    """Return the pickles of a recording, in order."""
    with open(path, "rb") as file:
        data = file.read()
    calls, at = [], 0
    while at < len(data):
        (length,) = struct.unpack_from(">I", data, at)
        calls.append(data[at + 4 : at + 4 + length])
        at += 4 + length
    return calls


def seed():
    """Put the random generators that are loaded into one known state."""
    random.seed(SEED)
    numpy = sys.modules.get("numpy")
    if numpy is not None and hasattr(numpy, "random"):
        numpy.random.seed(SEED)
    torch = sys.modules.get("torch")
    if torch is not None and hasattr(torch, "manual_seed"):
        torch.manual_seed(SEED)


async def _collected(source):
    return [item async for item in source]


LAZY = frozenset(cls for cls in canon.ITERATORS if cls is not types.GeneratorType)


class Forced:
    """The items of a lazy result, with the type it had."""

    def __init__(self, kind, items):
        self.kind = kind
        self.items = items


def force(result):
    """Do now what a lazy result would do later, so that it is part of the call."""
    cls = type(result)
    if cls is types.GeneratorType or cls in LAZY:
        return Forced(cls.__name__, list(result))
    if cls is types.CoroutineType:
        return Forced("coroutine", asyncio.run(result))
    if cls is types.AsyncGeneratorType:
        return Forced("async_generator", asyncio.run(_collected(result)))
    return result


def make(function, arguments, keywords):
    """Call, and force what is lazy; returns (raised, value)."""
    try:
        return False, force(function(*arguments, **keywords))
    except Exception as error:
        return True, error


def encoded(arguments, keywords, raised, value, limit):
    """Encode what a call did: its result or exception, and its arguments as it left them."""
    if raised:
        return canon.encode(["raised", value, list(arguments), keywords], limit)
    if type(value) is Forced:
        return canon.encode(["returned " + value.kind, value.items, list(arguments), keywords], limit)
    return canon.encode(["returned", value, list(arguments), keywords], limit)


class _Repr(reprlib.Repr):
    def __init__(self):
        super().__init__()
        self.maxstring = self.maxother = 120
        self.maxlist = self.maxtuple = self.maxset = self.maxdict = 8


def shown(value):
    """Return a short text for people; never fails."""
    try:
        return _Repr().repr(value.items if type(value) is Forced else value)[:SHOWN]
    except Exception as error:
        return "<%s: repr failed with %s>" % (type(value).__name__, type(error).__name__)


def told(number, data, function, limit, full):
    """Make call `number` again and return the message that tells of it."""
    try:
        arguments, keywords = pickle.loads(data)
    except Exception as error:
        return {"call": number, "status": "unloadable", "note": "%s: %s" % (type(error).__name__, error)}
    given = "%s%s" % (
        ", ".join(shown(value) for value in arguments),
        "".join(", %s=%s" % (name, shown(value)) for name, value in keywords.items()),
    )
    seed()
    before = random.getstate()
    printed, stdout = io.StringIO(), sys.stdout
    sys.stdout = printed
    try:
        raised, value = make(function, arguments, keywords)
    finally:
        sys.stdout = stdout
    message = {"call": number, "status": "raised" if raised else "returned", "given": given[: 2 * SHOWN], "shown": shown(value)}
    message["random"] = random.getstate() != before
    message["printed"] = canon.digest([printed.getvalue()])
    try:
        nodes = encoded(arguments, keywords, raised, value, limit)
        message["digest"] = canon.digest(nodes)
    except canon.OpaqueError as reason:
        return dict(message, status="opaque", note=str(reason))
    except Exception as error:
        return dict(message, status="opaque", note="%s: %s" % (type(error).__name__, error))
    if full:
        message["nodes"] = nodes
    return message
