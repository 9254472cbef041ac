"""Made calls: each edge is there, and what a plan breaks is said."""

from __future__ import annotations

import collections
import collections.abc
import dataclasses
import datetime as dt
import math
import time

import pytest
from codeopt_inside import passing

from codeopt.inputs.plans import plans
from codeopt.inputs.signature import Signature, signature_of
from tests.inputs.making import firsts, made, planned, sketched

INT = ([5, 3, 9, 3], [7, 1], [2, 2, 8])


def repeated(values):
    return len(set(values)) < len(values)


def test_edges_of_a_list():
    found = firsts(*INT, breaks="")
    assert [] in found
    assert any(len(value) == 1 for value in found)
    assert any(len(value) > 4 for value in found)
    assert any(len(value) > 2 and len(set(value)) == 1 for value in found)
    assert [3, 9, 3, 5] in found, "reversed"
    assert [3, 3, 5, 9] in found, "sorted"
    assert [9, 5, 3, 3] in found, "sorted downwards"


def test_edges_of_an_integer():
    source = b"def f(n):\n    return n > 17"
    found = {value for value in firsts(40, -3, 0, source=source) if type(value) is int}
    assert {1, -1, 2, 39, 41, 20, 80, -40, 16, 17, 18} <= found
    assert {1 << 63, -(1 << 63) - 1, 10**40} <= {value for value in found if type(value) is int}


def test_edges_of_a_float():
    found = [value for value in firsts(4.25, -0.5, 0.0) if type(value) is float]
    assert {0.0, 1.0, -1.0, math.inf, -math.inf, 5e-324, 1e308, -4.25} <= set(found)
    assert any(math.isnan(value) for value in found)
    assert any(value == 0 and math.copysign(1, value) < 0 for value in found)


def test_a_function_answers_otherwise_and_a_class_stays():
    found = [plan for plan in planned([((len, int, 3), {}), ((abs, str, 4), {})]) if '"answers"' in plan.changes[0].value]
    assert {(plan.changes[0].place, plan.breaks) for plan in found} == {(("args", 0), "answers")}
    assert {how for plan in found for how in ("nothing", "turned", "failed") if how in plan.changes[0].value} == {
        "nothing",
        "turned",
        "failed",
    }


def test_the_ends_of_the_calendar_are_far_from_what_was_recorded():
    days = [((dt.date(2024, 2, 1 + day),), {}) for day in range(9)]
    told = {"9999": {"magnitude"}, "0001": {"magnitude"}, "2000": {""}}
    for year, breaks in told.items():
        assert {plan.breaks for plan in planned(days) if f'"{year}-' in plan.changes[0].value} == breaks
    far = [*days, ((dt.date(1700, 1, 1),), {})]
    assert {plan.breaks for plan in planned(far) if '"9999-' in plan.changes[0].value} == {""}


def test_edges_of_a_text():
    source = b"def f(text):\n    return text.split('::')"
    found = [text for text in firsts("Hello World", "x", source=source) if type(text) is str]
    assert {"", "H", "Hello", "dlroW olleH", "HELLO WORLD", "hello world", "::", "Hello World" * 2} <= set(found)
    assert any("\u0130" in text for text in found)
    assert any("\xdf" in text for text in found)
    assert any("\ud83d" in text for text in found)
    assert any("\0" in text for text in found)
    assert any("\r\n" in text for text in found)
    assert any(text != "::" and "::" in text for text in found)


def test_edges_of_bytes_sets_and_mappings():
    assert {b"", b"\0", b"cba", bytes(range(256))} <= {value for value in firsts(b"abc") if type(value) is bytes}
    assert {frozenset(), frozenset({1})} <= {frozenset(value) for value in firsts({1, 2, 3}, {4})}
    mappings = [list(value.items()) for value in firsts({"a": 1, "b": 2}, {"c": 3})]
    assert [] in mappings
    assert [("b", 2), ("a", 1)] in mappings


