"""Statements and branches, old and new, that no compared call has run."""

from __future__ import annotations

import sys

import pytest

from codeopt.verify.coverage import coverage_check

BEFORE = """def f(items):
    out = []
    for item in items:
        out.append(item)
    return out
"""
CHUNKED = """def f(items):
    if len(items) > 2000:
        return items[:2000]
    return list(items)
"""


def arcs_of(source, *calls):
    """Run `f` of a source on each of the calls, and return the arcs as a plain tracer sees them."""
    namespace: dict[str, object] = {}
    exec(compile(source, "m.py", "exec"), namespace)
    arcs: set[tuple[int, int]] = set()

    def called(frame, _event, _arg):
        if frame.f_code.co_filename != "m.py":
            return None
        last = 0

        def passed(frame, event, _arg):
            nonlocal last
            if event in {"line", "return"}:
                here = frame.f_lineno if event == "line" else 0
                arcs.add((last, here))
                last = here
            return passed

        return passed

    sys.settrace(called)
    try:
        for call in calls:
            namespace["f"](call)
    finally:
        sys.settrace(None)
    return arcs


def found(before, after, *calls):
    check = coverage_check(
        {"m.py": before.encode()},
        {"m.py": after.encode()},
        old={"m.py": arcs_of(before, *calls)},
        new={"m.py": arcs_of(after, *calls)},
    )
    assert check is not None
    assert (check.passed is True) == check.detail.startswith("all statements")
    return "" if check.passed else check.detail


def test_a_new_branch_that_no_call_takes_is_named():
    assert "runs `return items[:2000]` (m.py:3)" in found(BEFORE, CHUNKED, [1, 2])


def test_nothing_is_said_when_all_was_run():
    assert found(BEFORE, CHUNKED, [1, 2], [0] * 2001) == ""


def test_a_new_condition_must_come_out_false_too():
    assert "`if len(items) > 2000:` to the other end (m.py:2)" in found(BEFORE, CHUNKED, [0] * 2001)


def test_a_loop_that_always_ends_early_was_not_seen_to_end():
    after = "def f(items):\n    for each in items:\n        if each == 1:\n            return True\n    return False\n"
    detail = found(BEFORE, after, [0, 1])
    assert "`for each in items:` to the other end" in detail
    assert "`return False` (m.py:5)" in detail
    assert found(BEFORE, after, [0, 1], [0]) == ""


def test_what_the_patch_takes_away_must_have_run_in_the_original():
    before = "def f(items):\n    if not items:\n        return None\n    return list(items)\n"
    after = "def f(items):\n    return [*items]\n"
    assert "runs, in the original, `return None` (m.py:3)" in found(before, after, [1])


def test_a_check_that_the_patch_takes_away_must_have_raised():
    before = "def f(items):\n    if None in items:\n        raise ValueError(items)\n    return list(items)\n"
    after = "def f(items):\n    return [*items]\n"
    assert "`raise ValueError(items)`" in found(before, after, [1])


def test_what_stays_and_reads_what_the_patch_binds_must_have_run():
    before = (
        "def f(items):\n    seen = []\n    for item in items:\n        if item < 0:\n            seen.append(item)\n    return len(items)\n"
    )
    after = before.replace("seen = []", "seen = set()")
    assert "runs `seen.append(item)`, which reads what the patch changes" in found(before, after, [1])


def test_what_stays_and_reads_nothing_of_it_may_be_left_unrun():
    before = "def f(items):\n    if len(items) == 9:\n        return items[0]\n    out = []\n    out += items\n    return out\n"
    after = before.replace("out = []\n    out += items", "out = list(items)")
    assert found(before, after, [1]) == ""


def test_what_stays_and_only_raises_may_be_left_unrun():
    before = "def f(items):\n    n = 0\n    for x in items:\n        n += x\n    if n < 0:\n        raise ValueError(n)\n    return n\n"
    after = before.replace("n = 0\n    for x in items:\n        n += x", "n = sum(items)")
    assert found(before, after, [1]) == ""


