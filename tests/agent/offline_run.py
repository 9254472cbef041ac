"""A program that runs the agent once and tells what it did to the network and to langgraph's settings."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from codeopt.agent.run import run
from codeopt.agent.summary import accepted, candidate_reports
from tests.agent.fakes import ScriptedJudge, ScriptedProposer, by_round, faster, make_services, make_target

CONNECTIONS: list[str] = []


def watch(event: str, args: tuple[object, ...]) -> None:
    if event in {"socket.connect", "socket.getaddrinfo", "socket.sendto"}:
        CONNECTIONS.append(f"{event} {args[-1] if event == 'socket.connect' else args[:2]}")


def main(folder: Path) -> None:
    sys.addaudithook(watch)
    before = "langgraph" in sys.modules
    services = make_services(ScriptedJudge({"a": faster(2.0)}), ScriptedProposer(by_round(["a"])))
    run(services, [make_target()], run_id="r", checkpoints=folder / "checkpoints.db", resume=False)

    from langgraph.checkpoint.serde import _msgpack
    from langsmith.utils import tracing_is_enabled

    told = {
        "connections": CONNECTIONS,
        "strict": _msgpack.STRICT_MSGPACK_ENABLED,
        "tracing": tracing_is_enabled(),
        "offered": len(accepted(candidate_reports(services.store, services.diff_of))),
        "langgraph_before_run": before,
    }
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
