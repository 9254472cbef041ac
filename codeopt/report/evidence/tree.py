"""Which candidate came of which: knows that a proposer goes on from an earlier verdict, and no layout."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from codeopt.model.report import CandidateReport

__all__ = ["Node", "tree"]

_DEEPEST = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A candidate and those that were proposed after its verdict."""

    candidate: CandidateReport
    children: tuple[Node, ...]


def tree(candidates: Sequence[CandidateReport]) -> tuple[Node, ...]:
    """Return every candidate once, below its parent where that is among them; below the eighth level nothing is indented further."""
    by_key = {one.key: one for one in candidates}
    below: dict[str | None, list[CandidateReport]] = {}
    for one in candidates:
        below.setdefault(_stands_below(one, by_key), []).append(one)
    return _nodes(None, below)


def _nodes(key: str | None, below: Mapping[str | None, Sequence[CandidateReport]]) -> tuple[Node, ...]:
    return tuple(Node(candidate=one, children=_nodes(one.key, below)) for one in below.get(key, ()))


def _stands_below(one: CandidateReport, by_key: Mapping[str, CandidateReport]) -> str | None:
    above = [one.key]
    while True:
        parent = by_key[above[-1]].origin.parent
        if parent is None or parent not in by_key:
            break
        if parent in above:
            # A circle has no top: all of it stands at the top.
            return None
        above.append(parent)
    # The path from the top down, without the candidate itself.
    path = above[:0:-1]
    return path[min(len(path), _DEEPEST) - 1] if path else None
