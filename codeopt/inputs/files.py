"""Plans of calls that find other files: what the text files hold that a call is given by name or open, changed line by line."""

from __future__ import annotations

import json
from collections.abc import Sequence
from random import Random

from codeopt.inputs.sketch import Call
from codeopt.model.plan import FILES, Change, Plan

__all__ = ["file_plans"]

_QUIET = ("none", "one", "two", "reversed", "doubled", "unended")
_BREAKING = ("spaced", "gap", "blank", "spaces", "returns", "mark", "foreign", "seams", "broken")
_EACH = 3


def file_plans(calls: Sequence[Call], random: Random) -> list[Plan]:
    """Return plans that make each change to the files of a few of the calls that came with text files; none where none did."""
    found = [call for call in calls if call.has_files]
    names = [*((name, "") for name in _QUIET), *((name, "lines") for name in _BREAKING)]
    return [
        Plan(call=call.number, changes=(Change(place=FILES, value=json.dumps([name])),), breaks=breaks)
        for name, breaks in names
        for call in random.sample(found, min(_EACH, len(found)))
    ]
