"""A check as JUnit XML, as Jenkins and GitLab take it: knows the elements that the strictest schema of it allows.

That schema (`junit-10.xsd` of Jenkins' xUnit plug-in) knows properties of a suite alone, so what is known of a benchmark is its output.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from xml.etree import ElementTree as ET

from codeopt.model.check import BenchmarkReport, CheckReport
from codeopt.model.evidence import Outcome
from codeopt.report.check_prose import culprit_line, error_rate, facts, figures_line, result, side_line, unique_names
from codeopt.report.prose import machine_line
from codeopt.report.visible import one_line

__all__ = ["check_junit"]

_LIMIT = 1000
_FAILURES = {Outcome.SLOWER, Outcome.WRONG}


def check_junit(report: CheckReport) -> bytes:
    """Return one suite with a test for each benchmark: slower and broken ones failed, those that could not be compared are skipped.

    The time of a test is what one call takes at head, in seconds.
    """
    cases = [*_measured(report), *_skipped(report)]
    counts = Counter(child.tag for case in cases for child in case)
    totals = {"tests": str(len(cases)), "failures": str(counts["failure"]), "errors": "0"}
    root = ET.Element("testsuites", {"name": "codeopt check", **totals})
    suite = ET.SubElement(
        root, "testsuite", {"name": "codeopt check", **totals, "skipped": str(counts["skipped"]), "time": f"{max(report.seconds, 0):.3f}"}
    )
    properties = ET.SubElement(suite, "properties")
    for name, value in _properties(report):
        ET.SubElement(properties, "property", {"name": f"codeopt.{name}", "value": one_line(value, limit=_LIMIT)})
    suite.extend(cases)
    ET.indent(root)
    written: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return written + b"\n"


def _properties(report: CheckReport) -> Iterator[tuple[str, str]]:
    yield "outcome", str(report.outcome)
    yield "result", result(report)
    yield "base", side_line(report.base)
    yield "head", side_line(report.head)
    yield "max_slowdown", f"{report.max_slowdown:g}"
    yield "confidence", error_rate(report)
    yield "machine", machine_line(report.machine)
    yield "sandbox", report.sandbox
    yield "unreached", str(len(report.unreached))
    for number, note in enumerate(report.notes, start=1):
        yield f"note.{number}", note


def _measured(report: CheckReport) -> Iterator[ET.Element]:
    for name, one in zip(unique_names(report), report.benchmarks, strict=True):
        case = _case(name, f"benchmarks.{one.benchmark.kind}", one.comparison.new_seconds if one.comparison else 0.0)
        told = one_line(figures_line(one) if one.outcome is Outcome.SLOWER else one.reason, limit=_LIMIT)
        if one.outcome in _FAILURES:
            failure = ET.SubElement(case, "failure", {"type": str(one.outcome), "message": told})
            failure.text = "\n".join([told, *(one_line(culprit_line(culprit), limit=_LIMIT) for culprit in one.cause)])
        elif one.outcome is Outcome.UNVERIFIABLE:
            ET.SubElement(case, "skipped", {"message": told})
        ET.SubElement(case, "system-out").text = "\n".join(one_line(line, limit=_LIMIT) for line in _output(one))
        yield case


def _output(one: BenchmarkReport) -> Iterator[str]:
    yield f"outcome: {one.outcome}"
    if one.benchmark.path:
        yield f"written at: {one.benchmark.path}:{one.benchmark.line}"
    if one.comparison is not None:
        yield f"head against base: {figures_line(one)}"
    yield f"reason: {one.reason}"
    yield from facts(one)


def _skipped(report: CheckReport) -> Iterator[ET.Element]:
    for name, reason in report.skipped:
        case = _case(one_line(name) or "unnamed", "benchmarks.skipped", 0.0)
        ET.SubElement(case, "skipped", {"message": one_line(reason, limit=_LIMIT)})
        yield case


def _case(name: str, group: str, seconds: float) -> ET.Element:
    return ET.Element("testcase", {"name": name, "classname": group, "time": f"{seconds:.9f}"})
