"""What is printed: its text at two widths, and what it never does to a terminal."""

from __future__ import annotations

import io
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from codeopt.model.code import TargetName
from codeopt.report.terminal import print_profile, print_report, print_verdict
from codeopt.report.visible import visible
from tests.report import samples
from tests.report.golden import check_golden

SUBJECT = {"target": "weblog/stats.py::hits", "workload": samples.WORKLOAD, "machine": samples.MACHINE}
REPORTS = ["report", "nothing", "together", "hostile"]


def printed(call, *arguments, width: int = 80, colour: bool = False, **keywords) -> str:
    stream = io.StringIO()
    console = Console(file=stream, width=width, force_terminal=colour, color_system="truecolor" if colour else None, _environ={})
    call(*arguments, console, **keywords)
    return stream.getvalue()


@pytest.mark.parametrize("width", [60, 100])
@pytest.mark.parametrize("name", REPORTS)
def test_a_report_reads_as_it_was_agreed(name, width):
    check_golden(f"{name}-{width}.txt", printed(print_report, getattr(samples, name)(), width=width))


@pytest.mark.parametrize("width", [60, 100])
def test_a_verdict_reads_as_it_was_agreed(width):
    shown = [
        printed(print_verdict, samples.faster(), width=width, sandbox="docker", diff=samples.DIFF, **SUBJECT),
        printed(print_verdict, samples.slower(), width=width, sandbox="local", **SUBJECT),
        printed(print_verdict, samples.wrong(), width=width, sandbox="docker", **SUBJECT),
    ]
    check_golden(f"verdict-{width}.txt", "\n".join(shown))


@pytest.mark.parametrize("width", [60, 100])
def test_a_profile_reads_as_it_was_agreed(width):
    targets = (*samples.report().targets, samples.target("a/rather/long/path/to/a/module/that/has/a/name.py", "Some.long.name", 0.0001))
    shown = printed(print_profile, samples.profile(), width=width, targets=targets, workload=samples.WORKLOAD, sandbox="docker")
    check_golden(f"profile-{width}.txt", shown)


def test_a_report_in_colour_reads_as_it_was_agreed():
    check_golden("report-colour.ansi", printed(print_report, samples.report(), width=80, colour=True))


def test_a_profile_without_functions_says_so():
    shown = printed(print_profile, samples.profile(), targets=(), workload=samples.WORKLOAD, sandbox="docker")
    assert "No function of the repository was seen" in shown


def test_a_long_profile_is_cut_and_says_how_much():
    many = [samples.target(qualname=f"f{i}") for i in range(30)]
    shown = printed(print_profile, samples.profile(), targets=many, workload=samples.WORKLOAD, sandbox="docker", limit=5)
    assert "and 25 more" in shown
    assert "f5" not in shown


def test_a_verdict_takes_a_target_by_name():
    subject = SUBJECT | {"target": TargetName(path="a.py", qualname="f", ordinal=2)}
    assert "a.py::f#2" in printed(print_verdict, samples.wrong(), sandbox="docker", **subject)


def test_only_the_local_sandbox_is_said_to_isolate_nothing():
    said = "isolates nothing"
    assert said in printed(print_verdict, samples.wrong(), sandbox="local", **SUBJECT)
    assert said not in printed(print_verdict, samples.wrong(), sandbox="docker", **SUBJECT)
    assert said in printed(print_report, samples.nothing())
    assert said not in printed(print_report, samples.report())


@pytest.mark.parametrize("name", REPORTS)
def test_without_a_terminal_there_is_no_escape_at_all(name):
    shown = printed(print_report, getattr(samples, name)())
    assert visible(shown, lines=True) == shown


def test_no_color_is_obeyed(monkeypatch):
    stream = io.StringIO()
    console = Console(file=stream, width=80, force_terminal=True, color_system="truecolor", _environ={"NO_COLOR": "1"})
    print_report(samples.report(), console)
    assert "\x1b[32m" not in stream.getvalue()
    assert "\x1b[1;32m" not in stream.getvalue()


def test_in_colour_only_codeopts_own_escapes_are_written():
    shown = printed(print_report, samples.hostile(), colour=True)
    assert "\x1b[2J" not in shown
    assert "\x1b]" not in shown
    assert "\x9b" not in shown
    assert "[bold red]x[/bold red]" in shown
    assert ":boom:" in shown


@settings(max_examples=30, deadline=None)
@given(st.integers(min_value=60, max_value=200), st.sampled_from(REPORTS))
def test_prose_keeps_within_the_width_and_lines_end_cleanly(width, name):
    report = getattr(samples, name)()
    for line in printed(print_report, report, width=width).split("\n"):
        copied = line.startswith(("  codeopt ", "+", "-", " ", "@@", "diff "))
        assert copied or cell_len(line) <= min(width, 120)
        assert line == line.rstrip()


@settings(max_examples=30, deadline=None)
@given(st.text(st.characters(exclude_categories=()), max_size=200), st.integers(min_value=1, max_value=80))
def test_any_text_at_any_width_is_printed(text, width):
    shown = printed(print_verdict, samples.wrong(text), width=width, sandbox=text, diff=text, **(SUBJECT | {"target": text}))
    assert visible(shown, lines=True) == shown


def test_a_diff_is_printed_as_it_is():
    diff = "--- a/x\n+++ b/x y\t\n@@ -1,3 +1,3 @@\n \n-\tone  \n+\ttwo  \n--- not a header\n"
    assert printed(print_verdict, samples.wrong(), sandbox="docker", diff=diff, **SUBJECT).endswith("\n\n" + diff)


def test_a_removed_line_that_looks_like_a_header_is_coloured_as_removed():
    diff = "--- a/x\n+++ b/x\n@@ -1 +1 @@\n--- x\n"
    shown = printed(print_verdict, samples.wrong(), sandbox="docker", colour=True, diff=diff, **SUBJECT)
    assert "\x1b[1m--- a/x" in shown
    assert "\x1b[31m--- x" in shown


def test_a_stream_that_takes_ascii_only_gets_escapes():
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii", write_through=True)
    console = Console(file=stream, width=80, _environ={})
    print_report(samples.report(tests="naïve …", notes=("日本",)), console)
    assert b"na\\xefve" in raw.getvalue()


def test_a_reader_that_left_is_a_broken_pipe_and_no_status_of_its_own():
    code = (
        "import os, sys\nfrom rich.console import Console\nfrom codeopt.report.page import Page\nsys.stdin.read()\n"
        "try:\n    Page(Console()).paragraph('x')\nexcept BrokenPipeError:\n    os._exit(7)"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        child.stdout.close()
        child.stdin.close()
        assert child.wait(timeout=60) == 7
