from __future__ import annotations

import asyncio
import json
import os
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from codeopt.agent.records import history, records
from codeopt.agent.run import run, run_agent
from codeopt.agent.services import Services
from codeopt.agent.summary import accepted, candidate_reports, notes, problems, tokens
from codeopt.errors import EndpointUnavailable, SandboxUnavailable, StoreError
from codeopt.model.code import Target
from codeopt.model.evidence import Outcome
from codeopt.model.patch import Candidate
from codeopt.model.proposal import Proposal, ProposalRequest
from tests.agent.fakes import (
    Clock,
    FakeStore,
    HeardReporter,
    ScriptedJudge,
    ScriptedProposer,
    by_round,
    faster,
    label_of,
    make_candidate,
    make_services,
    make_target,
    not_proven,
    proposal,
    useless,
    wrong,
)


@pytest.fixture
def go(tmp_path: Path):
    def start(services: Services, *targets: Target, resume: bool = False) -> None:
        run(services, targets or (make_target(),), run_id="r1", checkpoints=tmp_path / "checkpoints.db", resume=resume)

    return start


def reports(services: Services):
    return candidate_reports(services.store, services.diff_of)


def offered(services: Services) -> list[str]:
    return [one.diff for one in reports(services) if one.verdict.accepted]


def test_the_best_candidate_is_confirmed_and_nothing_else_is(go) -> None:
    judge = ScriptedJudge({"good": faster(1.5), "best": faster(3.0), "same": not_proven(), "bad": wrong()})
    services = make_services(judge, ScriptedProposer(by_round(["good", "best"], ["same", "bad"])))
    go(services)
    assert sorted(judge.judged("screen")) == ["bad", "best", "good", "same"]
    assert judge.judged("full") == ["best"]
    assert offered(services) == ["diff to best"]


def test_when_the_best_is_not_confirmed_the_next_best_is_tried(go) -> None:
    judge = ScriptedJudge({"good": faster(1.5), "best": faster(3.0)}, {"best": not_proven()})
    services = make_services(judge, ScriptedProposer(by_round(["good", "best"])))
    go(services)
    assert judge.judged("full") == ["best", "good"]
    assert offered(services) == ["diff to good"]


def test_at_most_three_candidates_of_a_target_are_confirmed(go) -> None:
    texts = ["a", "b", "c", "d"]
    judge = ScriptedJudge(dict.fromkeys(texts, faster(2.0)), dict.fromkeys(texts, not_proven()))
    services = make_services(judge, ScriptedProposer(by_round(texts)))
    go(services)
    assert len(judge.judged("full")) == 3
    assert offered(services) == []


def test_every_target_gets_its_own_best(go) -> None:
    def script(request: ProposalRequest) -> Sequence[Proposal]:
        name = request.target.name.qualname
        return [proposal(f"{name}-slow"), proposal(f"{name}-fast")]

    judge = ScriptedJudge({f"{name}-fast": faster(2.0) for name in "abc"})
    services = make_services(judge, ScriptedProposer(script))
    go(services, *(make_target(name, share) for name, share in (("a", 0.1), ("b", 0.3), ("c", 0.2))))
    assert offered(services) == ["diff to b-fast", "diff to c-fast", "diff to a-fast"]
    assert len(judge.calls) == 3 * 3


def test_proposers_are_told_what_became_of_earlier_candidates_best_first(go) -> None:
    screens = {"wrong": wrong("call 3 differs"), "fast": faster(1.5), "faster": faster(2.0), "same": not_proven(), "w2": wrong()}
    proposer = ScriptedProposer(by_round(["wrong", "fast", "faster", "same", "w2"], ["last"]))
    go(make_services(ScriptedJudge(screens), proposer, rounds=2))
    first, second = proposer.asked
    assert first.attempts == ()
    told = [(one.diff, one.outcome, one.reason, one.ratio) for one in second.attempts]
    assert told == [
        ("diff to faster", "FASTER", "2.0x as fast", 2.0),
        ("diff to fast", "FASTER", "1.5x as fast", 1.5),
        ("diff to same", "NOT_PROVEN", "within the noise", 1.01),
        ("diff to wrong", "WRONG", "call 3 differs", None),
    ]


