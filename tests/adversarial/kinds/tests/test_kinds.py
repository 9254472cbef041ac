"""What each function is there for."""

import asyncio
import datetime
import random
from decimal import Decimal
from pathlib import PurePosixPath

import pytest

from kinds import flows, holders, records, texts


def test_orders_of_one_key_become_one():
    orders = [records.Order("a", 1, ["x"]), records.Order("b", 2), records.Order("a", 3, ["y"])]
    assert records.merge_orders(orders) == [records.Order("a", 4, ["x", "y"]), records.Order("b", 2)]


def test_states_are_counted():
    state = records.State
    assert records.tally_states([state.DONE, state.NEW, state.DONE])[state.DONE] == 2


def test_stamps_lie_in_hours():
    stamps = [datetime.datetime(2024, 5, 1, 9, 30), datetime.datetime(2024, 5, 1, 8, 59)]
    assert list(records.bucket_by_hour(stamps)) == [datetime.datetime(2024, 5, 1, 8), datetime.datetime(2024, 5, 1, 9)]


def test_a_bill_is_split_to_the_cent():
    assert records.split_bill(Decimal("10.00"), [1, 1, 1]) == [Decimal("3.34"), Decimal("3.33"), Decimal("3.33")]


def test_paths_have_a_root():
    assert records.common_root([PurePosixPath("/a/b/c"), PurePosixPath("/a/d")]) == PurePosixPath("/a")


def test_pairs_are_found():
    assert list(flows.pairs_with_sum([1, 2, 3], 4)) == [(1, 3)]


def test_chunks_are_full_but_for_the_last():
    assert list(flows.chunks("abcde", 2)) == [["a", "b"], ["c", "d"], ["e"]]


def test_totals_are_gathered():
    async def load(key):
        return [key, 1]

    assert asyncio.run(flows.gather_totals(load, [1, 2])) == {1: 2, 2: 3}


def test_runs_are_grouped():
    assert flows.group_adjacent("aAb", str.lower) == [("a", ["a", "A"]), ("b", ["b"])]


def test_every_function_is_applied():
    assert flows.apply_all([str, abs], -1) == ["-1", 1]


def test_a_section_is_noted():
    log = []
    with flows.section(log, "x"):
        log.append("inside")
    assert log == [("begin", "x"), "inside", ("end", "x", 1)]


def test_quartiles():
    assert holders.Histogram([4, 1, 3, 2]).quartiles == (2, 3, 4)


def test_a_version_is_read():
    version = holders.Version.parse("1.12-rc")
    assert (version.parts, version.label) == ((1, 12), "rc")


def test_a_corner_has_three_neighbours():
    assert holders.Grid.neighbours((0, 0), (3, 3)) == [(0, 1), (1, 0), (1, 1)]


def test_what_was_made_is_kept():
    recent = holders.Recent(1)
    assert [recent.get(key, str.upper) for key in "aab"] == ["A", "A", "B"]


def test_a_tree_has_a_weight():
    assert holders.Node(1, [holders.Node(2)]).total() == 3


def test_runs_have_lengths():
    assert texts.run_lengths(b"aab") == [(97, 2), (98, 1)]


def test_shares_are_printed(capsys):
    texts.report([("a", 1), ("b", 3)])
    assert capsys.readouterr().out.startswith("a: 25.0%\n")


def test_values_are_scaled():
    assert texts.scaled([1, 2], 3) == [3, 6]


def test_a_path_is_followed():
    assert texts.lookup({"a": {"b": 1}}, "a.b") == 1
    with pytest.raises(KeyError):
        texts.lookup({"a": {}}, "a.b")


def test_lists_are_flattened():
    assert texts.flatten([1, [2, [3]]]) == [1, 2, 3]


def test_counts_are_merged():
    assert texts.merge_counts({"a": 1}, {"a": 2, "b": 1}) == {"a": 3, "b": 1}


def test_rows_are_drawn():
    assert len(texts.sample_rows([("a", 1), ("b", 2)], 1, random.Random(1))) == 1


def test_scores_are_ranked():
    assert texts.ranked({"a": 1, "b": 2}) == [(1, "b"), (2, "a")]
