"""Deliveries for a soak of the bot: what is sent, in which order, twice or once, and by clients that do not give up."""

from __future__ import annotations

import hashlib
import hmac
import itertools
import json
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import anyio
import httpx

__all__ = ["Load", "Sent", "Tally", "load", "send_all"]

SECRET = "the secret of a soak"
# Real payloads of comments have about so many bytes.
PADDING = "x" * 10_000
AGAIN_S = 0.05
ACKNOWLEDGED = 202


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One delivery: comment `number` in a repository, sent under an id."""

    guid: str
    repository: str
    number: int

    @property
    def body(self) -> bytes:
        """Return the payload, the same for the same comment."""
        content = {
            "action": "created",
            "installation": {"id": 1},
            "repository": {"id": int(self.repository.rpartition("-")[2]), "full_name": self.repository, "default_branch": "main"},
            "issue": {"number": 1 + self.number % 50},
            "comment": {"id": self.number, "body": "/codeopt optimize", "user": {"login": "mona", "type": "User"}},
            "sender": {"login": "mona", "type": "User"},
            "padding": PADDING,
        }
        return json.dumps(content).encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """All that is sent, lane by lane: one client sends a lane's deliveries one after the other."""

    lanes: tuple[tuple[Sent, ...], ...]

    @property
    def total(self) -> int:
        """Return how many deliveries are sent, those that come again included."""
        return sum(map(len, self.lanes))

    @property
    def expected(self) -> dict[str, list[int]]:
        """Return the comments of each repository in the order in which they are sent first."""
        found: dict[str, list[int]] = {}
        for sent in itertools.chain.from_iterable(self.lanes):
            numbers = found.setdefault(sent.repository, [])
            if sent.number not in numbers:
                numbers.append(sent.number)
        return found


def load(*, deliveries: int, repositories: int, clients: int, seed: int) -> Load:
    """Return so many deliveries in a random order; a third repeats others, half of these under the same id, half under another one."""
    rng = random.Random(seed)
    distinct = deliveries - deliveries // 3
    firsts = [
        Sent(guid=f"first-{number}", repository=f"octo/soak-{rng.randrange(repositories)}", number=number)
        for number in range(1, distinct + 1)
    ]
    again = [rng.choice(firsts) for _ in range(deliveries - distinct)]
    repeats = [
        sent if index % 2 else Sent(guid=f"again-{index}", repository=sent.repository, number=sent.number)
        for index, sent in enumerate(again)
    ]
    everything = [*firsts, *repeats]
    rng.shuffle(everything)
    lanes: list[list[Sent]] = [[] for _ in range(clients)]
    for sent in everything:
        lanes[int(sent.repository.rpartition("-")[2]) % clients].append(sent)
    return Load(lanes=tuple(map(tuple, lanes)))


@dataclass(slots=True)
class Tally:
    """What the clients saw: seconds until each acknowledgement, how often they had to send again, and what was answered."""

    seconds: list[float] = field(default_factory=list)
    outcomes: dict[str, int] = field(default_factory=dict)
    refused: int = 0

    def quantile(self, share: float) -> float:
        """Return a quantile of the seconds until acknowledgement."""
        return sorted(self.seconds)[min(len(self.seconds) - 1, int(share * len(self.seconds)))]


async def send_all(url: str, lanes: Sequence[Sequence[Sent]], tally: Tally, *, rate: float) -> None:
    """Send every lane by a client of its own until all is acknowledged; `rate` is deliveries a second in all, 0 as many as it takes."""
    async with anyio.create_task_group() as group:
        for lane in lanes:
            group.start_soon(_send, url, iter(lane), tally, rate / len(lanes))


async def _send(url: str, lane: Iterator[Sent], tally: Tally, rate: float) -> None:
    async with httpx.AsyncClient(timeout=10.0) as client:
        for sent in lane:
            await anyio.sleep(random.expovariate(rate) if rate else 0.0)
            body = sent.body
            headers = {
                "Content-Type": "application/json",
                "X-GitHub-Event": "issue_comment",
                "X-GitHub-Delivery": sent.guid,
                "X-Hub-Signature-256": "sha256=" + hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest(),
            }
            while not await _acknowledged(client, url, body, headers, tally):
                tally.refused += 1
                await anyio.sleep(AGAIN_S)


async def _acknowledged(client: httpx.AsyncClient, url: str, body: bytes, headers: dict[str, str], tally: Tally) -> bool:
    began = time.perf_counter()
    try:
        answer = await client.post(url, content=body, headers=headers)
    except httpx.TransportError:
        return False
    if answer.status_code != ACKNOWLEDGED:
        return False
    tally.seconds.append(time.perf_counter() - began)
    outcome = answer.json()["outcome"]
    tally.outcomes[outcome] = tally.outcomes.get(outcome, 0) + 1
    return True
