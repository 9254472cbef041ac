"""The object that `codeopt check --json` writes: a promise to programs (`"schema": 1`)."""

from __future__ import annotations

from codeopt.model.check import BenchmarkReport, CheckReport, Culprit, PeakMemory, Revision
from codeopt.report.json_parts import SCHEMA, JsonObject, comparison_json, machine_json, number, text, texts

__all__ = ["check_json"]


def check_json(report: CheckReport) -> JsonObject:
    """Return the object; `ratio` is base time over head time, times are seconds per call, memory is bytes."""
    return {
        "schema": SCHEMA,
        "outcome": str(report.outcome),
        "reason": text(report.reason),
        "repository": text(report.repository),
        "base": _side(report.base),
        "head": _side(report.head),
        "benchmarks": [_benchmark(one) for one in report.benchmarks],
        "unreached": texts(report.unreached),
        "skipped": [{"name": text(name), "reason": text(reason)} for name, reason in report.skipped],
        "max_slowdown": number(report.max_slowdown),
        "confidence": number(report.confidence),
        "machine": machine_json(report.machine),
        "sandbox": text(report.sandbox),
        "notes": texts(report.notes),
        "seconds": number(report.seconds),
    }


def _side(revision: Revision) -> JsonObject:
    return {"name": text(revision.name), "commit": text(revision.commit), "dirty": revision.dirty}


def _benchmark(one: BenchmarkReport) -> JsonObject:
    return {
        "name": text(one.benchmark.name),
        "kind": str(one.benchmark.kind),
        "path": text(one.benchmark.path),
        "line": one.benchmark.line,
        "outcome": str(one.outcome),
        "verdict": {"outcome": str(one.outcome), "reason": text(one.reason)},
        "comparison": comparison_json(one.comparison),
        "memory": _memory(one.memory),
        "instructions": None if one.instructions is None else number(one.instructions),
        "cause": [_culprit(culprit) for culprit in one.cause],
        "first_bad": text(one.first_bad),
    }


def _memory(memory: PeakMemory | None) -> JsonObject | None:
    return {"old_bytes": memory.old_bytes, "new_bytes": memory.new_bytes} if memory else None


def _culprit(culprit: Culprit) -> JsonObject:
    return {
        "name": text(str(culprit.name)),
        "path": text(culprit.name.path),
        "qualname": text(culprit.name.qualname),
        "line": culprit.line,
        "old_own_seconds": number(culprit.old_own_s),
        "new_own_seconds": number(culprit.new_own_s),
        "changed": culprit.changed,
    }