def test_edges_of_a_deque_keep_its_length_limit():
    found = firsts(collections.deque([1, 2, 3], 5), breaks="")
    assert {value.maxlen for value in found if isinstance(value, collections.deque)} == {5}


def test_rows_change_inside_and_stay_rows():
    found = firsts([[1, 2], [3, 4]], [[5, 6, 7], [8, 9, 1]], breaks="")
    assert found
    assert all(len({len(row) for row in value}) <= 1 for value in found)
    assert any(len({len(row) for row in value}) > 1 for value in firsts([[1, 2], [3, 4]], [[5, 6, 7], [8, 9, 1]], breaks="lengths"))


def test_sorted_lists_stay_so_unless_it_is_said():
    calls = ([1, 4, 6, 6, 7, 9], [2, 3, 8, 8], [0, 5])
    assert all(value == sorted(value) for value in firsts(*calls, breaks=""))
    assert any(value != sorted(value) for value in firsts(*calls, breaks="sorted"))


def test_lists_without_repeats_stay_so_unless_it_is_said():
    calls = ([4, 1, 6, 3, 8, 7], [9, 2, 8, 1], [5, 0])
    assert not any(map(repeated, firsts(*calls, breaks="")))
    assert any(map(repeated, firsts(*calls, breaks="unique")))


def test_a_few_items_are_in_order_and_without_repeats_by_chance():
    assert any(map(repeated, firsts([1, 4, 6], [2, 3], breaks="")))
    assert any(value != sorted(value) for value in firsts([1, 4, 6], [2, 3], breaks=""))
    assert firsts([1, 4, 6], [2, 3], breaks="unique") == firsts([1, 4, 6], [2, 3], breaks="sorted") == []


def test_repeats_are_no_news_where_one_call_had_some():
    assert firsts([4, 1, 4], [9, 2, 8], breaks="unique") == []
    assert any(map(repeated, firsts([4, 1, 4], [9, 2, 8], breaks="")))


def test_nan_and_infinities_come_only_with_their_name_or_where_they_came():
    def odd(values):
        return [value for value in values if type(value) is float and not math.isfinite(value)]

    assert odd(firsts(1.5, -2.0, breaks="")) == []
    assert len(odd(firsts(1.5, -2.0, breaks="finite"))) == 3
    assert odd(firsts(1.5, math.nan, -2.0, math.inf, breaks="")) != []
    assert not any(math.isnan(value) for value in odd(firsts(1.5, -2.0, math.inf, breaks="")))


def test_zero_and_less_come_with_their_name_where_all_was_more():
    assert all(value > 0 for value in firsts(3, 9, breaks="") if type(value) is int)
    assert {0, -1} <= set(firsts(3, 9, breaks="sign"))
    assert {0, -1} <= set(firsts(3, -9, breaks=""))


def test_huge_numbers_and_other_signs_have_a_name():
    assert all(abs(value) < 1 << 31 for value in firsts(3, 9, breaks=""))
    assert 1 << 63 in firsts(3, 9, breaks="magnitude")
    assert all(text.isascii() for text in firsts("abc", "d", breaks=""))
    assert not any(text.isascii() for text in firsts("abc", "d", breaks="ascii"))


def test_none_comes_only_where_it_came_or_may_come():
    assert None not in firsts(3, 9)
    assert any(call.args == (9, None) and not call.plan.breaks for call in made([((9, 3), {}), ((4, None), {})]))
    assert None in firsts(3, 9, source=b"def f(n: int | None): ...", breaks="")
    assert None in firsts(3, 9, source=b"def f(n=None): ...", breaks="")
    assert not any(None in value for value in firsts([3, 4], [5]))
    assert any(None in value for value in firsts([3, None], [5], breaks=""))


