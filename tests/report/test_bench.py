"""A suite's table: what it comes to, and that nothing in it breaks the table."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import pytest

from codeopt.model.bench import BenchReport, Ending, Scope, TaskResult
from codeopt.report.bench_figures import summed_up, within
from codeopt.report.bench_markdown import bench_json, bench_markdown
from tests.report.samples import HOSTILE, MACHINE, comparison


def improved(task="one", gain=4.0, best=None, **changes):
    known = comparison(best, best * 0.9, best * 1.1) if best else None
    fields = {
        "origin": "rules (seen-set)",
        "candidates": 3,
        "wrong": 1,
        "prompt_tokens": 70,
        "completion_tokens": 30,
        "seconds": 20.0,
        "machine": MACHINE,
    }
    return TaskResult(task=task, ending=Ending.IMPROVED, gain=comparison(gain, gain * 0.9, gain * 1.1), best=known, **(fields | changes))


def suite(*results, model="coder"):
    return BenchReport(suite="ours", model=model, settings='{"seed": 0}', results=results)


PLAIN = TaskResult(task="two", ending=Ending.NOT_IMPROVED, candidates=2, prompt_tokens=50, seconds=10.0)
LOST = (TaskResult(task="three", ending=Ending.FAILED, note="no"), TaskResult(task="four", ending=Ending.SKIPPED, note="not here"))


def test_what_was_not_proven_counts_as_it_was_and_what_was_not_tried_does_not_count():
    summary = summed_up(suite(improved(), PLAIN, *LOST))
    assert (summary.tried, summary.improved, summary.wrong, summary.candidates) == (2, 1, 1, 5)
    assert summary.harmonic == pytest.approx(1.6)
    assert summary.geometric == pytest.approx(2.0)
    assert (summary.tokens, summary.seconds) == (150.0, 30.0)


def test_without_a_proof_there_is_no_cost_of_one():
    summary = summed_up(suite(PLAIN))
    assert (summary.harmonic, summary.tokens, summary.seconds) == (1.0, None, None)
    assert summed_up(suite(*LOST)).harmonic is None
    assert "cost of one" not in bench_markdown(suite(PLAIN))


@pytest.mark.parametrize(("gain", "best", "near"), [(4.0, 8.0, True), (4.0, 8.1, False), (9.0, 3.0, True)])
def test_near_the_best_means_within_a_factor(gain, best, near):
    assert within(improved(gain=gain, best=best), 2.0) is near
    assert summed_up(suite(improved(gain=gain, best=best))).near_best == near


def test_a_task_without_proof_is_near_nothing():
    assert not within(PLAIN, math.inf)


def test_ratios_of_the_whole_workload_are_marked():
    whole = improved(best=6.0, gain_of=Scope.WORKLOAD, best_of=Scope.WORKLOAD)
    page = bench_markdown(suite(whole, improved("two")))
    first, second = (line for line in page.splitlines() if line.startswith("| `"))
    assert "| 4.00x [3.60x, 4.40x] of the workload | 6.00x [5.40x, 6.60x] of the workload |" in first
    assert "of the workload" not in second
    assert "Those marked so are of the whole workload" in page
    assert "marked so" not in bench_markdown(suite(improved()))
    told = bench_json(suite(whole, PLAIN))["tasks"]
    assert [(task["gain_of"], task["best_of"]) for task in told] == [("workload", "workload"), (None, None)]


def test_what_is_not_of_the_same_time_is_not_compared():
    apart = improved(best=6.0, gain_of=Scope.WORKLOAD)
    assert not within(apart, 2.0)
    assert within(replace(apart, best_of=Scope.WORKLOAD), 2.0)


def test_the_table_has_a_row_for_each_task():
    page = bench_markdown(suite(improved(best=6.0), PLAIN, *LOST))
    rows = [line for line in page.splitlines() if line.startswith("| `")]
    assert [row.split("|")[1].strip() for row in rows] == ["`one`", "`two`", "`three`", "`four`"]
    assert "4.00x [3.60x, 4.40x] | 6.00x" in rows[0]
    assert "- `four`: `not here`" in page
    assert "within 2x of the best solution known: 1 of 1" in page


def test_a_suite_without_a_model_or_a_machine_says_so():
    assert "By codeopt's rules alone, no model. Ratios are" in bench_markdown(suite(model=""))
    assert bench_json(suite(PLAIN))["tasks"][0]["machine"] is None


def test_results_of_two_machines_are_told_apart():
    other = replace(MACHINE, cpu="Another")
    page = bench_markdown(suite(improved(), improved("two", machine=other), PLAIN))
    assert "Example CPU" in page
    assert "not to be compared" in page
    assert "not to be compared" not in bench_markdown(suite(improved(), improved("two"), PLAIN))


def test_hostile_text_stays_in_its_cell():
    hostile = TaskResult(task=HOSTILE, ending=Ending.FAILED, note=HOSTILE)
    page = bench_markdown(suite(hostile))
    plain = bench_markdown(suite(TaskResult(task="x", ending=Ending.FAILED, note="x")))
    assert page.count("\n") == plain.count("\n")
    json.dumps(bench_json(suite(hostile)), allow_nan=False).encode()


def test_the_object_holds_what_the_table_says():
    told = bench_json(suite(improved(best=6.0), PLAIN))
    assert told["summary"]["improved"] == 1
    assert [task["result"] for task in told["tasks"]] == ["improved", "not improved"]
    assert told["tasks"][0]["tokens"] == {"prompt": 70, "completion": 30}
    assert told["tasks"][1]["gain"] is None


def test_an_improvement_without_its_proof_cannot_be_built():
    with pytest.raises(ValueError, match="does not go with"):
        TaskResult(task="x", ending=Ending.IMPROVED)
    with pytest.raises(ValueError, match="does not go with"):
        TaskResult(task="x", ending=Ending.NOT_IMPROVED, gain=comparison())


@pytest.mark.parametrize(
    ("model", "without", "who"),
    [
        ("coder", [], "By model `coder` and codeopt's rules. "),
        ("coder", ["rules"], "By model `coder` alone. "),
        ("coder", ["rules", "feedback", "hints"], "By model `coder` alone, without feedback and hints. "),
        ("coder", ["bandit"], "By model `coder` and codeopt's rules, without bandit. "),
        ("", ["rules"], "By nobody alone, no model. "),
    ],
)
def test_it_is_said_who_proposed(model, without, who):
    assert who in bench_markdown(replace(suite(PLAIN, model=model), settings=json.dumps({"without": without})))
