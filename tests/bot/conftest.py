"""A service without its network: the application, in front of a queue in memory."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from starlette.testclient import TestClient

from codeopt.adapters.queue.memory import MemoryQueue
from codeopt.bot.intake import Intake
from codeopt.bot.limits import Limits
from codeopt.bot.logs import JsonLines
from codeopt.bot.metrics import Metrics
from codeopt.bot.web import Web, application
from codeopt.model.bot import Job
from codeopt.ports import Queue
from tests.bot.deliveries import SECRET, headers
from tests.conformance.queue_suite import Clock

__all__ = ["Lines", "Served", "lines", "served", "serving"]


@dataclass
class Served:
    """The application with what it is made of; `news` counts how often workers were woken."""

    queue: Queue
    clock: Clock
    web: Web
    client: TestClient
    news: list[None] = field(default_factory=list)

    def send(self, content: object, **how: str) -> Any:
        """Send a payload as GitHub would."""
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        return self.client.post("/webhook", content=body, headers=headers(body, **how))

    def jobs(self, lane: str = "octo/demo") -> list[Job]:
        return list(self.queue.jobs(lane))


def serving(queue: Queue, *, rate: float = 1000.0, installation_rate: float = 1000.0, body_s: float = 600.0) -> Served:
    """Return the application before a queue."""
    clock = Clock()
    limits = Limits(rate=rate, installation_rate=installation_rate, clock=clock)
    news: list[None] = []
    intake = Intake(queue, secret=SECRET, limits=limits, clock=clock)
    web = Web(intake=intake, queue=queue, metrics=Metrics(), news=lambda: news.append(None), body_s=body_s)
    return Served(queue, clock, web, TestClient(application(web), raise_server_exceptions=False), news)


@pytest.fixture
def served() -> Served:
    return serving(MemoryQueue())


class _Kept(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(JsonLines())
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.texts.append(self.format(record))


@dataclass
class Lines:
    """What was logged since, as it is written."""

    kept: _Kept

    @property
    def text(self) -> str:
        return "\n".join(self.kept.texts)

    @property
    def of(self) -> list[dict[str, Any]]:
        return [json.loads(text) for text in self.kept.texts]


@pytest.fixture
def lines() -> Iterator[Lines]:
    handler, logger = _Kept(), logging.getLogger("codeopt.bot")
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    try:
        yield Lines(handler)
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)
