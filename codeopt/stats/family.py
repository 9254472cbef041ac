"""Errors over many comparisons at once: choose by one measurement, claim by another.

Many benchmarks of one change, or many candidates for one function, mean many chances to be wrong. All are measured cheaply first, at a
confidence that lets little slip. What that leaves in doubt is measured again, on fresh processes, and only the second measurement is told.
Since the first had no part in it, the second is as if only the chosen ones existed: the error is shared among these, and not among all.
"""

from __future__ import annotations

__all__ = ["SCREEN_CONFIDENCE", "confirm_confidence"]

SCREEN_CONFIDENCE = 0.9
"""A first look claims nothing: one in ten that it sends on for nothing costs time alone, and what it misses is missed for good."""


def confirm_confidence(confidence: float, chosen: int) -> float:
    """Return the confidence of each of `chosen` second measurements so that all of them hold together with `confidence` (Bonferroni).

    Holm's steps would reject a little more, but their intervals would not hold together, and intervals are what is told.

    Raises:
        ValueError: none was chosen.
    """
    if chosen < 1:
        raise ValueError("nothing was chosen, so nothing is measured again")
    return 1 - (1 - confidence) / chosen