def test_other_types_have_a_name():
    assert {type(value).__name__ for value in firsts("x", "y", breaks="type")} == {"bytes"}
    assert {type(value).__name__ for value in firsts([3], [4, 5], breaks="sequence")} == {"tuple", "ListOf"}
    assert {type(value).__name__ for value in firsts((3, "a"), (4, "b"), breaks="sequence")} == {"list", "Named2"}
    assert {type(value).__name__ for value in firsts({"k": 3}, {"k": 4}, breaks="mapping")} == {"MappingOf"}
    assert all(type(value) is list for value in firsts([3], [4, 5], breaks=""))


def test_numbers_that_stand_for_each_other_have_a_name():
    assert {type(value) for value in firsts(3, 9, breaks="number")} == {bool}
    assert {type(value) for value in firsts(3.5, 9.25, breaks="number")} == {int}
    assert {type(value) for value in firsts(True, False, True, breaks="number")} == {int}
    assert {type(value) for value in firsts(3, 9.5, breaks="")} == {int, float}
    assert {type(value[0]) for value in firsts([3, 4], [4, 5], breaks="type") if value} >= {bool}


def test_what_a_generator_goes_through_may_be_an_iterator():
    source = b"def f(numbers):\n    for number in numbers:\n        yield number\n"
    found = firsts([3, 4], [4, 5], source=source, breaks="sequence")
    assert {type(value).__name__ for value in found} >= {"generator", "list_iterator"}
    assert not any(type(value).__name__ == "generator" for value in firsts([3, 4], [4, 5], source=source.replace(b"yield", b"print")))


def test_all_numbers_of_a_sequence_become_those_of_another_kind():
    assert [3.0, 4.0] in firsts([3, 4], [9], breaks="number")
    assert [3.5, 4.5] in firsts([3, 4], [3, 4], breaks="number")
    assert [3, 5] in [value for value in firsts([3.0, 4.5], [3.0, 4.5], breaks="number") if {type(item) for item in value} == {int}]
    kinds = [{type(item) for item in value} for value in firsts([3, 4], [4, 5], breaks="number")]
    assert kinds
    assert all(each == {float} for each in kinds), "never one among others"
    assert not any({type(item) for item in value} == {float} for value in firsts((3, 4), (4, 5), breaks="number")), (
        "a record keeps its fields"
    )


@pytest.mark.parametrize(
    ("annotation", "kinds"),
    [("list[int]", {int}), ("Sequence[float]", {int, float}), ("list", {int, float}), ("list[Any]", {int, float})],
)
def test_an_annotation_says_which_numbers_come(annotation, kinds):
    source = f"def f(numbers: {annotation}): ...".encode()
    found = [*firsts([3, 4], [4, 5], source=source, breaks=""), *firsts([3, 4], [4, 5], source=source, breaks="number")]
    assert {type(item) for value in found for item in value if type(item) in {bool, int, float}} == kinds


@pytest.mark.parametrize("value", [3, 2.5, "text"])
def test_a_subclass_has_a_name(value):
    found = [each for each in firsts(value, value, breaks="subclass") if type(each) is not type(value)]
    assert found
    assert all(isinstance(each, type(value)) for each in found)


def test_lists_of_one_length_stay_so_unless_it_is_said():
    calls = [(([1, 5, 2], ["a", "b", "a"]), {}), (([4, 4], ["x", "x"]), {}), (([7, 1, 7, 3], ["x", "y", "x", "z"]), {})]
    found = made(calls)
    assert all(len(call.args[0]) == len(call.args[1]) for call in found if not call.plan.breaks)
    assert {0, 1, 2} <= {len(call.args[0]) for call in found if not call.plan.breaks}
    assert any(len(call.args[0]) != len(call.args[1]) for call in found if call.plan.breaks == "lengths")


def test_a_number_that_counts_a_list_counts_it():
    calls = [(([1, 5, 2], 3), {}), (([4, 4], 2), {}), (([7, 1, 7, 3], 4), {})]
    found = [call for call in made(calls) if not call.plan.breaks]
    assert all(len(call.args[0]) == call.args[1] for call in found)
    assert {0, 1, 2} <= {call.args[1] for call in found} or {1, 2} <= {call.args[1] for call in found}


