"""A check as JUnit XML: what Jenkins and GitLab make of it, and the rules of the strictest schema."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest
from hypothesis import HealthCheck, given, settings

from codeopt.model.evidence import Outcome
from codeopt.report.check_junit import check_junit
from tests.report import check_samples as samples
from tests.report.golden import check_golden
from tests.strategies import check_reports

# The elements and attributes of `junit-10.xsd`, as far as they are used: (required, allowed) attributes and allowed children.
RULES = {
    "testsuites": (set(), {"name", "time", "tests", "failures", "errors"}, {"testsuite"}),
    "testsuite": (
        {"name", "tests", "failures", "errors"},
        {"name", "tests", "failures", "errors", "skipped", "time", "timestamp", "hostname", "id", "package"},
        {"properties", "testcase", "system-out", "system-err"},
    ),
    "properties": (set(), set(), {"property"}),
    "property": ({"name", "value"}, {"name", "value"}, set()),
    "testcase": ({"name"}, {"name", "time", "classname", "group"}, {"skipped", "error", "failure", "system-out", "system-err"}),
    "failure": (set(), {"type", "message"}, set()),
    "skipped": (set(), {"type", "message"}, set()),
    "system-out": (set(), set(), set()),
}


def assert_valid(element: ET.Element) -> None:
    required, allowed, children = RULES[element.tag]
    assert required <= set(element.attrib) <= allowed
    for child in element:
        assert child.tag in children
        assert_valid(child)


def cases(report) -> dict[str, ET.Element]:
    return {case.get("name"): case for case in ET.fromstring(check_junit(report)).iter("testcase")}


@pytest.mark.parametrize("name", ["report", "hostile"])
def test_a_check_reads_as_it_was_agreed(name):
    check_golden(f"check-{name}.junit.xml", check_junit(getattr(samples, name)()).decode())


def test_slower_and_broken_benchmarks_fail_and_those_that_were_not_compared_are_skipped():
    found = {name: [child.tag for child in case if child.tag != "system-out"] for name, case in cases(samples.report()).items()}
    assert found == {
        "python bench.py --rows 10": [],
        "benchmarks/test_net.py::test_fetch": ["skipped"],
        "suites.Io.time_read('big', 3)": [],
        samples.PARSE: ["failure"],
        "weblog/io.py::read": [],
        "benchmarks/test_stats.py::test_hits": ["failure"],
        "benchmarks/test_new.py::test_added": ["skipped"],
    }


def test_a_failure_says_how_much_slower_and_where():
    failure = cases(samples.report())[samples.PARSE].find("failure")
    assert failure.get("type") == "SLOWER"
    assert failure.get("message").startswith("1.24x slower [1.20, 1.29], 1.20 ms -> 1.49 ms per call")
    assert "weblog/parse.py:48 Parser.fields: 410 us -> 690 us" in failure.text


def test_the_time_of_a_test_is_one_call_at_head():
    assert float(cases(samples.report())[samples.PARSE].get("time")) == pytest.approx(0.0012 / 0.806, abs=1e-9)


def test_the_suite_counts_its_tests_and_knows_the_conditions():
    (suite,) = ET.fromstring(check_junit(samples.report()))
    assert [suite.get(name) for name in ("tests", "failures", "errors", "skipped", "time")] == ["7", "2", "0", "2", "203.400"]
    known = {one.get("name"): one.get("value") for one in suite.iter("property")}
    assert known["codeopt.outcome"] == "SLOWER"
    assert known["codeopt.machine"] == "Example CPU @ 2.50GHz, 2 cores, Linux 6.1, Python 3.11.4"


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(check_reports())
def test_any_check_is_valid_xml_by_the_schemas_rules(report):
    root = ET.fromstring(check_junit(report))
    assert_valid(root)
    (suite,) = root
    assert int(suite.get("tests")) == len(list(suite.iter("testcase"))) == len(report.benchmarks) + len(report.skipped)
    assert int(suite.get("failures")) == sum(one.outcome in {Outcome.SLOWER, Outcome.WRONG} for one in report.benchmarks)
    names = [(case.get("classname"), case.get("name")) for case in suite.iter("testcase") if case.get("classname") != "benchmarks.skipped"]
    assert len(set(names)) == len(names)


def test_characters_that_xml_forbids_are_written_as_escapes():
    text = check_junit(samples.report(notes=("\x00\x08\x1b\ufffe\ud800 <&>\"'",))).decode()
    ET.fromstring(text)
    assert "\\x00\\x08\\x1b\\ufffe\\ud800 &lt;&amp;&gt;" in text
