"""Samples are for the lines that took the time, wherever the interpreter let them be taken."""

from __future__ import annotations

import dis
import json

import pytest
from codeopt_inside import blame
from codeopt_inside.sampler import Sampler


def scanned(xs, ys):
    out = []
    for x in xs:
        found = x in ys
        if found:
            out.append(x)
    return out


def summed(xs):
    total = 0
    for x in xs:
        square = x * x
        half = square / 2
        total = total + half
    return total


def called(xs):
    for x in xs:
        y = x + 1
        sorted(xs)
    return y


def share(function, opname):
    """Return by line, counted from the `def`, whom a sample at the last instruction of a kind is for."""
    code = function.__code__
    offset = max(each.offset for each in dis.get_instructions(code) if each.opname.startswith(opname))
    return {line - code.co_firstlineno: part for line, part in blame.shares(code, offset, code.co_firstlineno)}


def test_a_search_takes_more_than_what_is_around_it():
    found = share(scanned, "JUMP_BACKWARD")
    assert max(found, key=found.get) == 3
    assert 5 not in found


def test_statements_without_calls_share_what_a_turn_takes():
    found = share(summed, "JUMP_BACKWARD")
    assert {3, 4, 5} <= set(found)
    assert max(found.values()) < 0.5
    assert sum(found.values()) == pytest.approx(1.0)


def test_a_call_is_for_its_own_line():
    assert share(called, "CALL") == {0: 1.0}  # what the frame says


def test_what_cannot_be_told_is_for_the_line_that_the_frame_says():
    assert blame.shares(scanned.__code__, 10**6, 77) == ((77, 1.0),)


def test_the_lines_of_a_real_run_are_those_that_take_the_time(tmp_path):
    sampler = Sampler(str(tmp_path), str(tmp_path))
    source = tmp_path / "lib.py"
    source.write_text(
        "def scanned(xs, ys):\n    out = []\n    for x in xs:\n        found = x in ys\n        if found:\n            out.append(x)\n"
    )
    space = {}
    exec(compile(source.read_text(), str(source), "exec"), space)
    sampler.start()
    space["scanned"](list(range(3000)), list(range(10_000, 16_000)))
    sampler.finish()
    (written,) = tmp_path.glob("profile-*.json")
    lines = {line: seconds for _, line, seconds in json.loads(written.read_text())["lines"]}
    assert lines[4] > 0.6 * sum(lines.values())
