"""A program that runs the agent, is killed again and again on its way, and goes on until the run ends.

`python -m tests.agent.killed_run FOLDER STRIDE` forks a child that runs the agent, kills it (SIGKILL) once it has written STRIDE more
lines to FOLDER/log, and forks the next one, which resumes. Each line of the log is `ask|kept|judge|stored NAME`. STRIDE 0 never
kills. It prints the number of kills. Forking saves the second that an import of langgraph takes.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import langgraph.checkpoint.sqlite.aio  # noqa: F401 - imported once, before any fork

import codeopt.agent.graph  # noqa: F401 - as above
from codeopt.agent.run import run
from codeopt.model.evidence import Verdict
from codeopt.model.patch import Candidate
from codeopt.model.proposal import Proposal, ProposalRequest
from tests.agent.fakes import (
    FileStore,
    ScriptedJudge,
    ScriptedProposer,
    faster,
    label_of,
    make_services,
    make_target,
    not_proven,
    proposal,
    useless,
    wrong,
)

JUDGING_S = 0.02
KEEPING_S = 0.01  # leaves time to be killed between what the store knows and what the checkpoints know
TARGETS = tuple(make_target(name, share) for name, share in (("f", 0.5), ("g", 0.3), ("h", 0.1)))


class Log:
    """Lines that are on disk, in order, once `write` returns."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_APPEND | os.O_CREAT | os.O_WRONLY)

    def write(self, line: str) -> None:
        os.write(self._file, line.encode() + b"\n")


class LoggedStore(FileStore):
    """A store that logs what it has kept."""

    def __init__(self, path: Path, log: Log) -> None:
        super().__init__(path)
        self._log = log

    def put_verdict(self, key: str, stage: str, verdict: Verdict) -> None:
        super().put_verdict(key, stage, verdict)
        self._log.write(f"stored {stage}:{key}")
        time.sleep(KEEPING_S)

    def put_value(self, name: str, value: bytes) -> None:
        super().put_value(name, value)
        self._log.write(f"kept {name}")
        time.sleep(KEEPING_S)


def verdicts() -> dict[str, Verdict]:
    """Return verdicts under which every target needs two confirmations."""
    known: dict[str, Verdict] = {}
    for name in "fgh":
        known |= {f"{name} round 1 sample 0": wrong(), f"{name} round 1 sample 1": faster(1.2), f"{name} round 1 sample 2": not_proven()}
        known |= {f"{name} round 2 sample 0": faster(2.0), f"{name} round 2 sample 1": faster(1.7), f"{name} round 2 sample 2": wrong()}
    return known


def answers(request: ProposalRequest) -> Sequence[Proposal]:
    """Answer with four patches, the last of them known already, and a useless text; the answer depends on the question alone."""
    name, number = request.target.name.qualname, 1 + (request.seed - 7) // 4
    texts = [f"{name} round {number} sample {sample}" for sample in range(4)]
    return [*(proposal(text) for text in texts), proposal(f"{name} round 1 sample 0"), useless(f"no code in round {number}")]


def go(folder: Path, *, resume: bool) -> None:
    log = Log(folder / "log")
    store = LoggedStore(folder / "store.db", log)

    def tell_and_work(stage: str, candidate: Candidate) -> None:
        log.write(f"judge {stage}:{candidate.key}")
        time.sleep(JUDGING_S)

    class Asked(ScriptedProposer):
        async def propose(self, request: ProposalRequest) -> Sequence[Proposal]:
            log.write(f"ask proposals/{request.target.name}/{1 + (request.seed - 7) // 4}/{self.name}")
            return await super().propose(request)

    judge = ScriptedJudge(verdicts(), {f"{name} round 2 sample 0": not_proven() for name in "fgh"}, before=tell_and_work)
    services = make_services(judge, Asked(answers), store=store, rounds=2)
    assert all(label_of(candidate) for candidate in store.candidates())
    run(services, TARGETS, run_id="killed", checkpoints=folder / "checkpoints.db", resume=resume)


def lines(folder: Path) -> int:
    log = folder / "log"
    return log.read_bytes().count(b"\n") if log.exists() else 0


def attempt(folder: Path, stride: int, *, resume: bool, jitter_s: float) -> bool:
    """Run in a child; True when it came to its end before it was killed."""
    begun = lines(folder)
    child = os.fork()
    if child == 0:
        # A forked child must not run the parent's clean-up, whatever happens.
        status = 1
        try:
            go(folder, resume=resume)
            status = 0
        finally:
            os._exit(status)
    while True:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            assert status == 0, f"the run failed with status {status}"
            return True
        if stride and lines(folder) >= begun + stride:
            break
        time.sleep(0.001)
    time.sleep(jitter_s)
    os.kill(child, signal.SIGKILL)
    status = os.waitpid(child, 0)[1]
    assert status in {0, signal.SIGKILL}, f"the run failed with status {status}"
    return status == 0


def main(folder: Path, stride: int) -> None:
    jitter = random.Random(stride)
    kills = 0
    while not attempt(folder, stride, resume=kills > 0, jitter_s=jitter.choice((0, jitter.random())) * JUDGING_S):
        kills += 1
    sys.stdout.write(str(kills))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
