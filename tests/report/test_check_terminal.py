"""What is printed of a check: its text at two widths, and what it never does to a terminal."""

from __future__ import annotations

import io

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from codeopt.report.check_terminal import print_check
from codeopt.report.visible import visible
from tests.report import check_samples as samples
from tests.report.golden import check_golden
from tests.strategies import check_reports

REPORTS = ["report", "clean", "nothing", "hostile"]


def printed(report, *, width: int = 80, colour: bool = False, verbose: bool = False) -> str:
    stream = io.StringIO()
    console = Console(file=stream, width=width, force_terminal=colour, color_system="truecolor" if colour else None, _environ={})
    print_check(report, console, verbose=verbose)
    return stream.getvalue()


@pytest.mark.parametrize("width", [60, 100])
@pytest.mark.parametrize("name", REPORTS)
def test_a_check_reads_as_it_was_agreed(name, width):
    check_golden(f"check-{name}-{width}.txt", printed(getattr(samples, name)(), width=width))


def test_a_verbose_check_reads_as_it_was_agreed():
    check_golden("check-verbose-100.txt", printed(samples.report(), width=100, verbose=True))


def test_a_check_in_colour_reads_as_it_was_agreed():
    check_golden("check-colour.ansi", printed(samples.report(), colour=True))


def test_unchanged_and_unreached_benchmarks_are_counted_and_named_when_asked():
    names = ("python bench.py --rows 10", "benchmarks/test_color.py::test_hue")
    assert not any(name in printed(samples.report(), width=120) for name in names)
    assert all(name in printed(samples.report(), width=120, verbose=True) for name in names)


def test_many_skipped_benchmarks_are_counted():
    report = samples.report(skipped=tuple((f"skipped_{number}", "why") for number in range(30)))
    assert "and 20 more" in printed(report)
    assert "skipped_29" not in printed(report)
    assert "skipped_29: why" in printed(report, verbose=True)


def test_a_figure_that_cannot_be_trusted_is_not_shown():
    shown = printed(samples.report(benchmarks=(samples.uncertain(),)), width=120)
    assert "this machine cannot tell" in shown
    assert "1.43x" not in shown


@pytest.mark.parametrize("verbose", [False, True])
@pytest.mark.parametrize("name", REPORTS)
def test_without_a_terminal_there_is_no_escape_at_all(name, verbose):
    shown = printed(getattr(samples, name)(), verbose=verbose)
    assert visible(shown, lines=True) == shown


def test_in_colour_only_codeopts_own_escapes_are_written():
    shown = printed(samples.hostile(), colour=True, verbose=True)
    assert not any(escape in shown for escape in ("\x1b[2J", "\x1b]", "\x9b", "\x00"))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(check_reports(), st.integers(min_value=1, max_value=200), st.booleans())
def test_any_check_at_any_width_is_printed(report, width, verbose):
    shown = printed(report, width=width, verbose=verbose)
    assert visible(shown, lines=True) == shown
    for line in shown.split("\n"):
        assert line == line.rstrip()
        assert width < 60 or cell_len(line) <= min(width, 120)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(check_reports())
def test_the_last_paragraph_says_how_the_check_ended(report):
    last = printed(report, width=120).rstrip("\n").split("\n\n")[-1]
    assert last.startswith("The check holds" if report.holds else "The check fails")
