"""Rules for pandas frames: each applies where it should, changes no result or type, and leaves alone what looks like it."""

from __future__ import annotations

import copy

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.rules.frame_cases import COUNT, GROUPS, KEPT, MADE, REWRITTEN, ROWS

NUMBERS = st.sampled_from([0.0, -1.0, 0.5, 2.0, float("nan")])
COLUMNS = {
    "int64": st.integers(-2, 3),
    "int8": st.integers(-2, 3),
    "float64": NUMBERS,
    "float32": NUMBERS,
    "bool": st.booleans(),
    "object": st.one_of(st.integers(-2, 3), st.booleans(), st.sampled_from([0.5, 2.0])),
    "datetime64[ns]": st.sampled_from([*pd.date_range("2024-01-01", periods=3)]),
}
TEXTS = st.sampled_from(["x", "y", "", "ab"])


@st.composite
def frames(draw, kinds=tuple(COLUMNS), texts=True):
    """Draw a frame with the columns a, b and k."""
    rows = draw(st.integers(0, 5))
    made = {}
    for name in "ab":
        kind = draw(st.sampled_from(kinds))
        made[name] = pd.Series(draw(st.lists(COLUMNS[kind], min_size=rows, max_size=rows)), dtype=kind)
    keys = draw(st.sampled_from([TEXTS, COLUMNS["int64"], NUMBERS])) if not texts else TEXTS
    made["k"] = pd.Series(draw(st.lists(keys, min_size=rows, max_size=rows)), dtype=None if rows else "object")
    frame = pd.DataFrame(made)
    if draw(st.booleans()):
        frame.index = pd.Index([n * 2 % 3 for n in range(rows)], dtype="int64")
    return frame


ARGUMENTS = {
    "frame-rows": st.tuples(frames(texts=False)),
    "frame-apply": st.tuples(frames(texts=False)),
    "frame-growth": st.tuples(frames(), st.lists(st.integers(-2, 3), max_size=5)),
    "frame-count": st.tuples(frames(kinds=("int64", "int8", "float64", "bool", "object")), st.integers(-2, 2)),
    "frame-groups": st.tuples(frames(texts=False), st.lists(st.one_of(TEXTS, NUMBERS, COLUMNS["object"]), max_size=4)),
    "frame-items": st.tuples(frames(texts=False)),
    "frame-cells": st.tuples(frames(kinds=("int64", "int8", "float64", "float32", "bool"))),
}


@pytest.mark.parametrize(("rule", "source", "has"), REWRITTEN, ids=lambda text: text if len(text) < 20 else "")
def test_a_rule_rewrites_its_pattern(rewrite, rule, source, has):
    assert has in (rewrite(rule, source) or "")


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize(("rule", "source"), [case[:2] for case in REWRITTEN], ids=lambda text: text if len(text) < 20 else "")
@settings(max_examples=60)
@given(st.data())
def test_a_rewrite_changes_no_result(versions, outcome, rule, source, data):
    old, new = versions(rule, source)
    arguments = data.draw(ARGUMENTS[rule])
    others = copy.deepcopy(arguments)
    assert told(outcome(old, *arguments)) == told(outcome(new, *others))
    assert told(arguments) == told(others)


def told(value):
    """Write a value with its types, those of a frame's columns and of its index too."""
    if isinstance(value, pd.DataFrame):
        return [told(value.index), *(told(value[name]) for name in value.columns), list(value.columns)]
    if isinstance(value, pd.Series | pd.Index):
        return (
            str(value.dtype),
            value.name,
            [told(item) for item in value.array],
            *([told(value.index)] if value.ndim and isinstance(value, pd.Series) else []),
        )
    if isinstance(value, tuple | list):
        return [type(value), *map(told, value)]
    return type(value), repr(value)


@pytest.mark.parametrize(("rule", "source"), KEPT)
def test_what_only_looks_alike_is_left_alone(rewrite, rule, source):
    compile(source, "app.py", "exec")
    assert rewrite(rule, source) is None


