"""Fakes of all that the agent reaches: store, proposers, judge, reporter, and the nouns to feed them."""

from __future__ import annotations

import asyncio
import hashlib
import pickle
import sqlite3
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from codeopt.agent.services import Services
from codeopt.model.code import Function, FunctionKind, Span, Target, TargetName
from codeopt.model.evidence import Check, CheckKind, Comparison, Outcome, Verdict
from codeopt.model.patch import Candidate, Edit, Origin, Patch
from codeopt.model.proposal import CodeContext, Proposal, ProposalRequest
from codeopt.model.report import RunInfo
from codeopt.model.work import Attempt, Budget

SOURCE = b"def f():\n    return 1\n"
SPAN = Span(start_byte=0, end_byte=len(SOURCE), start_line=1, end_line=2)


def make_target(qualname: str = "f", share: float = 0.5) -> Target:
    sha = hashlib.sha256(qualname.encode()).hexdigest()
    return Target(name=TargetName(path="pkg/mod.py", qualname=qualname), span=SPAN, source_sha=sha, share=share)


def make_patch(label: str) -> Patch:
    return Patch(edits=(Edit(path="pkg/mod.py", start_byte=0, before=SOURCE, after=label.encode()),))


def label_of(candidate: Candidate) -> str:
    return candidate.patch.edits[0].after.decode()


def make_candidate(label: str, target: Target | None = None, proposer: str = "model") -> Candidate:
    return Candidate(target=target or make_target(), patch=make_patch(label), origin=Origin(proposer=proposer))


def proposal(label: str, *, proposer: str = "model", prompt_tokens: int = 10, completion_tokens: int = 3) -> Proposal:
    origin = Origin(proposer=proposer, prompt="rewrite", prompt_version="1")
    return Proposal(origin=origin, patch=make_patch(label), answer=label, prompt_tokens=prompt_tokens, completion_tokens=completion_tokens)


def useless(problem: str, answer: str = "sorry") -> Proposal:
    return Proposal(origin=Origin(proposer="model"), patch=None, problem=problem, answer=answer, prompt_tokens=7, completion_tokens=2)


def comparison(ratio: float) -> Comparison:
    return Comparison(ratio=ratio, low=ratio * 0.95, high=ratio * 1.05, confidence=0.99, rounds=20, old_seconds=ratio, new_seconds=1.0)


def faster(ratio: float) -> Verdict:
    checks = (Check(kind=CheckKind.CALLS, passed=True, detail="all agree"),)
    return Verdict(outcome=Outcome.FASTER, reason=f"{ratio}x as fast", checks=checks, comparison=comparison(ratio))


def not_proven(ratio: float = 1.01) -> Verdict:
    return Verdict(outcome=Outcome.NOT_PROVEN, reason="within the noise", comparison=comparison(ratio))


def wrong(reason: str = "call 3 returns 2 instead of 1") -> Verdict:
    return Verdict(outcome=Outcome.WRONG, reason=reason)


class FakeStore:
    """A store in memory."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], bytes] = {}

    def start(self, info: RunInfo) -> None:
        self._put("info", "", pickle.dumps(info))

    def info(self) -> RunInfo:
        return pickle.loads(self._get("info", "") or b"")

    def put_candidate(self, candidate: Candidate) -> None:
        self._put("candidate", candidate.key, pickle.dumps(candidate))

    def candidate(self, key: str) -> Candidate | None:
        body = self._get("candidate", key)
        return pickle.loads(body) if body is not None else None

    def candidates(self) -> tuple[Candidate, ...]:
        return tuple(pickle.loads(body) for _, body in self._all("candidate"))

    def put_verdict(self, key: str, stage: str, verdict: Verdict) -> None:
        self._put(f"verdict {stage}", key, pickle.dumps(verdict))

    def verdict(self, key: str, stage: str) -> Verdict | None:
        body = self._get(f"verdict {stage}", key)
        return pickle.loads(body) if body is not None else None

    def put_value(self, name: str, value: bytes) -> None:
        self._put("value", name, value, last_wins=True)

    def value(self, name: str) -> bytes | None:
        return self._get("value", name)

    def names(self, prefix: str) -> tuple[str, ...]:
        return tuple(sorted(name for name, _ in self._all("value") if name.startswith(prefix)))

    def _put(self, kind: str, name: str, body: bytes, *, last_wins: bool = False) -> None:
        if last_wins or (kind, name) not in self._kept:
            self._kept[kind, name] = body

    def _get(self, kind: str, name: str) -> bytes | None:
        return self._kept.get((kind, name))

    def _all(self, kind: str) -> list[tuple[str, bytes]]:
        return [(name, body) for (known, name), body in self._kept.items() if known == kind]


class FileStore(FakeStore):
    """A store in one SQLite file, durable once a method returns."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.execute("create table if not exists kept (kind text, name text, body blob, primary key (kind, name))")

    def close(self) -> None:
        self._db.close()

    def _put(self, kind: str, name: str, body: bytes, *, last_wins: bool = False) -> None:
        word = "replace" if last_wins else "ignore"
        self._db.execute(f"insert or {word} into kept values (?, ?, ?)", (kind, name, body))

    def _get(self, kind: str, name: str) -> bytes | None:
        row = self._db.execute("select body from kept where kind = ? and name = ?", (kind, name)).fetchone()
        return row[0] if row else None

    def _all(self, kind: str) -> list[tuple[str, bytes]]:
        return self._db.execute("select name, body from kept where kind = ? order by rowid", (kind,)).fetchall()


