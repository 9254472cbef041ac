"""Samples that fall on instructions without a line are blamed on the line that led there."""

from __future__ import annotations

import dis

from codeopt_inside.sampler import _line_of


def scanned(xs, ys):
    out = []
    for x in xs:
        found = x in ys
        if found:
            out.append(x)
    return out


def test_the_way_back_to_a_loop_belongs_to_its_condition():
    code = scanned.__code__
    lined = {start: line for start, _, line in code.co_lines()}
    condition = code.co_firstlineno + 4
    jumps = {each.argval for each in dis.get_instructions(code) if each.opcode in {*dis.hasjrel, *dis.hasjabs}}
    lineless = [start for start, line in lined.items() if line is None and start in jumps]
    assert {_line_of(code, offset) for offset in lineless} == {condition}


def test_an_instruction_that_nothing_jumps_to_belongs_to_the_line_before_it():
    code = scanned.__code__
    for start, end, line in code.co_lines():
        if line is not None and not any(each.argval == start for each in dis.get_instructions(code) if each.opcode in dis.hasjrel):
            assert _line_of(code, end - 2) == line
