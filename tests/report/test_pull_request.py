"""The pull request for a proven patch: its text, what it must not leave out, and that nothing in it is taken for markup."""

from __future__ import annotations

import shlex
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from codeopt.model.evidence import Check, CheckKind, Comparison
from codeopt.model.oracle import Power, Survivor
from codeopt.model.report import CandidateReport, Report
from codeopt.report.pull_request import LIMIT, TITLE_LIMIT, pull_request_body, pull_request_title
from tests.report import samples
from tests.report.golden import check_golden
from tests.report.harmless import MARK, assert_harmless, hostile_text

COMMIT = samples.info().commit
BRANCH = "codeopt/faster-hits"
FEW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def body(report: Report | None = None, candidate: CandidateReport | None = None, explanation: str = "") -> str:
    report = report or samples.report()
    return pull_request_body(report, candidate or report.candidates[0], commit=COMMIT, branch=BRANCH, explanation=explanation)


def with_workload(comparison: Comparison | None) -> str:
    report = samples.report()
    first = report.candidates[0]
    return body(report, replace(first, verdict=replace(first.verdict, workload=comparison)))


def hostile(text: str) -> Report:
    """Return a report in which all that others may have written is `text`."""
    report = samples.hostile(text, text.replace("/", "_") or "_")
    first = report.candidates[0]
    power = Power(made=3, killed=1, survivors=(Survivor(line=1, operator=text, before=text, after=text),), untried=1)
    checks = tuple(
        Check(
            kind=kind,
            passed=True if kind is not CheckKind.WORKLOAD else None,
            detail=text,
            decisive=kind is not CheckKind.WORKLOAD,
            power=power,
        )
        for kind in CheckKind
    )
    return replace(report, candidates=(replace(first, verdict=replace(first.verdict, checks=checks, workload=None)), report.candidates[1]))


@pytest.mark.parametrize("name", ["report", "together", "hostile"])
def test_it_reads_as_it_was_agreed(name):
    report = getattr(samples, name)()
    candidate = report.candidates[0]
    said = "asks a set, not the list, what was seen before" if name == "report" else samples.HOSTILE
    text = pull_request_body(report, candidate, commit=COMMIT, branch=BRANCH, explanation=said)
    check_golden(f"pull-request-{name}.md", f"{pull_request_title(candidate)}\n\n{text}")


@pytest.mark.parametrize(
    ("path", "qualname", "name"),
    [
        ("weblog/stats.py", "hits", "stats.hits"),
        ("src/weblog/__init__.py", "Log.read", "weblog.Log.read"),
        ("a.py", "outer.<locals>.inner", "a.outer.inner"),
        ("a.py", "@team #12 `x`", "a._team__12__x_"),
        ("日本.py", "é", "日本.é"),
    ],
)
def test_the_title_names_the_function_and_its_gain(path, qualname, name):
    candidate = samples.candidate("a" * 16, samples.faster(), on=samples.target(path, qualname))
    assert pull_request_title(candidate) == f"Make {name} 2.31x faster"


@FEW
@given(hostile_text | st.text(max_size=300), hostile_text | st.text(min_size=1, max_size=300))
@example("a" * 500, "b" * 500)
def test_any_title_is_one_short_line_of_words(path, qualname):
    title = pull_request_title(samples.candidate("a" * 16, samples.faster(), on=samples.target(path, qualname)))
    assert len(title) <= TITLE_LIMIT
    assert title.isprintable()
    assert not set("@#`<>[]()|*~\n") & set(title)
    title.encode()


def test_the_workload_s_gain_is_told_beside_the_function_s():
    text = body()
    assert "| the function | 1.20 ms | 520 us | **2.31x [2.20, 2.45] at 99%** |" in text
    assert "| the whole workload, `python bench.py --rows two words` | 676 us | 520 us | **1.30x [1.21, 1.40] at 99%** |" in text
    assert "The whole workload gains too: 1.30x faster [1.21, 1.40]." in text


@pytest.mark.parametrize(
    ("comparison", "said"),
    [
        (None, "**The effect on the whole workload was not measured**: `the workload could not be timed`"),
        (samples.comparison(1.03, 1.01, 1.06), "**The whole workload gains little:** 1.03x faster [1.01, 1.06]."),
        (
            samples.comparison(1.02, 0.98, 1.06),
            "**No effect on the whole workload is shown:** anything from 1.02x slower to 1.06x faster is possible.",
        ),
        (samples.comparison(0.9, 0.85, 0.95), "**The whole workload became slower:** 1.11x slower [1.05, 1.18]."),
    ],
)
def test_a_workload_that_gains_little_or_nothing_is_said_to(comparison, said):
    assert said in with_workload(comparison)


def test_what_it_rests_on_is_told():
    assert "24 pairs of fresh processes for the function (wall time) and 9 pairs of runs for the whole workload (wall time)" in body()


