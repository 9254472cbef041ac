"""What every reporter must do. `REPORTER_CHECKS` are plain functions that take a reporter; each fails by assertion or exception."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from codeopt.model.code import Span, Target, TargetName
from codeopt.model.evidence import Check, CheckKind, Comparison, Outcome, Verdict
from codeopt.model.patch import Candidate, Edit, Origin, Patch
from codeopt.ports import Reporter

__all__ = ["REPORTER_CHECKS", "odd_candidate", "verdict_of"]

ODD_TEXTS = (
    "",
    " ",
    "[/] [bold]markup[/bold] [link=x",
    "\x1b[2J\x1b]0;title\x07\x9b2J\r\n\t\x00",
    "\udcff\ud800 surrogates",
    "\u202eright to left\u2066",
    "日本語 é ✓ 🙂",
    ":boom: {} %s {0} %(x)s",
    "long " * 20_000,
)


def odd_candidate(text: str = "pkg/mod.py") -> Candidate:
    """Return a candidate whose names are `text`."""
    span = Span(start_byte=0, end_byte=1, start_line=1, end_line=1)
    name = TargetName(path=text, qualname=text)
    # Keys are made of UTF-8, so names that are none are rejected before a reporter sees them.
    target = Target(name=name, span=span, source_sha="0" * 64, share=0.5)
    return Candidate(
        target=target, patch=Patch(edits=(Edit(path="a.py", start_byte=0, before=b"a", after=b"b"),)), origin=Origin(proposer="model")
    )


def verdict_of(outcome: Outcome, reason: str = "because") -> Verdict:
    """Return a verdict of any outcome."""
    comparison = Comparison(ratio=2.0, low=1.9, high=2.1, confidence=0.99, rounds=9, old_seconds=2.0, new_seconds=1.0)
    check = Check(kind=CheckKind.CALLS, passed=True, detail=reason)
    return Verdict(outcome=outcome, reason=reason, checks=(check,), comparison=comparison if outcome is Outcome.FASTER else None)


def takes_every_event(reporter: Reporter) -> None:
    """Each kind of event is taken and answered by nothing."""
    assert reporter.stage("profile") is None
    assert reporter.stage("profile", "python bench.py") is None
    for outcome in Outcome:
        assert reporter.judged(odd_candidate(), verdict_of(outcome), "screen") is None
    assert reporter.note("no tests") is None
    assert reporter.progress(1, 3, "calls") is None


def takes_any_text(reporter: Reporter) -> None:
    """No text makes a reporter fail."""
    for text in ODD_TEXTS:
        reporter.stage(text, text)
        reporter.note(text)
        reporter.progress(1, 2, text)
        reporter.judged(odd_candidate(text.encode("utf-8", "replace").decode()), verdict_of(Outcome.WRONG, text), text)


def takes_any_numbers(reporter: Reporter) -> None:
    """Progress without a known end, past its end, or backwards is no trouble."""
    for done, total in ((0, 0), (5, 3), (-1, 2), (2, 3), (1, 3), (10**30, 0)):
        reporter.progress(done, total, "candidates")


def takes_events_in_any_order(reporter: Reporter) -> None:
    """Nothing depends on a stage having begun."""
    reporter.progress(1, 2, "calls")
    reporter.judged(odd_candidate(), verdict_of(Outcome.FASTER), "full")
    reporter.note("late")
    reporter.stage("survey")
    reporter.stage("survey")


def takes_events_from_many_threads(reporter: Reporter) -> None:
    """Events may come from any thread, all at once."""
    failed: list[BaseException] = []

    def tell(number: int) -> None:
        try:
            for i in range(25):
                reporter.stage("verify", f"thread {number}")
                reporter.judged(odd_candidate(), verdict_of(Outcome.SLOWER), "screen")
                reporter.note(f"note {number}.{i}.")
                reporter.progress(i, 25, "calls")
        except BaseException as error:  # noqa: BLE001 - whatever a thread raises must reach the test
            failed.append(error)

    threads = [threading.Thread(target=tell, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert not failed
    assert not any(thread.is_alive() for thread in threads)


REPORTER_CHECKS: Sequence[Callable[[Reporter], None]] = (
    takes_every_event,
    takes_any_text,
    takes_any_numbers,
    takes_events_in_any_order,
    takes_events_from_many_threads,
)
