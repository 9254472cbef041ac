"""Things that are lazy, asynchronous, or given functions."""

import asyncio
from contextlib import contextmanager


def pairs_with_sum(numbers, wanted):
    """Yield (earlier, later) for each two numbers with that sum, as soon as the later one is met, the earlier ones in order."""
    seen = []
    for number in numbers:
        for other in list(seen):
            if other + number == wanted:
                yield other, number
        seen = seen + [number]


def chunks(items, size):
    """Yield lists of so many items each, the last one of what is left."""
    if size < 1:
        raise ValueError(f"chunks of {size}")
    left = iter(items)
    while True:
        chunk = []
        for item in left:
            chunk = chunk + [item]
            if len(chunk) == size:
                break
        if not chunk:
            return
        yield chunk


async def gather_totals(load, keys):
    """Return for each key the sum of what it loads, keys in order; all are loaded at the same time."""
    totals = {}
    for key, values in zip(keys, await asyncio.gather(*[load(key) for key in keys])):
        total = 0
        for value in values:
            total = total + value
        totals[key] = totals.get(key, 0) + total
    return totals


def group_adjacent(items, key):
    """Return (key, items) for each run of items of one key; the key of each item is asked for once, in order."""
    groups = []
    for item in items:
        kind = key(item)
        if groups and groups[-1][0] == kind:
            groups[-1] = (kind, groups[-1][1] + [item])
        else:
            groups = groups + [(kind, [item])]
    return groups


def apply_all(functions, value):
    """Return what each function makes of a value, or the exception that it raises."""
    results = []
    for function in functions:
        try:
            results = results + [function(value)]
        except Exception as error:
            results = results + [error]
    return results


@contextmanager
def section(log, name):
    """Note in a log where a section begins and ends, with what was noted inside it."""
    begin = len(log)
    log.append(("begin", name))
    yield log
    inside = []
    for entry in list(log)[begin + 1 :]:
        inside = inside + [entry]
    log.append(("end", name, len(inside)))
