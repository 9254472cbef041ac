"""Workflow commands of a check: where they point, how they are escaped, and how many there are."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings

from codeopt.model.check import BenchmarkKind
from codeopt.model.evidence import Outcome
from codeopt.report.check_annotations import check_annotations
from tests.report import check_samples as samples
from tests.strategies import check_reports

COMMAND = re.compile(r"::(error|warning) ((?:[a-z]+=[^,:\r\n]*)(?:,[a-z]+=[^,:\r\n]*)*)::([^\r\n]*)")


def read(command: str) -> tuple[str, dict[str, str], str]:
    """Read a command as a runner does."""
    kind, properties, message = COMMAND.fullmatch(command).groups()
    pairs = dict(pair.split("=", 1) for pair in properties.split(","))
    unescaped = {name: value.replace("%3A", ":").replace("%2C", ",") for name, value in pairs.items()}
    return kind, {name: plain(value) for name, value in unescaped.items()}, plain(message)


def plain(text: str) -> str:
    return text.replace("%0A", "\n").replace("%0D", "\r").replace("%25", "%")


def of(*benchmarks) -> list[tuple[str, dict[str, str], str]]:
    return [read(command) for command in check_annotations(samples.report(benchmarks=benchmarks))]


def test_a_regression_is_shown_on_the_slower_function_that_the_change_edits():
    ((kind, where, message),) = of(samples.slower())
    assert (kind, where) == ("error", {"file": "weblog/parse.py", "line": "48", "title": "codeopt: slower"})
    assert "1.24x slower [1.20, 1.29]" in message
    assert "Parser.fields: 410 us -> 690 us" in message


def test_files_are_named_from_the_root_of_the_checkout():
    (command,) = check_annotations(replace(samples.report(benchmarks=(samples.slower(),)), prefix="services/log/"))
    assert read(command)[1]["file"] == "services/log/weblog/parse.py"


def test_a_regression_of_functions_that_the_change_left_alone_is_shown_on_the_one_that_lost_most():
    most = samples.culprit("weblog/io.py", "read", 7, changed=False)
    less = replace(samples.culprit("a.py", "f", 1, changed=False), new_own_s=most.old_own_s + 1e-6)
    ((_, where, _),) = of(samples.slower(cause=(less, most)))
    assert where["file"] == "weblog/io.py"


def test_a_regression_without_a_cause_is_shown_on_the_benchmark():
    ((_, where, _),) = of(samples.slower(cause=()))
    assert (where["file"], where["line"]) == ("benchmarks/test_parse.py", "12")


def test_a_benchmark_that_is_written_nowhere_has_no_place():
    nowhere = samples.benchmark("python bench.py", BenchmarkKind.COMMAND, "", 0)
    ((_, where, message),) = of(samples.slower(benchmark=nowhere, cause=()))
    assert where == {"title": "codeopt: slower"}
    assert message.startswith("python bench.py: ")


def test_broken_ones_are_errors_doubtful_ones_warnings_and_the_others_nothing():
    found = of(samples.broken(), samples.uncertain(), samples.same(), samples.faster(), samples.undecided())
    assert [(kind, where["title"]) for kind, where, _ in found] == [("error", "codeopt: broken"), ("warning", "codeopt: not compared")]


def test_benchmarks_that_one_function_made_slower_share_an_annotation():
    ((_, _, message),) = of(samples.slower("first"), samples.slower("second"))
    assert [line.split(":")[0] for line in message.split("\n")] == ["first", "second"]


def test_a_function_that_slows_very_many_benchmarks_has_some_named_and_the_rest_counted():
    ((_, _, message),) = of(*(samples.slower(f"b{number}") for number in range(25)))
    assert message.split("\n")[-1] == "... and 15 more benchmarks here"


@pytest.mark.parametrize(("count", "last"), [(10, "b"), (11, "... and 1 more places"), (40, "... and 30 more places")])
def test_there_are_at_most_ten_of_a_kind_and_the_last_counts_the_rest(count, last):
    slower = [samples.slower(f"b{number}", cause=(samples.culprit(line=number + 1),)) for number in range(count)]
    doubts = [samples.uncertain()] * 3
    found = of(*slower, *doubts)
    assert [kind for kind, _, _ in found] == ["error"] * 10 + ["warning"]
    assert found[9][2].split("\n")[-1].startswith(last)


def test_what_ends_a_property_or_a_line_is_escaped():
    one = samples.slower("50%\r\n::error::x", cause=(samples.culprit("a,b:c%\n.py"),))
    (command,) = check_annotations(samples.report(benchmarks=(one,)))
    assert command.startswith("::error file=a%2Cb%3Ac%25\\n.py,line=48,title=codeopt%3A slower::50%25\\r\\n::error::x: ")
    assert read(command)[1]["file"] == "a,b:c%\\n.py"


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(check_reports())
def test_every_command_is_one_line_that_a_runner_reads(report):
    commands = check_annotations(report)
    failing = {Outcome.SLOWER, Outcome.WRONG}
    assert any(command.startswith("::error ") for command in commands) == any(one.outcome in failing for one in report.benchmarks)
    for command in commands:
        read(command)
        command.encode("utf-8")
        assert command.isprintable()
