"""What is told of a call that raised: who raised, and what the call did apart from what the exception says."""

from __future__ import annotations

import asyncio
import contextlib
import pickle

import pytest
from codeopt_inside import calls, canon

LIMIT = 10_000


def told(function, *arguments):
    """Make a call as the worker does, and return the message of it."""
    raised, value = calls.make(function, arguments, {})
    return calls.told(0, pickle.dumps(((), {}), 4), ((arguments, {}), raised, value), "", LIMIT)


class Strict:
    def __getattr__(self, name):
        raise AttributeError(name)


def refuses(x):
    raise ValueError(x)


def refuses_with_a_cause(x):
    try:
        return x[9]
    except IndexError as error:
        raise ValueError(x) from error


def asserts(x):
    assert not x, "no"


def passes_on(x):
    try:
        refuses(x)
    except ValueError:  # noqa: TRY203 - what is tested
        raise
    finally:
        x = None


def passes_on_by_name(x):
    try:
        refuses(x)
    except ValueError as error:  # noqa: TRY203 - what is tested
        raise error  # noqa: TRY201 - as above


def yields_then_refuses(x):
    yield 1
    raise ValueError(x)


def lists_what_refuses(x):
    return list(yields_then_refuses(x))


async def refuses_later(x):
    await asyncio.sleep(0)
    raise ValueError(x)


async def yields_then_refuses_later(x):
    yield 1
    await refuses_later(x)


def refuses_in_a_context(x):
    @contextlib.contextmanager
    def context():
        yield 1

    with context():
        raise ValueError(x)


def asks_what_refuses(_):
    return Strict().anything


def sorts_by_what_refuses(x):
    return sorted(x, key=refuses)


EXPLICIT = [
    refuses,
    refuses_with_a_cause,
    asserts,
    passes_on,
    passes_on_by_name,
    yields_then_refuses,
    lists_what_refuses,
    refuses_later,
    yields_then_refuses_later,
    refuses_in_a_context,
    asks_what_refuses,
    sorts_by_what_refuses,
]


def raises_again(x):
    try:
        return x[9]
    except IndexError:  # noqa: TRY203 - what is tested
        raise


def raises_again_by_name(x):
    try:
        return x[9]
    except IndexError as error:  # noqa: TRY203 - what is tested
        raise error  # noqa: TRY201 - as above


def gives_up_at_last(x):
    try:
        return x[9]
    finally:
        x.append(1)


def fails_while_it_makes_its_exception(x):
    raise ValueError(x[9])


def yields_then_fails(x):
    yield 1
    yield x[9]


async def fails_later(x):
    await asyncio.sleep(0)
    return x[9]


def ends_a_generator_too_early(x):
    yield next(iter(()))


def recurses(x):
    return recurses(x)


def has_nothing_to_raise(_):
    raise  # noqa: PLE0704 - what is tested


BY_ITSELF = {
    "a subscript": lambda x: x[9],
    "a lookup": lambda x: {}[len(x)],
    "a division": lambda x: len(x) / 0,
    "a builtin": lambda _: min([]),
    "a method": lambda x: x.index(9),
    "an attribute": lambda x: x.nothing,
    "unpacking": lambda x: [a for a, b in [x[:1]]],
    "a name": lambda _: undefined,  # noqa: F821 - what is tested
    "wrong arguments": lambda: 1,
    "a re-raise": raises_again,
    "a re-raise by name": raises_again_by_name,
    "a finally": gives_up_at_last,
    "its own exception": fails_while_it_makes_its_exception,
    "a generator": yields_then_fails,
    "a coroutine": fails_later,
    "a generator that ends too early": ends_a_generator_too_early,
    "a generator that was not begun": lambda x: sorted(x, key=lambda _: (_ for _ in ()).throw(ValueError())),
    "recursion": recurses,
    "nothing to raise": has_nothing_to_raise,
    "what is written in C": [].pop,
}


@pytest.mark.parametrize("function", EXPLICIT, ids=lambda function: function.__name__)
def test_an_exception_that_a_statement_raises_is_explicit(function):
    message = told(function, [2, 1])
    assert (message["status"], message["explicit"]) == ("raised", True)


@pytest.mark.parametrize("name", BY_ITSELF)
def test_an_exception_that_nobody_raises_is_not_explicit(name):
    message = told(BY_ITSELF[name], [2, 1])
    assert (message["status"], message["explicit"]) == ("raised", False)


def test_a_call_that_returns_says_nothing_of_exceptions():
    assert not {"explicit", "loose"} & told(len, [1]).keys()


def same(first, second, *arguments):
    """Say whether two functions do the same strictly, and loosely."""
    one, other = (told(function, *pickle.loads(pickle.dumps(arguments))) for function in (first, second))
    return one["digest"] == other["digest"], one["loose"] == other["loose"]


def changes_then(index, error):
    def function(x):
        x[index] = 7
        raise error

    return function


class OddError(ValueError):
    pass


def test_what_an_exception_says_is_left_out_of_the_loose_encoding():
    error = ValueError("b", 2)
    error.code, error.__cause__ = 5, KeyError(1)
    assert same(changes_then(0, ValueError("a")), changes_then(0, error), [1, 2]) == (False, True)


@pytest.mark.parametrize("error", [KeyError("a"), OddError("a"), TypeError("a")])
def test_the_type_of_an_exception_is_part_of_the_loose_encoding(error):
    assert same(changes_then(0, ValueError("a")), changes_then(0, error), [1, 2]) == (False, False)


def test_the_arguments_afterwards_are_part_of_the_loose_encoding():
    assert same(changes_then(0, ValueError("a")), changes_then(1, ValueError("a")), [1, 2]) == (False, False)


def yields(count, text):
    def function(x):
        yield from x[:count]
        raise ValueError(text)

    return function


def test_what_a_generator_yields_before_it_fails_is_part_of_the_loose_encoding():
    assert same(yields(2, "a"), yields(2, "b"), [1, 2, 3]) == (False, True)
    assert same(yields(2, "a"), yields(1, "a"), [1, 2, 3]) == (False, False)
    assert same(yields(0, "a"), changes_then(0, ValueError("a")), [1, 2, 3])[1] is False


def takes(count):
    def function(x):
        for _ in range(count):
            next(x)
        raise ValueError("a")

    return function


def test_what_is_left_in_an_iterator_shows_in_both_encodings():
    one, other, again = (told(takes(count), iter([1, 2, 3])) for count in (1, 2, 1))
    assert (one["digest"], one["loose"]) == (again["digest"], again["loose"])
    assert one["digest"] != other["digest"]
    assert one["loose"] != other["loose"]


def test_an_iterator_is_drained_once_for_two_encodings():
    drained: dict = {}
    first, second = iter([1, 2]), {iter([3])}
    encodings = [canon.encode([first, second], LIMIT, drained) for _ in range(2)]
    assert encodings[0] == encodings[1] != canon.encode([iter([]), set()])
