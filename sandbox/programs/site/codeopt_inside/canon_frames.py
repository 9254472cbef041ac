"""Encodings of pandas frames, series and indexes, for `canon`: what they hold, by label and type, and nothing of how they keep it.

Their own innards change when they are read: caches fill, and blocks of columns are put together.
"""

import sys

from codeopt_inside.values import lineage

_CLASSES = ("DataFrame", "Series", "Index")


def node_of(encoder, value):
    """Return the encoding of a value of pandas, or of a class below its own; None for any other."""
    pandas = sys.modules.get("pandas")
    kinds = [getattr(pandas, name, ()) for name in _CLASSES] if pandas is not None else []
    for kind, encode in zip(kinds, (_frame, _series, _index)):  # noqa: B905 - Python 3.9
        if isinstance(value, kind):
            return encode(encoder, value)
    return None


def _frame(encoder, value):
    columns = [value.iloc[:, at] for at in range(value.shape[1])]
    parts = [_labels(encoder, axis) for axis in (value.index, value.columns)]
    held = [_values(encoder, column) for column in columns]
    return _node(encoder, "frame", value, [*parts, *held], _more(value))


def _series(encoder, value):
    parts = [_labels(encoder, value.index), _values(encoder, value), ([], [encoder.refer(value.name)])]
    return _node(encoder, "series", value, parts, _more(value))


def _index(encoder, value):
    return _node(encoder, "index", value, [_labels(encoder, value)], {})


def _node(encoder, kind, value, parts, more):
    """Return a node: texts that say what it is, then everything that it refers to."""
    texts = [text for text, _ in parts]
    return [kind, lineage(type(value)), texts, [held for _, held in parts], encoder.state(more)]


def _more(value):
    """Return what a frame or a series says of itself beside what it holds."""
    own = {name: getattr(value, name, None) for name in getattr(value, "_metadata", ()) if name not in ("name", "_name")}
    flags = getattr(value, "flags", None)
    return {**own, "attrs": dict(getattr(value, "attrs", {})), "doubles": getattr(flags, "allows_duplicate_labels", True)}


def _labels(encoder, index):
    """Return (texts, references) of an index. It cannot change, so it makes no difference whether two are one."""
    names = encoder.refer_all(index.names)
    texts = [lineage(type(index)), str(getattr(index, "freq", None))]
    if type(index).__name__ == "RangeIndex":
        return texts, [names, encoder.refer_all([index.start, index.stop, index.step])]
    if hasattr(index, "levels"):
        levels = [_values(encoder, index.get_level_values(at)) for at in range(index.nlevels)]
        return [*texts, [text for text, _ in levels]], [names, [held for _, held in levels]]
    text, held = _values(encoder, index)
    return [*texts, text], [names, held]


def _values(encoder, column):
    """Return (texts, references) of the values of a column or an index: an array of its own where they are plain, else one by one."""
    dtype = column.dtype
    if type(dtype).__module__.partition(".")[0] == "numpy":
        return [str(dtype)], [encoder.refer(column.to_numpy(copy=True))]
    held = column.array
    if hasattr(held, "codes") and hasattr(held, "categories"):
        texts, labels = _labels(encoder, held.categories)
        return ["category", str(held.ordered), texts], [labels, encoder.refer(held.codes.copy())]
    return [str(dtype)], [encoder.refer(list(held))]
