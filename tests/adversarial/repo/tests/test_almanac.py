"""One test for each function."""

import asyncio
import random

import pytest

from almanac import journal
from almanac.aio import running_totals
from almanac.cards import deal
from almanac.checksums import chain
from almanac.formatting import table
from almanac.graphs import path_count, reachable
from almanac.intervals import covering, merge
from almanac.ledger import Ledger
from almanac.lookup import resolve
from almanac.matrix import multiply, scale_rows
from almanac.parsing import balanced, parse_pairs
from almanac.stats import collatz_lengths, moving_max, ranks, variance
from almanac.streams import running_medians, windows
from almanac.text import anagrams, unique, word_counts


def test_word_counts():
    assert list(word_counts("b A b").items()) == [("b", 2), ("a", 1)]
    assert word_counts("") == {}


def test_unique():
    given = ["b", "a"]
    assert unique(["b", "a", "b"]) == given
    assert unique(given) is not given


def test_anagrams():
    assert anagrams(["ab", "c", "ba"]) == [["ab", "ba"], ["c"]]


def test_variance():
    assert variance([1.0, 2.0, 4.0]) == pytest.approx(14 / 9)
    with pytest.raises(ValueError, match="no values"):
        variance([])


def test_ranks():
    assert ranks([5, 1, 5]) == [1, 0, 1]


def test_moving_max():
    assert moving_max([1, 3, 2, 0], 2) == [3, 3, 2]
    assert moving_max([1], 2) == []
    with pytest.raises(ValueError, match="window of 0"):
        moving_max([1], 0)


def test_collatz_lengths():
    assert collatz_lengths([1, 6, 27]) == [0, 8, 111]


def test_covering():
    assert covering([(0, 2), (1, 3)], [0, 1, 3]) == [1, 2, 0]


def test_merge():
    assert merge([(5, 6), (0, 2), (2, 4)]) == [(0, 4), (5, 6)]
    assert merge([(5, 2), (1, 3), (2, 4), (9, 7)]) == [(1, 4), (5, 2), (9, 7)]


def test_reachable():
    assert reachable({1: [3, 2], 2: [4]}, 1) == [1, 3, 2, 4]


def test_path_count():
    assert path_count({0: [1, 2], 1: [2], 2: [3]}, 0, 3) == 2


def test_multiply():
    assert multiply([[1, 2], [1, 2]], [[3], [4]]) == [[11], [11]]
    with pytest.raises(ValueError, match="shapes"):
        multiply([[1]], [[1], [2]])


def test_scale_rows():
    matrix = [[1.0, 4.0]]
    assert scale_rows(matrix) is matrix
    assert matrix == [[0.25, 1.0]]


def test_parse_pairs():
    assert parse_pairs("a = 1;b=2=3;") == {"a": "1", "b": "2=3"}
    with pytest.raises(ValueError, match="no value in 'c'"):
        parse_pairs("a=1;c")


def test_balanced():
    assert balanced("(a[b]{})")
    assert not balanced("(]")


def test_resolve():
    assert resolve([("a", 1), ("a", 2)], ["a", "b"]) == [1, None]


def test_table():
    assert table([["a", "bc"], ["def", "g"]]) == "a   bc\ndef g\n"


def test_running_medians():
    medians = running_medians([3, 1, 2])
    assert next(medians) == 3
    assert list(medians) == [3, 2]


def test_windows():
    assert windows([1, 2, 3], 2) == [3, 5]


def test_running_totals():
    assert asyncio.run(running_totals([[1, 2], []])) == [[1, 3], []]


def test_balances():
    assert Ledger([("b", 1), ("a", 2), ("b", 3)]).balances() == {"b": 4, "a": 2}


def test_cancel():
    ledger = Ledger([("b", 1), ("a", 2), ("b", 3)])
    assert ledger.cancel("b") == 4
    assert ledger.postings == [("a", 2)]


def test_summarize_keeps_the_audit_trail():
    assert journal.summarize([("a", " X "), ("b", "y"), ("a", "z")]) == {"a": 2, "b": 1}
    assert journal.AUDIT == ["0:a:x", "1:b:y", "2:a:z"]


def test_deal():
    random.seed(3)
    hands = deal(range(7), 3)
    assert [len(hand) for hand in hands] == [3, 2, 2]
    assert all(hand == sorted(hand) for hand in hands)


def test_chain():
    assert chain([b"a", b"b"]) == [
        "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb",
        "fb8e20fc2e4c3f248c60c39bd652f3c1347298bb977b8b4d5903b85055620603",
    ]
