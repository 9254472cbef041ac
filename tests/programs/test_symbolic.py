"""Inputs that CrossHair finds; where it is not installed, only that none are found is tested."""

from __future__ import annotations

import importlib.util
import pickle
from typing import Dict, List, Optional  # noqa: UP035 - as repositories write them

import pytest
from codeopt_inside import symbolic

HAS_CROSSHAIR = importlib.util.find_spec("crosshair") is not None
needed = pytest.mark.skipif(not HAS_CROSSHAIR, reason="crosshair-tool is not installed")
PATIENCE_S = 20.0


def bare(number):
    return number > 3


def half(number: int, other):
    return number > 3


def rest(number: int, *others, **named: int):
    return number > 3


def nothing() -> int:
    return 3


async def later(number: int) -> bool:
    return number > 3


@pytest.mark.parametrize("function", [bare, half, rest, nothing, later])
def test_what_is_not_annotated_all_through_or_asynchronous_is_not_treated(function):
    assert symbolic.found(function, PATIENCE_S) == []


@pytest.mark.skipif(HAS_CROSSHAIR, reason="crosshair-tool is installed")
def test_without_crosshair_nothing_is_found():
    assert symbolic.found(clamp, PATIENCE_S) == []


def clamp(number: int, low: int, high: int) -> int:
    if low > high:
        raise ValueError("empty")
    if number < low:
        return low
    return min(number, high)


def magic(number: int) -> str:
    return "found" if number * number - 7 * number == 78 else "no"


def prefixed(text: str) -> str:
    if text.startswith("ab:"):
        return "long" if len(text) > 6 else "short"
    return "none"


def looked_up(table: Dict[str, int], key: str) -> int:  # noqa: UP006
    if key in table:
        return -1 if table[key] < 0 else 1
    return 0


def maybe(number: Optional[int]) -> int:  # noqa: UP045
    return 0 if number is None else 1 if number % 3 == 1 else 2


def positives(numbers: List[int]):  # noqa: UP006
    for number in numbers:
        if number > 100:
            yield number


RESULTS = {
    clamp: {"ValueError", "low", "high", "between"},
    magic: {"found", "no"},
    prefixed: {"long", "short", "none"},
    looked_up: {-1, 0, 1},
    maybe: {0, 1, 2},
    positives: {"none", "some"},
}


def result(function, arguments):
    if function is clamp:
        number, low, high = arguments
        return "ValueError" if low > high else "low" if number < low else "high" if number > high else "between"
    if function is positives:
        return "some" if list(function(*arguments)) else "none"
    return function(*arguments)


@needed
@pytest.mark.parametrize("function", RESULTS, ids=lambda function: function.__name__)
def test_inputs_for_every_way_through_a_function_are_found(function):
    found = [pickle.loads(data) for data in symbolic.found(function, PATIENCE_S)]
    assert {result(function, arguments) for arguments, _ in found} >= RESULTS[function]
    assert all(keywords == {} for _, keywords in found)
    assert all(type(value) in {int, str, dict, list, type(None)} for arguments, _ in found for value in arguments)


@needed
def test_arguments_come_by_name_where_recorded_calls_have_them_so():
    found = [pickle.loads(data) for data in symbolic.found(clamp, PATIENCE_S, positional=1)]
    assert found
    assert all(len(arguments) == 1 and set(keywords) == {"low", "high"} for arguments, keywords in found)


def endless(number: int) -> int:
    while number != 7 or number < 10:
        number = number * 3 % 1001
    return number


def leaving(number: int) -> int:
    if number > 5:
        __import__("os")._exit(3)
    return number


@needed
@pytest.mark.parametrize("function", [endless, leaving])
def test_what_was_found_before_the_end_is_kept_and_the_end_is_no_harm(function):
    assert all(type(pickle.loads(data)[0][0]) is int for data in symbolic.found(function, 4.0))


@needed
def test_what_it_tries_writes_no_file(tmp_path):
    def write(text: str) -> int:
        (tmp_path / "written").write_text(text)
        return len(text)

    symbolic.found(write, PATIENCE_S)
    assert not (tmp_path / "written").exists()