def test_a_file_that_was_not_looked_at_says_nothing():
    assert coverage_check({"m.py": BEFORE.encode()}, {"m.py": CHUNKED.encode()}, old={}, new={}) is None


@pytest.mark.parametrize(
    "after",
    [
        'def f(items):\n    """Say more."""\n    out = []\n    for item in items:\n        out.append(item)\n    return out\n',
        "def f(items):\n    pass\n    return list(\n        items\n    )\n",
        "def f(items):\n    out: list\n    out = [*items]\n    return out\n",
        "LIMIT = 3\n\n\nclass C:\n    x = 1\n\n\ndef f(items):\n    return list(items)\n",
        "def f(items):\n    out = []\n    while True:\n        out += items\n        break\n    return out\n",
        "def f(items):\n    if items: items = [*items]\n    return list(items)\n",
    ],
)
def test_what_does_nothing_and_what_no_line_can_show_is_no_gap(after):
    assert found(BEFORE, after, [1]) == ""


def test_a_helper_that_is_never_called_is_named():
    assert "return x + 1" in found(BEFORE, BEFORE + "\n\ndef _g(x):\n    return x + 1\n", [1])


def test_a_helper_that_the_patch_deletes_is_no_gap():
    assert found(BEFORE + "\n\ndef _g(x):\n    return x + 1\n", BEFORE, [1]) == ""


def test_many_are_counted():
    after = "def f(x):\n    if x == 'never':\n        a = 1\n        b = 2\n        c = 3\n        d = 4\n        e = 5\n    return [*x]\n"
    assert "and 2 more" in found(BEFORE, after, [1])


def test_source_that_does_not_parse_says_nothing():
    check = coverage_check({"m.py": BEFORE.encode()}, {"m.py": b"def f(:\n"}, old={"m.py": set()}, new={"m.py": set()})
    assert check is not None
    assert check.passed


def test_a_statement_is_sought_in_its_own_function_first():
    other = "\n\ndef g(x):\n    for item in x:\n        print(item)\n"
    after = "def f(items):\n    return [*items]\n"
    assert found(BEFORE + other, after + other, [1]) == ""


def test_a_statement_that_moved_to_another_function_is_no_news():
    helper = BEFORE.replace("def f", "def _g")
    after = f"def f(items):\n    return _g(items)\n\n\n{helper}"
    assert found(BEFORE, after, []) == ""


def test_a_condition_that_was_always_true_may_go():
    before = "def f(items):\n    out = []\n    if out is not None:\n        out += items\n    return out\n"
    after = "def f(items):\n    out = []\n    out += items\n    return out\n"
    assert found(before, after, [1]) == ""


DETOUR = """def f(items):
    out = []
    if type(items) is list:
        out.extend(items)
    else:
        for item in items:
            out.append(item)
    return out
"""


def test_the_original_may_be_left_unrun_where_a_patch_goes_around_it():
    assert found(BEFORE, DETOUR, [1, 2]) == ""
    assert found(BEFORE, DETOUR, [1, 2], (3,)) == ""


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("            out.append(item)\n", "            out.append(item + 0)\n"),
        ("    out = []\n", "    out = list()\n"),
        (
            "        for item in items:\n            out.append(item)\n",
            "        for item in reversed(items):\n            out.append(item)\n",
        ),
        ("    else:\n        for item in items:\n            out.append(item)\n", ""),
        ("    return out\n", "    return out[:]\n"),
    ],
)
def test_a_way_that_is_not_the_original_must_have_run(old, new):
    assert "`if type(items) is list:` to the other end" in found(BEFORE, DETOUR.replace(old, new), [1, 2])


def test_the_way_around_must_have_run():
    assert "runs `out.extend(items)`" in found(BEFORE, DETOUR, (1, 2))


def test_a_way_around_within_another_is_seen():
    nested = DETOUR.replace("out.extend(items)", "if items:\n            out.extend(items)\n        else:\n            out.clear()")
    assert "runs `out.clear()`" in found(BEFORE, nested, [1, 2])
