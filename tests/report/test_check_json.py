"""The object of `codeopt check --json` keeps its shape."""

from __future__ import annotations

import json

from hypothesis import HealthCheck, given, settings

from codeopt.report.check_json import check_json
from tests.report import check_samples as samples
from tests.strategies import check_reports


def strict(payload: object) -> dict:
    return json.loads(json.dumps(payload, allow_nan=False, ensure_ascii=False).encode("utf-8"))


def test_a_check_has_the_promised_fields():
    payload = strict(check_json(samples.report()))
    assert set(payload) == {
        *("schema", "outcome", "reason", "repository", "base", "head", "benchmarks", "unreached", "skipped", "max_slowdown"),
        *("confidence", "machine", "sandbox", "notes", "seconds"),
    }
    assert (payload["schema"], payload["outcome"], payload["sandbox"]) == (1, "SLOWER", "docker")
    assert payload["head"] == {"name": "topic", "commit": samples.HEAD.commit, "dirty": True}
    assert payload["skipped"] == [{"name": "benchmarks/test_new.py::test_added", "reason": "it does not exist at base"}]
    assert payload["machine"] == {"cpu": "Example CPU @ 2.50GHz", "cores": 2, "system": "Linux 6.1", "python": "3.11.4"}
    assert (payload["max_slowdown"], payload["confidence"], payload["seconds"]) == (1.03, 0.99, 203.4)


def test_a_benchmark_has_the_promised_fields():
    (one,) = strict(check_json(samples.report(benchmarks=(samples.slower(),))))["benchmarks"]
    assert one == {
        "name": samples.PARSE,
        "kind": "pytest",
        "path": "benchmarks/test_parse.py",
        "line": 12,
        "outcome": "SLOWER",
        "verdict": {"outcome": "SLOWER", "reason": "1.24x slower [1.2, 1.29]"},
        "comparison": {
            "ratio": 0.806,
            "low": 0.775,
            "high": 0.833,
            "confidence": 0.999,
            "rounds": 24,
            "clock": "cpu",
            "old_seconds": 0.0012,
            "new_seconds": 0.0012 / 0.806,
        },
        "memory": {"old_bytes": 12582912, "new_bytes": 50331648},
        "instructions": 0.81,
        "cause": [
            {
                "name": "weblog/parse.py::Parser.fields",
                "path": "weblog/parse.py",
                "qualname": "Parser.fields",
                "line": 48,
                "old_own_seconds": 0.00041,
                "new_own_seconds": 0.00069,
                "changed": True,
            },
            {
                "name": "weblog/io.py::read",
                "path": "weblog/io.py",
                "qualname": "read",
                "line": 7,
                "old_own_seconds": 0.0001,
                "new_own_seconds": 0.00011,
                "changed": False,
            },
        ],
        "first_bad": "5" * 40,
    }


def test_what_is_not_known_is_null_or_empty():
    (one,) = strict(check_json(samples.report(benchmarks=(samples.broken(),))))["benchmarks"]
    assert (one["comparison"], one["memory"], one["instructions"], one["cause"], one["first_bad"]) == (None, None, None, [], "")


def test_hostile_text_is_valid_unicode():
    payload = strict(check_json(samples.hostile()))
    assert "\ufffd" in payload["benchmarks"][0]["path"]


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(check_reports())
def test_any_check_gives_valid_json_with_every_benchmark(report):
    payload = strict(check_json(report))
    assert [one["outcome"] for one in payload["benchmarks"]] == [str(one.outcome) for one in report.benchmarks]
    assert [one["name"] for one in payload["benchmarks"]] == [one.benchmark.name for one in report.benchmarks]
