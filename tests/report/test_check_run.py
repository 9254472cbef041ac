"""A check as a check run: its conclusion, its text, and where its annotations point."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings

from codeopt.model.evidence import Outcome
from codeopt.model.forge import AnnotationLevel, CheckConclusion, CheckRun, CheckStatus
from codeopt.report.check_annotations import check_annotations
from codeopt.report.check_run import MOST_ANNOTATIONS, NAME, check_run, check_run_begun, check_run_failed
from tests.report import check_samples as samples
from tests.report.golden import check_golden
from tests.report.harmless import assert_harmless, hostile_text
from tests.strategies import check_reports

SHA = "0123456789abcdef0123456789abcdef01234567"
MOST_SUMMARY = 65_535
FEW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def run(report) -> CheckRun:
    return check_run(report, key="job-1", head_sha=SHA)


def written(one: CheckRun) -> str:
    places = (f"{note.level} {note.path}:{note.start_line} {note.title}\n{note.message}\n" for note in one.annotations)
    return "\n".join([f"{one.name}: {one.status}, {one.conclusion}", one.title, "", one.summary, one.text, *places])


@pytest.mark.parametrize("name", ["report", "clean", "nothing", "hostile"])
def test_it_reads_as_it_was_agreed(name):
    check_golden(f"check-run-{name}.txt", written(run(getattr(samples, name)())))


LOST = samples.report(outcome=Outcome.UNVERIFIABLE, benchmarks=(samples.uncertain(),))
BROKEN = samples.report(outcome=Outcome.WRONG, benchmarks=(samples.broken(),))


@pytest.mark.parametrize(
    ("report", "conclusion", "title"),
    [
        (samples.report(benchmarks=(samples.slower(),)), CheckConclusion.FAILURE, "The check fails: 1 of 1 benchmark became slower"),
        (BROKEN, CheckConclusion.FAILURE, "The check fails: 1 of 1 benchmark broke"),
        (samples.clean(), CheckConclusion.SUCCESS, "The check holds: none of 2 benchmarks became slower"),
        (samples.nothing(), CheckConclusion.NEUTRAL, "Nothing to compare"),
        (LOST, CheckConclusion.NEUTRAL, "1 of 1 benchmark could not be compared"),
    ],
)
def test_it_concludes_what_the_check_does_and_is_neutral_where_nothing_is_known(report, conclusion, title):
    one = run(report)
    assert (one.name, one.status, one.conclusion, one.title) == (NAME, CheckStatus.COMPLETED, conclusion, title)
    assert ("neither passes nor blocks" in one.summary) == (conclusion is CheckConclusion.NEUTRAL)


def test_annotations_are_those_of_the_action_and_stand_where_they_do():
    found = [(note.level, note.path, note.start_line, note.title) for note in run(samples.report()).annotations]
    assert found == [
        (AnnotationLevel.FAILURE, "weblog/parse.py", 48, "codeopt: slower"),
        (AnnotationLevel.FAILURE, "benchmarks/test_stats.py", 5, "codeopt: broken"),
        (AnnotationLevel.WARNING, "benchmarks/test_net.py", 9, "codeopt: not compared"),
    ]
    assert len(found) == len(check_annotations(samples.report()))


def test_more_than_ten_are_shown_and_what_is_left_out_is_counted():
    def slower(count: int) -> CheckRun:
        many = (samples.slower(f"b{number}", cause=(samples.culprit(line=number + 1),)) for number in range(count))
        return run(samples.report(benchmarks=tuple(many)))

    assert len(slower(25).annotations) == 25
    assert slower(MOST_ANNOTATIONS).text == ""
    assert len(slower(350).annotations) == MOST_ANNOTATIONS
    assert slower(350).text == "Shown are the first 200 of 350 annotations."


@pytest.mark.parametrize("path", ["", "/etc/passwd", "../x.py", "a/../../x.py"])
def test_what_has_no_place_in_the_repository_has_no_annotation(path):
    assert run(samples.report(benchmarks=(samples.slower(cause=(samples.culprit(path),)),))).annotations == ()


def test_a_benchmark_without_a_line_is_shown_on_the_first():
    nowhere = replace(samples.broken(), benchmark=samples.benchmark("b", line=0))
    (note,) = run(samples.report(benchmarks=(nowhere,))).annotations
    assert (note.start_line, note.end_line) == (1, 1)


def test_one_that_is_under_way_has_no_conclusion():
    one = check_run_begun("job-1", SHA)
    assert (one.name, one.status, one.conclusion, one.key, one.head_sha) == (NAME, CheckStatus.IN_PROGRESS, None, "job-1", SHA)


@FEW
@given(hostile_text)
def test_one_that_could_not_be_made_is_neutral_and_harmless(reason):
    one = check_run_failed("job-1", SHA, reason)
    assert one.conclusion is CheckConclusion.NEUTRAL
    assert_harmless(one.summary)


@FEW
@given(check_reports())
def test_any_check_makes_a_check_run_that_a_host_takes(report):
    one = run(report)
    assert len(one.summary) <= MOST_SUMMARY
    assert len(one.title) <= 255
    for note in one.annotations:
        assert note.path.isprintable()
        assert note.start_line >= 1
        note.message.encode()
