"""Makes inputs that nobody has seen out of recorded ones, in the way of the recorded ones: same types, similar sizes.

Runs on the original's side only. Lists that were sorted stay sorted; numbers keep their sign and magnitude; what cannot be varied is
exchanged between calls. Whether a made call means anything, the original says: the host keeps those that it returns from.
"""

import pickle
import random

MOST = 48
DEPTH = 6
_SIZES = (0.85, 1.15)


class Varier:
    """Varies the values of one batch; `pool` holds values of the same place in other calls."""

    def __init__(self, seed):
        self.random = random.Random(seed)  # noqa: S311 - the host's seed is the secret

    def value(self, value, others, depth=0):
        """Return a relative of `value`; `others` are values of the same place."""
        kind = type(value)
        make = _MAKERS.get(kind)
        if make is None:
            make = _ARRAYS.get("%s.%s" % (kind.__module__, kind.__qualname__))
        if make is None or depth > DEPTH:
            return value
        return make(self, value, [other for other in others if type(other) is kind], depth)

    def integer(self, value, _others, _depth):
        if -2 <= value <= 2:  # noqa: PLR2004 - flags, small counts and signs mean too much to be moved
            return value
        reach = max(1, abs(value) // 16)
        moved = value + self.random.randint(-reach, reach)
        return moved if (moved > 0) == (value > 0) and moved else value

    def real(self, value, _others, _depth):
        return value * (1 + self.random.uniform(-0.05, 0.05))

    def text(self, value, others, _depth):
        words = value.split(" ")
        if len(words) > 1:
            spare = [word for other in others for word in other.split(" ")] or words
            return " ".join(word if self.random.random() < 0.7 else self.random.choice(spare) for word in words)  # noqa: PLR2004
        if not value:
            return value
        spare = "".join(others) or value
        return "".join(sign if self.random.random() < 0.8 else self.random.choice(spare) for sign in value)  # noqa: PLR2004

    def blob(self, value, others, _depth):
        spare = b"".join(others) or value
        return bytes(byte if self.random.random() < 0.8 else self.random.choice(spare) for byte in value)  # noqa: PLR2004

    def sequence(self, value, others, depth):
        items = list(value)
        if not items or depth > DEPTH - 2:
            return list(items)
        spare = [item for other in others for item in other[:200]] or items
        wanted = max(1, round(len(items) * self.random.uniform(*_SIZES)))
        made = [self.value(item, spare[:50], depth + 1) if self.random.random() < 0.5 else item for item in items[:wanted]]  # noqa: PLR2004
        made += [self.random.choice(spare) for _ in range(wanted - len(made))]
        if _is_sorted(items):
            return _sorted_like(items, made)
        if len(made) > 1:
            first, second = self.random.sample(range(len(made)), 2)
            made[first], made[second] = made[second], made[first]
        return made

    def fixed(self, value, others, depth):
        """Tuples are records: each place is varied with its like."""
        made = []
        for index, item in enumerate(value):
            made.append(self.value(item, [other[index] for other in others if len(other) == len(value)], depth + 1))
        return tuple(made)

    def mapping(self, value, others, depth):
        made = {}
        for key, item in value.items():
            made[key] = self.value(item, [other[key] for other in others if key in other], depth + 1)
        if len(made) > 4:  # noqa: PLR2004 - a record has few keys, and needs each
            made.pop(self.random.choice(list(made)))
        return made

    def members(self, value, others, _depth):
        items = sorted(value, key=repr)
        spare = sorted({item for other in others for item in other}, key=repr)
        kept = [item for item in items if self.random.random() < 0.9]  # noqa: PLR2004
        return type(value)(kept + self.random.sample(spare, min(len(spare), len(items) - len(kept))))

    def array(self, value, _others, _depth):
        numpy = __import__("numpy")
        rng = numpy.random.default_rng(self.random.randrange(1 << 32))
        if value.dtype.kind == "f":
            return (value * (1 + rng.uniform(-0.05, 0.05, value.shape))).astype(value.dtype)
        return rng.permutation(value) if value.ndim and value.dtype.kind in "iub" else value


_MAKERS = {
    int: Varier.integer,
    float: Varier.real,
    str: Varier.text,
    bytes: Varier.blob,
    list: Varier.sequence,
    tuple: Varier.fixed,
    dict: Varier.mapping,
    set: Varier.members,
    frozenset: Varier.members,
}
_ARRAYS = {"numpy.ndarray": Varier.array}


def _is_sorted(items):
    try:
        return len(items) > 2 and all(first <= second for first, second in zip(items, items[1:]))  # noqa: B905, PLR2004, RUF007 - Python 3.9
    except Exception:
        return False


def _sorted_like(items, made):
    try:
        rising = sorted(made)
        # Where nothing repeated, nothing shall.
        return rising if len(set(items)) < len(items) else sorted(set(rising))
    except Exception:
        return list(items)


def varied(pickles, seed):
    """Return pickles of new calls, each from one recorded call with parts of others; a call that cannot be varied gives none."""
    loaded = []
    for data in pickles:
        try:
            loaded.append(pickle.loads(data))
        except Exception:  # noqa: S112 - the replay counts what cannot be rebuilt
            continue
    varier = Varier(seed)
    known, made = set(pickles), []
    for arguments, keywords in varier.random.sample(loaded, min(MOST, len(loaded))):
        alike = [call for call in loaded if len(call[0]) == len(arguments)][:24]
        try:
            fresh = tuple(varier.value(value, [call[0][at] for call in alike]) for at, value in enumerate(arguments))
            named = {name: varier.value(value, [call[1][name] for call in alike if name in call[1]]) for name, value in keywords.items()}
            data = pickle.dumps((fresh, named), 4)
        except Exception:  # noqa: S112 - a value with ideas of its own about comparing or copying stays as it is
            continue
        if data not in known:
            known.add(data)
            made.append(data)
    return made
