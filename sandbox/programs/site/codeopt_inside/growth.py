"""Times one call at growing sizes: how the time grows says more of an algorithm than any one time.

Runs on the original's side only, in a fork. The call is the largest recorded one; smaller ones hold the first parts of what that holds.
"""

import json
import time

from codeopt_inside import calls, passing
from codeopt_inside.bounded import bounded
from codeopt_inside.parts import divisible

PARTS = (8, 4, 2, 1)
LEAST = 32  # of fewer things the rest of the call takes most
_LEAST_RUNS = 3
_MOST_RUNS = 60
_ENOUGH_S = 0.02  # on a busy machine one of many short runs is undisturbed
_TRIED = 3


def grown(function, pickles, all_s):
    """Return (size, seconds) pairs of one call, growing; none where no argument holds much, or a smaller call fails."""
    for data in sorted(pickles, key=len, reverse=True)[:_TRIED]:
        how, answer = bounded(lambda data=data: json.dumps(_timed(function, data, all_s / _TRIED)).encode(), all_s / _TRIED)
        if how == "done" and len(json.loads(answer)) == len(PARTS):
            return json.loads(answer)
    return []


def _timed(function, data, seconds):
    until, found = time.monotonic() + seconds, []
    size = max(map(_size, _values(calls.loaded(data))), default=0)
    for part in PARTS if size >= LEAST else ():
        small, times = _cut(calls.loaded(data), size // part), []
        while len(times) < _LEAST_RUNS or (len(times) < _MOST_RUNS and sum(times) < _ENOUGH_S):
            taken = _seconds(function, small)
            if taken is None or time.monotonic() > until:
                return found
            times.append(taken)
        found.append((size // part, min(times)))
    return found


def _values(call):
    return [*call[0], *call[1].values()] if type(call) is tuple else []


def _size(value):
    kind = divisible(value)
    return len(kind.parts(value)) if kind is not None else 0


def _cut(call, size):
    """Return the pickle of a call whose arguments hold so many things at most."""
    arguments, keywords = call
    named = {name: _first(value, size) for name, value in keywords.items()}
    return passing.again((tuple(_first(value, size) for value in arguments), named))


def _first(value, size):
    kind = divisible(value)
    return value if kind is None or _size(value) <= size else kind.become(value, kind.parts(value)[:size])


def _seconds(function, data):
    """Return what a call takes; None where it fails."""
    arguments, keywords = calls.loaded(data)
    start = time.perf_counter()
    raised, _ = calls.make(function, arguments, keywords)
    return None if raised else time.perf_counter() - start