def test_where_the_best_two_that_were_measured_spend_their_time_is_told_and_looked_at_once(go) -> None:
    screens = {"fast": faster(1.5), "faster": faster(2.0), "third": faster(1.2), "wrong": wrong()}
    proposer = ScriptedProposer(by_round(["wrong", "fast", "faster", "third"], ["more"], ["last"]))
    services = make_services(ScriptedJudge(screens), proposer, rounds=3)
    looked = []

    def timings_of(candidate):
        looked.append(label_of(candidate))
        return (f" 60%  {label_of(candidate)}", " 40%  rest")

    go(replace(services, timings_of=timings_of))
    for request in proposer.asked[1:]:
        assert [one.timings[:1] for one in request.attempts] == [(" 60%  faster",), (" 60%  fast",), (), ()]
    assert sorted(looked) == ["fast", "faster"]


def test_every_round_asks_with_seeds_of_its_own(go) -> None:
    proposer = ScriptedProposer(by_round(["a"], ["b"], ["c"]))
    go(make_services(ScriptedJudge({}), proposer))
    assert [(one.seed, one.samples) for one in proposer.asked] == [(7, 4), (11, 4), (15, 4)]


def test_two_rounds_that_bring_nothing_new_are_the_last(go) -> None:
    proposer = ScriptedProposer(by_round(["a", "b"], ["b", "a"], ["a"], ["c"]))
    judge = ScriptedJudge({})
    services = make_services(judge, proposer, rounds=9)
    go(services)
    assert len(proposer.asked) == 3
    assert sorted(judge.judged("screen")) == ["a", "b"]
    assert notes(services.store) == ("pkg/mod.py::f: nothing more was asked after round 3: 2 rounds in a row brought nothing new",)


def test_rounds_end_with_the_budget(go) -> None:
    proposer = ScriptedProposer(lambda request: [proposal(f"text {request.seed}")])
    go(make_services(ScriptedJudge({}), proposer, rounds=12))
    assert len(proposer.asked) == 12


def test_the_same_patch_from_two_proposers_is_judged_once_and_credited_to_the_first(go) -> None:
    judge = ScriptedJudge({"same": faster(2.0)})
    rules = ScriptedProposer(lambda _request: [proposal("same", proposer="rules")], name="rules")
    services = make_services(judge, rules, ScriptedProposer(by_round(["same", "same"])))
    go(services)
    assert judge.calls == [("screen", "same"), ("full", "same")]
    assert [one.origin.proposer for one in reports(services)] == ["rules"]


def test_what_has_a_verdict_already_is_not_judged(go) -> None:
    judge = ScriptedJudge({"known": wrong(), "new": wrong()})
    services = make_services(judge, ScriptedProposer(by_round(["known", "new"])))
    services.store.put_candidate(make_candidate("known"))
    services.store.put_verdict(make_candidate("known").key, "screen", faster(4.0))
    go(services)
    assert judge.calls == [("screen", "new"), ("full", "known")]


def test_candidates_beyond_the_budget_are_reported_as_not_judged(go) -> None:
    proposer = ScriptedProposer(by_round(["a", "b"], ["c", "d"], ["e"]))
    judge = ScriptedJudge({})
    services = make_services(judge, proposer, candidates=3)
    go(services)
    assert sorted(judge.judged("screen")) == ["a", "b", "c"]
    assert [one.samples for one in proposer.asked] == [3, 1]
    reasons = [one.verdict.reason for one in reports(services) if one.verdict.outcome is Outcome.UNVERIFIABLE]
    assert reasons == ["not judged: the budget of 3 candidates per target was spent"]


def test_past_the_deadline_nothing_new_is_asked_or_screened_but_the_best_is_confirmed(go) -> None:
    clock = Clock()
    judge = ScriptedJudge({"a": faster(2.0), "b": faster(3.0)}, before=lambda _stage, _candidate: setattr(clock, "now", 100.0))
    proposer = ScriptedProposer(by_round(["a", "b"], ["c"]))
    services = make_services(judge, proposer, clock=clock)
    go(services)
    assert judge.calls == [("screen", "a"), ("full", "a")]
    assert len(proposer.asked) == 1
    assert [(one.diff, one.verdict.outcome.value, one.verdict.reason) for one in reports(services)] == [
        ("diff to a", "FASTER", "2.0x as fast"),
        ("diff to b", "UNVERIFIABLE", "not judged: the time budget was spent"),
    ]


