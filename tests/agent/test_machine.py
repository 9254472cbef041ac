"""Turns at the machine."""

from __future__ import annotations

import asyncio

import pytest

from codeopt.agent.machine import MachineLock, Turn


def order_of(*kinds):
    """Let a holder wait for others to queue up, and return the order in which they had their turns."""
    seen = []

    async def one(lock, number, kind):
        async with lock.turn(kind):
            seen.append(number)
            await asyncio.sleep(0)

    async def main():
        lock = MachineLock()
        async with asyncio.TaskGroup() as group, lock.turn(Turn.ASK):
            for number, kind in enumerate(kinds):
                group.create_task(one(lock, number, kind))
            await asyncio.sleep(0.01)

    asyncio.run(main())
    return seen


def test_judging_comes_before_asking_and_equals_in_order_of_arrival():
    assert order_of(Turn.ASK, Turn.SCREEN, Turn.CONFIRM, Turn.SCREEN, Turn.ASK) == [2, 1, 3, 0, 4]


def test_candidates_that_come_just_after_an_answer_go_before_the_next_question():
    seen = []

    async def main():
        lock = MachineLock()

        async def ask(name):
            async with lock.turn(Turn.ASK):
                seen.append(name)

        async def screen():
            async with lock.turn(Turn.SCREEN):
                seen.append("screen")

        async with asyncio.TaskGroup() as group:
            async with lock.turn(Turn.ASK):
                group.create_task(ask("second question"))
                await asyncio.sleep(0.01)
            await asyncio.sleep(0.05)
            group.create_task(screen())

    asyncio.run(main())
    assert seen == ["screen", "second question"]


def test_one_at_a_time():
    inside = 0

    async def one(lock):
        nonlocal inside
        async with lock.turn(Turn.SCREEN):
            inside += 1
            assert inside == 1
            await asyncio.sleep(0.001)
            inside -= 1

    async def main():
        lock = MachineLock()
        await asyncio.gather(*(one(lock) for _ in range(20)))

    asyncio.run(main())


def test_a_holder_that_fails_keeps_the_machine():
    async def fail(lock):
        async with lock.turn(Turn.SCREEN):
            raise RuntimeError("lost")

    async def main():
        lock = MachineLock()
        with pytest.raises(RuntimeError):
            await fail(lock)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.4):
                await fail(lock)

    asyncio.run(main())


def test_one_that_stops_waiting_does_not_keep_the_machine():
    async def main():
        lock = MachineLock()
        async with lock.turn(Turn.SCREEN):
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.01), lock.turn(Turn.SCREEN):
                    raise AssertionError("nobody gets here")
        async with asyncio.timeout(1), lock.turn(Turn.SCREEN):
            pass

    asyncio.run(main())
