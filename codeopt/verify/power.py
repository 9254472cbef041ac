"""Says whether equal answers prove enough: calls that do not find small faults in the original would not find them in a patch."""

from __future__ import annotations

from codeopt.model.evidence import Check, CheckKind
from codeopt.model.oracle import Power, Survivor

__all__ = ["power_check"]

NAMED = 5
REMEDY = "more inputs, more tests, or a lower --min-oracle"


def power_check(power: Power | None, *, bar: float) -> Check:
    """Pass where at least the share `bar` of the mutants was killed, or none could be made; else nothing is proven.

    `power` is None where mutants could not be tried at all.
    """
    if power is not None and power.made == 0:
        return _check(power, passed=True, detail="no mutant could be made: there is nothing in it to get wrong")
    enough = bar <= 0 or (power is not None and power.tried > 0 and power.share >= bar)
    if power is None or power.tried <= 0:
        why = f" ({power.problem})" if power is not None and power.problem else ""
        return _check(power, passed=enough, detail=f"no mutant could be tried{why}: how much equal answers prove is not known")
    detail = f"{power.killed} of {power.tried} mutants killed"
    return _check(power, passed=enough, detail=detail if enough else f"the oracle is weak: {detail}, {bar:.0%} are asked for")


def _check(power: Power | None, *, passed: bool, detail: str) -> Check:
    parts = [detail]
    if power is not None:
        if 0 < power.tried < power.made:
            parts.append(f"{power.untried} more were not tried")
        if power.survivors:
            parts.append(f"survivors: {_named(power.survivors)}")
    if not passed:
        parts.append(REMEDY)
    return Check(kind=CheckKind.ORACLE, passed=True if passed else None, detail="; ".join(parts), power=power)


def _named(survivors: tuple[Survivor, ...]) -> str:
    """Name a few survivors in the order of the code, and count the rest."""
    ordered = sorted(survivors, key=lambda survivor: (survivor.line, survivor.before, survivor.after))
    named = [f"line {one.line} (`{one.after}` for `{one.before}`)" for one in ordered[:NAMED]]
    more = [f"{len(ordered) - NAMED} more"] if len(ordered) > NAMED else []
    return ", ".join(named + more)