def test_a_run_that_starts_past_its_deadline_asks_nothing(go) -> None:
    proposer = ScriptedProposer(by_round(["a"]))
    go(make_services(ScriptedJudge({}), proposer, clock=Clock(now=100.0)))
    assert proposer.asked == []


def test_an_answer_is_not_waited_for_past_the_deadline(go) -> None:
    class Silent(ScriptedProposer):
        async def propose(self, request: ProposalRequest) -> Sequence[Proposal]:
            await asyncio.Event().wait()
            return []

    rules = ScriptedProposer(by_round(["rule"]), name="rules")
    services = make_services(ScriptedJudge({"rule": faster(2.0)}), rules, Silent(by_round()), clock=Clock(now=99.9), rounds=1)
    go(services)
    assert "proposer model was still at work when the time budget was spent" in notes(services.store)
    assert offered(services) == ["diff to rule"]


def test_a_proposers_own_time_out_is_not_taken_for_the_deadline(go) -> None:
    def fail(request: ProposalRequest) -> Sequence[Proposal]:
        raise TimeoutError("a fault of the proposer")

    with pytest.raises(TimeoutError, match="a fault of the proposer"):
        go(make_services(ScriptedJudge({}), ScriptedProposer(fail)))


def test_a_run_that_ended_for_lack_of_time_goes_on_when_resumed(go) -> None:
    clock, store = Clock(), FakeStore()
    first = ScriptedJudge({"a": wrong()}, before=lambda _stage, _candidate: setattr(clock, "now", 100.0))
    go(make_services(first, ScriptedProposer(by_round(["a", "b"])), clock=clock, store=store))
    second, proposer = ScriptedJudge({"b": faster(2.0)}), ScriptedProposer(by_round(["c"]))
    services = make_services(second, proposer, store=store)
    go(services, resume=True)
    assert second.judged("screen") == ["b", "c"]
    assert offered(services) == ["diff to b"]


def test_candidates_left_unjudged_are_judged_on_resume_though_their_budget_is_spent(go) -> None:
    clock, store = Clock(), FakeStore()
    first = ScriptedJudge({"a": faster(2.0)}, {"a": wrong()}, before=lambda _stage, _candidate: setattr(clock, "now", 100.0))
    go(make_services(first, ScriptedProposer(by_round(["a", "b"])), clock=clock, store=store, candidates=2))
    assert first.calls == [("screen", "a"), ("full", "a")]
    second, proposer = ScriptedJudge({"b": faster(2.0)}), ScriptedProposer(by_round(["c"]))
    services = make_services(second, proposer, store=store, candidates=2)
    go(services, resume=True)
    assert (second.calls, proposer.asked) == ([("screen", "b"), ("full", "b")], [])
    assert offered(services) == ["diff to b"]


def test_a_finished_run_that_is_resumed_does_nothing(go) -> None:
    store = FakeStore()
    go(make_services(ScriptedJudge({"a": faster(2.0)}), ScriptedProposer(by_round(["a"])), store=store))
    judge, proposer = ScriptedJudge({}), ScriptedProposer(by_round(["b"]))
    go(make_services(judge, proposer, store=store), resume=True)
    assert (judge.calls, proposer.asked) == ([], [])


def refuse(request: ProposalRequest) -> Sequence[Proposal]:
    raise EndpointUnavailable("the model endpoint refused the connection")


def test_a_lost_endpoint_is_noted_once_and_the_others_go_on(go) -> None:
    rules = ScriptedProposer(by_round(["rule"]), name="rules")
    services = make_services(ScriptedJudge({"rule": faster(2.0)}), rules, ScriptedProposer(refuse))
    go(services, make_target("f"), make_target("g"))
    note = "proposer model was lost, the run went on without it: the model endpoint refused the connection"
    assert isinstance(services.reporter, HeardReporter)
    assert [heard for heard in services.reporter.notes if "lost" in heard] == [note]
    assert [kept for kept in notes(services.store) if "lost" in kept] == [note]
    assert offered(services) == ["diff to rule", "diff to rule"]


