"""Runs the graph on checkpoints of its own, from the start or from where it was interrupted."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from codeopt.agent.machine import MachineLock
from codeopt.agent.policy import CONFIRMATIONS
from codeopt.agent.services import Services
from codeopt.agent.state import RunState
from codeopt.errors import StoreError
from codeopt.model.code import Target

if TYPE_CHECKING:
    from langchain_core.runnables import RunnableConfig
    from langgraph.graph.state import CompiledStateGraph

__all__ = ["run", "run_agent"]

_ENVIRONMENT = {
    "LANGGRAPH_STRICT_MSGPACK": "true",  # a checkpoint may not name classes to build
    "LANGSMITH_TRACING": "false",  # nothing of a run goes to anyone's service, whatever the user's shell exports
    "LANGSMITH_TRACING_V2": "false",
    "LANGCHAIN_TRACING": "false",
    "LANGCHAIN_TRACING_V2": "false",
}


async def run_agent(services: Services, targets: Sequence[Target], *, run_id: str, checkpoints: Path, resume: bool) -> None:
    """Improve all targets at once, and leave everything learnt in the store.

    `checkpoints` is a database file in an existing folder. With `resume` the run goes on where it was interrupted; where there is
    nothing to go on from, or the run had ended, it starts anew, and the store keeps it from doing anything twice. It needs an event
    loop of its own: tasks that begin there meanwhile end with it.

    Raises:
        SandboxUnavailable: the sandbox was lost; the run can be resumed.
        StoreError: the store or the checkpoints cannot be read or written.
    """
    context = replace(services, targets={str(target.name): target for target in targets}, machine_lock=MachineLock())
    try:
        with ExitStack() as early_end:
            early_end.callback(services.on_cancel)
            await _invoke(context, run_id=run_id, checkpoints=checkpoints, resume=resume)
            early_end.pop_all()
    except sqlite3.Error as error:
        raise StoreError(f"{checkpoints}: {error}; remove the file and resume: no verdict lies in it") from error


def run(services: Services, targets: Sequence[Target], *, run_id: str, checkpoints: Path, resume: bool) -> None:
    """Do what `run_agent` does, in an event loop of its own.

    Raises:
        SandboxUnavailable: the sandbox was lost; the run can be resumed.
        StoreError: the store or the checkpoints cannot be read or written.
    """
    asyncio.run(run_agent(services, targets, run_id=run_id, checkpoints=checkpoints, resume=resume))


async def _invoke(services: Services, *, run_id: str, checkpoints: Path, resume: bool) -> None:
    # langgraph reads its environment when it is imported, and takes more than a second to import.
    os.environ.update(_ENVIRONMENT)
    from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver  # noqa: PLC0415

    from codeopt.agent.graph import build_graph  # noqa: PLC0415

    config: RunnableConfig = {"configurable": {"thread_id": run_id}, "recursion_limit": _recursion_limit(services)}
    start: RunState | None = {"targets": list(services.targets), "finished": []}
    async with AsyncSqliteSaver.from_conn_string(str(checkpoints)) as saver:
        await saver.setup()
        graph = build_graph(saver)
        if resume and await _interrupted(graph, config, targets=list(services.targets)):
            start = None
        else:
            await saver.adelete_thread(run_id)
        # Never max_concurrency: with it checkpoint writes queue behind waiting tasks, and a resume repeats finished ones.
        mine = asyncio.all_tasks()
        try:
            await graph.ainvoke(start, config, context=services, durability="sync")
        finally:
            await _end_all_but(mine)
            # A cancelled write leaves its transaction open, and a closed connection may keep the file locked with it.
            await saver.conn.rollback()


async def _end_all_but(tasks: set[asyncio.Task[object]]) -> None:
    """Cancel what a failed graph leaves behind: nodes of other targets that still wait, and half-made checkpoints."""
    while left := asyncio.all_tasks() - tasks:
        for task in left:
            task.cancel()
        await asyncio.wait(left)


async def _interrupted(
    graph: CompiledStateGraph[RunState, Services, RunState, RunState], config: RunnableConfig, *, targets: list[str]
) -> bool:
    """Say whether the checkpoints hold an unfinished run on the same targets."""
    snapshot = await graph.aget_state(config)
    return bool(snapshot.next) and snapshot.values.get("targets") == targets


def _recursion_limit(services: Services) -> int:
    """Count supersteps, generously: four a round, two a confirmation, and some to begin and end."""
    return 4 * services.budget.rounds + 2 * CONFIRMATIONS + 10
