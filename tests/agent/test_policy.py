from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from codeopt.agent.policy import (
    CONFIRMATIONS,
    SHOWN_ATTEMPTS,
    History,
    Judged,
    Round,
    Step,
    admit,
    attempt,
    best_first,
    next_step,
    reward,
    room,
    shown,
)
from codeopt.model.evidence import Outcome, Verdict
from codeopt.model.work import Budget
from tests.agent.fakes import comparison, faster, not_proven, wrong

BUDGET = Budget(seconds=100, candidates=16, rounds=3)
SLOWER = Verdict(outcome=Outcome.SLOWER, reason="slower", comparison=comparison(0.5))
UNVERIFIABLE = Verdict(outcome=Outcome.UNVERIFIABLE, reason="too noisy")


def rounds(*sizes: int) -> tuple[Round, ...]:
    return tuple(Round(number=n, keys=tuple(f"r{n}k{k}" for k in range(size))) for n, size in enumerate(sizes, 1))


def step(history: History, *, last_round: int, time_left: bool = True, budget: Budget = BUDGET, share: float = 1.0) -> Step:
    return next_step(history, budget, last_round=last_round, time_left=time_left, share=share)


def test_the_first_step_is_to_ask() -> None:
    assert step(History(), last_round=0) == Step(kind="ask", round=1)


def test_a_round_with_new_candidates_is_followed_by_another() -> None:
    assert step(History(rounds=rounds(1)), last_round=1) == Step(kind="ask", round=2)


def test_two_rounds_without_new_candidates_are_the_last() -> None:
    long = replace(BUDGET, rounds=9)
    first, *others = rounds(1, 0, 0)
    heard = [replace(other, answers=4) for other in others]
    assert step(History(rounds=(first, heard[0])), last_round=2, budget=long).kind == "ask"
    assert step(History(rounds=(first, *heard)), last_round=3, budget=long).reason == "2 rounds in a row brought nothing new"


def test_a_round_without_any_answer_is_the_last() -> None:
    assert step(History(rounds=rounds(1, 0)), last_round=2).reason == "no proposer had anything more to propose"


def test_a_round_that_left_no_record_is_the_last() -> None:
    assert step(History(rounds=rounds(1)), last_round=2).reason == "nothing could be asked in the last round"


def test_no_round_follows_the_last_of_the_budget() -> None:
    assert step(History(rounds=rounds(1, 1, 1)), last_round=3).reason == "the budget of rounds (3) was spent"


def test_no_round_follows_when_the_budget_of_candidates_is_spent() -> None:
    assert step(History(rounds=rounds(16)), last_round=1).reason == "the budget of candidates (16) was spent"


def test_no_round_follows_where_little_is_left_to_gain() -> None:
    history = History(rounds=rounds(1), screened=(Judged("r1k0", faster(50.0)),))
    assert step(history, last_round=1, share=0.09) == Step(
        kind="confirm", round=1, key="r1k0", reason="the best candidate leaves it 0.18% of the workload"
    )
    assert step(history, last_round=1, share=0.9).kind == "ask"


def test_a_share_that_no_sample_fell_on_ends_nothing() -> None:
    assert step(History(rounds=rounds(1), screened=(Judged("r1k0", faster(50.0)),)), last_round=1, share=0.0).kind == "ask"


def test_rounds_that_better_nothing_are_the_last() -> None:
    long = replace(BUDGET, rounds=9)
    ratios = (2.0, 2.1, 2.15)
    history = History(rounds=rounds(1, 1, 1), screened=tuple(Judged(f"r{n}k0", faster(r)) for n, r in enumerate(ratios, 1)))
    assert step(history, last_round=3, budget=long).reason == "2 rounds in a row brought nothing much faster"
    assert step(history.until(2), last_round=2, budget=long).kind == "ask"
    better = History(rounds=rounds(1, 1, 1), screened=(*history.screened[:2], Judged("r3k0", faster(4.0))))
    assert step(better, last_round=3, budget=long).kind == "ask"


def test_where_nothing_is_faster_asking_goes_on() -> None:
    long = replace(BUDGET, rounds=9)
    history = History(rounds=rounds(1, 1, 1, 1), screened=tuple(Judged(f"r{n}k0", wrong()) for n in range(1, 5)))
    assert step(history, last_round=4, budget=long).kind == "ask"


def test_past_the_deadline_nothing_is_asked() -> None:
    assert step(History(), last_round=0, time_left=False).kind == "stop"
    assert step(History(rounds=rounds(1)), last_round=1, time_left=False).kind == "stop"


def test_past_the_deadline_the_best_is_still_confirmed() -> None:
    history = History(rounds=rounds(2), screened=(Judged("r1k0", faster(2.0)), Judged("r1k1", faster(1.5))))
    assert step(history, last_round=1, time_left=False) == Step(kind="confirm", round=1, key="r1k0", reason="the time budget was spent")


