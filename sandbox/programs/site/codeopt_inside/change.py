"""The operations that plans of new calls are made of: each returns a changed value of the same type, and leaves the old one alone."""

import collections
import copy
import dataclasses
import datetime as dt
import random

from codeopt_inside import answering, change_flow, change_kinds, change_numbers, own, values
from codeopt_inside.change_numbers import again

_LARGEST = 1_000_000


def inner(holder, step):
    """Return what stands at one step of a place."""
    if isinstance(step, str):
        return getattr(holder, step[1:])
    if isinstance(holder, dict):
        return list(holder.values())[step]
    if type(holder) in (set, frozenset):
        raise TypeError("a set has no places")
    if own.form(holder):
        return own.items(holder)[step]
    return (change_flow.items(holder) if change_flow.is_flow(holder) else holder)[step]


def replaced(holder, step, new):
    """Return a copy of what holds something, with another thing at one step."""
    if isinstance(step, str):
        if hasattr(holder, "_replace") and isinstance(holder, tuple):
            return holder._replace(**{step[1:]: new})
        if dataclasses.is_dataclass(holder) and (type(holder).__dataclass_params__.frozen or _is_its_fields(holder)):
            return dataclasses.replace(holder, **{step[1:]: new})
        made = copy.copy(holder)
        object.__setattr__(made, step[1:], new)
        return made
    if own.form(holder):
        return own.with_item(holder, step, new)
    if isinstance(holder, dict):
        made = copy.copy(holder)
        made[list(holder)[step]] = new
        return made
    if change_flow.is_flow(holder):
        return change_flow.like(holder, replaced(change_flow.items(holder), step, new))
    if isinstance(holder, tuple):
        items = list(holder)
        items[step] = new
        return holder._make(items) if hasattr(holder, "_make") else tuple(items)
    made = copy.copy(holder)
    made[step] = new
    return made


def _is_its_fields(value):
    """Tell whether an object of a dataclass holds what it was constructed of, and nothing else."""
    return set(values.own_dict(value)) == {field.name for field in dataclasses.fields(value) if field.init}


def _pairs(old, pairs):
    """Return a mapping of the type of `old`; one with a default keeps it."""
    made = copy.copy(old)
    made.clear()
    made.update(pairs)
    return made


def _rng(seed):
    return random.Random(seed)  # noqa: S311 - the plan's seed is the secret


def _permuted(old, order):
    """Return a sequence, or the keys of a mapping, in another order of positions."""
    if isinstance(old, dict):
        pairs = list(old.items())
        return _pairs(old, [pairs[at] for at in order])
    items = list(old)
    return again(old, [items[at] for at in order])


def _shuffle(old, seed):
    order = list(range(len(old)))
    _rng(seed).shuffle(order)
    return _permuted(old, order)


def _sort(old, downwards):
    items = list(old)
    return _permuted(old, sorted(range(len(items)), key=items.__getitem__, reverse=downwards))


def _swap(old, first, second):
    if isinstance(old, dict):
        held = list(old.values())
        held[first], held[second] = held[second], held[first]
        return _pairs(old, zip(old, held))  # noqa: B905 - Python 3.9
    order = list(range(len(old)))
    order[first], order[second] = order[second], order[first]
    return _permuted(old, order)


def _delete(old, at):
    order = list(range(len(old)))
    del order[at]
    return _permuted(old, order)


def _equal(old, at):
    """Return as many like one of them, and none of them one object."""
    if isinstance(old, dict):
        return _pairs(old, [(key, copy.deepcopy(list(old.values())[at])) for key in old])
    item = list(old)[at]
    return again(old, [copy.deepcopy(item) for _ in old])


def _alias(old, first, second):
    items = list(old)
    items[second] = items[first]
    return again(old, items)


def _copied(old, first, second):
    items = list(old)
    items[second] = copy.deepcopy(items[first])
    return again(old, items)


def _repeat(old, at):
    items = list(old)
    items.insert(at, copy.deepcopy(items[at]))
    return again(old, items)


def _nest(old, at):
    items = list(old)
    items[at] = [items[at]]
    return again(old, items)


def _distinct(old):
    """Drop repeats, also of what has no hash."""
    try:
        return again(old, list(dict.fromkeys(old)))
    except TypeError:
        return again(old, [item for at, item in enumerate(old) if item not in list(old)[:at]])


def _require_distinct(old):
    if len(_distinct(old)) < len(old):
        raise ValueError("an item repeats")
    return old


def _rotate(old, by):
    by %= max(1, len(old))
    items = list(old)
    return again(old, items[by:] + items[:by])


