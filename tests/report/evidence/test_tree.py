"""Which candidate came of which: every one once."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from codeopt.report.evidence.tree import Node, tree
from tests.report import samples


def candidate(key: str, parent: str | None):
    return samples.candidate(key, samples.wrong(), origin=replace(samples.MODEL, parent=parent))


def keys(nodes: tuple[Node, ...]) -> list[str]:
    return [key for node in nodes for key in (node.candidate.key, *keys(node.children))]


def depth(nodes: tuple[Node, ...]) -> int:
    return 1 + max(depth(node.children) for node in nodes) if nodes else 0


def test_a_candidate_stands_below_the_one_it_was_proposed_after():
    (top, lone) = tree([candidate("a", None), candidate("b", "a"), candidate("c", "gone")])
    assert [node.candidate.key for node in top.children] == ["b"]
    assert lone.candidate.key == "c"


def test_a_long_chain_is_not_indented_for_ever():
    chain = [candidate(str(number), str(number - 1)) for number in range(300)]
    found = tree(chain)
    assert sorted(keys(found)) == sorted(one.key for one in chain)
    assert depth(found) < 12


@given(st.lists(st.none() | st.integers(0, 9), max_size=10))
def test_every_candidate_is_told_once_even_in_a_circle(parents):
    made = [candidate(str(number), None if parent is None else str(parent)) for number, parent in enumerate(parents)]
    assert sorted(keys(tree(made))) == sorted(one.key for one in made)
