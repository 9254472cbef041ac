"""How a model is asked: what fits a function, what is gone on from, and how samples follow what came of them."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeopt.adapters.vllm.prompts import Strategy
from codeopt.adapters.vllm.ways import deal, ways_for
from codeopt.model.proposal import Experience
from codeopt.model.work import Attempt
from tests.conformance.proposer_suite import proposal_request

TEMPERATURES = (0.7, 0.3)


def strategy(name, *, order, needs="", when=()):
    return Strategy(name=name, version="1", order=order, needs=needs, when=frozenset(when), text=f"Way to go: {name}.")


STRATEGIES = (
    strategy("loops", order=1, when={"loop/loop", "loop/search"}),
    strategy("texts", order=2, when={"text"}),
    strategy("arrays", order=3, needs="numpy", when={"loop/arithmetic"}),
    strategy("always", order=4),
)


def attempt(key, outcome, *, code="def mean(xs): ..."):
    return Attempt(key=key, diff="", outcome=outcome, reason="because", ratio=None, code=code)


def names(ways):
    return [way.name for way in ways]


def test_strategies_fit_by_what_the_function_does(asked):
    assert names(ways_for(STRATEGIES, asked(traits=(("loop/search", 0.8), ("loop/arithmetic", 0.9))))) == ["loops", "always"]


def test_what_takes_none_of_the_time_is_not_spoken_of(asked):
    assert names(ways_for(STRATEGIES, asked(traits=(("loop/search", 0.01), ("text", 0.99))))) == ["texts", "always"]


def test_a_library_is_spoken_of_only_where_the_project_has_it(asked):
    traits = (("loop/arithmetic", 1.0), ("text", 1.0))
    assert names(ways_for(STRATEGIES, asked(traits=traits, modules=frozenset({"numpy", "os"})))) == ["texts", "arrays", "always"]


def test_where_nothing_fits_all_is_tried_that_is_possible(asked):
    assert names(ways_for(STRATEGIES, asked(traits=(("io", 1.0),)))) == ["loops", "texts", "always"]


def test_the_best_two_attempts_are_gone_on_from(asked):
    attempts = (attempt("a", "FASTER"), attempt("b", "SLOWER"), attempt("c", "WRONG"))
    ways = ways_for(STRATEGIES, asked(attempts=attempts))
    assert [(way.template, way.parent.key) for way in ways if way.parent] == [("refine", "a"), ("repair", "c")]
    assert {way.template for way in ways if way.strategy} == {"reflect"}
    more = ways_for(STRATEGIES, asked(attempts=(attempts[0], attempt("d", "FASTER"), attempts[2])))
    assert [(way.template, way.parent.key) for way in more if way.parent] == [("refine", "a"), ("refine", "d")]


def test_an_attempt_whose_code_is_not_known_is_not_gone_on_from(asked):
    assert not [way for way in ways_for(STRATEGIES, asked(attempts=(attempt("a", "FASTER", code=""),))) if way.parent]


@given(samples=st.integers(1, 30), seed=st.integers(0, 99), tried=st.booleans())
def test_all_samples_are_dealt_out_and_a_seed_repeats_the_deal(samples, seed, tried):
    request = proposal_request(samples=samples, seed=seed)
    if tried:
        request = replace(request, attempts=(attempt("a", "FASTER"),))
    ways = ways_for(STRATEGIES, request)
    parts = deal(ways, request, temperatures=TEMPERATURES)
    assert [part.first for part in parts] == [sum(part.samples for part in parts[:i]) for i in range(len(parts))]
    assert sum(part.samples for part in parts) == samples
    assert deal(ways, request, temperatures=TEMPERATURES) == parts
    if not tried:
        assert {part.temperature for part in parts} == {0.7}


def dealt(asked, experience, *, seeds=200):
    """Count the samples by way, and by temperature, over many seeds."""
    ways, temperatures = Counter(), Counter()
    for seed in range(seeds):
        request = asked(samples=4, seed=seed, attempts=(attempt("a", "SLOWER"),), experience=experience)
        for part in deal(ways_for(STRATEGIES, request), request, temperatures=TEMPERATURES):
            ways[part.way.name] += part.samples
            temperatures[part.temperature] += part.samples
    return ways, temperatures


def test_a_way_that_paid_gets_most_samples_and_none_is_given_up(asked):
    experience = (
        Experience(way="texts", tried=6, reward=4.0),
        Experience(way="loops", tried=6, reward=0.0),
        Experience(way="always", tried=6, reward=0.2),
    )
    ways, _ = dealt(asked, experience)
    assert ways["texts"] > 0.8 * ways.total()
    assert min(ways.values()) > 0
    assert set(ways) == {"loops", "texts", "always"}


def test_without_experience_no_way_is_preferred(asked):
    ways, temperatures = dealt(asked, ())
    assert min(ways.values()) > 0.8 * max(ways.values())
    assert min(temperatures.values()) > 0.7 * max(temperatures.values())


def test_the_temperature_follows_what_came_of_it(asked):
    worth = {0.7: 0.0, 0.3: 4.0}
    experience = tuple(
        Experience(way=way, tried=9, reward=reward, temperature=at) for way in ("texts", "loops") for at, reward in worth.items()
    )
    _, temperatures = dealt(asked, experience)
    assert temperatures[0.3] > 0.8 * temperatures.total()


@pytest.mark.parametrize("template", ["refine", "repair"])
def test_going_on_is_counted_by_its_own_name(asked, template):
    outcome = {"refine": "FASTER", "repair": "WRONG"}[template]
    request = asked(samples=8, attempts=(attempt("a", outcome),), experience=(Experience(way=template, tried=20, reward=18.0),))
    counts = Counter({part.way.name: part.samples for part in deal(ways_for(STRATEGIES, request), request, temperatures=TEMPERATURES)})
    assert counts[template] == 8
