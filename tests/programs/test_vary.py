"""Made inputs keep what recorded ones have in common."""

from __future__ import annotations

import pickle

import pytest
from codeopt_inside.vary import edges, varied
from hypothesis import given
from hypothesis import strategies as st


def made(*calls, seed="s"):
    return [pickle.loads(data)[0] for data in varied([pickle.dumps((arguments, {}), 4) for arguments in calls], seed)]


def test_they_are_new_and_the_seed_decides():
    calls = [([number * 100 + k for k in range(12)],) for number in range(8)]
    first, again, other = made(*calls), made(*calls), made(*calls, seed="t")
    assert len(first) == 8
    assert first == again != other
    assert not [call for call in first if call in calls]


def test_records_in_lists_stay_whole():
    calls = [([(low, low + number + 1) for low in range(0, 60, 5)],) for number in range(8)]
    known = {pair for (pairs,) in calls for pair in pairs}
    assert all(pair in known for (pairs,) in made(*calls) for pair in pairs)


def test_rows_keep_their_length_and_a_matrix_its_shape():
    calls = [([[number * k for k in range(size)] for _ in range(size)],) for number, size in enumerate((3, 4, 3, 4, 3), start=1)]
    for (rows,) in made(*calls):
        assert len(rows) in {3, 4}
        assert {len(row) for row in rows} == {len(rows)}


def test_parallel_lists_stay_of_one_length():
    calls = [([k + number for k in range(10)], [float(k * number) for k in range(10)]) for number in range(1, 8)]
    for xs, ys in made(*calls):
        assert len(xs) == len(ys) == 10


def test_what_is_sorted_or_without_repeats_stays_so():
    calls = [(sorted({k * k * number + k for k in range(20)}),) for number in range(1, 8)]
    for (items,) in made(*calls):
        assert items == sorted(set(items))


def test_single_numbers_move_a_little_and_keep_their_sign():
    moved = [value for (value,) in made(*[(1000 + number,) for number in range(9)])]
    assert len(moved) > 5
    assert all(900 < value < 1100 for value in moved)
    assert made(*[(-number,) for number in range(3)]) == []
    assert all(value < 0 for (value,) in made(*[(-1000.0 - number,) for number in range(5)]))


def test_a_format_of_text_survives():
    calls = [(f"20{year}-0{month}-1{month}T0{month}:30",) for year in range(10, 14) for month in range(1, 5)]
    for (text,) in made(*calls):
        assert [sign.isdigit() for sign in text] == [sign.isdigit() for sign in calls[0][0]]


def test_a_rising_record_rises():
    assert all(low <= high for ((low, high),) in made(*[((100 + number, 104 + number),) for number in range(12)]))


def test_records_as_mappings_keep_their_keys():
    calls = [({"a": number, "b": number * 2, "c": str(number)},) for number in range(8)]
    assert all(list(record) == ["a", "b", "c"] for (record,) in made(*calls))


def test_what_cannot_be_varied_gives_nothing():
    assert made(*[(flag,) for flag in (True, False, None)]) == []


@pytest.mark.parametrize("value", [bytearray(b"xyz"), 3j, range(5), object])
def test_other_types_stay_as_they_are(value):
    assert made((value, [1, 2, 3, 4, 5, 6, 7])) == [] or all(call[0] == value for call in made((value, [1, 2, 3, 4, 5, 6, 7])))


@given(
    st.lists(st.tuples(st.one_of(st.integers(), st.text(), st.lists(st.integers()), st.dictionaries(st.text(), st.floats()))), max_size=8)
)
def test_any_values_give_calls_of_the_same_types(calls):
    kinds = {type(value) for call in calls for value in call}
    assert all(type(value) in kinds for call in made(*calls) for value in call)


def test_edges_are_made_of_lists_and_texts():
    pickles = [pickle.dumps((([1, 2, 3], "abc", {"k": 1}, 4), {}), 4)]
    assert [pickle.loads(data)[0] for data in edges(pickles, "s")] == [([], "", {"k": 1}, 4), ([1], "abc", {"k": 1}, 4)]


def test_a_matrix_has_no_small_case_but_none():
    pickles = [pickle.dumps((([[1, 2], [3, 4]],), {}), 4)]
    assert [pickle.loads(data)[0] for data in edges(pickles, "s")] == [([],)]
    assert edges([], "s") == []
