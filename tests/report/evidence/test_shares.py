"""The share after a patch, by arithmetic."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeopt.report.evidence.shares import after, shares
from tests.report import samples


def test_half_of_the_time_twice_as_fast_is_a_third():
    assert after(0.5, 2.0) == pytest.approx(1 / 3)


@given(share=st.floats(0, 1), ratio=st.floats(1e-3, 1e3))
def test_a_share_stays_a_share_and_falls_with_the_ratio(share, ratio):
    assert 0 <= after(share, ratio) <= 1
    assert after(share, ratio * 2) <= after(share, ratio)


def test_only_an_accepted_patch_changes_a_share():
    found = {one.target.name.qualname: one for one in shares(samples.report())}
    assert found["hits"].low < found["hits"].after < found["hits"].high < found["hits"].before
    assert found["Parser.fields"].after is None
    assert [one.before for one in shares(samples.report())] == [0.423, 0.21, 0.05]
