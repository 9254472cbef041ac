"""The proposer without a model."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from codeopt.model.work import Attempt
from codeopt.patching.apply import apply
from codeopt.ports import Proposer
from codeopt.rules.catalogue import RULES
from codeopt.rules.proposer import RulesProposer

BOTH = '''import re


class A:
    """A."""

    @staticmethod
    def f(xs, bad):
        """Doc."""
        out = []
        for x in xs:
            if x not in bad and re.match("a", x):
                out.append(x)
        return sorted(out)[0]

    def g(self):
        return 1
'''


def _propose(request):
    proposer: Proposer = RulesProposer()
    return list(asyncio.run(proposer.propose(request)))


def test_each_rule_proposes_and_then_all_together(request_for):
    request = request_for(BOTH)
    proposals = _propose(request)
    assert [p.origin.prompt for p in proposals] == [
        "membership-set",
        "smallest",
        "compiled-pattern",
        "membership-set+smallest+compiled-pattern",
    ]
    assert {p.origin.proposer for p in proposals} == {"rules"}
    assert [p.origin.prompt_version for p in proposals] == ["2", "1", "1", "2+1+1"]
    files = [apply(p.patch, dict(request.files))["app.py"].decode() for p in proposals]
    for text in files:
        compile(text, "app.py", "exec")
    assert "_F_RE.match(x)" in files[3]
    assert "nsmallest(1, out)[0]" in files[3]
    assert "x not in bad_set" in files[3]
    assert 'import re\nfrom heapq import nsmallest\n\n\n_F_RE = re.compile("a")\n\n\nclass A:\n' in files[3]
    assert files[3].endswith("[0]\n\n    def g(self):\n        return 1\n")


def test_a_single_rule_is_proposed_once(request_for):
    assert [p.origin.prompt for p in _propose(request_for("def f(xs):\n    return sorted(xs)[0]\n"))] == ["smallest"]


def test_nothing_is_proposed_after_an_attempt(request_for):
    attempt = Attempt(key="k", diff="", outcome="WRONG", reason="", ratio=None)
    assert _propose(replace(request_for(BOTH), attempts=(attempt,))) == []


@pytest.mark.parametrize(
    "source",
    [
        "def f(xs):\n    return xs\n",
        "def f(xs): return [x in xs for x in xs]\n",
        "async def f(xs):\n    async for x in xs:\n        await x\n",
        "def f(xs):\n    match xs:\n        case {'a': y, **z} if y in z:\n            return [y for _ in z]\n",
    ],
)
def test_a_function_without_a_rule_gives_no_proposal(request_for, source):
    assert _propose(request_for(source)) == []


@pytest.mark.parametrize(
    "broken", [b"def f(xs:\n", b"\x00\x01", b"# coding: nope\ndef f(xs):\n    return sorted(xs)[0]\n", b"x = 1\n", b""]
)
def test_a_file_that_cannot_be_read_gives_no_proposal(request_for, broken):
    request = request_for("def f(xs):\n    return sorted(xs)[0]\n")
    assert _propose(replace(request, files=(("app.py", broken),))) == []


def test_the_proposer_says_what_it_is():
    assert (RulesProposer().name, RulesProposer().busy_here) == ("rules", False)


def test_rules_have_names_and_summaries_of_their_own():
    assert len({rule.name for rule in RULES}) == len({rule.summary for rule in RULES}) == len(RULES)
    assert all(rule.version >= 1 and "+" not in rule.name for rule in RULES)
