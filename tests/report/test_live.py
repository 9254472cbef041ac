"""What reporters show while a run runs."""

from __future__ import annotations

import io
import threading
import time

import pytest
from rich.console import Console

from codeopt.adapters.fake_reporter import JudgedEvent, NoteEvent, ProgressEvent, RecordingReporter, StageEvent
from codeopt.report.live import PlainReporter, RichReporter, SilentReporter, choose_reporter
from codeopt.report.visible import visible
from tests.report import samples


class Terminal(io.StringIO):
    """Memory that says it is a terminal."""

    def isatty(self) -> bool:
        return True


class Clock:
    """Time that passes when a test says so."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def console_on(stream: io.StringIO, *, live: bool) -> Console:
    return Console(file=stream, width=100, force_terminal=live, force_interactive=live, color_system=None, _environ={})


def status(reporter: RichReporter) -> str:
    return reporter._status().plain


def test_plain_lines_tell_each_event():
    stream, candidate = io.StringIO(), samples.live_candidate()
    with PlainReporter(stream) as reporter:
        reporter.stage("profile", "python bench.py")
        reporter.stage("verify")
        reporter.progress(3, 9, "calls")
        reporter.judged(candidate, samples.faster(), "full")
        reporter.judged(candidate, samples.wrong("it returned 1\nand not 2"), "screen")
        reporter.note("no tests")
    assert stream.getvalue().split("\n") == [
        "codeopt: profile: python bench.py",
        "codeopt: verify",
        "codeopt: 3 of 9 calls",
        f"codeopt: full {candidate.key}: weblog/stats.py::hits: FASTER: 2.31x [2.20, 2.45] at 99%",
        f"codeopt: screen {candidate.key}: weblog/stats.py::hits: WRONG: it returned 1\\nand not 2",
        "codeopt: note: no tests",
        "",
    ]


def test_plain_stages_say_how_much_time_is_left():
    stream, clock = io.StringIO(), Clock()
    reporter = PlainReporter(stream, now=clock)
    reporter.set_deadline(clock.now + 272)
    reporter.stage("propose")
    clock.now += 300
    reporter.stage("verify", "f")
    assert stream.getvalue() == "codeopt: propose (4:32 left)\ncodeopt: verify: f (0:00 left)\n"


def test_plain_lines_are_flushed_and_whole_when_threads_write_at_once():
    class Slow(io.StringIO):
        def write(self, text: str) -> int:
            for half in (text[: len(text) // 2], text[len(text) // 2 :]):
                super().write(half)
                time.sleep(0.0005)
            return len(text)

    stream = Slow()
    reporter = PlainReporter(stream)
    threads = [threading.Thread(target=lambda n=n: [reporter.note(f"{n} {'x' * 50} {n}") for _ in range(10)]) for n in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(stream.getvalue().split("\n")) == sorted([*[f"codeopt: note: {n} {'x' * 50} {n}" for n in range(5)] * 10, ""])


def test_plain_lines_cannot_be_forged():
    stream = io.StringIO()
    PlainReporter(stream).note(samples.HOSTILE + "\ncodeopt: full k: FASTER")
    assert stream.getvalue().count("\n") == 1
    assert visible(stream.getvalue(), lines=True) == stream.getvalue()


def test_the_live_line_shows_stage_counter_verdicts_and_time_left():
    clock = Clock()
    reporter = RichReporter(console_on(io.StringIO(), live=True), now=clock)
    assert status(reporter) == "starting  0:00 gone"
    reporter.stage("verify", "weblog/stats.py::hits")
    reporter.progress(3, 9, "calls")
    reporter.judged(samples.live_candidate(), samples.faster(), "screen")
    reporter.judged(samples.live_candidate(), samples.wrong(), "screen")
    clock.now += 65
    assert status(reporter) == "verify  3/9 calls  2 judged, 1 faster  1:05 gone  weblog/stats.py::hits"
    reporter.set_deadline(clock.now + 3)
    reporter.stage("confirm")
    assert status(reporter) == "confirm  2 judged, 1 faster  0:03 left"


def test_on_a_terminal_verdicts_and_notes_stay_and_the_live_line_goes():
    stream = io.StringIO()
    with RichReporter(console_on(stream, live=True)) as reporter:
        reporter.stage("profile", "python bench.py")
        reporter.judged(samples.live_candidate(), samples.wrong(), "screen")
        reporter.note("no tests")
    text = stream.getvalue()
    assert "WRONG        weblog/stats.py::hits (screen): on input ([3, 1, 1])" in text
    assert "note         no tests\n" in text
    assert text.count("\x1b[?25l") == text.count("\x1b[?25h") == 1
    # The last thing that is written to the live line's row clears it.
    assert text.rindex("\x1b[2K") > text.rindex("gone")


def test_a_run_that_fails_leaves_the_terminal_as_it_was():
    stream = io.StringIO()
    reporter = RichReporter(console_on(stream, live=True))
    reporter.__enter__()
    refresher = reporter._live._refresh_thread
    error = KeyboardInterrupt()
    reporter.__exit__(type(error), error, None)
    refresher.join(timeout=60)
    assert not refresher.is_alive()
    assert stream.getvalue().count("\x1b[?25h") == 1


def test_leaving_twice_is_no_trouble():
    reporter = RichReporter(console_on(io.StringIO(), live=True))
    with reporter:
        pass
    reporter.__exit__(None, None, None)
    reporter.note("afterwards")


def test_without_a_terminal_stages_are_lines_and_there_is_no_escape():
    stream = io.StringIO()
    with RichReporter(console_on(stream, live=False)) as reporter:
        reporter.stage("profile", "python bench.py")
        reporter.note(samples.HOSTILE)
    assert stream.getvalue().startswith("profile  python bench.py\nnote         \\x1b[2J")
    assert visible(stream.getvalue(), lines=True) == stream.getvalue()


def test_hostile_text_does_not_reach_the_terminal():
    stream = io.StringIO()
    with RichReporter(console_on(stream, live=True)) as reporter:
        reporter.stage(samples.HOSTILE, samples.HOSTILE)
        reporter.progress(1, 2, samples.HOSTILE)
        reporter.note(samples.HOSTILE)
        reporter._live.refresh()
    assert "\x1b[2J" not in stream.getvalue()
    assert "\x1b]0;" not in stream.getvalue()
    assert "\u202e" not in stream.getvalue()


def test_the_live_line_keeps_to_one_row():
    stream = io.StringIO()
    with RichReporter(console_on(stream, live=True)) as reporter:
        reporter.stage("verify", "x" * 500)
        reporter._live.refresh()
    assert "x" * 100 not in stream.getvalue()
    assert "…" in stream.getvalue()


@pytest.mark.parametrize(
    ("stream", "forced", "quiet", "kind"),
    [
        (Terminal(), None, False, RichReporter),
        (Terminal(), None, True, SilentReporter),
        (io.StringIO(), None, False, PlainReporter),
        (io.StringIO(), True, False, PlainReporter),
    ],
    ids=["terminal", "quiet", "pipe", "pipe with forced colour"],
)
def test_the_reporter_suits_the_console(stream, forced, quiet, kind):
    console = Console(file=stream, force_terminal=forced, _environ={"TERM": "xterm"})
    with choose_reporter(console, quiet=quiet) as reporter:
        assert type(reporter) is kind
        reporter.set_deadline(0.0)
        reporter.stage("survey")


def test_a_dumb_terminal_gets_plain_lines():
    assert type(choose_reporter(Console(file=Terminal(), _environ={"TERM": "dumb"}), quiet=False)) is PlainReporter


def test_quiet_is_quiet(capsys):
    with choose_reporter(Console(), quiet=True) as reporter:
        reporter.note("x")
    assert capsys.readouterr() == ("", "")


def test_the_fake_keeps_all_events_in_order():
    reporter, candidate, verdict = RecordingReporter(), samples.live_candidate(), samples.wrong()
    reporter.stage("profile", "x")
    reporter.progress(1, 2, "calls")
    reporter.judged(candidate, verdict, "screen")
    reporter.note("n")
    assert reporter.events == (
        StageEvent(name="profile", detail="x"),
        ProgressEvent(done=1, total=2, unit="calls"),
        JudgedEvent(candidate=candidate, verdict=verdict, stage="screen"),
        NoteEvent(text="n"),
    )
    assert (reporter.stages, reporter.notes) == (("profile",), ("n",))