def test_a_question_that_could_not_be_asked_is_asked_again_on_resume(go) -> None:
    store = FakeStore()
    go(make_services(ScriptedJudge({}), ScriptedProposer(refuse), store=store))
    services = make_services(ScriptedJudge({"a": faster(2.0)}), ScriptedProposer(by_round(["a"])), store=store)
    go(services, resume=True)
    assert offered(services) == ["diff to a"]


def test_a_lost_sandbox_ends_the_run_and_leaves_no_verdict(go) -> None:
    def lose(stage: str, candidate: Candidate) -> None:
        if label_of(candidate) == "b":
            raise SandboxUnavailable("the engine is gone")

    store, closed = FakeStore(), []
    first = ScriptedJudge({"a": faster(2.0)}, before=lose)
    services = make_services(first, ScriptedProposer(by_round(["a", "b"])), store=store, on_cancel=lambda: closed.append(1))
    with pytest.raises(SandboxUnavailable, match="the engine is gone"):
        go(services)
    assert store.verdict(make_candidate("b").key, "screen") is None
    assert closed == [1]

    second, asked = ScriptedJudge({"b": faster(3.0)}), ScriptedProposer(by_round())
    go(make_services(second, asked, store=store), resume=True)
    assert second.calls == [("screen", "b"), ("full", "b")]
    assert len(asked.asked) == 1  # the second round; the first one's answers are kept


def test_once_the_sandbox_is_lost_no_other_candidate_is_begun(go) -> None:
    def lose(stage: str, candidate: Candidate) -> None:
        time.sleep(0.01)
        if len(judge.calls) in {3, 8, 11}:
            raise SandboxUnavailable(f"lost at call {len(judge.calls)}")

    store = FakeStore()
    judge = ScriptedJudge({"a": faster(2.0), "b": faster(3.0)}, {"b": not_proven()}, before=lose)
    services = make_services(judge, ScriptedProposer(by_round(["a", "b", "c"])), store=store, rounds=1)
    targets = [make_target(name) for name in "fgh"]
    for call in (3, 8, 11):
        with pytest.raises(SandboxUnavailable, match=f"lost at call {call}"):
            go(services, *targets, resume=call > 3)
        assert len(judge.calls) == call
    go(services, *targets, resume=True)
    assert len(judge.calls) == 3 * 3 + 3 * 2 + 3  # screens, confirmations, and the three that were lost
    assert offered(services) == ["diff to a"] * 3


def test_a_failed_run_leaves_no_task_and_no_lock_behind(tmp_path: Path) -> None:
    def lose(stage: str, candidate: Candidate) -> None:
        raise SandboxUnavailable("gone")

    path = tmp_path / "checkpoints.db"
    services = make_services(ScriptedJudge({}, before=lose), ScriptedProposer(by_round(["a", "b", "c"])))

    async def fail() -> set[asyncio.Task[object]]:
        with pytest.raises(SandboxUnavailable):
            await run_agent(services, [make_target(name) for name in "fgh"], run_id="r", checkpoints=path, resume=False)
        return asyncio.all_tasks() - {asyncio.current_task()}

    assert asyncio.run(fail()) == set()
    db = sqlite3.connect(path, timeout=0)
    db.execute("begin immediate")
    db.close()


@pytest.mark.parametrize("error", [ValueError("a fault of the judge"), KeyError("x"), ZeroDivisionError()])
def test_any_other_exception_of_the_judge_comes_out_as_it_is(go, error: Exception) -> None:
    def fail(stage: str, candidate: Candidate) -> None:
        raise error

    services = make_services(ScriptedJudge({"a": faster(2.0)}, before=fail), ScriptedProposer(by_round(["a"])))
    with pytest.raises(type(error)) as caught:
        go(services)
    assert caught.value is error
    assert history(services.store, "pkg/mod.py::f").screened == ()


def test_a_machine_that_a_proposer_loads_measures_nothing_meanwhile(go) -> None:
    judge = ScriptedJudge({})

    class Local(ScriptedProposer):
        async def propose(self, request: ProposalRequest) -> Sequence[Proposal]:
            assert judge.running.acquire(blocking=False), "the machine was being measured on"
            try:
                for _ in range(20):
                    await asyncio.sleep(0.001)
                return await super().propose(request)
            finally:
                judge.running.release()

    go(
        make_services(judge, Local(by_round(["a", "b"], ["c"]), name="local", busy_here=True), rounds=3),
        *map(make_target, "fgh"),
    )
    assert len(judge.judged("screen")) == 9


