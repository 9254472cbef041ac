"""Chooses how a model is asked: which strategies make sense for a function, which attempts are worth going on from, at which temperature.

The first question of a target is spread over all that makes sense. After that each sample is drawn by Thompson sampling from what the
answers of the run came to so far: a way that paid gets more, and none is given up for good. The draws come from the request's seed.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from codeopt.adapters.vllm.prompts import Strategy
from codeopt.model.proposal import Experience, ProposalRequest
from codeopt.model.work import Attempt

__all__ = ["NO_STRATEGY", "Part", "Way", "deal", "ways_for"]

NO_STRATEGY = Strategy(name="none", version="0", order=0, needs="", when=frozenset(), text="")
"""For a search without strategies: a prompt says to make the function faster, and not how."""

# Of a strategy's lines at least this share of the function's own time: below it even a perfect change would not show.
_LEAST_SHARE = 0.05

# What to ask of a model that goes on from an attempt, by its outcome. What is right and no faster is no start.
_GOING_ON = {"FASTER": "refine", "WRONG": "repair"}

# Two of the best attempts are gone on from: more of them share the samples, and published studies found no gain in it.
_PARENTS = 2

# Beta prior of a way's reward: about one answer in five of a small model is worth something.
_PRIOR = (1.0, 4.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One way to ask. `template` is the prompt; `strategy` what it proposes to do, or `parent` the attempt that it goes on from."""

    template: str
    strategy: Strategy | None = None
    parent: Attempt | None = None

    @property
    def name(self) -> str:
        """The name under which experience with it is counted."""
        return self.strategy.name if self.strategy is not None else self.template


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Some samples of one way; `first` is the number of the first among all samples of the request."""

    way: Way
    temperature: float
    first: int
    samples: int


def ways_for(strategies: Sequence[Strategy], request: ProposalRequest) -> list[Way]:
    """Return the ways that make sense for a request: at least one."""
    fresh = "reflect" if request.attempts else "optimize"
    ways = [Way(template=fresh, strategy=strategy) for strategy in _fitting(strategies, request)]
    parents = [each for each in request.attempts if each.code and each.outcome in _GOING_ON][:_PARENTS]
    return ways + [Way(template=_GOING_ON[each.outcome], parent=each) for each in parents]


def _fitting(strategies: Sequence[Strategy], request: ProposalRequest) -> list[Strategy]:
    possible = [each for each in strategies if not each.needs or each.needs in request.modules] or list(strategies)
    shares = dict(request.traits)
    fitting = [each for each in possible if not each.when or any(shares.get(trait, 0.0) >= _LEAST_SHARE for trait in each.when)]
    return fitting if any(each.when for each in fitting) else possible


def deal(ways: Sequence[Way], request: ProposalRequest, *, temperatures: Sequence[float], drawn: bool = True) -> list[Part]:
    """Share the samples of a request out; the first of `temperatures` is the usual one, and the only one of a first question.

    Unless they are `drawn`, later questions are spread evenly as well.
    """
    source = random.Random(request.seed)  # noqa: S311 - a draw that can be repeated, not a secret
    again = drawn and bool(request.attempts)
    places = [_drawn(ways, request, source) if again else _next(ways, request, i) for i in range(request.samples)]
    parts: list[Part] = []
    for place, samples in Counter(places).items():
        chosen = _temperature(temperatures, request, source) if again else temperatures[0]
        first = sum(part.samples for part in parts)
        parts.append(Part(way=ways[place], temperature=chosen, first=first, samples=samples))
    return parts


def _next(ways: Sequence[Way], request: ProposalRequest, number: int) -> int:
    # The seed decides who begins, so that questions of few samples differ.
    return (request.seed + number) % len(ways)


def _drawn(ways: Sequence[Way], request: ProposalRequest, source: random.Random) -> int:
    draws = [_draw((each for each in request.experience if each.way == way.name), source) for way in ways]
    return draws.index(max(draws))


def _temperature(temperatures: Sequence[float], request: ProposalRequest, source: random.Random) -> float:
    draws = [_draw((each for each in request.experience if each.temperature == one), source) for one in temperatures]
    return temperatures[draws.index(max(draws))]


def _draw(known: Iterable[Experience], source: random.Random) -> float:
    """Draw from what is believed of a choice after what came of it."""
    good, bad = _PRIOR
    for each in known:
        good, bad = good + each.reward, bad + each.tried - each.reward
    return source.betavariate(good, bad)