def test_the_best_is_the_one_whose_interval_begins_highest() -> None:
    sure = faster(2.0)
    lucky = Verdict(
        outcome=Outcome.FASTER,
        reason="2.5x, perhaps",
        checks=sure.checks,
        comparison=type(comparison(1))(ratio=2.5, low=1.1, high=5.0, confidence=0.99, rounds=5, old_seconds=2.5, new_seconds=1.0),
    )
    history = History(rounds=rounds(2), screened=(Judged("lucky", lucky), Judged("sure", sure)))
    assert step(history, last_round=3).key == "sure"


def test_nothing_is_asked_once_a_candidate_is_proven() -> None:
    history = History(rounds=rounds(1), screened=(Judged("r1k0", faster(2.0)),), confirmed=(Judged("r1k0", faster(1.9)),))
    assert step(history, last_round=1).kind == "stop"


def test_a_run_that_begins_again_goes_through_the_rounds_it_knows() -> None:
    history = History(rounds=rounds(10, 6))
    assert [step(history, last_round=n).kind for n in (0, 1, 2)] == ["ask", "ask", "stop"]


verdicts = st.one_of(st.floats(1.1, 50.0).map(faster), st.sampled_from([not_proven(), wrong(), SLOWER, UNVERIFIABLE]))


@given(st.lists(verdicts, max_size=12), st.lists(verdicts, max_size=12))
def test_confirming_ends_with_the_first_proof_or_after_three(screens: list[Verdict], fulls: list[Verdict]) -> None:
    screened = tuple(Judged(f"k{n}", verdict) for n, verdict in enumerate(screens))
    pending = dict(zip((one.key for one in screened), [*fulls, *[not_proven()] * len(screened)], strict=False))
    confirmed: list[Judged] = []
    while (now := step(History(screened=screened, confirmed=tuple(confirmed)), last_round=3)).kind != "stop":
        assert now.kind == "confirm"
        confirmed.append(Judged(now.key, pending.pop(now.key)))
    hopes = [one for one in screened if one.verdict.accepted]
    assert not any(one.verdict.accepted for one in confirmed[:-1])
    assert len(confirmed) <= CONFIRMATIONS
    if not (confirmed and confirmed[-1].verdict.accepted):
        assert len(confirmed) == min(len(hopes), CONFIRMATIONS)


@given(st.lists(st.integers(0, 6), max_size=6), st.integers(1, 20))
def test_no_more_candidates_are_admitted_than_the_budget_allows(sizes: list[int], candidates: int) -> None:
    history, budget = History(rounds=rounds(*sizes)), Budget(seconds=1, candidates=candidates)
    admissions = [admit(history, budget, number=n) for n in range(1, len(sizes) + 1)]
    assert sum(len(one.admitted) for one in admissions) == min(candidates, sum(sizes))
    assert [key for one in admissions for key in (*one.admitted, *one.left_out)] == [k for r in history.rounds for k in r.keys]
    assert room(history, budget) == max(0, candidates - sum(sizes))


def test_attempts_are_ordered_by_outcome_and_then_by_ratio() -> None:
    mixed = [wrong(), UNVERIFIABLE, faster(1.5), SLOWER, faster(4.0), not_proven()]
    ordered = best_first([Judged(str(n), verdict) for n, verdict in enumerate(mixed)])
    assert [one.key for one in ordered] == ["4", "2", "5", "3", "0", "1"]


@given(st.lists(verdicts, max_size=12))
def test_a_proposer_is_told_of_at_most_four_attempts_and_never_of_a_worse_one_instead_of_a_better(found: list[Verdict]) -> None:
    judged = [Judged(str(n), verdict) for n, verdict in enumerate(found)]
    told = shown(judged)
    assert len(told) == min(SHOWN_ATTEMPTS, len(judged))
    assert told == best_first(judged)[: len(told)]


def test_an_answer_is_worth_its_speed() -> None:
    assert [reward(verdict) for verdict in (None, wrong(), UNVERIFIABLE)] == [0.0, 0.0, 0.0]
    assert 0 < reward(not_proven()) <= reward(faster(1.1)) < reward(faster(2.0)) < reward(faster(8.0))
    assert reward(faster(8.0)) == reward(faster(80.0)) == 1.0


def test_an_attempt_says_outcome_reason_and_ratio() -> None:
    told = attempt(Judged("k", SLOWER), "diff")
    assert (told.key, told.diff, told.outcome, told.reason, told.ratio) == ("k", "diff", "SLOWER", "slower", 0.5)
    assert attempt(Judged("k", wrong()), "diff").ratio is None
