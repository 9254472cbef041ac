"""Two runs side by side."""

from __future__ import annotations

import io
import json
from dataclasses import replace

import pytest
from rich.console import Console

from codeopt.report.two_runs import met, print_two_runs, two_runs_json
from tests.report import samples


def printed(first, second, *, width: int = 80) -> str:
    out = io.StringIO()
    print_two_runs(first, second, Console(file=out, width=width, color_system=None))
    return out.getvalue()


def later(**changes):
    return samples.report(info=samples.info(run="20260103-030405-cd34"), **changes)


def test_a_patch_is_the_same_by_its_content():
    first, second = samples.report(), samples.together()
    found = {one.key: (one.first, one.second) for one in met(first, second)}
    assert list(found) == ["a" * 16, "e" * 16]
    assert found["a" * 16] == (samples.faster(), samples.faster())
    assert found["e" * 16][0] is None


def test_both_verdicts_are_shown_with_their_figures():
    second = later(candidates=(samples.candidate("a" * 16, samples.slower(), origin=samples.RULES),), accepted=())
    text = printed(samples.report(), second)
    assert "FASTER        function 2.31x [2.20, 2.45] at 99%" in text
    assert "SLOWER        function 0.52x [0.5, 0.54] at 99%" in text
    assert "20260103-030405-cd34" in text


def test_what_only_one_run_judged_says_so():
    assert "not judged" in printed(samples.report(), later(candidates=(), accepted=()))


def test_runs_of_other_machines_and_commits_are_remarked():
    other = replace(later(machine=replace(samples.MACHINE, cores=8)), info=samples.info(commit="f" * 40))
    assert "The machines differ" in printed(samples.report(), other)
    assert "The commits differ" in printed(samples.report(), other)
    assert two_runs_json(samples.report(), later())["remarks"] == []


def test_the_object_counts_outcomes_and_holds_both_verdicts():
    found = json.loads(json.dumps(two_runs_json(samples.report(), later(candidates=(), accepted=()))))
    assert found["schema"] == 1
    assert found["runs"][0]["outcomes"] == {"FASTER": 1, "NOT_PROVEN": 0, "SLOWER": 1, "WRONG": 1, "UNVERIFIABLE": 1}
    (patch,) = found["patches"]
    assert patch["first"]["comparison"]["ratio"] == 2.31
    assert patch["second"] is None


@pytest.mark.parametrize("width", [60, 200])
def test_hostile_text_does_not_reach_the_terminal(width):
    text = printed(samples.hostile(), samples.report(), width=width)
    assert "\x1b" not in text
    assert "\u202e" not in text
    json.dumps(two_runs_json(samples.hostile(), samples.report())).encode()
