"""What replayed calls prove: knows answers of workers, not how they were got."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from codeopt.model.calls import CallAnswer, Expected
from codeopt.model.evidence import Check, CheckKind

__all__ = ["judge_calls", "settle", "still"]


def settle(
    first: Sequence[CallAnswer], second: Sequence[CallAnswer], *, outcomes: Sequence[str] = (), replayed: Sequence[int] = ()
) -> Expected:
    """Keep the calls on which two fresh processes of the original agree; a call that differs from itself proves nothing.

    `outcomes` says by call how it ended when it was recorded, empty where that is not known: a replay that ends otherwise lacks
    something that the call needs (a file, a connection), and would compare two failures. `replayed` are the calls that were made.
    """
    kept: list[CallAnswer] = []
    dropped: Counter[str] = Counter()
    again = {answer.call: answer for answer in second}
    for answer in first:
        recorded = outcomes[answer.call] if answer.call < len(outcomes) else ""
        reason = _unusable(answer, again.get(answer.call), recorded)
        if reason:
            dropped[reason] += 1
        else:
            kept.append(answer)
    return Expected(answers=tuple(kept), dropped=tuple(sorted(dropped.items())), replayed=tuple(replayed))


def still(expected: Expected, again: Sequence[CallAnswer]) -> Expected:
    """Keep of what is expected only that which the original still does."""
    now = {answer.call: answer for answer in again}
    kept = tuple(answer for answer in expected.answers if (got := now.get(answer.call)) is not None and answer.agrees(got))
    gone = len(expected.answers) - len(kept)
    dropped = (*expected.dropped, ("the original does not repeat its own result", gone)) if gone else expected.dropped
    return Expected(answers=kept, dropped=dropped, replayed=expected.replayed)


def _unusable(answer: CallAnswer, again: CallAnswer | None, recorded: str) -> str:
    if answer.status == "unloadable":
        return f"arguments cannot be rebuilt ({answer.note})"
    if answer.status == "opaque":
        return f"result cannot be compared ({answer.note})"
    if recorded and answer.outcome and answer.outcome != recorded:
        return f"a replay {answer.outcome} where the run {recorded}"
    if again is None or not answer.agrees(again):
        return "the original does not repeat its own result"
    return ""


def judge_calls(expected: Expected, answers: Sequence[CallAnswer], *, seen: int) -> Check:
    """Compare a candidate's answers with the original's; every expected call must be answered, and none differently."""
    if not expected.answers:
        why = "; ".join(f"{count} times: {reason}" for reason, count in expected.dropped) or "the workload never calls it"
        return Check(kind=CheckKind.CALLS, passed=None, detail=f"no recorded call can be compared: {why}")
    got = {answer.call: answer for answer in answers}
    for want in expected.answers:
        difference = _difference(want, got.get(want.call))
        if difference:
            return Check(kind=CheckKind.CALLS, passed=False, detail=difference)
    left_out = sum(count for _, count in expected.dropped)
    detail = f"{len(expected.answers)} recorded calls (of {seen} made) give equal results, exceptions, arguments afterwards and output"
    if left_out:
        detail += f"; {left_out} left out: " + "; ".join(reason for reason, _ in expected.dropped)
    return Check(kind=CheckKind.CALLS, passed=True, detail=detail)


def _difference(want: CallAnswer, got: CallAnswer | None) -> str:
    if got is None:
        return f"call {want.call} was not answered"
    if want.agrees(got):
        return ""
    call = f"on input ({want.given})"
    if got.status == "unloadable":
        return f"{call} the arguments cannot be rebuilt on the new code: {got.note}"
    if got.status == "opaque":
        return f"{call} the result cannot be compared: {got.note}"
    if (got.status, got.digest) == (want.status, want.digest):
        return f"{call} the printed output differs"
    if (got.status, got.shown) == (want.status, want.shown):
        return f"{call} both {_did(want)}, but types, details, identity or the arguments afterwards differ"
    return f"{call} expected it {_did(want)}, got: it {_did(got)}"


def _did(answer: CallAnswer) -> str:
    return f"{answer.status} {answer.shown}"
