"""What every store must do. `STORE_CHECKS` are plain functions that take an empty store; each fails by assertion."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from codeopt.errors import StoreError
from codeopt.model.code import Span, Target, TargetName
from codeopt.model.evidence import Check, CheckKind, Comparison, Outcome, Verdict
from codeopt.model.patch import Candidate, Edit, Origin, Patch
from codeopt.model.report import RunInfo
from codeopt.ports import Store

__all__ = ["STORE_CHECKS", "candidate", "run_info", "verdict"]

THREADS = 8
EACH = 25


def run_info(run: str = "20260101-000000-0000") -> RunInfo:
    """Return what a run starts with."""
    return RunInfo(
        run=run,
        repository="/repo",
        commit="c0ffee",
        dirty=True,
        started="2026-01-01T00:00:00Z",
        command=("codeopt", "optimize"),
        settings='{"seed": 0}',
    )


def candidate(number: int, *, seed: int = 0) -> Candidate:
    """Return the candidate of that number; `seed` changes its origin and not its key."""
    span = Span(start_byte=0, end_byte=9, start_line=1, end_line=2)
    target = Target(name=TargetName(path="pkg/a.py", qualname="f"), span=span, source_sha="ab", share=0.5)
    edit = Edit(path="pkg/a.py", start_byte=number, before=b"\xff\x00\r\n", after="naïve".encode("latin-1"))
    return Candidate(target=target, patch=Patch(edits=(edit,)), origin=Origin(proposer="model", seed=seed))


def verdict(reason: str = "1.5x") -> Verdict:
    """Return a verdict of FASTER."""
    comparison = Comparison(ratio=1.5, low=1.4, high=1.6, confidence=0.99, rounds=10, old_seconds=0.3, new_seconds=0.2)
    return Verdict(
        outcome=Outcome.FASTER, reason=reason, checks=(Check(kind=CheckKind.CALLS, passed=True, detail="9"),), comparison=comparison
    )


def info_is_what_the_run_was_started_with(store: Store) -> None:
    store.start(run_info())
    assert store.info() == run_info()


def info_before_the_start_is_an_error(store: Store) -> None:
    with pytest.raises(StoreError, match="holds no run"):
        store.info()


def a_second_start_changes_nothing(store: Store) -> None:
    store.start(run_info("first"))
    store.start(run_info("second"))
    assert store.info().run == "first"


def what_was_never_kept_is_none(store: Store) -> None:
    assert store.candidate("0" * 16) is None
    assert store.verdict("0" * 16, "full") is None
    assert store.value("profile") is None
    assert store.candidates() == ()
    assert store.names("") == ()


def a_candidate_comes_back_byte_for_byte(store: Store) -> None:
    store.put_candidate(candidate(1))
    again = store.candidate(candidate(1).key)
    assert again == candidate(1)
    assert again is not None
    assert again.key == candidate(1).key


def candidates_keep_their_order(store: Store) -> None:
    wanted = tuple(candidate(number) for number in (5, 1, 4, 2, 3))
    for one in wanted:
        store.put_candidate(one)
    assert store.candidates() == wanted


def the_first_candidate_of_a_key_is_kept(store: Store) -> None:
    for seed in (1, 2):
        store.put_candidate(candidate(7, seed=seed))
    assert [kept.origin.seed for kept in store.candidates()] == [1]
    kept = store.candidate(candidate(7).key)
    assert kept is not None
    assert kept.origin.seed == 1


def the_first_verdict_of_a_stage_is_kept(store: Store) -> None:
    store.put_verdict("k", "screen", verdict("first"))
    store.put_verdict("k", "screen", verdict("second"))
    assert store.verdict("k", "screen") == verdict("first")


def stages_and_keys_are_kept_apart(store: Store) -> None:
    store.put_verdict("k", "screen", verdict("screened"))
    store.put_verdict("k", "full", verdict("confirmed"))
    store.put_verdict("l", "full", verdict("another"))
    reasons = [kept.reason if (kept := store.verdict(key, stage)) else "" for key, stage in (("k", "screen"), ("k", "full"), ("l", "full"))]
    assert reasons == ["screened", "confirmed", "another"]
    assert store.verdict("l", "screen") is None


def the_last_value_of_a_name_wins(store: Store) -> None:
    store.put_value("profile", b"first")
    store.put_value("profile", bytes(range(256)))
    assert store.value("profile") == bytes(range(256))


def a_value_may_be_empty_or_large(store: Store) -> None:
    large = bytes(range(256)) * 20_000
    store.put_value("empty", b"")
    store.put_value("large", large)
    assert store.value("empty") == b""
    assert store.value("large") == large


def names_are_found_by_prefix_and_sorted(store: Store) -> None:
    for name in ("b/2", "a/%", "a/_", "a/x", "a*", "b/10", "ä/1", "a/😀", "a/\uffff", "A/1"):
        store.put_value(name, b"")
    assert store.names("a/") == ("a/%", "a/_", "a/x", "a/\uffff", "a/😀")
    assert store.names("b/") == ("b/10", "b/2")
    assert store.names("a/%") == ("a/%",)
    assert store.names("ä") == ("ä/1",)
    assert store.names("zz") == ()
    assert len(store.names("")) == 10


def several_threads_may_write_and_read(store: Store) -> None:
    def work(thread: int) -> list[bytes | None]:
        for number in range(EACH):
            store.put_candidate(candidate(number))
            store.put_verdict(str(number), "full", verdict(str(thread)))
            store.put_value(f"{thread}/{number:02}", str(number).encode())
        return [store.value(name) for name in store.names(f"{thread}/")]

    with ThreadPoolExecutor(THREADS) as pool:
        seen = list(pool.map(work, range(THREADS)))
    assert seen == [[str(number).encode() for number in range(EACH)]] * THREADS
    assert sorted(kept.patch.edits[0].start_byte for kept in store.candidates()) == list(range(EACH))


STORE_CHECKS: tuple[Callable[[Store], None], ...] = (
    info_is_what_the_run_was_started_with,
    info_before_the_start_is_an_error,
    a_second_start_changes_nothing,
    what_was_never_kept_is_none,
    a_candidate_comes_back_byte_for_byte,
    candidates_keep_their_order,
    the_first_candidate_of_a_key_is_kept,
    the_first_verdict_of_a_stage_is_kept,
    stages_and_keys_are_kept_apart,
    the_last_value_of_a_name_wins,
    a_value_may_be_empty_or_large,
    names_are_found_by_prefix_and_sorted,
    several_threads_may_write_and_read,
)
