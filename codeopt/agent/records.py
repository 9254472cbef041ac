"""What the agent keeps in the store under names of its own: answers, notes, and candidates left unjudged.

A record is written once its candidates are kept, so whoever finds a record finds everything it speaks of.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pydantic import TypeAdapter, ValidationError

from codeopt.agent.policy import History, Judged, Round, reward
from codeopt.errors import StoreError
from codeopt.model.code import Target
from codeopt.model.patch import Candidate, Origin
from codeopt.model.proposal import Experience, Proposal
from codeopt.patching.normal import form_of
from codeopt.ports import Store

__all__ = [
    "Answer",
    "Record",
    "experience",
    "has_record",
    "history",
    "keep_note",
    "keep_proposals",
    "keep_timings",
    "keep_unjudged",
    "notes",
    "records",
    "repeats",
    "timings",
    "unjudged",
]

_PROPOSALS = "proposals/"
_NOTES = "notes/"
_UNJUDGED = "unjudged/"
_TIMINGS = "timings/"
_UNCHANGED = "the answer is the original code, but for its layout"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer of a proposer: `key` names its candidate; it is empty where `problem` says why there is none. `text` is raw.

    Candidates of one `form` are the same code but for its layout: only the first of them is judged.
    """

    key: str
    origin: Origin
    problem: str
    text: str
    prompt_tokens: int
    completion_tokens: int
    form: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """All answers of one proposer to one question; `place` is the proposer's place among the proposers, which orders a round."""

    target: Target
    round: int
    proposer: str
    place: int
    answers: tuple[Answer, ...]


_RECORD = TypeAdapter(Record)


def _name(target: str, number: int, proposer: str) -> str:
    return f"{_PROPOSALS}{target}/{number}/{proposer}"


def has_record(store: Store, target: str, *, number: int, proposer: str) -> bool:
    """Say whether a question was asked and its answers kept."""
    return store.value(_name(target, number, proposer)) is not None


def keep_proposals(
    store: Store,
    target: Target,
    proposals: Sequence[Proposal],
    *,
    number: int,
    proposer: str,
    place: int,
    files: Mapping[str, bytes],
) -> None:
    """Keep the candidates among the proposals, then the record of all answers; `files` are what the patches were made for."""
    answers = tuple(_answer(store, target, proposal, files) for proposal in proposals)
    record = Record(target=target, round=number, proposer=proposer, place=place, answers=answers)
    store.put_value(_name(str(target.name), number, proposer), _RECORD.dump_json(record))


def _answer(store: Store, target: Target, proposal: Proposal, files: Mapping[str, bytes]) -> Answer:
    key, problem = "", proposal.problem
    form = form_of(proposal.patch, files) if proposal.patch is not None else ""
    if proposal.patch is not None and form:
        candidate = Candidate(target=target, patch=proposal.patch, origin=proposal.origin)
        store.put_candidate(candidate)
        key = candidate.key
    elif proposal.patch is not None:
        problem = _UNCHANGED
    return Answer(
        key=key,
        form=form,
        origin=proposal.origin,
        problem=_writable(problem),
        text=_writable(proposal.answer),
        prompt_tokens=proposal.prompt_tokens,
        completion_tokens=proposal.completion_tokens,
    )


def _writable(text: str) -> str:
    """Replace lone surrogates, which JSON from a model can hold and UTF-8 cannot."""
    return text.encode("utf-8", "replace").decode("utf-8")


def records(store: Store, target: str | None = None) -> tuple[Record, ...]:
    """Return the records of a target, or of all, ordered by target, round and the proposer's place.

    Raises:
        StoreError: a record cannot be read.
    """
    names = store.names(_PROPOSALS if target is None else f"{_PROPOSALS}{target}/")
    found = (_read(store, name) for name in names)
    return tuple(sorted(found, key=lambda record: (str(record.target.name), record.round, record.place, record.proposer)))


def _read(store: Store, name: str) -> Record:
    try:
        return _RECORD.validate_json(store.value(name) or b"")
    except ValidationError as error:
        raise StoreError(f"{name} in the run's store is damaged ({error.error_count()} faults): start a new run") from error


