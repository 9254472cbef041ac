"""What replayed calls prove: knows answers of workers, not how they were got."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from codeopt.model.calls import CallAnswer, Deed, Difference, Expected, Replay
from codeopt.model.evidence import Check, CheckKind
from codeopt.model.tolerance import Parted, Tolerance
from codeopt.verify.conduct import world_difference
from codeopt.verify.tolerance import agreement, float_note, is_near

__all__ = [
    "agreed",
    "difference_between",
    "difference_check",
    "first_difference",
    "judge_calls",
    "judge_seeded",
    "settle",
    "steady",
    "still",
    "unsteady",
    "with_seeded",
]

AHEAD = 1  # one item more is what a pair or an end is seen by
_UNSTEADY = "the original does not repeat its own result"


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


def unsteady(expected: Expected, first: Sequence[CallAnswer]) -> tuple[CallAnswer, ...]:
    """Return the answers that are not among the expected ones although they ended well: under another hash seed they were others."""
    known = {answer.call for answer in expected.answers}
    return tuple(answer for answer in first if answer.call not in known and answer.digest and answer.status in {"returned", "raised"})


def with_seeded(expected: Expected, candidates: Sequence[CallAnswer], again: Sequence[CallAnswer]) -> Expected:
    """Add the answers that are the same once more under the same hash seed; they no longer count as left out, unless all are."""
    now = {answer.call: answer for answer in again}
    seeded = tuple(
        answer
        for answer in candidates
        if (got := now.get(answer.call)) is not None and answer.agrees(got) and not is_out_of_bounds(answer, expected.breaks(answer.call))
    )
    saved = sum(answer.call < expected.recorded for answer in seeded) if expected.calls else 0
    counts = ((reason, count - saved if reason == _UNSTEADY else count) for reason, count in expected.dropped)
    return replace(expected, seeded=seeded, dropped=tuple((reason, count) for reason, count in counts if count > 0))


def judge_seeded(check: Check, expected: Expected, replay: Replay, *, lenient: bool) -> Check:
    """Return the check of calls with what a replay under the same hash seed shows of calls whose answers hang on it.

    To end otherwise is wrong. Whether another order of what has none counts, is not known; `lenient` says that it does not.
    """
    got = {answer.call: answer for answer in replay.answers}
    for want in expected.seeded:
        have = got.get(want.call)
        difference = difference_between(want, have)
        if difference is None:
            continue
        if have is None or (have.status, have.outcome) != (want.status, want.outcome):
            return difference_check(difference, expected.breaks(want.call))
        if not lenient:
            return difference_check(difference, "hashing")
    return replace(check, detail=f"{check.detail}; so do {len(expected.seeded)} whose answers hang on the hash seed, under one seed")


def agreed(expected: Expected, first: Replay, second: Replay) -> Expected:
    """Add what two replays of the original agree on beside the answers: worn calls, the world, deeds, memory, time."""
    known = {answer.call for answer in expected.answers}
    pairs = zip(expected.replayed, first.worn, second.worn, strict=False)
    worn = tuple(one if one == other and number in known else "" for number, one, other in pairs)
    deeds: dict[str, Deed] = {deed.kind: deed for deed in (*first.deeds, *second.deeds)}
    return replace(
        expected,
        worn=worn if any(worn) else (),
        worn_parted=first.worn_parted if any(worn) else (),
        crowd=steady(expected, first.crowd, second.crowd),
        world=tuple(item for item in first.world if item in second.world),
        deeds=tuple(deeds.values()),
        kept=max(first.kept, second.kept),
        arcs=first.arcs,
        seconds=max(first.seconds, second.seconds),
    )


def steady(expected: Expected, first: Sequence[str], second: Sequence[str]) -> tuple[str, ...]:
    """Keep what the original answers alike, in two processes, when several calls are made at the same time and when one is.

    Nothing is left where no call is answered so.
    """
    alone = {answer.call: answer.alone for answer in expected.answers}
    triples = zip(expected.replayed, first, second, strict=False)
    kept = tuple(one if one == other == alone.get(number) else "" for number, one, other in triples)
    return kept if any(kept) else ()


def within_bounds(expected: Expected) -> Expected:
    """Leave out the probes for which the original was not made; see `is_out_of_bounds`."""
    kept = tuple(answer for answer in expected.answers if not is_out_of_bounds(answer, expected.breaks(answer.call)))
    return replace(expected, answers=kept)


def is_out_of_bounds(answer: CallAnswer, breaks: str) -> bool:
    """Whether an input was none of the function's business: it `breaks` what all recorded calls keep to, and the code just failed on it.

    Where a `raise` statement rejects such an input, the function does have a say in it.
    """
    return bool(breaks) and answer.status == "raised" and not answer.explicit


def still(expected: Expected, again: Replay) -> Expected:
    """Keep of what is expected only that which the original still does."""
    now = {answer.call: answer for answer in again.answers}
    kept = tuple(answer for answer in expected.answers if (got := now.get(answer.call)) is not None and answer.agrees(got))
    gone = len(expected.answers) - len(kept)
    dropped = (*expected.dropped, (_UNSTEADY, gone)) if gone else expected.dropped
    worn = tuple(one if one == other else "" for one, other in zip(expected.worn, again.worn, strict=False))
    crowd = tuple(one if one == other else "" for one, other in zip(expected.crowd, again.crowd, strict=False))
    world = tuple(item for item in expected.world if item in again.world)
    return replace(expected, answers=kept, dropped=dropped, worn=worn, crowd=crowd, world=world)


def _unusable(answer: CallAnswer, again: CallAnswer | None, recorded: str) -> str:
    if answer.status == "unloadable":
        return f"arguments cannot be rebuilt ({answer.note})"
    if answer.status == "opaque":
        return f"result cannot be compared ({answer.note})"
    if recorded and answer.outcome and answer.outcome != recorded:
        return f"a replay {answer.outcome} where the run {recorded}"
    return _UNSTEADY if again is None or not answer.agrees(again) else ""


def judge_calls(
    expected: Expected, replay: Replay, *, seen: int, found: Difference | None = None, tolerance: Tolerance | None = None
) -> Check:
    """Compare a candidate's answers with the original's; every expected call must be answered, and none differently.

    The same goes for the second time on worn objects, and for what the calls leave of the interpreter's and the libraries' settings.
    Floats may differ within a tolerance, where there is one. `found` is a difference that is already known, in better words. One that
    shows only where something fails to hold that holds for all recorded calls proves neither that the candidate is wrong nor that it is
    right.
    """
    if not expected.calls:
        why = "; ".join(f"{count} times: {reason}" for reason, count in expected.dropped) or "the workload never calls it"
        return Check(kind=CheckKind.CALLS, passed=None, detail=f"no recorded call can be compared: {why}")
    difference = found or first_difference(expected, replay, tolerance)
    if difference is None:
        floats = agreement(_parted(expected, replay), tolerance)
        return Check(kind=CheckKind.CALLS, passed=True, detail="; ".join(filter(None, (_agreement(expected, seen), floats))))
    return difference_check(difference, "" if difference.call is None else expected.breaks(difference.call))


def difference_check(difference: Difference, breaks: str) -> Check:
    """Hold a difference against a candidate, unless its input `breaks` what all recorded calls keep to: then nothing is known."""
    if not breaks:
        return Check(kind=CheckKind.CALLS, passed=False, detail=difference.text)
    unusual = f"what all recorded calls keep to (`{breaks}`) it breaks, so whether it counts is not known (--assume {breaks}: it does not)"
    return Check(kind=CheckKind.CALLS, passed=None, detail=f"{difference.text}; {unusual}")


def _agreement(expected: Expected, seen: int) -> str:
    fresh, probed = len(expected.fresh), len(expected.probed)
    made = [f"{fresh} made out of them"] if fresh else []
    made += [f"{probed} on edges"] if probed else []
    counts = " and ".join([f"{len(expected.calls)} recorded calls (of {seen} made)", *made])
    detail = f"{counts} give equal results, exceptions, arguments afterwards and output"
    left_out = sum(count for _, count in expected.dropped)
    if left_out:
        several = len(expected.dropped) > 1
        detail += f"; {left_out} left out: " + "; ".join(f"{reason} ({count})" if several else reason for reason, count in expected.dropped)
    return detail


def _parted(expected: Expected, replay: Replay) -> Iterator[tuple[Parted | None, Parted | None]]:
    """Yield what is wanted and what came, with floats apart."""
    got = {answer.call: answer for answer in replay.answers}
    yield from ((want.parted, got[want.call].parted) for want in expected.answers if want.call in got)
    worn = zip(expected.worn, expected.worn_parted, replay.worn_parted, strict=False)
    yield from ((want, other) for digest, want, other in worn if digest)


def first_difference(expected: Expected, replay: Replay, tolerance: Tolerance | None = None) -> Difference | None:
    """Return the first difference, one on usual inputs before one on others; None where there is none."""
    got = {answer.call: answer for answer in replay.answers}
    calls = [found for want in expected.answers if (found := difference_between(want, got.get(want.call), tolerance))]
    later = list(_later_differences(expected, replay, tolerance))
    usual = [found for found in (*calls, *later) if found.call is None or not expected.breaks(found.call)]
    if usual:
        return usual[0]
    world = world_difference(expected.world, replay.world)
    return Difference(text=world) if world else next(iter((*calls, *later)), None)


def _later_differences(expected: Expected, replay: Replay, tolerance: Tolerance | None) -> Iterator[Difference]:
    """Find what differs when the calls are made once more: on worn objects, and at the same time.

    A candidate that answers right one call at a time is held to those answers when it makes several.
    """
    worn = "the second time, after its first result and old arguments were overwritten"
    near = [is_near(want, got, tolerance) for want, got in zip(expected.worn_parted, replay.worn_parted, strict=False)]
    yield from _differences(expected, expected.worn, replay.worn, near, when=worn)
    alone = {answer.call: answer.alone for answer in replay.answers}
    wanted = [alone.get(number, "") if digest else "" for number, digest in zip(expected.replayed, expected.crowd, strict=False)]
    yield from _differences(expected, wanted, replay.crowd, (), when="when several calls are made at the same time")


def _differences(expected: Expected, wanted: Sequence[str], got: Sequence[str], near: Sequence[bool], *, when: str) -> Iterator[Difference]:
    known = {answer.call: answer for answer in expected.answers}
    answers = itertools.zip_longest(wanted, got, near)
    for number, (want, digest, is_close) in zip(expected.replayed, answers, strict=False):
        if want and digest != want and not is_close and number in known:
            yield Difference(call=number, text=f"on input ({known[number].given}) it answers differently {when}")


def difference_between(want: CallAnswer, got: CallAnswer | None, tolerance: Tolerance | None = None) -> Difference | None:
    """Say how an answer differs from what is wanted; None where it does not, or only in floats and within a tolerance."""
    if got is None or (want.status, want.printed) != (got.status, got.printed):
        return Difference(call=want.call, text=_told(want, got))
    if want.agrees(got) or is_near(want.parted, got.parted, tolerance):
        hasty = _reads_ahead(want, got)
        return Difference(call=want.call, text=f"on input ({want.given}) {hasty}") if hasty else None
    note = float_note(want.parted, got.parted, tolerance)
    return Difference(call=want.call, text="; ".join(filter(None, (_told(want, got), note))))


def _reads_ahead(want: CallAnswer, got: CallAnswer) -> str:
    """Say where a lazy result takes more of an argument for an item than the original does; empty where it takes hardly more."""
    for number, (wanted, taken) in enumerate(zip(want.taken, got.taken, strict=False), start=1):
        for most, count in zip(wanted, taken, strict=False):
            if count > most + AHEAD:
                return f"it takes {count} items of its argument before it yields item {number}, where the original takes {most}"
    return ""


def _told(want: CallAnswer, got: CallAnswer | None) -> str:
    if got is None:
        return f"call {want.call} was not answered"
    call = f"on input ({want.given})"
    if got.status == "unloadable":
        return f"{call} the arguments cannot be rebuilt on the new code: {got.note}"
    if got.status == "opaque":
        return f"{call} the result cannot be compared: {got.note}"
    if (got.status, got.digest) == (want.status, want.digest):
        return f"{call} the printed output, or what is warned of, differs"
    if (got.status, got.shown) == (want.status, want.shown) and got.files != want.files:
        return f"{call} both {_did(want)}, but expected are the files {want.files or 'none'}, got: {got.files or 'none'}"
    if (got.status, got.shown) == (want.status, want.shown):
        unseen = "what is not shown of it, " if "..." in want.shown else ""
        unseen += "what files hold, " if want.files else ""
        return f"{call} both {_did(want)}, but {unseen}types, details, identity or the arguments afterwards differ"
    return f"{call} expected it {_did(want)}, got: it {_did(got)}"


def _did(answer: CallAnswer) -> str:
    return f"{answer.status} {answer.shown}"
