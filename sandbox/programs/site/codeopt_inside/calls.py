"""Recorded calls: reading them, making them again, and telling what came back."""

import asyncio
import io
import itertools
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
    """The items of a lazy result, with the type it had, and how it ended where that is more than its end."""

    def __init__(self, kind, items, error=None, returned=None):
        self.kind = kind
        self.items = items
        self.error = error
        self.returned = returned


def force(result, exact):
    """Do now what a lazy result would do later, so that it is part of the call; `exact` keeps what came before an exception too."""
    cls = type(result)
    if cls is types.GeneratorType or cls in LAZY:
        return _exactly(cls.__name__, result) if exact else Forced(cls.__name__, _bounded(itertools.islice(result, _MOST)))
    if cls is types.CoroutineType:
        return Forced("coroutine", asyncio.run(result))
    if cls is types.AsyncGeneratorType:
        return Forced("async_generator", asyncio.run(_collected(result)))
    return result


_MOST = canon.ITERATOR_LIMIT + 1


def _bounded(items):
    items = list(items)
    if len(items) >= _MOST:
        raise canon.OpaqueError("an iterator of more than %d items" % canon.ITERATOR_LIMIT)
    return items


def _exactly(kind, iterator):
    items, error, returned = [], None, None
    try:
        while len(items) < _MOST:
            items.append(next(iterator))
    except StopIteration as end:
        returned = end.value
    except BaseException as raised:
        error = raised
    return Forced(kind, _bounded(items), error, returned)


def make(function, arguments, keywords, exact=False):
    """Call, and force what is lazy; returns (raised, value)."""
    try:
        value = force(function(*arguments, **keywords), exact)
    except canon.OpaqueError:
        raise
    except BaseException as error:
        return True, error
    return type(value) is Forced and value.error is not None, value


def encoded(arguments, keywords, raised, value, limit):
    """Encode what a call did: its result or exception, and its arguments as it left them."""
    how = "raised" if raised else "returned"
    if type(value) is Forced:
        ending = [] if value.error is None and value.returned is None else [value.error, value.returned]
        return canon.encode([how + " " + value.kind, value.items, list(arguments), keywords, *ending], limit)
    return canon.encode([how, value, list(arguments), keywords], limit)


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


def told(number, data, function, limit):
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
        raised, value = make(function, arguments, keywords, exact=True)
    except canon.OpaqueError as reason:
        return {"call": number, "status": "opaque", "given": given[: 2 * SHOWN], "note": str(reason)}
    finally:
        sys.stdout = stdout
    message = {"call": number, "status": "raised" if raised else "returned", "given": given[: 2 * SHOWN], "shown": shown(value)}
    failure = value.error if type(value) is Forced else value
    message["outcome"] = "raised %s" % type(failure).__qualname__ if raised else "returned"
    message["random"] = random.getstate() != before
    message["printed"] = canon.digest([canon.atom(printed.getvalue())])
    try:
        nodes = encoded(arguments, keywords, raised, value, limit)
        message["digest"] = canon.digest(nodes)
    except canon.OpaqueError as reason:
        return dict(message, status="opaque", note=str(reason))
    except Exception as error:
        return dict(message, status="opaque", note="%s: %s" % (type(error).__name__, error))
    return message
