"""The objects of `--json` keep their shape."""

from __future__ import annotations

import base64
import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeopt.model.code import TargetName
from codeopt.model.report import Cost
from codeopt.report.json_report import profile_json, report_json, verdict_json
from codeopt.report.visible import raw
from tests.report import samples

COMPARISON = {"ratio", "low", "high", "confidence", "rounds", "clock", "old_seconds", "new_seconds"}
VERDICT = {"outcome", "reason", "checks", "comparison", "workload_comparison"}
SUBJECT = {"target": "a.py::f", "workload": samples.WORKLOAD, "machine": samples.MACHINE, "sandbox": "docker"}


def strict(payload: object) -> object:
    """Write and read as a strict parser would: no NaN, and nothing that is not Unicode text."""
    text = json.dumps(payload, allow_nan=False, ensure_ascii=False)
    return json.loads(text.encode("utf-8"))


def test_a_verdict_has_the_promised_fields():
    payload = strict(verdict_json(samples.faster(), **SUBJECT))
    assert set(payload) == {"schema", "target", "workload", "machine", "sandbox"} | VERDICT
    assert (payload["schema"], payload["outcome"], payload["target"], payload["sandbox"]) == (1, "FASTER", "a.py::f", "docker")
    assert set(payload["comparison"]) == COMPARISON
    assert (payload["comparison"]["ratio"], payload["comparison"]["clock"]) == (2.31, "wall")
    assert payload["workload_comparison"]["rounds"] == 9
    assert payload["checks"][0] == {
        "kind": "patch",
        "passed": True,
        "detail": "applies to a clean copy and compiles (weblog/stats.py)",
        "decisive": True,
    }
    assert payload["checks"][-1]["passed"] is None
    assert payload["workload"] == {"kind": "command", "argv": ["python", "bench.py", "--rows", "two words"]}
    assert payload["machine"] == {"cpu": "Example CPU @ 2.50GHz", "cores": 2, "system": "Linux 6.1", "python": "3.11.4"}


def test_a_verdict_without_figures_has_nulls():
    payload = strict(verdict_json(samples.wrong(), **SUBJECT))
    assert payload["comparison"] is None
    assert payload["workload_comparison"] is None


def test_a_target_may_be_a_name():
    name = TargetName(path="a.py", qualname="f", ordinal=1)
    assert verdict_json(samples.wrong(), **(SUBJECT | {"target": name}))["target"] == "a.py::f#1"


def test_a_run_has_the_promised_fields():
    payload = strict(report_json(samples.report()))
    assert set(payload) == {
        *("schema", "run", "repository", "commit", "dirty", "started", "command", "settings", "finished", "workload", "machine"),
        *("sandbox", "isolated", "tests", "targets", "candidates", "accepted", "combined", "cost", "notes"),
    }
    assert (payload["schema"], payload["accepted"], payload["combined"]) == (1, ["aaaaaaaaaaaaaaaa"], None)
    assert payload["settings"] == {"budget": 90.0, "seed": 5}
    assert payload["cost"] == {
        "prompt_tokens": 12345,
        "completion_tokens": 678,
        "seconds": {"survey": 0.42, "propose": 12.5, "verify": 754.0},
        "serving": {"seconds": 12.0, "completion_tokens": 678, "tokens_per_s": 56.5, "prefix_hits": 0.61, "accepted": 0.4},
    }


def test_a_candidate_has_verdict_origin_and_diff():
    first, second, *_ = strict(report_json(samples.report()))["candidates"]
    assert set(first) == {"key", "target", "origin", "diff", "diff_base64", "verdict"}
    assert set(first["verdict"]) == VERDICT
    assert (first["key"], first["target"], first["diff"]) == ("aaaaaaaaaaaaaaaa", "weblog/stats.py::hits", samples.DIFF)
    assert second["origin"] == {
        "proposer": "model",
        "prompt": "rewrite",
        "prompt_version": "3",
        "model": "coder-1.5b",
        "seed": 7,
        "sample": 2,
        "parent": "aaaaaaaaaaaaaaaa",
        "temperature": None,
    }


def test_a_target_can_be_found_in_its_file():
    target = strict(report_json(samples.report()))["targets"][0]
    assert (target["name"], target["path"], target["qualname"]) == ("weblog/stats.py::hits", "weblog/stats.py", "hits")
    assert (target["start_line"], target["end_line"], target["share"]) == (3, 6, 0.423)


def test_the_union_of_accepted_patches_has_its_own_verdict():
    combined = strict(report_json(samples.together()))["combined"]
    assert set(combined) == {"verdict", "diff", "diff_base64", "workload_comparison"}
    assert combined["workload_comparison"]["ratio"] == 1.5


def test_a_diff_that_is_no_text_is_kept_byte_for_byte():
    report = samples.hostile()
    candidate = strict(report_json(report))["candidates"][0]
    assert base64.b64decode(candidate["diff_base64"]) == raw(report.candidates[0].diff)
    assert "\ufffd" in candidate["diff"]
    assert strict(report_json(samples.report()))["candidates"][0]["diff_base64"] is None


@given(st.text(st.characters(exclude_categories=())))
def test_any_text_gives_valid_json(text):
    report = samples.report(tests=text, notes=(text,), info=samples.info(settings=json.dumps({"x": [text]})))
    payload = strict(report_json(report))
    assert payload["settings"]["x"] == payload["notes"] == [payload["tests"]]


@pytest.mark.parametrize(("settings", "shown"), [("not json", "not json"), ('{"a": NaN}', {"a": None}), ("", "")])
def test_settings_are_shown_as_far_as_they_can_be_read(settings, shown):
    assert strict(report_json(samples.report(info=samples.info(settings=settings))))["settings"] == shown


def test_seconds_that_are_no_number_become_null_and_a_stage_that_came_twice_is_summed():
    cost = Cost(seconds=(("propose", 1.0), ("propose", 2.0), ("verify", math.nan)))
    assert strict(report_json(samples.report(cost=cost)))["cost"]["seconds"] == {"propose": 3.0, "verify": None}


def test_a_profile_lists_functions_in_their_order():
    payload = strict(profile_json(samples.profile(), targets=samples.report().targets, workload=samples.WORKLOAD, sandbox="local"))
    assert set(payload) == {"schema", "workload", "sandbox", "total_seconds", "samples", "functions"}
    assert [f["name"] for f in payload["functions"]] == ["weblog/stats.py::hits", "weblog/parse.py::Parser.fields", "weblog/io.py::read"]
    assert (payload["functions"][0]["own_seconds"], payload["functions"][0]["total_seconds"]) == (1.5, 2.1)
    assert payload["functions"][2]["own_seconds"] == 0.0
