"""What a checkpoint holds: names, keys and small numbers only.

Every checkpoint stores whole values and turns tuples into lists, so content lies in the store and channels are strings, numbers and
lists of strings.
"""

from __future__ import annotations

import operator
from typing import Annotated, Literal, TypedDict

__all__ = ["Case", "Question", "RunState", "TargetDone", "TargetState", "TargetUpdate"]


class RunState(TypedDict):
    """The outer graph: targets by name, and those that are finished."""

    targets: list[str]
    finished: Annotated[list[str], operator.add]


class TargetState(TypedDict):
    """One target's graph.

    `round` is the last round that was begun (0: none yet); `step` what was decided last. `proposers` are asked in this round, `fresh`
    holds the keys it brought, `finalist` the key to confirm.
    """

    target: str
    round: int
    step: Literal["ask", "confirm", "stop"]
    proposers: list[str]
    fresh: list[str]
    finalist: str
    finished: list[str]


class TargetUpdate(TypedDict, total=False):
    """What a node of a target's graph may change."""

    round: int
    step: Literal["ask", "confirm", "stop"]
    proposers: list[str]
    fresh: list[str]
    finalist: str
    finished: list[str]


class TargetDone(TypedDict):
    """What a target's graph hands to the outer one."""

    finished: list[str]


class Question(TypedDict):
    """One proposer is asked about one target in one round."""

    target: str
    round: int
    proposer: str


class Case(TypedDict):
    """One candidate is to be screened."""

    key: str
