"""Which commit a slowdown is put down to, when some commits do not run, or their figures do not tell."""

from __future__ import annotations

from contextlib import contextmanager

import pytest

from codeopt.adapters.fake_reporter import RecordingReporter
from codeopt.app.check import bisect
from codeopt.errors import RepositoryError
from codeopt.model.check import Benchmark, BenchmarkKind, BenchmarkReport
from codeopt.model.evidence import Comparison, Outcome

BENCHMARK = Benchmark(kind=BenchmarkKind.PYTEST, name="test_total", path="test_bench.py", line=1)


class Settings:
    confidence = 0.99


def seen(ratio, spread=1.02):
    return Comparison(
        ratio=ratio, low=ratio / spread, high=ratio * spread, confidence=0.99, rounds=20, old_seconds=1.0, new_seconds=1 / ratio
    )


def report(comparison, outcome=Outcome.NOT_PROVEN):
    return BenchmarkReport(benchmark=BENCHMARK, outcome=outcome, reason="", comparison=comparison)


@pytest.fixture
def bisected(monkeypatch):
    """Bisect commits with these figures, one or several for each; the last is head. Returns the answer, the notes, and what was raced."""

    def run(*figures):
        commits = [str(number) * 40 for number in range(len(figures))]
        left = {commit: list(one) if isinstance(one, list) else [one] for commit, one in zip(commits, figures, strict=True)}
        raced, reporter = [], RecordingReporter()

        @contextmanager
        def lane_at(commit, folder):
            if left[commit][0] is RepositoryError:
                raise RepositoryError("no code")
            yield commit

        def attempt(one, settings, *, sides, confidence, part):
            raced.append(sides[1])
            return report(left[sides[1]].pop(0))

        monkeypatch.setattr(bisect, "attempt", attempt)
        last = report(left[commits[-1]][0], Outcome.SLOWER)
        bad = bisect.first_bad(commits, last, None, Settings(), base="base", lane_at=lane_at, reporter=reporter)
        return commits.index(bad) if bad in commits else bad, list(reporter.notes), raced

    return run


SLOW, SAME = seen(0.5), seen(1.0)


@pytest.mark.parametrize("first", range(7))
def test_the_first_slow_commit_is_found(bisected, first):
    found, notes, raced = bisected(*[SAME] * first, *[SLOW] * (7 - first))
    assert (found, notes) == (first, [])
    assert len(raced) <= 3


def test_a_slow_commit_counts_even_where_its_slowdown_was_not_proven(bisected):
    assert bisected(SAME, SAME, seen(0.55, 1.2), SLOW)[0] == 2


def test_a_figure_that_does_not_tell_is_taken_again(bisected):
    wide = seen(0.75, 1.5)
    found, notes, raced = bisected(SAME, [wide, SLOW], SLOW)
    assert (found, notes, len(raced)) == (1, [], 3)


def test_where_it_still_does_not_tell_the_estimate_decides_and_a_note_says_so(bisected):
    wide = seen(0.69, 1.5)
    found, notes, raced = bisected(SAME, [wide, wide], SLOW)
    assert (found, len(raced)) == (1, 3)
    assert "not certain: 1 of those tried" in notes[0]


@pytest.mark.parametrize("dead", [None, RepositoryError])
def test_commits_that_do_not_run_are_named_together(bisected, dead):
    found, _, _ = bisected(SAME, dead, dead, SLOW)
    assert found == f"one of {'1' * 12}, {'2' * 12}, {'3' * 12}: the benchmark does not run at all of them"


def test_commits_that_do_not_run_do_no_harm_elsewhere(bisected):
    assert bisected(SAME, SAME, SLOW, RepositoryError, SLOW)[0] == 2