def test_a_number_that_never_is_above_another_is_not():
    calls = [((low, high), {}) for low, high in ((-1, 5), (0, 9), (3, 4), (2, 2), (-7, 0))]
    found = made(calls)
    assert all(call.args[0] <= call.args[1] for call in found if not call.plan.breaks)
    assert any(call.args[0] > call.args[1] for call in found if call.plan.breaks == "order")


def test_one_object_twice_has_a_name_unless_it_came():
    apart = [(([1, 2], [1, 3]), {}), (([4], [5, 6]), {})]
    found = [call for call in made(apart) if call.args[0] is call.args[1]]
    assert {call.plan.breaks for call in found} <= {"distinct", "lengths"}
    assert found
    one = [8, 9]
    found = [call for call in made([*apart, ((one, one), {})]) if call.args[0] is call.args[1]]
    assert "" in {call.plan.breaks for call in found}


def test_records_keep_keys_and_tuples_their_size_unless_it_is_said():
    records = [{"id": 3, "name": "x"}, {"id": 4, "name": "y"}]
    assert all(list(value) == ["id", "name"] or list(value) == ["name", "id"] for value in firsts(*records, breaks="") if value)
    assert any(len(value) == 1 for value in firsts(*records, breaks="keys"))
    assert all(len(value) == 2 for value in firsts((3, 8), (5, 2), breaks=""))
    assert any(len(value) != 2 for value in firsts((3, 8), (5, 2), breaks="shape"))


def test_optional_arguments_are_left_out_and_given():
    source = b"def f(a, b=3, c=None, *, key: str = 'k', flag: bool = False): ..."
    found = made([((1, 2), {}), ((4, 5, "x"), {"key": "z"})], source)
    shapes = {(len(call.args), tuple(sorted(call.kwargs))) for call in found}
    assert {(1, ()), (3, ()), (2, ("flag",))} <= shapes
    assert any("c" in names for _, names in shapes)
    assert {True, False} <= {call.kwargs["flag"] for call in found if "flag" in call.kwargs}
    assert {"", "k"} <= {call.kwargs["key"] for call in found if "key" in call.kwargs}


def test_a_required_argument_is_never_left_out():
    found = made([((1, [2]), {"key": 3})], b"def f(a, b, *, key): ...")
    assert {(len(call.args), len(call.kwargs)) for call in found} == {(2, 1)}


class Account:
    """Something with a state of its own."""

    def __init__(self, balance):
        self.balance = balance

    def __eq__(self, other):
        return self.balance == other.balance

    __hash__ = None


def test_receivers_meet_the_arguments_of_other_calls():
    found = made([((Account(3), "x"), {}), ((Account(4), "y"), {})])
    assert {(3, "y"), (4, "x")} <= {(call.args[0].balance, call.args[1]) for call in found}
    assert {call.args[0].balance for call in found} == {3, 4}, "an object is taken whole"


def test_arguments_of_two_calls_are_crossed_and_that_breaks_nothing():
    calls = [((Account(number), f"text {number}", adding(number)), {}) for number in range(6)]
    mixed = [call for call in made(calls) if not call.plan.breaks and len({call.args[0].balance, call.args[1][-1:], call.args[2](0)}) > 1]
    whole = [call for call in mixed if call.args[1] in {f"text {number}" for number in range(6)}]
    assert len({(call.args[0].balance, call.args[1], call.args[2](0)) for call in whole}) > 20


def adding(number):
    return lambda x: x + number


def test_crossed_arguments_of_different_lengths_have_a_name():
    calls = [(([1] * size, ["a"] * size), {}) for size in (2, 3, 4)]
    uneven = [call for call in made(calls) if len(call.args[0]) != len(call.args[1])]
    assert {call.plan.breaks for call in uneven} == {"lengths"}


