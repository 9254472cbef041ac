"""How strong the compared calls are decides whether equal answers prove anything."""

from __future__ import annotations

import pytest

from codeopt.model.evidence import CheckKind
from codeopt.model.oracle import Power, Survivor
from codeopt.verify.power import power_check


def survivor(line=12, before="a <= b", after="a < b"):
    return Survivor(line=line, operator="moved-boundary", before=before, after=after)


def test_a_strong_oracle_passes_and_names_what_it_did_not_find():
    power = Power(made=49, killed=47, survivors=(survivor(30, "x", "y"), survivor()))
    check = power_check(power, bar=0.75)
    assert check.kind is CheckKind.ORACLE
    assert check.passed is True
    assert check.detail == "47 of 49 mutants killed; survivors: line 12 (`a < b` for `a <= b`), line 30 (`y` for `x`)"


def test_an_oracle_that_found_everything_says_only_that():
    assert power_check(Power(made=3, killed=3), bar=1.0).detail == "3 of 3 mutants killed"


def test_a_weak_oracle_proves_nothing_and_says_what_to_do():
    check = power_check(Power(made=4, killed=2, survivors=(survivor(), survivor(13))), bar=0.75)
    assert check.passed is None
    assert check.decisive
    assert check.detail.startswith("the oracle is weak: 2 of 4 mutants killed, 75% are asked for; survivors: line 12")
    assert check.detail.endswith("more inputs, more tests, or a lower --min-oracle")


@pytest.mark.parametrize(("killed", "passed"), [(2, None), (3, True), (4, True)])
def test_the_bar_itself_is_enough(killed, passed):
    survivors = tuple(survivor(line) for line in range(4 - killed))
    assert power_check(Power(made=4, killed=killed, survivors=survivors), bar=0.75).passed is passed


def test_a_few_survivors_are_named_and_the_rest_is_counted():
    power = Power(made=20, killed=12, survivors=tuple(survivor(line) for line in range(8, 0, -1)))
    detail = power_check(power, bar=0.5).detail
    assert [f"line {line} " in detail for line in range(1, 9)] == [True] * 5 + [False] * 3
    assert detail.endswith(", 3 more")


def test_mutants_that_were_not_tried_do_not_count_and_are_told():
    check = power_check(Power(made=10, killed=3, survivors=(survivor(),), untried=6), bar=0.75)
    assert check.passed is True
    assert check.detail.startswith("3 of 4 mutants killed; 6 more were not tried; survivors: ")


def test_a_function_in_which_nothing_can_go_wrong_passes():
    check = power_check(Power(made=0, killed=0), bar=1.0)
    assert check.passed is True
    assert "no mutant could be made" in check.detail


@pytest.mark.parametrize("power", [None, Power(made=5, killed=0, untried=5)])
def test_where_no_mutant_was_tried_nothing_is_proven(power):
    check = power_check(power, bar=0.1)
    assert check.passed is None
    assert "no mutant could be tried" in check.detail
    assert "--min-oracle" in check.detail


@pytest.mark.parametrize("power", [None, Power(made=5, killed=0, untried=5), Power(made=1, killed=0, survivors=(survivor(),))])
def test_with_no_bar_everything_passes(power):
    assert power_check(power, bar=0.0).passed is True


def test_the_share_is_of_those_that_were_tried():
    assert Power(made=10, killed=4, untried=2).share == 0.5
    assert Power(made=2, killed=0, untried=2).share == 0.0


def test_why_no_mutant_could_be_tried_is_told():
    check = power_check(Power(made=3, killed=0, untried=3, problem="the worker hung"), bar=0.6)
    assert check.passed is None
    assert "no mutant could be tried (the worker hung)" in check.detail
