"""Kills the bot's service again and again while deliveries come in, and looks whether each was worked on once, in order, and none lost.

Usage: python -m benchmarks.bot.soak [--deliveries 10000] [--kills 20] [--rate 0] [--database URL] [--seed 0]. The service is a
process of its own, reached over HTTP; clients send again what was not acknowledged. Ends with status 1 when something is wrong.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

import anyio
import httpx

from benchmarks.bot.sending import PADDING, SECRET, Load, Tally, load, send_all
from codeopt.adapters.queue.sql import SqlQueue
from codeopt.model.bot import JobState

__all__ = ["Plan", "Result", "main", "soak"]

ROOT = Path(__file__).resolve().parents[2]
LEASE_S = 2.0
PATIENCE_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How much, how often it is killed, and how many deliveries come in a second (0: as many as are acknowledged)."""

    deliveries: int = 10_000
    kills: int = 20
    repositories: int = 48
    clients: int = 12
    workers: int = 8
    seed: int = 0
    rate: float = 0.0
    database: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What came of it. `problems` is empty when everything was as it must be; `repeated` counts calls for jobs that were begun before."""

    problems: tuple[str, ...]
    deliveries: int
    distinct: int
    kills: int
    sent_again: int
    outcomes: dict[str, int]
    repeated: int
    sending_s: float
    drained_s: float
    acknowledged_p50_ms: float
    acknowledged_p99_ms: float
    acknowledged_max_ms: float


@dataclass(slots=True)
class Service:
    """The service as a process, which may be killed and started again in the same place."""

    folder: Path
    database: str
    workers: int
    port: int
    process: subprocess.Popen[bytes] | None = None
    kills: int = 0
    log: list[bytes] = field(default_factory=list)

    def start(self) -> None:
        """Start it."""
        given = {
            "CODEOPT_WEBHOOK_SECRET": SECRET,
            "CODEOPT_BOT_DATABASE": self.database,
            "CODEOPT_BOT_PORT": str(self.port),
            "CODEOPT_BOT_WORKERS": str(self.workers),
            "CODEOPT_BOT_LEASE": f"{LEASE_S}s",
            "CODEOPT_BOT_RATE": "1000000",
            "CODEOPT_BOT_INSTALLATION_RATE": "1000000",
        }
        environment = {name: value for name, value in os.environ.items() if not name.startswith("CODEOPT_")} | given
        with (self.folder / "service.log").open("ab") as log:
            words = (sys.executable, "-m", "benchmarks.bot.served", str(self.folder))
            self.process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=ROOT, env=environment)

    def kill(self) -> None:
        """End it as the kernel does when memory runs out."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.kills += 1

    def stop(self) -> int:
        """Ask it to end, and return its status."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=PATIENCE_S)

    def close(self) -> None:
        """Leave nothing behind."""
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()


def soak(plan: Plan, folder: Path) -> Result:
    """Do it in a folder."""
    work = load(deliveries=plan.deliveries, repositories=plan.repositories, clients=plan.clients, seed=plan.seed)
    database = plan.database or f"sqlite:///{folder}/queue.db"
    tally, began = Tally(), time.monotonic()
    service = Service(folder, database, plan.workers, _free_port())
    with ExitStack() as stack:
        stack.callback(service.close)
        service.start()
        anyio.run(_send_and_kill, service, work, plan, tally)
        sent_s = time.monotonic() - began
        anyio.run(_drained, service)
        drained_s = time.monotonic() - began
        status = service.stop()
    calls = (folder / "calls.log").read_text().splitlines()
    problems = [f"the service ended with status {status}"] if status else []
    problems += [*_wrong_jobs(database, work), *_wrong_calls(calls, work, folder), *_wrong_log(folder)]
    begun = Counter(line.split()[3] for line in calls if line.split()[1] == "begins")
    return Result(
        problems=tuple(problems),
        deliveries=work.total,
        distinct=sum(map(len, work.expected.values())),
        kills=service.kills,
        sent_again=tally.refused,
        outcomes=tally.outcomes,
        repeated=sum(count - 1 for count in begun.values()),
        sending_s=round(sent_s, 2),
        drained_s=round(drained_s, 2),
        acknowledged_p50_ms=round(1000 * tally.quantile(0.5), 2),
        acknowledged_p99_ms=round(1000 * tally.quantile(0.99), 2),
        acknowledged_max_ms=round(1000 * max(tally.seconds), 2),
    )


async def _send_and_kill(service: Service, work: Load, plan: Plan, tally: Tally) -> None:
    async with anyio.create_task_group() as group:
        group.start_soon(_kill_often, service, work.total, plan, tally)
        await send_all(f"http://127.0.0.1:{service.port}/webhook", work.lanes, tally, rate=plan.rate)


async def _kill_often(service: Service, total: int, plan: Plan, tally: Tally) -> None:
    """Kill the service at moments that are spread over the whole."""
    rng = random.Random(plan.seed + 1)
    for number in range(plan.kills):
        threshold = (number + 0.5) * total / plan.kills
        while len(tally.seconds) < threshold:  # noqa: ASYNC110 - what is waited for is a count
            await anyio.sleep(0.002)
        await anyio.sleep(rng.uniform(0.0, 0.05))
        service.kill()
        service.start()


async def _drained(service: Service) -> None:
    """Wait until no job waits or runs."""
    async with httpx.AsyncClient(timeout=10.0) as client:
        with anyio.fail_after(PATIENCE_S * 10):
            while True:
                try:
                    jobs = (await client.get(f"http://127.0.0.1:{service.port}/healthz")).json()["jobs"]
                except (httpx.TransportError, KeyError):
                    jobs = {"waiting": 1, "running": 0}
                if not jobs["waiting"] + jobs["running"]:
                    return
                await anyio.sleep(0.1)


def _wrong_jobs(database: str, work: Load) -> list[str]:
    """Compare the queue with what was sent: one job for each comment, in order, done, with its effect."""
    problems = []
    with closing(SqlQueue(database)) as queue:
        for repository, numbers in work.expected.items():
            jobs = queue.jobs(repository)
            if [job.comment for job in jobs] != numbers:
                problems.append(f"{repository}: {len(jobs)} jobs for {len(numbers)} comments, or in another order")
            problems += [f"{repository}: comment {job.comment} is {job.state}" for job in jobs if job.state is not JobState.DONE]
            problems += [f"{repository}: comment {job.comment} has no effect" for job in jobs if job.effect != f"effects/{job.id}"]
    return problems


def _wrong_calls(calls: list[str], work: Load, folder: Path) -> list[str]:
    """Compare the handler's ledger with what was sent: jobs of a repository one after the other, begun again only after a kill."""
    problems, seen = [], {repository: list[tuple[str, str, int]]() for repository in work.expected}
    for line in calls:
        process, word, repository, number = line.split()
        seen[repository].append((process, word, int(number)))
    for repository, numbers in work.expected.items():
        events = seen[repository]
        if [number for number, _ in groupby(number for *_, number in events)] != numbers:
            problems.append(f"{repository}: jobs were worked on in another order, or not one after the other")
        begun = Counter((process, number) for process, word, number in events if word == "begins")
        problems += [f"{repository}: comment {number} was begun twice by one process" for (_, number), count in begun.items() if count > 1]
    effects = len(list((folder / "effects").iterdir()))
    distinct = sum(map(len, work.expected.values()))
    return problems if effects == distinct else [*problems, f"{effects} effects of {distinct} jobs"]


def _wrong_log(folder: Path) -> list[str]:
    """See that every line of the log is an object, and that none holds a payload or the secret."""
    lines = (folder / "service.log").read_text().splitlines()
    return [f"log: {line[:200]}" for line in lines if not line.startswith("{") or SECRET in line or PADDING[:50] in line]


def _free_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        return int(taken.getsockname()[1])


def main() -> int:
    """Run one soak and print its result as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name, default in (("deliveries", 10_000), ("kills", 20), ("workers", 8), ("seed", 0)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--rate", type=float, default=0.0)
    parser.add_argument("--database", default="")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="codeopt-soak-") as folder:
        result = soak(Plan(**vars(asked)), Path(folder))
    print(json.dumps({field: getattr(result, field) for field in result.__dataclass_fields__}, indent=2))
    return 1 if result.problems else 0


if __name__ == "__main__":
    sys.exit(main())
