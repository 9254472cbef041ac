"""Who proposes."""

from __future__ import annotations

import pytest

from codeopt.adapters.fake_model import FakeEndpoint
from codeopt.app.proposers import client_of, open_proposers
from codeopt.config import Settings
from codeopt.errors import ConfigError


def names(settings, reporter):
    return [proposer.name for proposer in open_proposers(settings, record=None, reporter=reporter).proposers]


def test_without_a_model_the_rules_propose_alone(reporter):
    assert names(Settings(), reporter) == names(Settings(model="none"), reporter) == ["rules"]


def test_a_model_proposes_beside_the_rules_or_alone(reporter):
    with FakeEndpoint(["x"]) as end:
        assert names(Settings(model=end.url), reporter) == ["rules", "model"]
        assert names(Settings(model=end.url, without=("rules",)), reporter) == ["model"]


def test_somebody_must_propose(reporter):
    with pytest.raises(ConfigError, match="nobody proposes"):
        open_proposers(Settings(without=("rules",)), record=None, reporter=reporter)


def test_several_endpoints_are_one_client(reporter):
    with FakeEndpoint(["x"]) as first, FakeEndpoint(["x"]) as second:
        client = client_of(Settings(model=f"{first.url},{second.url}"))
        assert client.url == f"{first.url},{second.url}"
        assert names(Settings(model=client.url), reporter) == ["rules", "model"]
