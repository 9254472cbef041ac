import pytest
from solution import moving_average


@pytest.mark.parametrize(
    ("values", "width", "expected"),
    [([], 2, []), ([4], 1, [4.0]), ([1, 2, 3, 4], 2, [1.5, 2.5, 3.5]), ([1, 2], 3, []), ([0.5, 1.5, 4.0], 3, [2.0]), ((2, 4, 6), 3, [4.0])],
)
def test_means_of_neighbours(values, width, expected):
    assert moving_average(values, width) == expected


def test_a_width_of_nothing_is_an_error():
    with pytest.raises(ZeroDivisionError):
        moving_average([1], 0)
