"""Files of pyperf: written, read again, and refused where they must not be compared."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from codeopt import __version__
from codeopt.errors import UsageError
from codeopt.model.evidence import Clock
from codeopt.report.check_prose import unique_names
from codeopt.report.pyperf_json import pyperf_suite, read_pyperf, refuse_mixed
from tests.report import check_samples as samples
from tests.report.golden import FOLDER, check_golden
from tests.strategies import check_reports

SIDES = st.sampled_from(["base", "head"])


def suite(**changes) -> dict:
    return json.loads(pyperf_suite(samples.report(**changes), "head"))


def written(payload: object) -> bytes:
    return json.dumps(payload).encode()


def test_a_suite_is_written_as_it_was_agreed():
    check_golden("check-pyperf.json", pyperf_suite(samples.report(), "head").decode().replace(__version__, "VERSION"))


def test_a_file_of_schema_1_can_still_be_read():
    found = read_pyperf((FOLDER / "check-pyperf-schema-1.json").read_bytes())
    assert [benchmark.clock for benchmark in found.benchmarks] == [Clock.CPU, Clock.WALL, Clock.CPU]
    assert found.benchmarks[2].name == samples.PARSE
    assert len(found.benchmarks[2].values) == 4
    assert dict(found.conditions)["cpu_model_name"] == "Example CPU @ 2.50GHz"


def test_a_file_that_pyperf_itself_wrote_anew_is_read_the_same():
    """`pyperf convert` moves what all benchmarks share to the root, and what all runs share to their benchmark."""
    anew = (FOLDER / "check-pyperf-schema-1-converted.json").read_bytes()
    assert read_pyperf(anew) == read_pyperf((FOLDER / "check-pyperf-schema-1.json").read_bytes())


def test_the_host_is_not_told():
    assert "hostname" not in pyperf_suite(samples.report(), "head").decode()


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(check_reports(), SIDES)
def test_what_was_written_is_read_again(report, side):
    found = read_pyperf(pyperf_suite(report, side))
    expected = []
    for name, one in zip(unique_names(report), report.benchmarks, strict=True):
        clock = one.comparison.clock if one.comparison else Clock.WALL
        pairs = [pair for pair in (pair.by(clock) for pair in one.pairs) if pair]
        values = tuple(pair.old_seconds if side == "base" else pair.new_seconds for pair in pairs)
        expected += [(name, clock, values)] if values else []
    assert [(benchmark.name, benchmark.clock, benchmark.values) for benchmark in found.benchmarks] == expected


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(check_reports())
def test_the_two_sides_of_a_check_may_always_be_compared(report):
    refuse_mixed(read_pyperf(pyperf_suite(report, "base")), read_pyperf(pyperf_suite(report, "head")))


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(check_reports(), SIDES)
def test_every_metadata_is_what_pyperf_takes(report, side):
    payload = json.loads(pyperf_suite(report, side))
    metadata = [payload["metadata"], *(benchmark["metadata"] for benchmark in payload["benchmarks"])]
    for value in (value for one in metadata for value in one.values()):
        assert isinstance(value, int | float) or (value == value.strip() != "" and value.isprintable())
    names = [benchmark["metadata"]["name"] for benchmark in payload["benchmarks"]]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(
    ("field", "value", "word"),
    [("cpu", "Other CPU", "machines"), ("cores", 64, "machines"), ("system", "Linux 5.4", "systems"), ("python", "3.12.1", "Pythons")],
)
def test_other_machines_systems_and_pythons_are_refused_in_one_line(field, value, word):
    mine = read_pyperf(pyperf_suite(samples.report(), "base"))
    theirs = read_pyperf(pyperf_suite(samples.report(machine=replace(samples.MACHINE, **{field: value})), "head"))
    with pytest.raises(UsageError, match=f"different {word}") as caught:
        refuse_mixed(mine, theirs)
    assert "\n" not in str(caught.value)


def test_a_benchmark_that_was_timed_by_different_clocks_is_refused():
    one = samples.slower()
    other = replace(one, comparison=replace(one.comparison, clock=Clock.WALL))
    a, b = (read_pyperf(pyperf_suite(samples.report(benchmarks=(each,)), "base")) for each in (one, other))
    with pytest.raises(UsageError, match="different clocks"):
        refuse_mixed(a, b)


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (lambda it: it["metadata"].update(codeopt_schema=2), "codeopt_schema 2"),
        (lambda it: it["metadata"].pop("codeopt_schema"), "codeopt_schema"),
        (lambda it: it["metadata"].pop("cpu_model_name"), "cpu_model_name"),
        (lambda it: it["benchmarks"][0]["metadata"].update(codeopt_clock="sundial"), "codeopt_clock sundial"),
        (lambda it: it["benchmarks"][0]["metadata"].pop("codeopt_clock"), "codeopt_clock None"),
        (lambda it: it["benchmarks"][0]["metadata"].pop("name"), "without a name"),
        (lambda it: it["benchmarks"][0]["runs"][0].update(values=[0.0]), "times that are none"),
        (lambda it: it["benchmarks"][0]["runs"][0].update(values=[float("nan")]), "times that are none"),
        (lambda it: it["benchmarks"][0]["runs"][0].update(values=[10**400]), "times that are none"),
        (lambda it: it["benchmarks"][0]["runs"][0].update(values=[True]), "times that are none"),
        (lambda it: it["benchmarks"][0]["runs"][0].update(values="1.0"), "no list"),
        (lambda it: it["benchmarks"][0]["runs"][0].update(metadata={"cpu_count": 7}), "mixes"),
        (lambda it: it["benchmarks"][0]["runs"][0].update(metadata={"codeopt_clock": "wall"}), "different clocks"),
        (lambda it: it["benchmarks"][0].update(runs=[]), "without a name|times that are none"),
        (lambda it: it.update(version="0.9"), "format 1.0"),
        (lambda it: it.update(benchmarks={}), "no list"),
        (lambda it: it.update(metadata=[]), "metadata that is none"),
    ],
)
def test_a_file_that_says_something_else_is_refused_in_one_line(change, word):
    payload = suite()
    change(payload)
    with pytest.raises(UsageError, match=word) as caught:
        read_pyperf(written(payload))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"null", b"\xff", b"[" * 100_000, b'{"version": 1}'])
def test_what_is_no_file_of_pyperf_is_refused(data):
    with pytest.raises(UsageError, match="not a pyperf file"):
        read_pyperf(data)


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))
def test_any_other_json_is_refused(payload):
    with pytest.raises(UsageError):
        read_pyperf(written({"version": "1.0", "benchmarks": [payload], "metadata": payload}))
