"""Shows people what was changed, in few letters."""

from __future__ import annotations

__all__ = ["shown"]

_LONGEST = 60
_AROUND = 12


def shown(before: str, after: str) -> tuple[str, str]:
    """Return both texts on one line each; of long ones what differs, with a little around it."""
    before, after = " ".join(before.split()), " ".join(after.split())
    if max(len(before), len(after)) <= _LONGEST:
        return before, after
    shorter = min(len(before), len(after))
    start = next((at for at in range(shorter) if before[at] != after[at]), shorter)
    end = next((at for at in range(shorter - start) if before[-1 - at] != after[-1 - at]), shorter - start)
    return _cut(before, start, len(before) - end), _cut(after, start, len(after) - end)


def _cut(text: str, start: int, end: int) -> str:
    """Return the part from `start` to `end` with a little around it, no longer than it may be."""
    first = max(0, start - _AROUND)
    last = min(len(text), end + _AROUND, first + _LONGEST)
    return ("..." if first else "") + text[first:last] + ("..." if last < len(text) else "")
