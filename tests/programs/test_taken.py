"""How much of its arguments a lazy result has taken when its items come."""

from __future__ import annotations

from codeopt_inside import calls, passing

LIMIT = 10_000


def trail(function, *arguments):
    raised, value = calls.make(function, arguments, {})
    told = calls.told(0, b"", ((arguments, {}), raised, value), "", LIMIT)
    return told.get("taken", []), told["outcome"], value


def each(numbers):
    for number in numbers:
        yield number + 1


def at_once(numbers):
    yield from [number + 1 for number in numbers]


def pairs(first, second):
    yield from zip(first, second, strict=True)


def failing(numbers):
    for number in numbers:
        if number > 2:
            raise ValueError(number)
        yield number


def standing(*items):
    return passing.standing(list(items), passing.ENDED, None)


def test_items_come_as_they_are_taken():
    assert trail(each, iter([5, 6, 7]))[0] == [[1], [2], [3]]
    assert trail(each, standing(5, 6, 7))[0] == [[1], [2], [3]]


def test_what_is_taken_at_once_shows():
    taken, outcome, value = trail(at_once, standing(5, 6, 7))
    assert taken == [[3], [3], [3]]
    assert (outcome, value.items) == ("returned", [6, 7, 8])


def test_each_argument_is_told_apart():
    assert trail(pairs, iter([1, 2]), standing(3, 4))[0] == [[1, 1], [2, 2]]


def test_what_can_be_gone_through_again_is_not_looked_at():
    taken, _, value = trail(each, [5, 6, 7])
    assert taken == []
    assert value.items == [6, 7, 8]


def test_what_came_before_an_exception_is_kept():
    taken, outcome, value = trail(failing, iter([1, 2, 3, 4]))
    assert taken == [[1], [2]]
    assert (outcome, value.items) == ("raised ValueError", [1, 2])


def test_only_the_first_items_are_looked_at():
    taken, _, value = trail(each, iter(range(100)))
    assert taken == [], "a range knows its items without being asked"
    taken, _, value = trail(each, iter(list(range(100))))
    assert taken == [[number] for number in range(1, 9)]
    assert value.items == list(range(1, 101))


def test_what_is_not_lazy_has_no_trail():
    assert trail(lambda numbers: list(numbers), iter([1, 2]))[0] == []  # noqa: PLW0108 - a function of the repository
