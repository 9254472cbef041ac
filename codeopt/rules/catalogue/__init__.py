"""The table of rules: one file each, and the order in which they are applied together."""

from __future__ import annotations

from codeopt.rules.catalogue import (
    compiled_pattern,
    counted,
    dict_membership,
    early_exit,
    equality_join,
    first_item,
    grown_list,
    indexed,
    joined_text,
    membership_set,
    queue_deque,
    seen_set,
    smallest,
    sorted_insert,
)
from codeopt.rules.rule import Rule

__all__ = ["RULES"]

RULES: tuple[Rule, ...] = (
    dict_membership.RULE,
    equality_join.RULE,
    seen_set.RULE,
    membership_set.RULE,
    counted.RULE,
    indexed.RULE,
    grown_list.RULE,
    queue_deque.RULE,
    sorted_insert.RULE,
    joined_text.RULE,
    smallest.RULE,
    first_item.RULE,
    compiled_pattern.RULE,
    early_exit.RULE,
)
