"""Makes inputs that nobody has seen out of recorded ones, in the way of the recorded ones: same types, same sizes or nearly.

Runs on the original's side only. What inputs have in common that no type says must survive, or right code would be blamed for nonsense:
what lists hold is taken from other calls whole, so that records and rows stay such; lists that were sorted, or without repeats, stay so;
lists of one length, and rows, keep theirs; signs of a text change only within their kind. Single numbers move a little. Whether a made call
means anything, the original says: the host keeps those that it returns from.
"""

import pickle
import random
import string

from codeopt_inside import given_files, passing, varied_files

MOST = 48
_SIZES = (0.85, 1.15)
_OWN_SHARE = 0.6
_SMALL = 2
_KINDS = (string.digits, string.ascii_lowercase, string.ascii_uppercase)


class Varier:
    """Varies the values of one batch."""

    def __init__(self, seed):
        self.random = random.Random(seed)  # noqa: S311 - the host's seed is the secret

    def value(self, value, others, fixed_size):
        """Return a relative of an argument; `others` are the arguments of the same place in other calls."""
        kind = type(value)
        make = _MAKERS.get(kind) or _BY_NAME.get("%s.%s" % (kind.__module__, kind.__qualname__))
        if make is None:
            return value
        return make(self, value, [other for other in others if type(other) is kind], fixed_size)

    def integer(self, value, _others, _fixed_size):
        if abs(value) <= _SMALL:  # flags, small counts and signs mean too much to be moved
            return value
        reach = max(1, abs(value) // 16)
        moved = value + self.random.randint(-reach, reach)
        return moved if moved and (moved > 0) == (value > 0) else value

    def real(self, value, _others, _fixed_size):
        return value * (1 + self.random.uniform(-0.05, 0.05))

    def text(self, value, others, _fixed_size):
        if given_files.is_laid(value):
            return value
        for separator in ("\n", " ", ","):
            parts = value.split(separator)
            if len(parts) > _SMALL:
                spare = [part for other in others for part in other.split(separator)[:200]] or parts
                return separator.join(part if self.random.random() < _OWN_SHARE else self.random.choice(spare) for part in parts)
        return "".join(self.sign(sign) for sign in value)

    def sign(self, sign):
        kind = next((kind for kind in _KINDS if sign in kind), None)
        return sign if kind is None or self.random.random() < _OWN_SHARE else self.random.choice(kind)

    def blob(self, value, _others, _fixed_size):
        return bytes(self.random.sample(list(value), len(value)))

    def sequence(self, value, others, fixed_size):
        if not value:
            return []
        sizes = {_size(item) for item in value}
        spare = [item for other in others for item in other[:200] if _size(item) in sizes and type(item) is type(value[0])] or list(value)
        made = [item if self.random.random() < _OWN_SHARE else self.random.choice(spare) for item in value]
        if not fixed_size and sizes == {None}:
            wanted = max(1, round(len(made) * self.random.uniform(*_SIZES)))
            made = made[:wanted] + [self.random.choice(spare) for _ in range(wanted - len(made))]
        return self.in_the_way_of(value, made)

    def in_the_way_of(self, items, made):
        """Keep what the items have in common: that none repeats, and that they are sorted."""
        try:
            if len(set(items)) == len(items):
                made = list(dict.fromkeys([*made, *items]))[: len(made)]
            if len(items) > _SMALL and all(first <= second for first, second in zip(items, items[1:])):  # noqa: B905, RUF007 - Python 3.9
                return sorted(made)
        except Exception:
            return made
        self.random.shuffle(made)
        return made

    def record(self, value, _others, _fixed_size):
        """Tuples are records: numbers in them move, the rest stays; where they rose, they rise."""
        made = tuple(self.value(item, [], True) if type(item) in (int, float) else item for item in value)
        try:
            rises = all(first <= second for first, second in zip(value, value[1:]))  # noqa: B905, RUF007 - Python 3.9
            return tuple(sorted(made)) if rises else made
        except Exception:
            return made

    def mapping(self, value, others, _fixed_size):
        made = {}
        for key, item in value.items():
            spare = [other[key] for other in others if key in other and type(other[key]) is type(item)]
            made[key] = item if not spare or self.random.random() < _OWN_SHARE else self.random.choice(spare)
        # Where every mapping has the same keys, each is a record and needs them.
        if len(made) > _SMALL and any(other.keys() != value.keys() for other in others):
            made.pop(self.random.choice(list(made)))
        return made

    def members(self, value, others, _fixed_size):
        items = sorted(value, key=repr)
        spare = sorted({item for other in others for item in other}, key=repr)
        kept = [item for item in items if self.random.random() < _OWN_SHARE]
        return type(value)(kept + self.random.sample(spare, min(len(spare), len(items) - len(kept))))

    def array(self, value, _others, _fixed_size):
        rng = __import__("numpy").random.default_rng(self.random.randrange(1 << 32))
        if value.dtype.kind not in "iufcb" or not value.ndim:
            return value
        made = rng.permuted(value, axis=0)
        return made if value.ndim > 1 or not bool((value[1:] >= value[:-1]).all()) else _risen(value, rng)


def _risen(value, rng):
    """Return a sorted array in the way of a sorted one."""
    made = value[rng.integers(0, value.size, value.size)]
    made.sort()
    return made


def _size(item):
    """Return the length of what is made of parts, None for what is one thing."""
    return len(item) if isinstance(item, (list, tuple, dict)) else None


_MAKERS = {
    int: Varier.integer,
    float: Varier.real,
    str: Varier.text,
    bytes: Varier.blob,
    list: Varier.sequence,
    tuple: Varier.record,
    dict: Varier.mapping,
    set: Varier.members,
    frozenset: Varier.members,
}
_BY_NAME = {"numpy.ndarray": Varier.array}


def loads(pickles):
    """Return the calls of pickles, without those that cannot be rebuilt."""
    found = []
    for data in pickles:
        try:
            found.append(pickle.loads(data))
        except Exception:  # noqa: S112 - the replay counts what cannot be rebuilt
            continue
    return found


def new(makers, pickles):
    """Return the pickles of what `makers` make, each once, without those known and what does not let itself be made."""
    known, made = set(pickles), []
    for make in makers:
        try:
            data = passing.again(make())
        except Exception:  # noqa: S112 - a value with ideas of its own about comparing or copying stays as it is
            continue
        if data not in known:
            known.add(data)
            made.append(data)
    return made


def varied(pickles, seed):
    """Return pickles of new calls, each from one recorded call with parts of others; a call that cannot be varied gives none."""
    loaded, varier = loads(pickles), Varier(seed)
    chosen = varier.random.sample(loaded, min(MOST, len(loaded)))
    return new((lambda call=call: _relative(varier, call, loaded) for call in chosen), pickles)


def edges(pickles, seed):
    """Return pickles of calls with nothing, and with one thing, where recorded ones have many."""
    loaded, rng = loads(pickles), random.Random(seed)  # noqa: S311 - as above
    sizes = (0, 1) if loaded else ()
    return new((lambda size=size: _short(rng.choice(loaded), size) for size in sizes), pickles)


def _relative(varier, call, loaded):
    arguments, keywords = call
    folder = given_files.folder_of(keywords)
    if folder is not None:
        varied_files.mixed(folder, varier.random)
    alike = varier.random.sample(loaded, min(24, len(loaded)))
    parallel = sum(hasattr(value, "__len__") for value in [*arguments, *keywords.values()]) > 1
    fresh = tuple(
        varier.value(value, [other[0][at] for other in alike if len(other[0]) > at], parallel) for at, value in enumerate(arguments)
    )
    named = {
        name: varier.value(value, [other[1][name] for other in alike if name in other[1]], parallel) for name, value in keywords.items()
    }
    return fresh, named


def _short(call, size):
    """Return a call whose lists and texts hold so many things only."""
    arguments, keywords = call
    return tuple(_first(value, size) for value in arguments), {name: _first(value, size) for name, value in keywords.items()}


def _first(value, size):
    # Of rows and records one is no small case of many, but another thing.
    if type(value) is list and (not size or all(_size(item) is None for item in value)):
        return value[:size]
    return value[:size] if type(value) is str and not size and not given_files.is_laid(value) else value