def test_gains_by_size_and_memory_are_told_where_they_are_known():
    report = samples.report()
    first = report.candidates[0]
    note = (
        "its calls take 3.2 times the memory at their peak (1.5 MiB before, 4.8 MiB now); slower on some inputs; "
        "from small inputs to large ones: 0.8x [0.7, 0.9] where a call takes 2.1 us, 9.1x [8.2, 10.3] where a call takes 5 ms"
    )
    checks = tuple(
        replace(check, detail=f"{check.detail}; {note}") if check.kind is CheckKind.TIMING else check for check in first.verdict.checks
    )
    text = body(report, replace(first, verdict=replace(first.verdict, checks=checks))).partition("<details>")[0]
    assert "Slower on some inputs; from small inputs to large ones: 0.8x [0.7, 0.9] where a call takes 2.1 us, 9.1x" in text
    assert "Its calls take 3.2 times the memory at their peak (1.5 MiB before, 4.8 MiB now)." in text


def test_the_share_of_mutants_that_was_found_is_told_and_the_others_are_listed():
    text = body()
    assert "The compared calls find 1 of 2 small faults put into the original (mutants), 50%." in text
    assert "- line 12: `<=` for `<`" in text


def test_the_command_is_one_that_a_clone_on_the_base_can_run():
    command = next(line for line in body().split("\n") if line.startswith("git diff "))
    diff, verify = command.split(" | ")
    assert shlex.split(diff) == ["git", "diff", f"{COMMIT[:12]}...origin/{BRANCH}"]
    words = shlex.split(verify)
    assert words[:5] == ["codeopt", "verify", ".", "--patch", "-"]
    assert words[words.index("--target") + 1] == "weblog/stats.py::hits"
    assert words[-3:] == ["--tests", "pytest -q", "--seed=5"]
    assert "/srv/weblog" not in body()
    assert ".codeopt/runs" not in body()


def test_what_was_not_checked_is_told():
    open_ends = body(samples.together()).partition("What was not checked")[2].partition("</details>")[0]
    for said in (
        "one machine",
        "versions of Python",
        "share an object",
        "`workload` could say nothing",
        "measured alone",
        "1 small fault of",
    ):
        assert said in open_ends
    assert "No test of the repository" not in open_ends


def test_a_patch_that_no_test_judged_is_said_to_be_that():
    report = samples.report()
    first = report.candidates[0]
    checks = tuple(check for check in first.verdict.checks if check.kind is not CheckKind.TESTS)
    assert "No test of the repository judged this patch." in body(report, replace(first, verdict=replace(first.verdict, checks=checks)))


def test_how_to_be_left_alone_is_told_last():
    assert body().rstrip().endswith("A patch whose pull request was closed is not offered again.")
    assert "`codeopt: ignore`" in body()


def test_the_server_of_the_model_is_not_told():
    assert "model coder-1.5b" in body()
    assert "127.0.0.1" not in body()


def test_what_the_search_went_through_is_not_told():
    notes = ("weblog/parse.py::Parser.fields: nothing more was asked after round 2", "the machine was busy: load 3")
    text = body(samples.report(notes=notes))
    assert "the machine was busy: load 3" in text
    assert "after round 2" not in text


def test_lines_are_counted_by_hunks_so_that_lines_that_look_like_heads_count():
    diff = "--- a/x\n+++ b/x\n@@ -1,2 +1 @@\n--- old\n-x\n+++ new\n"
    report = samples.report()
    assert "(1 line added, 2 removed)" in body(report, replace(report.candidates[0], diff=diff))


def test_words_of_a_model_are_code_and_those_of_a_rule_are_not():
    report = samples.report()
    assert "In short, it asks a set." in body(report, explanation="asks a set")
    by_model = replace(report.candidates[0], origin=samples.MODEL)
    assert "In the words of its author: `asks a set`" in body(report, by_model, explanation="asks a set")


def test_the_largest_one_keeps_within_the_limit_and_says_what_was_cut():
    text = "`|<!-- codeopt:x -->" * 4000
    report = hostile(text)
    first = report.candidates[0]
    power = Power(made=900, killed=0, survivors=tuple(Survivor(line=n, operator="o", before=text, after=text) for n in range(900)))
    checks = tuple(replace(check, power=power) for check in first.verdict.checks)
    big = replace(report, candidates=(replace(first, verdict=replace(first.verdict, checks=checks)),), notes=(text,) * 900)
    written = body(big, big.candidates[0], explanation=text)
    assert len(written) < LIMIT
    assert "left out: 1 of 1 commands, " in written
    assert_harmless(written)


@FEW
@given(hostile_text)
@example(f"{MARK}`\n```\n<!-- codeopt:x -->\n@team #1 www.example.com {MARK}")
def test_text_of_others_stands_in_code_alone(text):
    report = hostile(text)
    assert_harmless(body(report, report.candidates[0], explanation=text))
