"""Bodies that come in pieces, too slowly, or not at all: the application, asked as a server asks it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import anyio

from codeopt.adapters.queue.memory import MemoryQueue
from codeopt.bot.web import application
from tests.bot.conftest import Served, serving
from tests.bot.deliveries import comment, headers

BODY = json.dumps(comment("/codeopt check")).encode()
MIB = 2**20


class Request:
    """One request; `pieces` are what the server passes on, bytes of the body, or None for a client that is gone."""

    def __init__(self, pieces: Iterable[bytes | None], *, signed: bytes = BODY) -> None:
        self.pieces = iter(pieces)
        self.signed = signed
        self.may_go_on = anyio.Event()
        self.pauses = anyio.Event()
        self.sent: list[dict[str, Any]] = []

    async def receive(self) -> dict[str, Any]:
        piece = next(self.pieces, b"")
        if piece == b"wait":
            self.pauses.set()
            await self.may_go_on.wait()
            piece = next(self.pieces, b"")
        if piece is None:
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": piece, "more_body": bool(piece)}

    async def send(self, message: dict[str, Any]) -> None:
        self.sent.append(message)

    async def ask(self, app: Any) -> None:
        named = [(name.lower().encode(), value.encode()) for name, value in headers(self.signed).items()]
        scope = {"type": "http", "method": "POST", "path": "/webhook", "query_string": b"", "headers": named, "http_version": "1.1"}
        await app(scope, self.receive, self.send)

    @property
    def answer(self) -> tuple[int, str]:
        return self.sent[0]["status"], json.loads(self.sent[1]["body"])["outcome"]


def asked(served: Served, pieces: Iterable[bytes | None]) -> tuple[int, str]:
    async def main() -> tuple[int, str]:
        request = Request(pieces)
        await request.ask(application(served.web))
        return request.answer

    return anyio.run(main)


def test_a_body_may_come_in_pieces(served):
    assert asked(served, [BODY[index : index + 100] for index in range(0, len(BODY), 100)]) == (202, "queued")


def test_a_body_that_is_cut_off_is_not_looked_at(served, lines):
    assert asked(served, [BODY[:100], None]) == (400, "truncated")
    assert served.jobs() == []
    assert [line["outcome"] for line in lines.of] == ["truncated"]


def test_a_body_that_does_not_come_is_given_up():
    assert asked(serving(MemoryQueue(), body_s=0.05), [BODY[:100], b"wait"]) == (408, "slow")


def test_only_a_few_large_bodies_are_held_at_once(served):
    async def main() -> None:
        app = application(served.web)
        waiting = [Request([b"x" * 2 * MIB, b"wait"]) for _ in range(4)]
        async with anyio.create_task_group() as group:
            for one in waiting:
                group.start_soon(one.ask, app)
            for one in waiting:
                await one.pauses.wait()
            large = Request([b"x" * 2 * MIB])
            await large.ask(app)
            assert large.answer == (503, "crowded")
            small = Request([BODY])
            await small.ask(app)
            assert small.answer == (202, "queued")
            for one in waiting:
                one.may_go_on.set()
        assert {one.answer for one in waiting} == {(401, "unsigned")}
        again = Request([b"x" * 2 * MIB])
        await again.ask(app)
        assert again.answer == (401, "unsigned")

    anyio.run(main)