@pytest.mark.parametrize(
    "given_as",
    [
        'df: "pd.DataFrame"):\n',
        "path):\n    df = pd.read_csv(path)\n",
        "rows):\n    df = pd.DataFrame(rows)\n    df = df.dropna()\n",
        "df: DataFrame):\n",
        "df):\n    for _, row in df.iterrows():\n        print(row)\n",
    ],
)
def test_a_frame_is_known_by_what_code_shows(rewrite, given_as):
    source = f'import pandas as pd\nfrom pandas import DataFrame\n\n\ndef f({given_as}    return len(df[df["a"] == 1])\n'
    assert 'return int((df["a"] == 1).sum())' in rewrite("frame-count", source)


def test_rows_of_doubled_or_missing_columns_are_read_as_before(versions, outcome):
    old, new = versions("frame-rows", ROWS)
    doubled = pd.DataFrame([[0, 1, 2]], columns=["a", "a", "b"])
    for frame in (doubled, pd.DataFrame({"a": [1]}), pd.DataFrame({"a": []}), pd.DataFrame({("a", 1): [1], ("b", 2): [2]})):
        assert told(outcome(old, frame)) == told(outcome(new, frame))


def test_rows_hold_categories_and_missing_integers_as_before(versions, outcome):
    old, new = versions("frame-rows", ROWS)
    numbers = pd.array([1, None], dtype="Int64")
    for other in (numbers, pd.Categorical(["x", "y"]), pd.timedelta_range("1s", periods=2), pd.array(["x", None], dtype="string")):
        frame = pd.DataFrame({"a": [1, 2], "b": other})
        assert told(outcome(old, frame)) == told(outcome(new, frame))


def test_rows_of_categories_are_found_as_before(versions, outcome):
    old, new = versions("frame-groups", GROUPS)
    frame = pd.DataFrame({"a": [1, 2, 3], "k": pd.Categorical(["x", "y", "x"], categories=["x", "y", "z"])})
    times = pd.DataFrame({"a": [1, 2], "k": pd.to_datetime(["2024-01-01", "2024-01-02"])})
    assert told(outcome(old, frame, ["x", "z", "w"])) == told(outcome(new, frame, ["x", "z", "w"]))
    assert told(outcome(old, times, ["2024-01-01", times["k"][1]])) == told(outcome(new, times, ["2024-01-01", times["k"][1]]))


def test_conditions_with_missing_answers_are_counted_as_before(versions, outcome):
    old, new = versions("frame-count", COUNT)
    frame = pd.DataFrame({"a": pd.array([1, None], dtype="Int64"), "b": pd.array([None, -1], dtype="Int64"), "k": ["x", "x"]})
    assert told(outcome(old, frame, 1)) == told(outcome(new, frame, 1))


def test_pieces_that_lack_columns_end_the_same(versions):
    old, new = versions("frame-growth", MADE.replace('"b": [n * 0.5]', "str(n % 2): [n]"))
    assert told(old(pd.DataFrame({"a": [1]}), [1, 2, 3])) == told(new(pd.DataFrame({"a": [1]}), [1, 2, 3]))


def test_each_rule_for_frames_is_refused_somewhere():
    assert {rule for rule, _, _ in REWRITTEN} == {rule for rule, _ in KEPT} == set(ARGUMENTS)


def test_two_rules_that_go_over_rows_stand_beside_each_other(rewrite, outcome):
    source = ROWS.replace("return out", 'return out, df.apply(lambda r: r["a"] + 1, axis=1)')
    both = rewrite("frame-apply", rewrite("frame-rows", source))
    assert "def _rows_of(" in both
    assert "def _rows_of_2(" in both
    frame = pd.DataFrame({"a": [1, 2], "b": ["x", "y"]})
    names = [{}, {}]
    for text, found in zip((source, both), names, strict=True):
        exec(text, found)
    assert told(outcome(names[0]["f"], frame)) == told(outcome(names[1]["f"], frame))


def test_a_row_of_a_missing_value_beside_times_stays_one_of_times(versions, outcome):
    old, new = versions("frame-rows", ROWS)
    frame = pd.DataFrame({"a": pd.to_datetime(["2024-01-01", "2024-01-02"]), "b": [1.0, None]})
    assert told(outcome(old, frame)) == told(outcome(new, frame))


def test_columns_of_equal_words_get_variables_of_their_own(rewrite):
    source = ROWS.replace('row["b"] if', 'row["A!"] if').replace("out = []", "row_a_2 = 0\n    out = []")
    assert "for i, row_a, row_a_3 in" in rewrite("frame-rows", source)
