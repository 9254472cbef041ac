"""The wiring: which node follows which. Everything that is done is in the nodes, everything that is chosen in the policy.

::

    targets ─Send─▶ improve (one graph per target)
                      decide ─ask─▶ ask (one per proposer) ─▶ collect ─▶ screen (one per candidate) ─▶ decide
                      decide ─confirm─▶ confirm ─▶ decide
                      decide ─stop─▶ end
"""

from __future__ import annotations

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.types import Send

from codeopt.agent.nodes import ask, collect, confirm, decide, screen
from codeopt.agent.services import Services
from codeopt.agent.state import Case, Question, RunState, TargetDone, TargetState

__all__ = ["build_graph"]


def build_graph(checkpointer: BaseCheckpointSaver[str]) -> CompiledStateGraph[RunState, Services, RunState, RunState]:
    """Return the whole graph, ready to run."""
    graph = StateGraph(RunState, context_schema=Services)
    # A superstep is a barrier: targets in one graph would all wait for the slowest, so each has a graph of its own.
    graph.add_node("improve", _target_graph())
    graph.add_conditional_edges(START, _to_targets, ["improve"])
    graph.add_edge("improve", END)
    return graph.compile(checkpointer=checkpointer)


def _target_graph() -> CompiledStateGraph[TargetState, Services, TargetState, TargetDone]:
    graph = StateGraph(TargetState, context_schema=Services, output_schema=TargetDone)
    graph.add_node("decide", decide)
    graph.add_node("ask", ask, input_schema=Question)
    graph.add_node("collect", collect)
    graph.add_node("screen", screen, input_schema=Case)
    graph.add_node("confirm", confirm)
    graph.add_edge(START, "decide")
    graph.add_conditional_edges("decide", _to_step, ["ask", "collect", "confirm", END])
    graph.add_edge("ask", "collect")
    graph.add_conditional_edges("collect", _to_screens, ["screen", "decide"])
    graph.add_edge("screen", "decide")
    graph.add_edge("confirm", "decide")
    return graph.compile()


def _to_targets(state: RunState) -> list[Send]:
    return [Send("improve", {"target": target, "round": 0}) for target in state["targets"]]


def _to_step(state: TargetState) -> list[Send] | str:
    if state["step"] == "ask":
        question = {"target": state["target"], "round": state["round"]}
        return [Send("ask", {**question, "proposer": proposer}) for proposer in state["proposers"]] or "collect"
    return "confirm" if state["step"] == "confirm" else END


def _to_screens(state: TargetState) -> list[Send] | str:
    return [Send("screen", {"key": key}) for key in state["fresh"]] or "decide"
