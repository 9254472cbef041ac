"""What the agent works with: the judge, and everything else that a node may reach through its runtime."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from codeopt.agent.machine import MachineLock
from codeopt.errors import StoreError
from codeopt.model.code import Target
from codeopt.model.evidence import Verdict
from codeopt.model.patch import Candidate
from codeopt.model.proposal import ProposalRequest
from codeopt.model.work import Attempt, Budget
from codeopt.ports import Proposer, Reporter, Store

__all__ = ["Judge", "RequestFor", "Services"]

RequestFor = Callable[[Target, tuple[Attempt, ...], int, int], ProposalRequest]
"""Makes the question for a target from its attempts, the number of samples wanted and the seed."""


class Judge(Protocol):
    """Says what a candidate is worth. Both methods block, and are called one at a time, in a thread."""

    def screen(self, candidate: Candidate) -> Verdict:
        """Give a first verdict: the cheap checks and a short measurement.

        Raises:
            SandboxUnavailable: a sandbox was lost; nothing was learnt.
        """
        ...

    def confirm(self, candidate: Candidate) -> Verdict:
        """Give the full and final verdict, on a clean checkout.

        Raises:
            SandboxUnavailable: a sandbox was lost; nothing was learnt.
        """
        ...


def _nothing() -> None:
    """Stand in for a callback that nobody asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """All that nodes may touch.

    `diff_of` shows a candidate's patch, `code_of` its target function as the patch leaves it (empty where it is not found),
    `timings_of` the lines on which that spends its time, by a run of the workload. Proposers have unique names. `deadline` is a
    reading of `clock` in seconds: past it nothing is asked or screened, nor an answer waited for. `samples` and `seed` are those of
    one question. `on_cancel` is called when the run ends early, by cancellation or by an error: it must make blocked judge calls
    end, and be safe to call twice. `targets` and `machine_lock` are filled in by `run_agent`; whoever loads this machine holds the
    lock, so that nothing else is measured meanwhile.
    """

    store: Store
    proposers: tuple[Proposer, ...]
    judge: Judge
    reporter: Reporter
    request_for: RequestFor
    diff_of: Callable[[Candidate], str]
    code_of: Callable[[Candidate], str]
    timings_of: Callable[[Candidate], tuple[str, ...]]
    budget: Budget
    deadline: float
    samples: int
    seed: int
    clock: Callable[[], float] = time.monotonic
    on_cancel: Callable[[], None] = _nothing
    targets: Mapping[str, Target] = field(default_factory=dict)
    machine_lock: MachineLock = field(default_factory=MachineLock)

    @property
    def seconds_left(self) -> float:
        """How long something new may still be begun; never negative."""
        return max(0.0, self.deadline - self.clock())

    @property
    def time_left(self) -> bool:
        """Whether something new may still be begun."""
        return self.seconds_left > 0

    def candidate(self, key: str) -> Candidate:
        """Return a candidate that is known to be kept.

        Raises:
            StoreError: it is not in the store.
        """
        candidate = self.store.candidate(key)
        if candidate is None:
            raise StoreError(f"candidate {key} is missing from the run's store: the run cannot be resumed; start a new one")
        return candidate
