"""What stands beside a ratio: what the machine shows between a thing and itself, and what the speed costs in memory."""

from __future__ import annotations

from codeopt.model.check import PeakMemory
from codeopt.model.evidence import Comparison

__all__ = ["bias", "bias_note", "memory_note"]

MORE_MEMORY = 1.5
NOTICEABLE_BYTES = 8 * 2**20


def bias(control: Comparison | None) -> float:
    """Return by how much the machine tells a thing from itself: 1 where its interval holds 1, else the ratio, whichever way it goes.

    What a comparison of different things shows must be more than this, or it shows nothing.
    """
    if control is None or control.low <= 1.0 <= control.high:
        return 1.0
    return max(control.ratio, 1 / control.ratio)


def bias_note(control: Comparison) -> str:
    """Say what the control showed."""
    return (
        f"this machine cannot tell now: beside it the original against itself is {control.ratio:.3g}x "
        f"[{control.low:.3g}, {control.high:.3g}]; try again when it is quieter"
    )


def memory_note(memory: PeakMemory | None) -> str:
    """Say that the new code takes much more memory, or much less; empty when neither, or when it is not known."""
    if memory is None or abs(memory.new_bytes - memory.old_bytes) < NOTICEABLE_BYTES:
        return ""
    old, new = (max(1, size) for size in (memory.old_bytes, memory.new_bytes))
    if MORE_MEMORY > new / old > 1 / MORE_MEMORY:
        return ""
    more = f"{new / old:.2g} times the memory" if new > old else f"{old / new:.2g} times less memory"
    return f"its calls take {more} at their peak ({_mb(memory.old_bytes)} before, {_mb(memory.new_bytes)} now)"


def _mb(size: int) -> str:
    return f"{size / 2**20:.3g} MiB"
