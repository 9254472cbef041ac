"""Tries calls that nobody made before, each by itself, and tells what the original makes of it: some never end, some end their process."""

import json
import time

from codeopt_inside import calls, seen
from codeopt_inside.bounded import bounded

MOST_ARCS = 2_000
# All calls that are kept are made in one process later.
MORE_BYTES = 64 << 20


def sieved(function, pickles, each_s, all_s):
    """Return for each pickle (how it ended, arcs that were passed): `returned`, `raised` and the type, or empty where it cannot be used.

    What is left when `all_s` is spent is not tried.
    """
    until, found = time.monotonic() + all_s, []
    for data in pickles:
        if time.monotonic() > until:
            found.append(("", []))
            continue
        how, answer = bounded(lambda data=data: _tried(function, data), each_s, MORE_BYTES)
        found.append(tuple(json.loads(answer)) if how == "done" else ("", []))
    return found


def _tried(function, data):
    call = calls.loaded(data)
    if type(call) is calls.Unloadable:
        return b'["", []]'
    calls.seed()
    with seen.Arcs(function.__code__.co_filename) as arcs:
        raised, value = calls.make(function, *call)
    # A process that is out of memory or stack, or is told to end, says more of the process than of the call.
    unusable = raised and isinstance(value, (MemoryError, RecursionError, SystemExit, KeyboardInterrupt))
    outcome = "raised %s" % type(value).__qualname__ if raised else "returned"
    return json.dumps(["" if unusable else outcome, sorted(arcs.run)[:MOST_ARCS]]).encode()
