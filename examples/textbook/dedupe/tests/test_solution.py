import pytest
from solution import dedupe


@pytest.mark.parametrize(
    ("items", "expected"),
    [([], []), ([1], [1]), ([2, 1, 2, 3, 1], [2, 1, 3]), (["b", "a", "b"], ["b", "a"]), ([1, 1.0, True], [1]), ((3, 3), [3])],
)
def test_each_element_once_in_order(items, expected):
    assert dedupe(items) == expected