def test_useless_answers_are_kept_with_reason_answer_and_tokens(go) -> None:
    services = make_services(
        ScriptedJudge({"a": wrong()}), ScriptedProposer(by_round([useless("the answer has no code", "I \udc80 cannot"), "a"])), rounds=1
    )
    go(services)
    candidate, problem = reports(services)
    assert candidate.diff == "diff to a"
    assert (problem.diff, problem.verdict.outcome) == ("", Outcome.UNVERIFIABLE)
    assert problem.verdict.reason == "no usable patch: the answer has no code"
    assert problems(services.store) == ("pkg/mod.py::f, round 1, model: the answer has no code (7 + 2 tokens)",)
    assert tokens(services.store) == (17, 5)
    assert [one.text for one in records(services.store)[0].answers] == ["I ? cannot", "a"]


def test_a_screened_figure_is_never_offered_as_proof(go) -> None:
    judge = ScriptedJudge({"best": faster(3.0), "good": faster(2.0)})
    services = make_services(judge, ScriptedProposer(by_round(["good", "best"])))
    go(services)
    first, second = reports(services)
    assert accepted([first, second]) == (first.key,)
    assert second.verdict.outcome is Outcome.NOT_PROVEN
    assert second.verdict.reason == "screened as faster, not confirmed: 2.0x as fast"


def test_the_reporter_hears_of_questions_and_verdicts(go) -> None:
    services = make_services(ScriptedJudge({"a": faster(2.0)}), ScriptedProposer(by_round(["a"])), rounds=1)
    go(services)
    assert isinstance(services.reporter, HeardReporter)
    assert services.reporter.stages == [
        ("propose", "pkg/mod.py::f, round 1, model"),
        ("verify", "pkg/mod.py::f, 1 new"),
        ("confirm", "pkg/mod.py::f"),
    ]
    assert services.reporter.verdicts == [("a", "screen", Outcome.FASTER), ("a", "full", Outcome.FASTER)]


def test_without_targets_or_proposers_a_run_ends_at_once(go, tmp_path: Path) -> None:
    go(make_services(ScriptedJudge({})))
    services = make_services(ScriptedJudge({}), ScriptedProposer(by_round(["a"])))
    run(services, (), run_id="r2", checkpoints=tmp_path / "checkpoints.db", resume=False)
    assert reports(services) == ()


def test_a_cancelled_run_lets_go_of_a_blocked_judge(tmp_path: Path) -> None:
    blocked, released = threading.Event(), threading.Event()

    def block(stage: str, candidate: Candidate) -> None:
        blocked.set()
        assert released.wait(timeout=30)

    judge = ScriptedJudge({"a": faster(2.0)}, before=block)
    services = make_services(judge, ScriptedProposer(by_round(["a"])), on_cancel=released.set)

    async def cancel() -> None:
        task = asyncio.create_task(run_agent(services, [make_target()], run_id="r", checkpoints=tmp_path / "checkpoints.db", resume=False))
        await asyncio.to_thread(blocked.wait, 30)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cancel())
    assert released.is_set()
    assert services.store.verdict(make_candidate("a").key, "screen") is None


def test_damaged_checkpoints_are_an_error_of_one_line(go, tmp_path: Path) -> None:
    (tmp_path / "checkpoints.db").write_bytes(b"no database, but long enough to be looked at " * 40)
    with pytest.raises(StoreError, match=r"checkpoints\.db: file is not a database; remove the file and resume"):
        go(make_services(ScriptedJudge({}), ScriptedProposer(by_round(["a"]))))


def test_a_run_uses_no_network_and_strict_checkpoints_whatever_the_shell_exports(tmp_path: Path) -> None:
    program = Path(__file__).with_name("offline_run.py")
    loud = {"LANGSMITH_TRACING": "true", "LANGCHAIN_TRACING_V2": "true", "LANGSMITH_API_KEY": "k", "LANGGRAPH_STRICT_MSGPACK": "false"}
    result = subprocess.run(
        [sys.executable, "-m", f"tests.agent.{program.stem}", str(tmp_path)],
        cwd=program.parents[2],
        env={**os.environ, **loud},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout) == {"connections": [], "strict": True, "tracing": False, "offered": 1, "langgraph_before_run": False}