def test_what_one_call_holds_twice_is_taken_over_as_one_object():
    one, other = [5, 6], [7, 8]
    calls = [((one, one, 3), {}), ((other, other, 4), {}), (([9], [9], 5), {})]
    taken = [call for call in made(calls) if call.args[:2] == ([7, 8], [7, 8]) and call.args[2] != 4]
    assert any(call.args[0] is call.args[1] for call in taken)


def test_edges_of_a_range():
    found = [value for value in firsts(range(2, 9), range(4)) if type(value) is range]
    assert range(0) in found
    assert {1, 2, 7, 8, 257} <= {len(value) for value in found}
    assert any(value.step > 1 for value in found)
    assert any(value.step < 0 for value in found)
    assert all(value.step > 0 for value in firsts(range(2, 20), range(4), breaks="") if len(value) > 1)
    assert any(value.step < 0 for value in firsts(range(2, 20), range(4), breaks="sorted"))


def test_iterators_yield_something_else():
    found = [list(value) for value in firsts(iter([3, 1, 2]), iter([5, 5]), breaks="")]
    assert [] in found
    assert any(len(value) == 1 for value in found)
    assert any(len(value) > 3 for value in found)
    assert any(repeated(value) for value in found)


def test_generators_yield_something_else_and_end():
    def stand_in(*items):
        return passing.standing(list(items), passing.MORE, None)

    found = [list(value) for value in firsts(stand_in("a", "b", "c"), stand_in("d"), breaks="")]
    assert [] in found
    assert any(len(value) == 1 for value in found)
    assert any(len(value) > 3 for value in found)
    assert {type(item) for value in found for item in value} == {str}


@pytest.mark.parametrize("annotation", [b"Iterable[int]", b"typing.Iterable", b"int | Iterable[int]", b"Optional['Iterable[int]']"])
def test_an_iterator_comes_instead_of_a_list_where_the_annotation_allows_it(annotation):
    found = firsts([3, 1], [4, 5, 6], source=b"def f(items: " + annotation + b"): ...", breaks="")
    assert {"list", "tuple", "list_iterator", "generator"} <= {type(value).__name__ for value in found}


def test_an_iterator_comes_instead_of_a_list_where_one_was_recorded():
    kinds = {type(value).__name__ for value in firsts([3, 1], iter([4, 5, 6]), breaks="")}
    assert kinds == {"list", "list_iterator", "generator"}
    assert {type(value) for value in firsts([3, 1], [4, 5], breaks="")} == {list}
    assert {type(value).__name__ for value in firsts(iter([3, 1]), iter([4, 5]), breaks="")} == {"list_iterator", "generator"}


def test_a_number_meets_the_length_of_another_argument():
    calls = [(("a long text of words", number, [1] * 17), {}) for number in (3, 5)]
    assert {19, 20, 21, 16, 17, 18} <= {call.args[1] for call in made(calls) if not call.plan.breaks}


def test_an_equal_number_of_another_type_stands_beside():
    def equal_ones(values):
        return [value for value in values if repeated(value) and len(call_types(value)) == 2]

    assert equal_ones(firsts([7, 0.5], [8, 2.5, 9], breaks=""))
    assert equal_ones(firsts([7, 30], [8], breaks="")) == []


def call_types(values):
    return {type(value) for value in values}


def test_frozen_records_change_in_a_field_and_are_constructed():
    found = [value for value in firsts([Span(3, 9), Span(4, 8)], [Span(1, 2)] * 12, breaks="") if value]
    assert any(span.low not in {3, 4, 1} for value in found for span in value)
    assert all(span.low <= span.high for value in found for span in value)


@dataclasses.dataclass(frozen=True)
class Span:
    """From one number to another."""

    low: int
    high: int

    def __post_init__(self):
        if self.low > self.high:
            raise ValueError("turned")


def test_what_is_unwanted_is_not_planned():
    calls = [(("abc", 5), {}), (("de", 7), {})]
    tags = {plan.breaks for plan in planned(calls)}
    assert {"type", "ascii", "number", "subclass", ""} <= tags
    kept = planned(calls, unwanted=frozenset({"type", "ascii"}))
    assert {plan.breaks for plan in kept} == tags - {"type", "ascii"}
    assert len(kept) > 200


