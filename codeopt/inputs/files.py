"""Plans of calls that find other files: what the text files hold that a call is given by name or open, changed line by line."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import zip_longest
from random import Random

from codeopt.inputs.sketch import Call, Node
from codeopt.model.plan import FILES, Change, Plan

__all__ = ["file_plans"]

_QUIET = frozenset({"none", "one", "two", "reversed", "doubled", "unended"})
_NAMES = (*sorted(_QUIET), "spaced", "gap", "blank", "spaces", "returns", "mark", "foreign", "seams", "broken")
_EACH = 8


def file_plans(calls: Sequence[Call], random: Random) -> list[Plan]:
    """Return plans that make each change to the files of a few of the calls that came with text files; none where none did.

    What the files of some call look like already breaks nothing.
    """
    found = [call for call in calls if call.files is not None]
    usual = _QUIET.union(*(call.files or () for call in found))
    return [
        Plan(call=call.number, changes=(Change(place=FILES, value=json.dumps([name])),), breaks="" if name in usual else "lines")
        for name in _NAMES
        for call in _different(found, random)[:_EACH]
    ]


def _different(calls: Sequence[Call], random: Random) -> list[Call]:
    """Return calls in any order, first some of which no two are alike but for texts: many may be in one mode, where files hardly count."""
    shuffled = random.sample(calls, len(calls))
    alike: dict[frozenset[object], list[Call]] = {}
    for call in shuffled:
        alike.setdefault(frozenset((place, node.type, *_told(node)) for place, node in call.arguments.items()), []).append(call)
    return [call for turn in zip_longest(*alike.values()) for call in turn if call is not None]


def _told(node: Node) -> tuple[object, ...]:
    """Return what a value that is no text looks like from outside."""
    return () if node.type in {"str", "bytes"} or node.kind == "text" else (node.value, node.length)
