"""Rules for what grows in a loop: queue-deque, sorted-insert, grown-list, joined-text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

ORDERED = st.one_of(st.integers(-3, 3), st.booleans(), st.sampled_from([0.0, 1.0, -0.0]))

QUEUE = """def f(graph, start):
    queue = [start]
    seen = {start}
    while queue:
        node = queue.pop(0)
        for other in graph.get(node, ()):
            if other not in seen:
                seen.add(other)
                queue.append(other)
    return seen
"""
INSERT = """def f(xs):
    out = []
    tops = []
    for x in xs:
        out.append(x)
        out.sort()
        tops.append(out[-1])
        if len(out) > 3:
            out.pop(0)
    return out, tops
"""
GROWN = """def f(xs):
    out = [0]
    for x in xs:
        out = out + [x, len(out)]
        if x in out:
            out = out + [1]
    return out
"""
TEXT = """def f(xs):
    text = "<"
    for x in xs:
        if x:
            text += x
            continue
        text = text + "," + x + ";"
    else:
        text += "!"
    return text
"""


def test_a_queue_becomes_a_deque(rewrite):
    after = rewrite("queue-deque", QUEUE)
    assert after == "from collections import deque\n\n" + QUEUE.replace("[start]", "deque([start])").replace("pop(0)", "popleft()")


@pytest.mark.parametrize(
    ("made", "expected"),
    [("[]", "deque()"), ("list(start)", "deque(start)"), ("sorted(start)", "deque(sorted(start))"), ("list()", "deque()")],
)
def test_the_deque_is_made_of_what_the_list_was_made_of(rewrite, made, expected):
    assert f"queue = {expected}\n" in rewrite("queue-deque", QUEUE.replace("[start]", made))


def test_the_front_and_the_end_keep_their_meaning(rewrite):
    source = QUEUE.replace("queue.append(other)", "queue.insert(0, other); print(queue[0], queue[-1], len(queue)); queue.pop()")
    assert "queue.appendleft(other); print(queue[0], queue[-1], len(queue)); queue.pop()" in rewrite("queue-deque", source)


@pytest.mark.parametrize(
    "source",
    [
        QUEUE.replace("return seen", "return queue"),
        QUEUE.replace("return seen", "g(queue)"),
        QUEUE.replace("return seen", "other = queue"),
        QUEUE.replace("return seen", "return [queue]"),
        QUEUE.replace("return seen", "queue.sort()"),
        QUEUE.replace("return seen", "return queue[1]"),
        QUEUE.replace("return seen", "return queue[1:]"),
        QUEUE.replace("return seen", "for q in queue: print(q)"),
        QUEUE.replace("return seen", "queue = []"),
        QUEUE.replace("return seen", "queue.insert(1, 2)"),
        QUEUE.replace("return seen", "return lambda: queue"),
        QUEUE.replace("return seen", "return queue + [1]"),
        QUEUE.replace("return seen", "queue.pop(1)"),
        QUEUE.replace("pop(0)", "pop()"),
        QUEUE.replace("[start]", "g(start)"),
        "def f(queue):\n    while queue:\n        queue.pop(0)\n",
        "def f(x):\n    queue = [x]\n    return queue.pop(0)\n",
        "deque = collections = 1\n" + QUEUE,
    ],
)
def test_a_list_that_is_more_than_a_queue_stays_a_list(rewrite, source):
    assert rewrite("queue-deque", source) is None


@given(st.dictionaries(st.integers(0, 6), st.lists(st.integers(0, 6), max_size=4)), st.integers(0, 6))
def test_queue_deque_changes_no_result(versions, outcome, graph, start):
    old, new = versions("queue-deque", QUEUE)
    assert outcome(old, graph, start) == outcome(new, graph, start)


@given(st.lists(st.sampled_from(["put", "get", "front", "end"])))
def test_a_deque_answers_as_the_list_did(versions, outcome, steps):
    source = (
        "def f(steps):\n    queue = []\n    out = []\n    for step in steps:\n"
        "        if step == 'put':\n            queue.append(len(out))\n        elif step == 'get':\n            out.append(queue.pop(0))\n"
        "        elif step == 'front':\n            queue.insert(0, step)\n"
        "        else:\n            out.append((queue[0], queue[-1], queue.pop()))\n"
        "    return out, len(queue), not queue\n"
    )
    old, new = versions("queue-deque", source)
    assert outcome(old, steps) == outcome(new, steps)


def test_a_sorted_list_takes_elements_at_their_place(rewrite):
    expected = INSERT.replace("        out.append(x)\n        out.sort()\n", "        insort(out, x)\n")
    assert rewrite("sorted-insert", INSERT) == "from bisect import insort\n\n" + expected
    assert rewrite("sorted-insert", "from bisect import insort\n" + INSERT.replace("[]", "sorted(xs)", 1)) is not None


@pytest.mark.parametrize(
    "source",
    [
        INSERT.replace("sort()", "sort(reverse=True)"),
        INSERT.replace("sort()", "sort(key=len)"),
        INSERT.replace("out = []", "out = [2, 1]"),
        INSERT.replace("out = []", "out = list(xs)"),
        INSERT.replace("out = []", "out = sorted(xs, reverse=True)"),
        INSERT.replace("out.pop(0)", "out.append(0)"),
        INSERT.replace("out.pop(0)", "out[0] = 9"),
        INSERT.replace("out.pop(0)", "out.reverse()"),
        INSERT.replace("out.pop(0)", "g(out)"),
        INSERT.replace("out.append(x)\n", "out.append(x)\n        print()\n"),
        "def f(x):\n    out = []\n    out.append(x)\n    out.sort()\n    return out\n",
        "def f(xs, out):\n    for x in xs:\n        out.append(x)\n        out.sort()\n",
    ],
)
def test_a_list_that_may_be_out_of_order_is_sorted(rewrite, source):
    assert rewrite("sorted-insert", source) is None


@given(st.lists(st.one_of(ORDERED, st.just(None))))
def test_sorted_insert_changes_no_result(versions, outcome, xs):
    old, new = versions("sorted-insert", INSERT)
    (kind, was), (_, now) = outcome(old, xs), outcome(new, xs)
    # 1, 1.0 and True are equal, so that only their types tell their order
    assert repr(was) == repr(now), kind


def test_a_copied_list_is_appended_to(rewrite):
    assert rewrite("grown-list", GROWN) == GROWN.replace("out = out + [x, len(out)]", "out.extend([x, len(out)])").replace(
        "out = out + [1]", "out.append(1)"
    )


@pytest.mark.parametrize(
    "source",
    [
        GROWN.replace("out = [0]", "out = g()"),
        GROWN.replace("out = [0]", "out = xs"),
        GROWN.replace("if x in out", "for y in out"),
        GROWN.replace("if x in out", "if keep(out)"),
        GROWN.replace("if x in out", "if out.pop()"),
        GROWN.replace("if x in out", "if (old := out)"),
        GROWN.replace("return out", "return lambda: out"),
        GROWN.replace("        if", "        yield out\n        if"),
        GROWN.replace("[x, len(out)]", "[*x]"),
        GROWN.replace("[x, len(out)]", "x").replace("out + [1]", "out + x"),
        "def f(xs, out):\n    for x in xs:\n        out = out + [x]\n    return out\n",
        "def f(x):\n    out = []\n    out = out + [x]\n    return out\n",
    ],
)
def test_a_list_that_others_hold_is_copied(rewrite, source):
    assert rewrite("grown-list", source) is None


@given(st.lists(st.integers(0, 5)))
def test_grown_list_changes_no_result(versions, outcome, xs):
    old, new = versions("grown-list", GROWN)
    assert outcome(old, xs) == outcome(new, xs)


def test_a_text_is_joined_after_the_loop(rewrite):
    assert rewrite("joined-text", TEXT.replace('    else:\n        text += "!"\n', "")) == (
        'def f(xs):\n    text = "<"\n    text_parts = [text]\n    for x in xs:\n        if x:\n            text_parts.append(x)\n'
        '            continue\n        text_parts.extend((",", x, ";"))\n    text = "".join(text_parts)\n    return text\n'
    )


@pytest.mark.parametrize(
    "source",
    [
        TEXT,
        "def f(xs, text):\n    for x in xs:\n        text += x\n    return text\n",
        'def f(xs):\n    text = b""\n    for x in xs:\n        text += x\n    return text\n',
        "def f(xs):\n    text = 0\n    for x in xs:\n        text += x\n    return text\n",
        'def f(xs):\n    text = ""\n    for x in xs:\n        text += x\n        print(text)\n    return text\n',
        'def f(xs):\n    text = ""\n    for x in xs:\n        text = x + text\n    return text\n',
        'def f(xs):\n    text = ""\n    for x in xs:\n        text *= x\n    return text\n',
        'def f(xs):\n    text = ""\n    for x in xs:\n        text += x\n        text = ""\n    return text\n',
        'def f(xs):\n    text = ""\n    while len(text) < 3:\n        text += "x"\n    return text\n',
        'def f(xs):\n    text = ""\n    for x in xs:\n        text += x; print()\n    return text\n',
        'def f(xs):\n    text = ""\n    try:\n        for x in xs:\n            text += x\n    finally:\n        print(text)\n',
        'def f(xs):\n    text = ""\n    for x in xs:\n        text += x\n        yield\n    return text\n',
        'def f(xs):\n    text = ""\n    for x in xs:\n        text += x\n    return lambda: text\n',
        'def f(xs):\n    if xs:\n        text = ""\n    for x in xs:\n        text += x\n    return text\n',
        'def f(x):\n    text = ""\n    text += x\n    return text\n',
        'def f(xs):\n    text = "a"\n    for x in xs:\n        text += text + x\n    return text\n',
        'def f(xs):\n    text = "a"\n    for x in xs:\n        text = xs[0] + x\n    return text\n',
    ],
)
def test_a_text_that_is_read_on_the_way_is_left_alone(rewrite, source):
    assert rewrite("joined-text", source) is None


@given(st.lists(st.one_of(st.text("ab"), st.just(None))))
def test_joined_text_changes_no_result_and_no_error(versions, outcome, xs):
    old, new = versions("joined-text", TEXT.replace('    else:\n        text += "!"\n', '    text += "!"\n'))
    assert outcome(old, xs) == outcome(new, xs)