def _fewer(old, size, seed):
    keys = list(old) if isinstance(old, dict) else sorted(old, key=repr)
    kept = set(_rng(seed).sample(range(len(keys)), size))
    chosen = [key for at, key in enumerate(keys) if at in kept]
    return _pairs(old, [(key, old[key]) for key in chosen]) if isinstance(old, dict) else type(old)(chosen)


def _insert_text(old, where, text):
    at = round(where * len(old))
    return old[:at] + text + old[at:]


def _from_text(old, text):
    return type(old)(text)


def _member(old, number):
    return list(type(old))[number]


OPERATIONS = {
    "take": lambda old, size: again(old, list(old)[:size]) if isinstance(old, collections.deque) else old[:size],
    "put": again,
    "times": lambda old, times: old * times,
    "twice": lambda old: old + copy.deepcopy(old),
    "reverse": lambda old: _permuted(old, range(len(old) - 1, -1, -1)) if not isinstance(old, str) else old[::-1],
    "turn": lambda old: _permuted(old, range(len(old) - 1, -1, -1)),  # of keys, whose values go with them
    "order": _sort,
    "sort": _sort,
    "shuffle": _shuffle,
    "swap": _swap,
    "rotate": _rotate,
    "delete": _delete,
    "equal": _equal,
    "alias": _alias,
    "copy": _copied,
    "repeat": _repeat,
    "nest": _nest,
    "distinct": _distinct,
    "require distinct": _require_distinct,
    "fewer": _fewer,
    "insert text": _insert_text,
    "text": lambda old, method: getattr(old, method)(),
    "as": lambda old, kind: change_kinds.PLAIN[kind](old),
    "subclass": lambda old: change_kinds.SUBCLASSES[type(old)](old),
    "from text": _from_text,
    "from iso": lambda old, text: type(old).fromisoformat(text).replace(**({"tzinfo": old.tzinfo} if isinstance(old, dt.datetime) else {})),
    "later": lambda old, days: old + dt.timedelta(days=days),
    "seconds": lambda _, seconds: dt.timedelta(seconds=seconds),
    "member": _member,
    "answers": answering.Answering,
    **own.OPERATIONS,
    **change_numbers.OPERATIONS,
}


def _size(item):
    """Return the length of a row, None for what is none."""
    return len(item) if isinstance(item, (list, tuple, collections.deque)) else None


def _spare(old, others):
    """Return the items of other values, or those of the value itself; rows come only to rows, of their length where they have one."""
    sizes = {_size(item) for item in old}
    any_row = len(sizes - {None}) > 1
    items = [item for other in others for item in list(other)[:200]]
    return [item for item in items if _size(item) in sizes or (any_row and _size(item) is not None)] or list(old)


def _grow(old, others, size, seed):
    spare, rng = _spare(old, others), _rng(seed)
    if isinstance(old, str) or not spare or size > _LARGEST:
        raise ValueError("nothing to grow by, or too far")
    return again(old, list(old) + [copy.deepcopy(rng.choice(spare)) for _ in range(size - len(old))])


def _at(old, others, at):
    """Return what could stand at a position: of records, what other ones hold there."""
    if not isinstance(old, tuple):
        return _spare(old, others)
    return [other[at] for other in others if len(other) > at and _size(other[at]) == _size(old[at])] or list(old)


def _other(old, others, at, seed):
    items = list(old)
    items[at] = copy.deepcopy(_rng(seed).choice(_at(old, others, at)))
    return again(old, items)


def _others(old, others, seed):
    rng = _rng(seed)
    if isinstance(old, dict):
        known = {key: [held, *[other[key] for other in others if key in other]] for key, held in old.items()}
        return _pairs(old, [(key, copy.deepcopy(rng.choice(held))) for key, held in known.items()])
    if isinstance(old, tuple):
        return again(old, [copy.deepcopy(rng.choice([item, *_at(old, others, at)])) for at, item in enumerate(old)])
    spare = _spare(old, others)
    return again(old, [copy.deepcopy(rng.choice([item, *rng.sample(spare, 1)])) for item in old])


def _insert_other(old, others, at, seed):
    items = list(old)
    items.insert(at, copy.deepcopy(_rng(seed).choice(_spare(old, others))))
    return again(old, items)


def _more(old, others, seed):
    """Return a set or a mapping with some of what other calls hold beside."""
    rng = _rng(seed)
    if isinstance(old, dict):
        spare = [pair for other in others for pair in other.items() if pair[0] not in old]
        return _pairs(old, [*old.items(), *rng.sample(spare, min(2, len(spare)))])
    spare = sorted({item for other in others for item in other if item not in old}, key=repr)
    return type(old)([*old, *rng.sample(spare, min(len(spare), 1 + len(old) // 2))])


WITH_OTHERS = {"grow": _grow, "other": _other, "others": _others, "insert other": _insert_other, "more": _more, **own.WITH_OTHERS}
