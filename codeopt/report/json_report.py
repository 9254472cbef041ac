"""The objects that `--json` writes: knows their fields, which are a promise to programs (`"schema": 1`).

Text in them is always valid Unicode. A diff that is not UTF-8 stands in `diff_base64` as it is, and in `diff` with replacements.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence

from codeopt.model.code import Target, TargetName
from codeopt.model.evidence import Check, Machine, Verdict
from codeopt.model.oracle import Power
from codeopt.model.patch import Origin
from codeopt.model.report import CandidateReport, Combined, Cost, Report, Serving
from codeopt.model.work import Profile, Workload
from codeopt.report.json_parts import SCHEMA, JsonObject, comparison_json, is_unicode, machine_json, number, text, texts
from codeopt.report.visible import raw

__all__ = ["SCHEMA", "profile_json", "report_json", "verdict_json"]


def verdict_json(verdict: Verdict, *, target: TargetName | str, workload: Workload, machine: Machine, sandbox: str) -> JsonObject:
    """Return the object of `codeopt verify`; `ratio` is old time over new time, times are seconds."""
    return {
        "schema": SCHEMA,
        **_verdict(verdict),
        "target": text(str(target)),
        "workload": _workload(workload),
        "machine": machine_json(machine),
        "sandbox": sandbox,
    }


def report_json(report: Report) -> JsonObject:
    """Return the object of `codeopt optimize` and `codeopt report`; an unfinished run has `finished` false."""
    info = report.info
    return {
        "schema": SCHEMA,
        "run": text(info.run),
        "repository": text(info.repository),
        "commit": text(info.commit),
        "dirty": info.dirty,
        "started": info.started,
        "command": texts(info.command),
        "settings": _settings(info.settings),
        "finished": report.finished,
        "workload": _workload(report.workload),
        "machine": machine_json(report.machine),
        "sandbox": report.sandbox,
        "isolated": report.isolated,
        "tests": text(report.tests),
        "targets": [_target(target) for target in report.targets],
        "candidates": [_candidate(candidate) for candidate in report.candidates],
        "accepted": list(report.accepted),
        "combined": _combined(report.combined),
        "cost": _cost(report.cost),
        "notes": texts(report.notes),
    }


def profile_json(profile: Profile, *, targets: Sequence[Target], workload: Workload, sandbox: str) -> JsonObject:
    """Return the object of `codeopt profile`: functions in the order of `targets`; `share` lies in 0..1, times are seconds."""
    rows = {row.name: row for row in profile.rows}
    functions: list[JsonObject] = []
    for target in targets:
        row = rows.get(target.name)
        own, total = (row.own_s, row.total_s) if row else (0.0, 0.0)
        functions.append({**_target(target), "own_seconds": number(own), "total_seconds": number(total)})
    return {
        "schema": SCHEMA,
        "workload": _workload(workload),
        "sandbox": sandbox,
        "total_seconds": number(profile.total_s),
        "samples": profile.samples,
        "functions": functions,
    }


def _verdict(verdict: Verdict) -> JsonObject:
    return {
        "outcome": str(verdict.outcome),
        "reason": text(verdict.reason),
        "checks": [_check(check) for check in verdict.checks],
        "comparison": comparison_json(verdict.comparison),
        "workload_comparison": comparison_json(verdict.workload),
    }


def _check(check: Check) -> JsonObject:
    told: JsonObject = {"kind": str(check.kind), "passed": check.passed, "detail": text(check.detail), "decisive": check.decisive}
    return told if check.power is None else {**told, "power": _power(check.power)}


def _power(power: Power) -> JsonObject:
    survivors = [
        {"line": one.line, "operator": one.operator, "before": text(one.before), "after": text(one.after)} for one in power.survivors
    ]
    return {"made": power.made, "killed": power.killed, "untried": power.untried, "survivors": survivors}


def _candidate(candidate: CandidateReport) -> JsonObject:
    return {
        "key": candidate.key,
        "target": text(str(candidate.target.name)),
        "origin": _origin(candidate.origin),
        **_diff(candidate.diff),
        "verdict": _verdict(candidate.verdict),
    }


def _origin(origin: Origin) -> JsonObject:
    return {
        "proposer": origin.proposer,
        "prompt": text(origin.prompt),
        "prompt_version": text(origin.prompt_version),
        "model": text(origin.model),
        "seed": origin.seed,
        "sample": origin.sample,
        "parent": origin.parent,
        "temperature": origin.temperature,
    }


def _diff(diff: str) -> JsonObject:
    is_text = is_unicode(diff)
    return {"diff": text(diff), "diff_base64": None if is_text else base64.b64encode(raw(diff)).decode("ascii")}


def _combined(combined: Combined | None) -> JsonObject | None:
    if combined is None:
        return None
    return {"verdict": _verdict(combined.verdict), **_diff(combined.diff), "workload_comparison": comparison_json(combined.workload)}


def _cost(cost: Cost) -> JsonObject:
    seconds: dict[str, float] = {}
    for stage, spent in cost.seconds:
        seconds[stage] = seconds.get(stage, 0.0) + spent
    return {
        "prompt_tokens": cost.prompt_tokens,
        "completion_tokens": cost.completion_tokens,
        "seconds": {text(stage): number(spent) for stage, spent in seconds.items()},
        "serving": _serving(cost.serving),
    }


def _serving(serving: Serving | None) -> JsonObject | None:
    if serving is None:
        return None
    return {
        "seconds": number(serving.seconds),
        "completion_tokens": serving.completion_tokens,
        "tokens_per_s": number(serving.tokens_per_s),
        "prefix_hits": serving.prefix_hits,
        "accepted": serving.accepted,
    }


def _target(target: Target) -> JsonObject:
    return {
        "name": text(str(target.name)),
        "path": text(target.name.path),
        "qualname": text(target.name.qualname),
        "ordinal": target.name.ordinal,
        "start_line": target.span.start_line,
        "end_line": target.span.end_line,
        "source_sha": target.source_sha,
        "share": target.share,
    }


def _workload(workload: Workload) -> JsonObject:
    return {"kind": str(workload.kind), "argv": texts(workload.argv)}


def _settings(settings: str) -> object:
    try:
        return _clean(json.loads(settings))
    except ValueError:
        return text(settings)


def _clean(value: object) -> object:
    if isinstance(value, dict):
        return {text(str(key)): _clean(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_clean(item) for item in value]
    if isinstance(value, float):
        return number(value)
    return text(value) if isinstance(value, str) else value