def history(store: Store, target: str) -> History:
    """Return what was proposed and judged for a target, in the order of the answers."""
    rounds = _rounds(records(store, target))
    keys = [key for past in rounds for key in past.keys]
    return History(rounds=rounds, screened=_judged(store, keys, "screen"), confirmed=_judged(store, keys, "full"))


def repeats(found: Iterable[Record]) -> Mapping[str, str]:
    """Map each candidate that is the same code as an earlier one, but for its layout, to that one."""
    first: dict[tuple[str, str], str] = {}
    repeated: dict[str, str] = {}
    for record in found:
        for answer in record.answers:
            if answer.key:
                known = first.setdefault((str(record.target.name), answer.form or answer.key), answer.key)
                if known != answer.key:
                    repeated.setdefault(answer.key, known)
    return repeated


def experience(store: Store, proposer: str, *, before: int) -> tuple[Experience, ...]:
    """Return what the answers of a proposer came to in this run, by way of asking and temperature.

    Counted are the rounds before number `before` of all targets; answers that wait for their verdict are left out.
    """
    found = [record for record in records(store) if record.proposer == proposer and record.round < before]
    repeated = repeats(found)
    worth: dict[tuple[str, float | None], list[float]] = {}
    for answer in (answer for record in found for answer in record.answers):
        verdict = store.verdict(answer.key, "screen") if answer.key and answer.key not in repeated else None
        if verdict is not None or not answer.key or answer.key in repeated:
            way = answer.origin.prompt.rpartition("/")[2]
            worth.setdefault((way, answer.origin.temperature), []).append(reward(verdict))
    return tuple(
        Experience(way=way, temperature=temperature, tried=len(all_), reward=math.fsum(all_)) for (way, temperature), all_ in worth.items()
    )


def _rounds(found: Sequence[Record]) -> tuple[Round, ...]:
    seen: set[str] = set(repeats(found))
    fresh: dict[int, list[str]] = {}
    answers: Counter[int] = Counter()
    for record in found:
        keys = fresh.setdefault(record.round, [])
        answers[record.round] += len(record.answers)
        for answer in record.answers:
            if answer.key and answer.key not in seen:
                seen.add(answer.key)
                keys.append(answer.key)
    return tuple(Round(number=number, keys=tuple(keys), answers=answers[number]) for number, keys in fresh.items())


def _judged(store: Store, keys: Iterable[str], stage: str) -> tuple[Judged, ...]:
    pairs = ((key, store.verdict(key, stage)) for key in keys)
    return tuple(Judged(key, verdict) for key, verdict in pairs if verdict is not None)


def keep_note(store: Store, topic: str, text: str) -> bool:
    """Keep a remark under a topic; False when the topic has one already."""
    name = _NOTES + topic
    if store.value(name) is not None:
        return False
    store.put_value(name, _writable(text).encode())
    return True


def notes(store: Store) -> tuple[str, ...]:
    """Return all remarks, ordered by topic."""
    return tuple((store.value(name) or b"").decode("utf-8", "replace") for name in store.names(_NOTES))


def keep_unjudged(store: Store, key: str, reason: str) -> None:
    """Keep why a candidate was not judged."""
    store.put_value(_UNJUDGED + key, reason.encode())


def unjudged(store: Store, key: str) -> str:
    """Return why a candidate was not judged; empty when nothing was kept about it."""
    return (store.value(_UNJUDGED + key) or b"").decode("utf-8", "replace")


def keep_timings(store: Store, key: str, lines: Sequence[str]) -> None:
    """Keep where a candidate spends its time."""
    store.put_value(_TIMINGS + key, "\n".join(lines).encode("utf-8", "surrogateescape"))


def timings(store: Store, key: str) -> tuple[str, ...] | None:
    """Return where a candidate spends its time; None when nobody looked."""
    known = store.value(_TIMINGS + key)
    return None if known is None else tuple(known.decode("utf-8", "surrogateescape").splitlines())
