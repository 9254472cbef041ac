"""What replayed calls prove: knows answers of workers, not how they were got."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from codeopt.model.calls import CallAnswer, Deed, Difference, Expected, Replay
from codeopt.model.evidence import Check, CheckKind
from codeopt.verify.conduct import world_difference

__all__ = ["agreed", "difference_between", "first_difference", "judge_calls", "settle", "still"]


def settle(
    first: Sequence[CallAnswer],
    second: Sequence[CallAnswer],
    *,
    outcomes: Sequence[str] = (),
    replayed: Sequence[int] = (),
    recorded: int = 0,
) -> Expected:
    """Keep the calls on which two fresh processes of the original agree; a call that differs from itself proves nothing.

    `outcomes` says by call how it ended when it was recorded, empty where that is not known: a replay that ends otherwise lacks
    something that the call needs (a file, a connection), and would compare two failures. `replayed` are the calls that were made; those
    from `recorded` on were never made before, and are left out without a word.
    """
    kept: list[CallAnswer] = []
    dropped: Counter[str] = Counter()
    again = {answer.call: answer for answer in second}
    for answer in first:
        ended = outcomes[answer.call] if answer.call < len(outcomes) else ""
        reason = _unusable(answer, again.get(answer.call), ended)
        if not reason:
            kept.append(answer)
        elif not recorded or answer.call < recorded:
            dropped[reason] += 1
    return Expected(answers=tuple(kept), dropped=tuple(sorted(dropped.items())), replayed=tuple(replayed), recorded=recorded)


def agreed(expected: Expected, first: Replay, second: Replay) -> Expected:
    """Add what two replays of the original agree on beside the answers: worn calls, the world, deeds, memory, time."""
    known = {answer.call for answer in expected.answers}
    pairs = zip(expected.replayed, first.worn, second.worn, strict=False)
    worn = tuple(one if one == other and number in known else "" for number, one, other in pairs)
    deeds: dict[str, Deed] = {deed.kind: deed for deed in (*first.deeds, *second.deeds)}
    return replace(
        expected,
        worn=worn if any(worn) else (),
        world=tuple(item for item in first.world if item in second.world),
        deeds=tuple(deeds.values()),
        kept=max(first.kept, second.kept),
        arcs=first.arcs if second.arcs else (),
        seconds=max(first.seconds, second.seconds),
    )


def still(expected: Expected, again: Replay) -> Expected:
    """Keep of what is expected only that which the original still does."""
    now = {answer.call: answer for answer in again.answers}
    kept = tuple(answer for answer in expected.answers if (got := now.get(answer.call)) is not None and answer.agrees(got))
    gone = len(expected.answers) - len(kept)
    dropped = (*expected.dropped, ("the original does not repeat its own result", gone)) if gone else expected.dropped
    worn = tuple(one if one == other else "" for one, other in zip(expected.worn, again.worn, strict=False))
    world = tuple(item for item in expected.world if item in again.world)
    return replace(expected, answers=kept, dropped=dropped, worn=worn, world=world)


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


def judge_calls(expected: Expected, replay: Replay, *, seen: int, found: Difference | None = None) -> Check:
    """Compare a candidate's answers with the original's; every expected call must be answered, and none differently.

    The same goes for the second time on worn objects, and for what the calls leave of the interpreter's and the libraries' settings.
    `found` is a difference that is already known, in better words. One that shows only where something fails to hold that holds for all
    recorded calls proves neither that the candidate is wrong nor that it is right.
    """
    if not expected.calls:
        why = "; ".join(f"{count} times: {reason}" for reason, count in expected.dropped) or "the workload never calls it"
        return Check(kind=CheckKind.CALLS, passed=None, detail=f"no recorded call can be compared: {why}")
    difference = found or first_difference(expected, replay)
    if difference is None:
        return Check(kind=CheckKind.CALLS, passed=True, detail=_agreement(expected, seen))
    broken = "" if difference.call is None else expected.breaks(difference.call)
    if broken:
        unusual = (
            f"what all recorded calls keep to (`{broken}`) it breaks, so whether it counts is not known (--assume {broken}: it does not)"
        )
        return Check(kind=CheckKind.CALLS, passed=None, detail=f"{difference.text}; {unusual}")
    return Check(kind=CheckKind.CALLS, passed=False, detail=difference.text)


def _agreement(expected: Expected, seen: int) -> str:
    fresh, probed = len(expected.fresh), len(expected.probed)
    made = [f"{fresh} made out of them"] if fresh else []
    made += [f"{probed} on edges"] if probed else []
    counts = " and ".join([f"{len(expected.calls)} recorded calls (of {seen} made)", *made])
    detail = f"{counts} give equal results, exceptions, arguments afterwards and output"
    left_out = sum(count for _, count in expected.dropped)
    if left_out:
        detail += f"; {left_out} left out: " + "; ".join(reason for reason, _ in expected.dropped)
    return detail


def first_difference(expected: Expected, replay: Replay) -> Difference | None:
    """Return the first difference, one on usual inputs before one on others; None where there is none."""
    got = {answer.call: answer for answer in replay.answers}
    calls = [found for want in expected.answers if (found := difference_between(want, got.get(want.call)))]
    worn = list(_worn_difference(expected, replay))
    usual = [found for found in (*calls, *worn) if found.call is None or not expected.breaks(found.call)]
    if usual:
        return usual[0]
    world = world_difference(expected.world, replay.world)
    return Difference(text=world) if world else next(iter((*calls, *worn)), None)


def _worn_difference(expected: Expected, replay: Replay) -> Iterator[Difference]:
    known = {answer.call: answer for answer in expected.answers}
    worn = list(replay.worn) + [""] * (len(expected.worn) - len(replay.worn))
    for number, want, digest in zip(expected.replayed, expected.worn, worn, strict=False):
        if want and digest != want and number in known:
            given = known[number].given
            text = f"on input ({given}) it answers differently the second time, after its first result and old arguments were overwritten"
            yield Difference(call=number, text=text)


def difference_between(want: CallAnswer, got: CallAnswer | None) -> Difference | None:
    """Say how an answer differs from what is wanted; None where it does not."""
    if got is not None and want.agrees(got):
        return None
    return Difference(call=want.call, text=_told(want, got))


def _told(want: CallAnswer, got: CallAnswer | None) -> str:
    if got is None:
        return f"call {want.call} was not answered"
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
