"""The formats of dashboards: their fields, and that nothing which could not be compared becomes a point of a curve."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import HealthCheck, given, settings

from codeopt.report.check_dashboards import check_action_benchmark, check_bencher
from tests.report import check_samples as samples
from tests.strategies import check_reports

MEASURED = ["python bench.py --rows 10", "suites.Io.time_read('big', 3)", samples.PARSE, "weblog/io.py::read"]


def test_bencher_gets_nanoseconds_at_head_and_the_ratio():
    payload = check_bencher(samples.report())
    assert list(payload) == MEASURED
    one = payload[samples.PARSE]
    assert set(one) == {"latency", "codeopt-ratio"}
    assert one["latency"]["value"] == pytest.approx(0.0012 / 0.806 * 1e9)
    assert one["codeopt-ratio"] == {"value": 0.806, "lower_value": 0.775, "upper_value": 0.833}


def test_the_range_of_a_latency_is_the_middle_half_of_the_pairs_by_the_clock_of_the_comparison():
    latency = check_bencher(samples.report())[samples.PARSE]["latency"]
    assert latency["lower_value"] == pytest.approx(latency["value"] * 0.9925)
    assert latency["upper_value"] == pytest.approx(latency["value"] * 1.0075)


def test_a_benchmark_without_pairs_has_no_spread():
    latency = check_bencher(samples.report())["weblog/io.py::read"]["latency"]
    assert latency["lower_value"] == latency["value"] == latency["upper_value"]


def test_the_action_gets_entries_of_which_smaller_is_better():
    entries = check_action_benchmark(samples.report())
    assert [entry["name"] for entry in entries] == MEASURED
    one = entries[2]
    assert set(one) == {"name", "unit", "value", "range", "extra"}
    assert (one["unit"], one["value"]) == ("ns", pytest.approx(0.0012 / 0.806 * 1e9))
    assert one["range"] == "± 11166.253"
    assert one["extra"].startswith("1.24x slower [1.20, 1.29], 1.20 ms -> 1.49 ms per call, processor time, 24 pairs\n")


def test_what_could_not_be_compared_is_no_point_of_a_curve():
    report = samples.report(benchmarks=(samples.uncertain(), samples.broken()))
    assert check_bencher(report) == {}
    assert check_action_benchmark(report) == []


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(check_reports())
def test_any_check_fits_the_formats(report):
    bencher = json.loads(json.dumps(check_bencher(report), allow_nan=False, ensure_ascii=False).encode())
    entries = json.loads(json.dumps(check_action_benchmark(report), allow_nan=False, ensure_ascii=False).encode())
    assert list(bencher) == [entry["name"] for entry in entries]
    for name, measures in bencher.items():
        assert 0 < len(name) <= 1024
        for measure in measures.values():
            assert measure["lower_value"] <= measure["value"] <= measure["upper_value"]
    for entry in entries:
        assert isinstance(entry["value"], float)
        assert re.fullmatch(r"± \d+\.\d+", entry["range"])
