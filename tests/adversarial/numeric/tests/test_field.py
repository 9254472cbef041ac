"""One test for each function."""

import numpy as np

from field.arrays import clamped, lengths


def test_clamped():
    given = np.array([-2.0, 0.1, 2.0])
    assert clamped(given, -1.0, 1.0).tolist() == [-1.0, 0.1, 1.0]
    assert given[0] == -2.0


def test_lengths():
    assert lengths(np.array([[3.0, 4.0], [0.0, 0.0]])).tolist() == [5.0, 0.0]
