"""Looks for something faster in a repository, and offers what was proven as pull requests."""

from __future__ import annotations

from codeopt.bot.duties.clones import Clones
from codeopt.bot.duties.offering import Offering
from codeopt.bot.duties.rules import Standing
from codeopt.bot.errands import Errands, result_of
from codeopt.model.bot import Offer
from codeopt.model.errand import Errand, ErrandKind
from codeopt.model.report import Report

__all__ = ["Optimizing", "effect_of"]


class Optimizing:
    """Runs `optimize` on clones, and hands what it accepts on."""

    def __init__(self, clones: Clones, errands: Errands, offering: Offering) -> None:
        """Keep who does the parts."""
        self._clones = clones
        self._errands = errands
        self._offering = offering

    async def run(self, there: Standing, *, target: str = "") -> tuple[Report, tuple[Offer, ...]]:
        """Optimize a function, or what the profile finds, and return the report with what became of each accepted patch.

        Raises:
            UsageError: it cannot be done.
            InfrastructureError: something outside was lost.
        """
        async with self._clones.of(there.name, ref=there.head_sha, depth=1) as clone:
            errand = Errand(kind=ErrandKind.OPTIMIZE, clone=str(clone.folder), target=target, exclude=there.policy.ignore)
            report = result_of((await self._errands.run(errand)).optimized)
            return report, await self._offering.offer(there, clone, report)


def effect_of(offers: tuple[Offer, ...]) -> str:
    """Return what a run comes to in a few words."""
    opened = [offer.url for offer in offers if offer.url]
    if not offers:
        return "nothing was proven"
    return " ".join(opened) if opened else f"{len(offers)} proven, none offered: {offers[0].reason}"
