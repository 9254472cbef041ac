"""Makes several calls at the same time, as a program with threads or tasks does.

What keeps its work in progress where every call can reach it (a buffer of the module, a table that is filled on the way) is right one call
at a time, and answers differently now. Each thread has arguments of its own: what calls share is what the code shares.
"""

import json
import random
import sys
import threading
import time

from codeopt_inside import calls
from codeopt_inside.bounded import bounded
from codeopt_inside.printed import Printed

AT_ONCE = 4
# As often as the interpreter can.
SWITCH_S = 1e-6
# Most calls are over before it does: so a thread pauses between two lines as well.
OFTEN = 2.0
PAUSE_S = 1e-4
MOST_LINES = 2_000
FORKS = 4
LONG_ENOUGH_S = 0.15
MOST_ROUNDS = 10
MORE_BYTES = 8 << 30
STACK_BYTES = 16 << 20
COROUTINE, ASYNC_GENERATOR = 0x80, 0x200


def answered(function, recorded, looked, limit, seconds):
    """Make the calls at the `looked` positions at the same time; return their digests, empty ones for the others.

    Empty as well where a call was not answered alike each time, and all of them where they do not end in so many seconds. They are made
    in several forks: what the first call that needs it makes for all later ones, is made in each.
    """
    found, until = [set() for _ in recorded], time.monotonic() + seconds
    for number in range(FORKS):
        first = number * AT_ONCE * MOST_ROUNDS
        work = lambda first=first: json.dumps(_digests(function, recorded, looked, limit, first)).encode()  # noqa: E731
        how, answer = bounded(work, until - time.monotonic(), MORE_BYTES)
        if how != "done":
            return [""] * len(recorded)
        for at, names in json.loads(answer):
            found[at].update(names)
    return [next(iter(names)) if len(names) == 1 else "" for names in found]


def _digests(function, recorded, looked, limit, first):
    """Make the calls round after round, and return (position, all digests of it); `first` numbers the first order that they are made in."""
    calls.seed()
    threading.stack_size(STACK_BYTES)
    sys.setswitchinterval(SWITCH_S)
    Printed().take()
    found, until = {at: set() for at in looked}, time.monotonic() + LONG_ENOUGH_S
    for number in range(MOST_ROUNDS):
        for at, call, raised, value in _round(function, recorded, looked, first + number * AT_ONCE):
            found[at].add("" if type(call) is calls.Unloadable else calls.digest(call, raised, value, limit))
        if time.monotonic() > until:
            break
    return [(at, sorted(names)) for at, names in found.items()]


def _round(function, recorded, looked, number):
    """Make each call `AT_ONCE` times at the same time; returns (position, call, raised, value) of all."""
    orders = [_order(recorded, looked, number + lane) for lane in range(AT_ONCE)]
    if function.__code__.co_flags & (COROUTINE | ASYNC_GENERATOR):
        return _as_tasks(function, orders)
    return _as_threads(function, orders, [Pausing(function.__code__.co_filename, number + lane) for lane in range(AT_ONCE)])


def _order(recorded, looked, number):
    """Return the calls, freshly loaded, in an order that hangs on the number."""
    order = [(at, calls.loaded(recorded[at])) for at in looked]
    random.Random(number).shuffle(order)  # noqa: S311 - an order, no secret
    return order


class Pausing:
    """Traces the calls of one thread, and lets others run between two lines of a file: often at first, seldom later, in the end no more."""

    def __init__(self, path, seed):
        self.path = path
        self.draw = random.Random(seed).random  # noqa: S311 - a pause, no secret
        self.pause = time.sleep
        self.lines = 0

    def make(self, function, call):
        self.lines = 0
        sys.settrace(self.called)
        try:
            return calls.make(function, *call)
        finally:
            sys.settrace(None)

    def called(self, frame, _event, _arg):
        return self.passed if frame.f_code.co_filename == self.path else None

    def passed(self, _frame, event, _arg):
        if event == "line":
            self.lines += 1
            if self.lines > MOST_LINES:
                sys.settrace(None)
            elif self.draw() * self.lines < OFTEN:
                self.pause(self.draw() * PAUSE_S)
        return self.passed


def _as_threads(function, orders, pausing):
    start, results = threading.Barrier(len(orders)), [[] for _ in orders]

    def work(lane):
        start.wait()
        for at, call in orders[lane]:
            made = (True, None) if type(call) is calls.Unloadable else pausing[lane].make(function, call)
            results[lane].append((at, call, *made))

    threads = [threading.Thread(target=work, args=(lane,), daemon=True) for lane in range(len(orders))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [each for result in results for each in result]


def _as_tasks(function, orders):
    # Slow to import, and few targets need it.
    import asyncio

    async def together():
        return await asyncio.gather(*(_awaited(function, at, call) for order in orders for at, call in order))

    return asyncio.run(together())


async def _awaited(function, at, call):
    if type(call) is calls.Unloadable:
        return at, call, True, None
    try:
        return at, call, False, await _forced(function(*call[0], **call[1]))
    except BaseException as error:
        return at, call, True, error


async def _forced(source):
    """Do now what a result would do later, as `calls.force` does, within the loop that runs already."""
    if hasattr(source, "__aiter__"):
        return calls.Forced("async_generator", [item async for item in source])
    return calls.Forced("coroutine", await source)
