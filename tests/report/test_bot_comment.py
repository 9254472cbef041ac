"""The bot's comments: their text, what each must say, and that nothing in them is taken for markup of others."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from codeopt.model.bot import Offer
from codeopt.model.evidence import Machine, Outcome, Verdict
from codeopt.model.report import Report
from codeopt.model.work import Workload, WorkloadKind
from codeopt.report.bot_comment import (
    LIMIT,
    check_comment,
    failed_comment,
    help_comment,
    optimize_comment,
    refused_comment,
    verify_comment,
    working_comment,
)
from tests.report import check_samples, samples
from tests.report.golden import check_golden
from tests.report.harmless import assert_harmless, hostile_text
from tests.strategies import check_reports, noun, verdicts

URL = "https://github.example/acme/weblog/pull/12"
FEW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
OFFERS = (Offer(key="a" * 16, url=URL), Offer(key="e" * 16, reason="the limit of 2 pull requests in a week is reached"))


def verify(verdict: Verdict, text: str = "weblog/stats.py::hits", sandbox: str = "docker") -> str:
    return verify_comment(
        verdict, target=text, workload=samples.WORKLOAD, machine=samples.MACHINE, sandbox=sandbox, commit=samples.info().commit
    )


@pytest.mark.parametrize(("name", "offers"), [("report", OFFERS[:1]), ("together", OFFERS), ("nothing", ()), ("hostile", ())])
def test_what_a_run_found_reads_as_it_was_agreed(name, offers):
    check_golden(f"comment-optimize-{name}.md", optimize_comment(getattr(samples, name)(), offers))


@pytest.mark.parametrize("name", ["faster", "wrong", "slower"])
def test_a_verdict_reads_as_it_was_agreed(name):
    check_golden(f"comment-verify-{name}.md", verify(getattr(samples, name)()))


def test_the_short_ones_read_as_they_were_agreed():
    texts = (
        working_comment("/codeopt optimize weblog/stats.py::hits"),
        refused_comment("only people who may write to this repository give commands"),
        failed_comment("the sandbox could not be started", again=True),
        failed_comment("weblog/stats.py::gone: there is no such function", again=False),
        help_comment(),
        help_comment("optimize takes one function, as path/to/file.py::function, or none"),
    )
    check_golden("comments-short.md", "\n====\n\n".join(texts))


def test_each_proven_patch_has_its_pull_request_or_the_reason_why_not():
    text = optimize_comment(samples.together(), OFFERS)
    rows = {line.split("`")[1]: line for line in text.split("\n") if line.startswith("| `") and "2.31x" in line}
    assert rows["weblog/stats.py::hits"].endswith(f"| <{URL}> |")
    assert rows["weblog/parse.py::Parser.fields"].endswith("| none: the limit of 2 pull requests in a week is reached |")


def test_a_patch_of_which_nothing_is_said_has_no_pull_request():
    assert "2.31x [2.20, 2.45] at 99% | 1.30x [1.21, 1.40] at 99% | none |" in optimize_comment(samples.report(), ())


def test_rejected_ones_are_counted_and_their_reasons_folded():
    head, _, folded = optimize_comment(samples.report(), OFFERS).partition("<details><summary>Rejected: 3</summary>")
    assert "All verdicts: 1 FASTER, 1 SLOWER, 1 WRONG, 1 UNVERIFIABLE." in head
    assert "expected it returned [3, 1], got: it returned [1, 3]" in folded
    assert "expected it returned" not in head


def test_a_run_that_found_nothing_says_what_may_help():
    assert "What may help:" in optimize_comment(samples.nothing(), ())
    assert "What may help:" not in optimize_comment(samples.report(), OFFERS)


def test_a_run_that_did_not_finish_or_was_not_isolated_says_so():
    text = optimize_comment(samples.nothing(), ())
    assert "The run did not finish" in text
    assert "**Nothing was isolated.**" in text


def test_what_it_took_is_told():
    text = optimize_comment(samples.report(), OFFERS)
    assert "- time: 12 min 47 s" in text
    assert "- tokens: 12,345 in, 678 out" in text


def test_a_counterexample_is_shown():
    text = verify(samples.wrong())
    assert "**It does something else than before.**" in text
    assert "What was seen:\n\n```text\non input ([3, 1, 1]) expected it returned [3, 1], got: it returned [1, 3]\n```" in text


def test_a_proven_one_needs_no_reason():
    text = verify(samples.faster())
    assert "Reason:" not in text
    assert "**2.31x [2.20, 2.45] at 99%**" in text


def test_the_local_sandbox_is_called_what_it_is():
    assert "isolates nothing" in verify(samples.faster(), sandbox="local")
    assert "isolates nothing" not in verify(samples.faster())


def test_a_command_that_fails_says_whether_it_is_tried_again():
    assert "It is tried again soon" in failed_comment("no disk", again=True)
    assert "It is not tried again by itself" in failed_comment("no disk", again=False)


def test_a_check_is_told_without_the_mark_of_the_action():
    assert check_comment(check_samples.report()).startswith("## codeopt check: slower")


def test_the_largest_ones_keep_within_the_limit_and_say_what_was_cut():
    text = "`|<!-- codeopt:x -->" * 4000
    bad = samples.hostile(text, "p" * 4000)
    many = tuple(replace(bad.candidates[1], key=f"{number:016}") for number in range(900))
    for written in (optimize_comment(replace(bad, candidates=(*bad.candidates, *many)), ()), verify(samples.wrong(text), text)):
        assert len(written) < LIMIT
        assert_harmless(written)
    assert "rejected candidates" in optimize_comment(replace(bad, candidates=many), ()).strip().split("\n")[-1]


@FEW
@given(hostile_text)
def test_text_of_others_stands_in_code_alone(text):
    machine = Machine(cpu=text, cores=1, system=text, python=text)
    workload = Workload(kind=WorkloadKind.COMMAND, argv=("python", text))
    for outcome in (Outcome.WRONG, Outcome.UNVERIFIABLE):
        verdict = replace(samples.wrong(text), outcome=outcome)
        assert_harmless(verify_comment(verdict, target=text, workload=workload, machine=machine, sandbox=text, commit=text))
    for offer in (Offer(key="1" * 16, url=text), Offer(key="1" * 16, reason=text), Offer(key="1" * 16, url=URL)):
        assert_harmless(optimize_comment(samples.hostile(text, text), [offer]))
    for short in (working_comment(text), refused_comment(text), failed_comment(text, again=True), help_comment(text)):
        assert_harmless(short)


@FEW
@given(verdicts())
def test_any_verdict_is_told_within_the_limit(verdict):
    text = verify(verdict)
    assert len(text) < LIMIT
    assert_harmless(text)
    assert text.startswith(f"## codeopt verify: {verdict.outcome}\n")


@FEW
@given(noun(Report), st.lists(noun(Offer), max_size=3))
def test_any_run_is_told_within_the_limit(report, offers):
    text = optimize_comment(report, offers)
    assert len(text) < LIMIT
    assert_harmless(text)


@FEW
@given(check_reports())
def test_any_check_fits_and_holds_no_hidden_line(report):
    text = check_comment(report)
    assert len(text) <= LIMIT
    assert "<!--" not in text.replace("`", "").split("\n")[-1]


def test_a_hostile_check_is_harmless():
    assert "<!-- codeopt" not in check_comment(replace(check_samples.hostile(), reason="<!-- codeopt:x -->", notes=("<!-- codeopt:x -->",)))
    assert_harmless(check_comment(check_samples.hostile()))
