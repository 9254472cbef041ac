"""What a prompt shows of a request."""

from __future__ import annotations

import itertools
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from codeopt.adapters.vllm.question import answer_tokens, estimated_tokens, narrowed, question
from codeopt.model.code import FunctionKind, Span, TargetName
from codeopt.model.proposal import CodeContext
from codeopt.model.work import Attempt

METHOD = b'''class Box:
    """Holds things."""

    def add(self, thing):
        self.things = self.things + [thing]
'''


def attempt(number):
    return Attempt(key=f"k{number}", diff="+" * 9000, outcome="WRONG", reason="because " * 999, ratio=None)


def test_the_code_is_the_whole_function(asked):
    assert question(asked()).code == "def mean(xs):\n    total = 0\n    for x in xs:\n        total = total + x\n    return total / len(xs)"


def test_a_method_is_shown_at_the_margin_with_its_class(asked):
    request = asked()
    start = METHOD.index(b"def add")
    span = Span(start_byte=start, end_byte=len(METHOD) - 1, start_line=4, end_line=5)
    name = TargetName(path="box.py", qualname="Box.add")
    request = replace(
        request,
        target=replace(request.target, name=name, span=span),
        function=replace(request.function, name=name, span=span, kind=FunctionKind.METHOD, class_name="Box"),
        files=(("box.py", METHOD),),
    )
    shown = question(request)
    assert shown.code == "def add(self, thing):\n    self.things = self.things + [thing]"
    assert (shown.name, shown.class_name) == ("add", "Box")


def test_timings_are_shares_of_the_function_in_the_order_of_its_lines(asked):
    request = asked(line_seconds=((9, 3.0), (8, 1.0), (13, 99.0), (10, 0.001)))
    assert question(request).timings == (" 25%  for x in xs:", " 75%  total = total + x")


def test_timings_of_other_lines_are_none(asked):
    assert question(asked(line_seconds=((1, 1.0), (999, 1.0)))).timings == ()


def test_much_is_shown_in_part(asked):
    request = asked(observed=tuple("x" * 999 for _ in range(50)), attempts=tuple(attempt(i) for i in range(9)))
    shown = question(request)
    assert len(shown.observed) == 8
    assert max(map(len, shown.observed)) <= 241
    assert [each.key for each in shown.attempts] == ["k0", "k1", "k2"]
    assert max(len(each.diff) + len(each.reason) for each in shown.attempts) <= 4802


def test_narrowing_keeps_the_code_and_gives_up_the_rest_step_by_step(asked):
    context = CodeContext(imports="import math", helpers=("def h(): ...",), siblings="class A:", callers=("mean([1])",))
    request = asked(context=context, observed=("xs",), line_seconds=((8, 1.0),), attempts=(attempt(1), attempt(2)))
    steps = list(narrowed(request))
    assert steps[0] == request
    assert all(len(repr(more)) > len(repr(less)) for more, less in itertools.pairwise(steps))
    assert {step.source for step in steps} == {request.source}
    assert steps[-1].context == CodeContext()
    assert [each.key for each in steps[-1].attempts] == ["k1"]


@given(st.text())
def test_an_answer_may_be_longer_than_the_code(code):
    assert 512 <= answer_tokens(code) <= 16_384
    assert answer_tokens(code) >= min(16_384, estimated_tokens(code))
