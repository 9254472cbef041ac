"""Which made calls are kept."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from codeopt.verify.probes import Tried, fitting, telling


def tried(outcome="returned", *arcs):
    return Tried(outcome=outcome, arcs=frozenset(arcs))


def test_what_did_not_end_well_is_left_out():
    assert telling([tried(""), tried("returned", (1, 2)), tried("")], most=9, most_bytes=10**9) == (1,)


def test_what_takes_a_new_way_comes_before_what_repeats():
    same = [tried("returned", (1, 2))] * 10
    assert 10 in telling([*same, tried("returned", (1, 3))], most=2, most_bytes=10**9)
    assert 10 in telling([*same, tried("raised KeyError", (1, 2))], most=2, most_bytes=10**9)


def test_calls_that_raise_alike_get_a_quarter_of_the_places():
    raising = [tried("raised TypeError", (1, 2))] * 100
    kept = telling([*raising, *[tried("returned", (1, 2))] * 100], most=40, most_bytes=10**9)
    assert sum(at < 100 for at in kept) == 11
    assert len(kept) == 40


@given(
    st.lists(st.builds(tried, st.sampled_from(["", "returned", "raised X"]), st.tuples(st.integers(0, 3), st.integers(0, 3)))),
    st.integers(0, 20),
)
def test_never_more_than_asked_for_never_twice_and_in_order(found, most):
    kept = telling(found, most=most, most_bytes=10**9)
    assert len(kept) <= most
    assert list(kept) == sorted(set(kept))
    assert all(found[at].outcome for at in kept)


def test_of_heavy_calls_as_many_are_made_as_there_is_room_for_and_the_first_ones():
    sizes = [1, 60, 1, 60, 1]
    assert fitting(sizes, range(5), most_bytes=70, least=1) == [0, 1, 2, 4]
    assert fitting(sizes, range(5), most_bytes=1, least=2) == [0, 1]
    assert sorted(fitting(sizes, [3, 1, 0, 2, 4], most_bytes=63, least=1)) == [0, 2, 3, 4]


def test_some_of_each_property_that_is_broken_are_kept():
    usual = [Tried(outcome="returned", arcs=frozenset({(0, 1)})) for _ in range(50)]
    odd = [Tried(outcome="returned", arcs=frozenset({(0, 1)}), breaks=name) for name in ("number", "sign") for _ in range(20)]
    failed = [Tried(outcome="raised TypeError", arcs=frozenset({(0, 1)}), breaks="ascii") for _ in range(20)]
    tried = [*usual, *odd, *failed]
    kept = telling(tried, most=16, most_bytes=10**6)
    names = [tried[at].breaks for at in kept]
    assert names.count("number") == names.count("sign") == 4
    assert names.count("ascii") <= 5


def test_some_of_each_way_to_change_files_are_kept():
    usual = [Tried(outcome="returned", arcs=frozenset({(0, 1)})) for _ in range(50)]
    changed = [
        Tried(outcome="returned", arcs=frozenset({(0, 1)}), breaks=breaks, files=files)
        for breaks, files in (("", "none"), ("lines", "gap"), ("lines", "mark"))
        for _ in range(20)
    ]
    kept = telling([*usual, *changed], most=16, most_bytes=10**6)
    names = [[*usual, *changed][at].files for at in kept]
    assert names.count("none") == names.count("gap") == names.count("mark") == 4


def test_of_calls_that_find_files_changed_alike_those_are_kept_that_pass_through_most_of_the_code():
    usual = [Tried(outcome="returned", arcs=frozenset({(0, 1), (1, 2), (2, 3)}), size=at) for at in range(9)]
    dull = [Tried(outcome="returned", arcs=frozenset({(0, 1)}), size=9, files="gap") for _ in range(9)]
    left, right = (Tried(outcome="returned", arcs=frozenset({(0, 1), arc}), size=9, files="gap") for arc in ((1, 2), (2, 3)))
    kept = telling([*usual, *dull, left, *dull, right, *dull], most=6, most_bytes=10**6)
    assert {18, 28} <= set(kept)