def test_the_first_plans_have_something_of_all():
    calls = [((number, "abc", number * 2.5), {}) for number in range(3, 23)]
    found = planned(calls, most=600)
    shares = [sum(bool(plan.breaks) for plan in part) / len(part) for part in (found[:100], found[:300])]
    assert all(0.1 < share < 0.4 for share in shares)


def test_the_seed_decides_and_the_number_is_kept():
    calls = [(([5, 3, 9, 3], "abc"), {"k": 3}), (([7, 1], "de"), {"k": 5})]
    first, again, other = (planned(calls, most=150, seed=seed) for seed in ("a", "a", "b"))
    assert first == again != other
    assert len(first) == len(set(first)) == 150
    assert len(planned(calls, most=20)) == 20


def test_a_small_number_has_something_of_every_argument():
    calls = [(([5, 3, 9, 3], "abc", 1.5), {"k": 3}), (([7, 1], "de", -2.5), {"k": -5})]
    touched = {change.place[:2] for plan in planned(calls, most=40) for change in plan.changes}
    assert touched == {("args", 0), ("args", 1), ("args", 2), ("kwargs", "k")}


def test_a_hundred_and_fifty_plans_take_less_than_a_second():
    calls = [(([number, 3, 9, 3], "abc" * number, [[1.5, number]]), {"k": number}) for number in range(60)]
    shapes = sketched(calls)
    start = time.process_time()
    assert len(plans(shapes, Signature(), most=150, seed="s")) == 150
    assert time.process_time() - start < 5, "far more than a second: a limit that a busy machine keeps"


@pytest.mark.parametrize(
    "sketches",
    [
        [],
        [None, 3, "x", [], {}],
        [{"call": "0", "args": [], "kwargs": {}}],
        [{"call": 0, "args": 3, "kwargs": {}}],
        [{"call": 0, "args": [], "kwargs": {}}],
        [{"call": 0, "args": [{"type": "int", "value": "x"}, {"type": "float", "hex": []}, {"no": 1}, 7], "kwargs": {}, "alias": [[1]]}],
        [{"call": 0, "args": [{"type": "list", "len": 10**30, "items": 7}, {"type": "str", "value": "x", "len": "y"}], "kwargs": {}}],
    ],
)
def test_sketches_that_are_none_do_no_harm(sketches):
    assert all(plan.call == 0 for plan in plans(sketches, Signature(), most=50, seed="s"))


class Shelf(collections.abc.MutableSequence):
    """A sequence that also knows how much it holds."""

    def __init__(self, items):
        self.items, self.total = list(items), sum(items)

    def __getitem__(self, at):
        return self.items[at]

    def __setitem__(self, at, value):
        self.total += value - self.items[at]
        self.items[at] = value

    def __delitem__(self, at):
        self.total -= self.items.pop(at)

    def __len__(self):
        return len(self.items)

    def insert(self, at, value):
        self.total += value
        self.items.insert(at, value)


def test_collections_of_own_classes_change_by_their_own_methods():
    found = firsts(Shelf([5, 7, 9]), Shelf([11, 12, 13, 14]), Shelf([3]))
    assert {type(shelf) for shelf in found} == {Shelf}
    assert all(shelf.total == sum(shelf.items) for shelf in found)
    assert {0, 1, 2} <= {len(shelf) for shelf in found}
    assert any(len(shelf) > 4 for shelf in found)


def test_a_type_that_the_function_tells_apart_may_come():
    source = b"def f(x):\n    return x if isinstance(x, tuple) else list(x)\n"
    usual = firsts(Shelf([5, 7]), Shelf([8]), source=source, breaks="")
    assert (5, 7) in usual
    assert not any(type(value) is tuple for value in firsts(Shelf([5, 7]), Shelf([8]), source=b"def f(x): ...\n", breaks=""))


