"""What all tests share."""

import pytest

from almanac import journal


@pytest.fixture(autouse=True)
def _empty_journal():
    del journal.AUDIT[:]
