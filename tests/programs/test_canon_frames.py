"""What pandas values are compared by."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pandas as pd
import pytest
from codeopt_inside import canon, parted

TIMES = pd.date_range("2024-01-01", periods=3, freq="D")
FRAME = pd.DataFrame({"a": [1, 2, 3], "b": [0.5, float("nan"), 1.5], "c": ["x", "y", None], "d": TIMES})
SERIES = pd.Series([1.0, 2.0, -0.0], index=["p", "q", "r"], name="n")
VALUES = {
    "frame": FRAME,
    "empty frame": pd.DataFrame(),
    "frame of one kind": pd.DataFrame(np.arange(6.0).reshape(2, 3)),
    "doubled columns": pd.DataFrame([[1, 2]], columns=["a", "a"]),
    "rows of two levels": FRAME.set_index(["a", "c"]),
    "nullable": pd.DataFrame({"a": pd.array([1, None], dtype="Int64"), "b": pd.array([True, None], dtype="boolean")}),
    "categories": pd.Series(pd.Categorical(["x", "y", "x"], categories=["y", "x"], ordered=True)),
    "zoned times": pd.Series(TIMES.tz_localize("UTC")),
    "lists": pd.Series([[1], [2, 3]]),
    "series": SERIES,
    "index": pd.Index(["p", "q"], name="k"),
    "times": TIMES,
}


def digest(*values):
    return canon.digest(canon.encode(list(values)))


def read(value):
    """Use a value as code does that only reads it: caches fill."""
    repr(value)
    if isinstance(value, pd.DataFrame):
        list(value.iterrows())
        value.to_numpy()
        for at in range(value.shape[1]):
            value.iloc[:, at].is_unique  # noqa: B018 - for what it leaves behind
    index = getattr(value, "index", value)
    index.is_unique, index.is_monotonic_increasing, index.get_indexer(index[:1])
    return value


@pytest.mark.parametrize("name", VALUES)
def test_to_be_read_changes_nothing(name):
    value = copy.deepcopy(VALUES[name])
    before = digest(value)
    if name != "doubled columns":
        read(value)
    assert digest(value) == before


@pytest.mark.parametrize("name", VALUES)
def test_a_copy_and_what_went_through_a_pickle_are_the_same(name):
    value = VALUES[name]
    assert digest(copy.deepcopy(value)) == digest(pickle.loads(pickle.dumps(value))) == digest(value)


def changed(frame, **columns):
    return frame.assign(**columns)


OTHERS = {
    "a value": changed(FRAME, a=[1, 2, 4]),
    "a type": changed(FRAME, a=[1.0, 2.0, 3.0]),
    "a missing value": changed(FRAME, b=[0.5, 0.0, 1.5]),
    "the order of columns": FRAME[["b", "a", "c", "d"]],
    "the order of rows": FRAME.iloc[::-1],
    "labels": FRAME.set_axis([0, 1, 3]),
    "the kind of labels": FRAME.set_axis(pd.Index([0, 1, 2])),
    "a name of labels": FRAME.rename_axis("k"),
    "a name of columns": FRAME.rename_axis("k", axis=1),
    "a column's name": FRAME.rename(columns={"a": "A"}),
    "a column less": FRAME[["a", "b", "c"]],
    "a text that is missing otherwise": changed(FRAME, c=["x", "y", "None"]),
}


@pytest.mark.parametrize("name", OTHERS)
def test_another_frame_is_another(name):
    assert digest(OTHERS[name]) != digest(FRAME)


def test_what_a_series_and_an_index_say_of_themselves_counts():
    assert digest(SERIES.rename("m")) != digest(SERIES)
    assert digest(SERIES.abs()) != digest(SERIES), "-0.0 is not 0.0"
    assert digest(SERIES.to_frame()) != digest(SERIES)
    assert digest(pd.DatetimeIndex(list(TIMES))) != digest(TIMES), "one knows its frequency"
    told = SERIES.copy()
    told.attrs["unit"] = "m"
    assert digest(told) != digest(SERIES)


def test_how_columns_lie_in_memory_does_not_count():
    apart = FRAME[["a"]].copy()
    apart["b"] = FRAME["b"]
    apart["c"] = FRAME["c"]
    apart["d"] = FRAME["d"]
    assert digest(apart) == digest(FRAME)


def test_objects_in_columns_are_compared_as_others_are():
    inner = [1]
    assert digest(pd.Series([inner, inner])) != digest(pd.Series([[1], [1]]))


def test_floats_can_be_held_against_each_other():
    one, other = (parted.parted(canon.encode([changed(FRAME, b=[0.5, 1.0, end])])) for end in (1.5, 1.6))
    assert one[0] == other[0]
    assert one[1] != other[1]
    assert parted.parted(canon.encode([SERIES]))[1] == np.array([1.0, 2.0, -0.0]).tobytes()


class Table(pd.DataFrame):
    """A frame of a class of its own, with something of its own."""

    _metadata = ("unit",)

    @property
    def _constructor(self):
        return Table


def test_a_class_below_keeps_its_name_and_what_it_adds():
    table = Table({"a": [1]})
    assert digest(table) != digest(pd.DataFrame({"a": [1]}))
    other = Table({"a": [1]})
    other.unit = "m"
    assert digest(other) != digest(table)
