import pytest
from solution import count_pairs


@pytest.mark.parametrize(
    ("values", "total", "expected"),
    [([], 2, 0), ([1], 2, 0), ([1, 1], 2, 1), ([1, 2, 3, 4], 5, 2), ([0.5, 1.5, 1.0], 2, 1), ((2, 2, 2), 4, 3), ([-1, 1, 0], 0, 1)],
)
def test_pairs_are_counted(values, total, expected):
    assert count_pairs(values, total) == expected
