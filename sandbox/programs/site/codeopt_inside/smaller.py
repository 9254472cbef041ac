"""Makes simpler relatives of one call, so that a call that shows a difference can be made small enough to be read.

The host asks for relatives, tries them on old and new code, goes on with the first that still shows the difference, and asks again. Each
relative is its origin with one thing less: items left out of a container or a text, a number nearer to zero, a keyword not given. None
has a longer pickle than its origin's copy, and each step takes something away that no other step gives back, so asking ends.

Changes are made in a copy of the call and in place, so what is shared in a call stays shared. Equal atoms change together: what breaks on
two equal things breaks on two equal simple things.
"""

import collections
import itertools
import math
import pickle

from codeopt_inside import given_files, passing
from codeopt_inside.parts import divisible, inside, weight

_NODES = 500
_DEEPEST = 8
_CHUNKS = 8
_SAMPLED = 8
_BITS = 32
_FEWEST = 6
_MOST_BYTES = 1_000_000

# What is changed where: paths from (arguments, keywords) down, and what makes the new value of the one found there.
Step = collections.namedtuple("Step", ("amount", "paths", "change"))  # noqa: PYI024 - as quick to import as it gets


def _chunks(count):
    """Yield spans (start, end) that may be left out of so many parts: all, halves, quarters, down to single ones; not all of the many."""
    size = count
    while size:
        starts = range(0, count, size)
        for number in range(min(len(starts), _CHUNKS)):
            start = starts[number * (len(starts) - 1) // max(1, min(len(starts), _CHUNKS) - 1)]
            yield start, min(count, start + size)
        size = -(-size // 2) if size > 1 else 0


def _less(value):
    """Yield (amount, change) for every part that is left out of a value."""
    kind = divisible(value)
    if kind is None:
        return
    count = len(kind.parts(value))
    each = (weight(value) - 1) / max(1, count)
    for start, end in _chunks(count):
        yield each * (end - start), _without(start, end)


def _without(start, end):
    def change(value):
        kind = divisible(value)
        parts = kind.parts(value)
        return kind.become(value, parts[:start] + parts[end:])

    return change


def _integers(value):
    """Take all of a number away, half of it, a quarter, down to one: so the end is near, wherever it is."""
    size, sign = abs(value), -1 if value < 0 else 1
    bits = size.bit_length()
    nearer = [0, size >> 1, *(size - (size >> drop) for drop in range(2, bits, max(1, bits // _BITS))), size - 1] if size else []
    return [sign * number for number in nearer] + [size] * (value < 0)


def _reals(value):
    if value in (0.0, 1.0) and math.copysign(1, value) > 0:
        return []
    whole = math.isfinite(value) and value == int(value)
    return [0.0, 1.0] if whole or not math.isfinite(value) else [0.0, 1.0, float(int(value))]


def _texts(value):
    if type(value) is str and given_files.is_laid(value):
        return []
    simple = "a" if type(value) is str else b"a"
    return [simple, simple * len(value)] if value.strip(simple) else []


_ATOMS = {int: _integers, float: _reals, str: _texts, bytes: _texts}


def _name(atom):
    return type(atom), atom.hex() if type(atom) is float else atom


def _replaced(old, new):
    def change(value):
        return new if type(value) in _ATOMS and _name(value) == _name(old) else value

    return change


def _walk(call):
    """Yield (path, value) of what a call holds, level by level; a thing that is met twice is told once, unless it is an atom."""
    queue = collections.deque(((at,), part) for at, part in enumerate(call))
    met, left = {}, _NODES
    while queue and left:
        path, value = queue.popleft()
        if id(value) in met and type(value) not in _ATOMS:
            continue
        met[id(value)] = value
        left -= 1
        yield path, value
        kind = inside(value) if len(path) < _DEEPEST else None
        if kind is not None:
            parts = kind.parts(value)[: max(0, _NODES - len(queue))]
            queue.extend(((*path, at), part[1] if kind.pairs else part) for at, part in enumerate(parts))


def _steps(call):
    """Return every step from a call that was thought of, those that take most first."""
    steps, atoms = [], {}
    for path, value in _walk(call):
        # How many arguments are given by position is the form of the call.
        if len(path) > 1 or path[0]:
            steps.extend(Step(amount, [path], change) for amount, change in _less(value))
        if type(value) in _ATOMS:
            atoms.setdefault(_name(value), (value, []))[1].append(path)
    for value, paths in atoms.values():
        for new in _ATOMS[type(value)](value):
            amount = weight(value) - weight(new)
            steps.append(Step(amount * len(paths), paths, _replaced(value, new)))
            steps.extend(Step(amount, [path], _replaced(value, new)) for path in paths[:_SAMPLED] if len(paths) > 1)
    return sorted(steps, key=lambda step: -step.amount)


def _spread(steps, count):
    return [steps[number * (len(steps) - 1) // max(1, count - 1)] for number in range(min(count, len(steps)))]


def _chosen(steps, most):
    """Return the steps that take most, then some from all over the rest for each argument, so that what is small has its turn too."""
    first, rest = steps[: most // 2], steps[most // 2 :]
    arguments = {}
    for step in rest:
        arguments.setdefault(step.paths[0][:2], []).append(step)
    share = max(1, (most - len(first)) // max(1, len(arguments)))
    turns = itertools.zip_longest(*(_spread(own, share) for own in arguments.values()))
    chosen = [*first, *(step for turn in turns for step in turn if step is not None), *rest[: 2 * most]]
    return list({id(step): step for step in chosen}.values())


def _changed(value, path, change):
    """Return a value with the one at the end of a path changed: the same object wherever its kind can be refilled."""
    if not path:
        return change(value)
    kind = inside(value)
    parts = kind.parts(value)
    old = parts[path[0]][1] if kind.pairs else parts[path[0]]
    new = _changed(old, path[1:], change)
    if new is old:
        return value
    parts[path[0]] = (parts[path[0]][0], new) if kind.pairs else new
    return kind.become(value, parts)


def _taken(data, step):
    """Return the pickle of the call after a step."""
    call = pickle.loads(data)
    for path in step.paths:
        call = _changed(call, path, step.change)
    return passing.again(call)


def smaller(data, most=40):
    """Return pickles of calls that are simpler than the pickled one, the simplest first; none where nothing can be taken away.

    Of a large call there are fewer: each is made of all of it.
    """
    most = min(most, max(_FEWEST, _MOST_BYTES // len(data)))
    try:
        call = pickle.loads(data)
        # Written anew it may take more: equal texts that were one object by chance are two in a copy.
        known, steps = {data, passing.again(call)}, _steps(call)
    except Exception:
        return []
    found, longest = {}, max(map(len, known))
    for step in _chosen(steps, most):
        try:
            made = _taken(data, step)
        except Exception:  # noqa: S112 - a value with ideas of its own about being copied or compared stays as it is
            continue
        if made not in known and len(made) <= longest:
            found[made] = None
        if len(found) == most:
            break
    return list(found)
