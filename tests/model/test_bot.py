"""Nouns of the bot that cannot be built wrongly."""

from __future__ import annotations

import pytest

from codeopt.model.bot import Offer


@pytest.mark.parametrize("fields", [{}, {"url": "https://github.example/a/b/pull/1", "reason": "too many"}])
def test_an_offer_says_either_where_it_is_or_why_it_is_nowhere(fields):
    with pytest.raises(ValueError, match="either the address of a pull request or the reason"):
        Offer(key="a" * 16, **fields)


@pytest.mark.parametrize("fields", [{"url": "https://github.example/a/b/pull/1"}, {"reason": "too many"}])
def test_an_offer_holds_the_one_that_it_is_given(fields):
    offer = Offer(key="a" * 16, **fields)
    assert (offer.url, offer.reason) == (fields.get("url", ""), fields.get("reason", ""))
