import pytest
from solution import sliding_maximum


@pytest.mark.parametrize(
    ("values", "width", "expected"),
    [([], 2, []), ([4], 1, [4]), ([1, 3, 2, 5], 2, [3, 3, 5]), ([1, 2], 3, []), ([0.5, 1.5, 1.0], 3, [1.5]), ([5, 4, 3, 2, 1], 3, [5, 4, 3])],
)
def test_peaks_of_neighbours(values, width, expected):
    assert sliding_maximum(values, width) == expected


def test_a_width_of_nothing_is_an_error():
    with pytest.raises(ValueError):
        sliding_maximum([1], 0)
