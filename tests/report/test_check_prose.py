"""The words of a check: sentences that say the right thing, and names that stay apart."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeopt.model.check import BenchmarkKind, PeakMemory, Revision
from codeopt.model.evidence import Outcome
from codeopt.report.check_prose import changed_of, facts, is_undecided, result, side_line, unchanged_line, unique_names
from codeopt.report.figures import change, size
from codeopt.report.visible import visible
from tests.report import check_samples as samples
from tests.strategies import check_reports, comparisons


@pytest.mark.parametrize(
    ("ratio", "low", "high", "words"),
    [
        (2.31, 2.2, 2.45, "2.31x faster [2.20, 2.45]"),
        (0.5, 0.4, 0.8, "2.00x slower [1.25, 2.50]"),
        (1.0, 0.98, 1.01, "1.02x slower to 1.01x faster"),
        (0.97, 0.95, 1.0, "1.03x slower [1.00, 1.05]"),
        (1.0, 1.0, 1.02, "1.00x faster [1.00, 1.02]"),
        (1.0, 1.0, 1.0, "1.00x faster [1.00, 1.00]"),
    ],
)
def test_a_ratio_is_told_in_words(ratio, low, high, words):
    assert change(samples.comparison(ratio, low, high)) == words


@given(comparisons())
def test_a_comparison_read_the_other_way_round_changes_its_word(seen):
    straight, crossed = change(seen), change(seen.swapped())
    if seen.high < 1:
        assert "slower" in straight
        assert "faster" in crossed
    elif seen.low > 1:
        assert "faster" in straight
        assert "slower" in crossed


@pytest.mark.parametrize(
    ("amount", "shown"), [(0, "0 bytes"), (1023, "1023 bytes"), (1536, "1.50 KiB"), (48 * 2**20, "48.0 MiB"), (-(2**31), "-2.00 GiB")]
)
def test_memory_has_a_unit(amount, shown):
    assert size(amount) == shown


def test_the_worst_regression_comes_first_and_the_unchanged_are_left_out():
    mild = samples.slower("mild", comparison=samples.comparison(0.95, 0.94, 0.96))
    report = samples.report(
        benchmarks=(samples.same(), samples.faster(), mild, samples.uncertain(), samples.broken(), samples.slower("bad"))
    )
    assert [one.benchmark.name for one in changed_of(report)[:2]] == ["bad", "mild"]
    assert [one.outcome for one in changed_of(report)[2:]] == [Outcome.WRONG, Outcome.FASTER, Outcome.UNVERIFIABLE]


def test_a_result_is_one_sentence_that_counts():
    assert (
        result(samples.report()) == "The check fails: 1 of 6 benchmarks became slower, 1 broke; 1 became faster, 1 could not be compared."
    )
    assert result(samples.clean()) == "The check holds: none of 2 benchmarks became slower."
    assert result(samples.nothing()) == "The check holds: no benchmark was run."


def test_a_check_in_which_nothing_could_be_compared_does_not_hold():
    one = samples.report(outcome=Outcome.UNVERIFIABLE, benchmarks=(samples.uncertain(),))
    two = replace(one, benchmarks=one.benchmarks * 2)
    assert result(one) == "The check fails: the one benchmark could not be compared."
    assert result(two) == "The check fails: none of 2 benchmarks could be compared."


def test_a_broken_benchmark_alone_is_called_broken():
    report = samples.report(outcome=Outcome.WRONG, benchmarks=(samples.broken(), samples.same()))
    assert result(report) == "The check fails: 1 of 2 benchmarks broke."


def test_unchanged_benchmarks_that_had_too_little_power_are_counted_apart():
    assert unchanged_line(samples.clean()) == "2 benchmarks unchanged within 3%"
    assert unchanged_line(samples.report()) == "2 benchmarks without a proven change: 1 the same within 3%, 1 undecided"
    assert unchanged_line(samples.report(benchmarks=(samples.slower(),))) == ""
    assert is_undecided(replace(samples.same(), comparison=None), samples.report())


def test_a_side_is_named_by_the_users_word_and_its_commit():
    assert side_line(samples.HEAD) == "topic (fedcba987654), with uncommitted changes"
    assert side_line(Revision(name="0" * 40, commit="0" * 40)) == "0" * 40


def test_memory_is_told_where_it_differs_and_not_where_it_does_not():
    def told(old: int, new: int) -> list[str]:
        return [fact for fact in facts(replace(samples.same(), memory=PeakMemory(old_bytes=old, new_bytes=new))) if "memory" in fact]

    assert told(12 * 2**20, 48 * 2**20) == ["most memory at once: 12.0 MiB -> 48.0 MiB (4.00x more)"]
    assert told(48 * 2**20, 12 * 2**20) == ["most memory at once: 48.0 MiB -> 12.0 MiB (4.00x less)"]
    assert told(0, 2**21) == ["most memory at once: 0 bytes -> 2.00 MiB"]
    assert told(100 * 2**20, 105 * 2**20) == []
    assert told(1000, 9000) == []


def test_instructions_are_told_as_a_difference():
    assert list(facts(replace(samples.same(), instructions=0.5))) == ["instructions: 2.00x more"]
    assert list(facts(replace(samples.same(), instructions=2.0))) == ["instructions: 2.00x fewer"]
    assert list(facts(replace(samples.same(), instructions=1.001))) == []


def test_the_slower_commit_is_shortened_and_what_is_said_instead_of_one_is_not():
    several = "one of 0123456789ab, fedcba987654: the benchmark does not run at all of them"
    told = [list(facts(samples.slower(first_bad=bad, memory=None, instructions=None))) for bad in ("5" * 40, several, "")]
    assert told == [["first slower commit: 555555555555"], [f"first slower commit: {several}"], []]


def test_names_that_kinds_share_are_kept_apart():
    report = samples.report(benchmarks=(samples.same("x"), samples.same("x", BenchmarkKind.ASV), samples.same("y"), samples.same("x")))
    assert unique_names(report) == ("x (command)", "x (asv)", "y", "x (command) #2")


def test_long_names_are_cut_and_stay_apart():
    names = unique_names(samples.report(benchmarks=(samples.same("n" * 500 + "a"), samples.same("n" * 500 + "b"))))
    assert len(set(names)) == 2
    assert all(len(name) <= 200 for name in names)


@given(check_reports(), st.integers(60, 300))
def test_every_benchmark_has_a_visible_name_of_its_own(report, limit):
    names = unique_names(report, limit=limit)
    assert len(set(names)) == len(names) == len(report.benchmarks)
    assert all(name and visible(name) == name and name == name.strip() and len(name) <= limit for name in names)
