"""Nouns of asking: what a proposer is told, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass

from codeopt.model.code import Function, Target
from codeopt.model.patch import Origin, Patch
from codeopt.model.work import Attempt

__all__ = ["SEARCH_PARTS", "Callee", "CodeContext", "Experience", "Proposal", "ProposalRequest"]

SEARCH_PARTS = ("rules", "strategies", "feedback", "bandit", "hints")
"""What a search can do without: the rules' own proposals, different ways to go, verdicts told, draws by what paid, what rules see."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Callee:
    """A function of another file that the target calls, with its text at the margin."""

    function: Function
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeContext:
    """What a proposer needs to see around a function, all of it as source text.

    `imports` are the file's import statements; `helpers` the functions and constants of the same file that the target uses, whole;
    `siblings` the signatures of its class's other methods, under the class line; `callers` short excerpts of callers, best first;
    `callees` functions of other files that the target calls by the names that they have there, and that an answer may change with it.
    """

    imports: str = ""
    helpers: tuple[str, ...] = ()
    siblings: str = ""
    callers: tuple[str, ...] = ()
    callees: tuple[Callee, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Experience:
    """What the answers to one way of asking came to in this run: `tried` of them, worth `reward` together, each between 0 and 1.

    `way` is the prompt's name without the template's; `temperature` is None where none was set.
    """

    way: str
    tried: int
    reward: float
    temperature: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalRequest:
    """One question to a proposer.

    `files` holds (path, bytes) of what an answer may edit: the target's file first, then those of the context's callees. `line_seconds`
    are the profile's own seconds by line; `observed` one line per observed input; `calls` how often the workload called the function,
    for `each_s` seconds on average (0 where that is not known). `traits` says what the function's text does that may cost time, with the
    share of its own time on the lines that do it (1 where that is not known). `growth` holds what one call takes at growing sizes, as
    (size, seconds). `modules` are the top-level modules that the project imports anywhere. `hints` are rewrites that a rule sees, in
    words. `samples` answers are wanted, from `seed` on.
    """

    target: Target
    function: Function
    files: tuple[tuple[str, bytes], ...]
    context: CodeContext
    line_seconds: tuple[tuple[int, float], ...] = ()
    observed: tuple[str, ...] = ()
    calls: int = 0
    each_s: float = 0.0
    growth: tuple[tuple[int, float], ...] = ()
    traits: tuple[tuple[str, float], ...] = ()
    modules: frozenset[str] = frozenset()
    hints: tuple[str, ...] = ()
    attempts: tuple[Attempt, ...] = ()
    experience: tuple[Experience, ...] = ()
    samples: int = 1
    seed: int = 0

    @property
    def source(self) -> bytes:
        """The target's file."""
        return self.files[0][1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """One answer: a patch, or `problem`, one line that says why there is none. `answer` is the raw text."""

    origin: Origin
    patch: Patch | None
    problem: str = ""
    answer: str = ""
    prompt_tokens: int = 0
    completion_tokens: int = 0