def test_a_set_comes_where_any_iterable_may():
    found = firsts([1, 2], [3, 4, 5], source=b"def f(iterable): ...\n", breaks="")
    assert {list, tuple, set, dict} <= {type(value) for value in found}


class Kept:
    """An object that keeps values under keys, and the keys in another order."""

    def __init__(self, pairs):
        self.pairs, self.order = dict(pairs), sorted(pairs)


def test_values_that_an_object_keeps_are_others_and_nothing_else_of_it():
    recorded = Kept({"a": 5, "b": 6}), Kept({"c": 7, "d": 8})
    found = [kept for kept in firsts(*recorded, breaks="held") if set(kept.pairs.values()) - {5, 6, 7, 8}]
    assert found
    assert all(kept.order == sorted(kept.pairs) for kept in found)
    assert any(0 in kept.pairs.values() for kept in firsts(*recorded, breaks="sign"))


def test_a_value_may_be_one_that_another_argument_holds():
    calls = [((["oak", "elm", "fir"], "ash"), {}), ((["yew", "box"], "bay"), {})]
    assert any(call.args[1] in call.args[0] and len(call.args[0]) > 1 for call in made(calls))


def test_two_numbers_are_as_far_apart_as_any_that_were_recorded():
    calls = [((["a"], 4, 7), {}), ((["b"], 5, 6), {}), ((["c"], 9, 30), {})]
    assert any(call.args[1:] == (4, 30) and not call.plan.breaks for call in made(calls))
    assert not any(call.args[1:] == (30, 4) and not call.plan.breaks for call in made(calls))


@dataclasses.dataclass
class Hit:
    """A record that can be changed."""

    path: str
    size: int

    def __post_init__(self):
        if self.size < 0:
            raise ValueError("no size")


class Spot:
    """A record without any help."""

    def __init__(self, row, column):
        self.row, self.column = row, column


def test_records_in_lists_change_in_a_field_and_are_constructed():
    usual = [hit for hits in firsts([Hit("a", 3), Hit("b", 5)], [Hit("c", 0)] * 12, breaks="") for hit in hits]
    assert {type(hit) for hit in usual} == {Hit}
    assert {hit.size for hit in usual} - {0, 3, 5}
    assert any(hit.path == "" for hit in usual)
    assert all(hit.size >= 0 for hit in usual)


def test_attributes_of_other_objects_in_lists_change_under_a_name():
    found = [spot for spots in firsts([Spot(3, 4), Spot(5, 6)], [Spot(7, 8)], breaks="held") for spot in spots]
    assert {spot.row for spot in found} - {3, 5, 7}
    usual = [spot for spots in firsts([Spot(3, 4), Spot(5, 6)], [Spot(7, 8)], breaks="") for spot in spots]
    assert {(spot.row, spot.column) for spot in usual} == {(3, 4), (5, 6), (7, 8)}


def test_a_receiver_s_fields_change_under_a_name():
    source = b"class Hit:\n    def f(self): ...\n"
    signature = signature_of(source, "Hit.f", 0)
    found = plans(sketched([((Hit("a", 3),), {}), ((Hit("b", 5),), {})]), signature, most=200, seed="s")
    changed = {plan.breaks for plan in found if any(change.place == ("args", 0, ".size") for change in plan.changes)}
    assert "held" in changed
    assert "" not in changed


def test_a_start_and_an_end_stay_in_their_order_where_all_do():
    spans = [(at, at + 5 + at % 3) for at in range(9)]
    calls = [((spans,), {}), (([*spans[2:], (30, 40)],), {})]
    turned = [plan.breaks for plan in planned(calls) if plan.breaks in {"order", "sorted"}]
    assert {"order"} <= set(turned)
    lot = made(calls)
    assert all(call.plan.breaks == "order" for call in lot for pair in call.args[0] if len(pair) == 2 and pair[0] > pair[1])
    assert any(pair[0] > pair[1] for call in lot for pair in call.args[0] if len(pair) == 2)
