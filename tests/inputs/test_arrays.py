"""Made calls with arrays: which axes change, and what that breaks."""

from __future__ import annotations

import pytest

from tests.inputs.making import firsts

np = pytest.importorskip("numpy")


def arrays(*shapes, breaks):
    values = [np.arange(np.prod(shape), dtype="u1").reshape(shape) for shape in shapes]
    return [value.shape for value in firsts(*values, breaks=breaks) if isinstance(value, np.ndarray)]


def test_a_last_axis_that_is_always_of_one_length_stays_so_unless_it_is_said():
    clips = ((2, 4, 6, 3), (1, 5, 3, 3), (3, 2, 2, 3))
    usual = arrays(*clips, breaks="")
    assert {len(shape) for shape in usual} == {4}
    assert {shape[-1] for shape in usual} == {3}
    assert {shape[0] for shape in usual} >= {0, 1, 4}
    assert {1, 0} <= {shape[-1] for shape in arrays(*clips, breaks="channels") if len(shape) == 4}


def test_a_last_axis_of_several_lengths_may_have_others():
    usual = arrays((2, 3), (4, 5), breaks="")
    assert {0, 1, 3, 5} <= {shape[-1] for shape in usual}
