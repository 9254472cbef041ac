"""Knows how rules speak to a model: what each of them sees in a function, in words."""

from __future__ import annotations

from codeopt.errors import PatchError
from codeopt.model.code import Function
from codeopt.rules.catalogue import RULES
from codeopt.rules.proposer import rewritten, view_in

__all__ = ["hints_for"]


def hints_for(source: bytes, function: Function) -> tuple[str, ...]:
    """Return the summary of each rule that applies to a function of a file; of a file that cannot be read there are none."""
    try:
        view = view_in(source, function)
    except PatchError:
        return ()
    return tuple(f"{rule.name}: {rule.summary}" for rule in RULES if rewritten(rule, source, function, view=view))