Script = Callable[[ProposalRequest], Sequence[Proposal]]


@dataclass
class ScriptedProposer:
    """Answers by a script, and remembers what it was asked."""

    script: Script
    name: str = "model"
    busy_here: bool = False
    asked: list[ProposalRequest] = field(default_factory=list)

    async def propose(self, request: ProposalRequest) -> Sequence[Proposal]:
        self.asked.append(request)
        await asyncio.sleep(0)
        return self.script(request)


def by_round(*rounds: Sequence[Proposal | str]) -> Script:
    """Answer each target's first question with the first round, and so on; nothing after the last."""
    counts: dict[str, int] = {}

    def script(request: ProposalRequest) -> Sequence[Proposal]:
        name = str(request.target.name)
        number = counts[name] = counts.get(name, 0) + 1
        answers = rounds[number - 1] if number <= len(rounds) else ()
        return [proposal(answer) if isinstance(answer, str) else answer for answer in answers]

    return script


@dataclass
class ScriptedJudge:
    """Gives verdicts by the text of the patch, and remembers every call as (stage, text)."""

    screens: Mapping[str, Verdict]
    confirms: Mapping[str, Verdict] = field(default_factory=dict)
    calls: list[tuple[str, str]] = field(default_factory=list)
    before: Callable[[str, Candidate], None] = lambda _stage, _candidate: None
    running: threading.Lock = field(default_factory=threading.Lock)

    def screen(self, candidate: Candidate) -> Verdict:
        return self._judge("screen", candidate, self.screens)

    def confirm(self, candidate: Candidate) -> Verdict:
        return self._judge("full", candidate, {**self.screens, **self.confirms})

    def _judge(self, stage: str, candidate: Candidate, verdicts: Mapping[str, Verdict]) -> Verdict:
        assert self.running.acquire(blocking=False), "two candidates were judged at once"
        try:
            self.calls.append((stage, label_of(candidate)))
            self.before(stage, candidate)
            return verdicts.get(label_of(candidate), wrong())
        finally:
            self.running.release()

    def judged(self, stage: str) -> list[str]:
        return [text for called, text in self.calls if called == stage]


@dataclass
class HeardReporter:
    """Remembers what it was told."""

    stages: list[tuple[str, str]] = field(default_factory=list)
    verdicts: list[tuple[str, str, Outcome]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def stage(self, name: str, detail: str = "") -> None:
        self.stages.append((name, detail))

    def judged(self, candidate: Candidate, verdict: Verdict, stage: str) -> None:
        self.verdicts.append((label_of(candidate), stage, verdict.outcome))

    def note(self, text: str) -> None:
        self.notes.append(text)

    def progress(self, done: int, total: int, unit: str) -> None:
        pass


def request_for(target: Target, attempts: tuple[Attempt, ...], samples: int, seed: int) -> ProposalRequest:
    function = Function(
        name=target.name,
        kind=FunctionKind.FUNCTION,
        span=SPAN,
        body_span=SPAN,
        def_line=1,
        decorators=(),
        parameters="()",
        is_async=False,
        loops=0,
        calls=(),
        names=(),
        class_name=None,
        docstring=None,
        source_sha=target.source_sha,
    )
    files = ((target.name.path, SOURCE),)
    return ProposalRequest(
        target=target, function=function, files=files, context=CodeContext(), attempts=attempts, samples=samples, seed=seed
    )


@dataclass
class Clock:
    """A clock that stands still until it is set."""

    now: float = 0.0

    def __call__(self) -> float:
        return self.now


def make_services(
    judge: ScriptedJudge,
    *proposers: ScriptedProposer,
    store: FakeStore | None = None,
    rounds: int = 3,
    candidates: int = 16,
    clock: Clock | None = None,
    on_cancel: Callable[[], None] = lambda: None,
) -> Services:
    """Return services with a deadline 100 s off, four samples and seed 7."""
    return Services(
        store=store or FakeStore(),
        proposers=proposers,
        judge=judge,
        reporter=HeardReporter(),
        request_for=request_for,
        diff_of=lambda candidate: f"diff to {label_of(candidate)}",
        code_of=lambda candidate: f"code of {label_of(candidate)}",
        timings_of=lambda candidate: (f"100%  of {label_of(candidate)}",),
        budget=Budget(seconds=100, candidates=candidates, rounds=rounds),
        deadline=100.0,
        samples=4,
        seed=7,
        clock=clock or Clock(),
        on_cancel=on_cancel,
    )
