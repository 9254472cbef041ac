"""A suite's results as a Markdown table with a row for each task, and as the object that `--json` writes."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator

from codeopt.model.bench import BenchReport, Scope, TaskResult
from codeopt.model.evidence import Comparison
from codeopt.report.bench_figures import Summary, summed_up
from codeopt.report.figures import duration, ratio
from codeopt.report.json_parts import SCHEMA, JsonObject, comparison_json, machine_json, text
from codeopt.report.markdown import code_span, table
from codeopt.report.prose import machine_line

__all__ = ["bench_json", "bench_markdown"]

_COLUMNS = ("task", "result", "proven", "best known", "by", "candidates", "wrong", "tokens", "time")


def bench_markdown(report: BenchReport) -> str:
    """Return the table, what it comes to, and the notes of the tasks."""
    blocks = [f"# Suite {code_span(report.suite)}", _conditions(report), table(_COLUMNS, [_row(result) for result in report.results])]
    blocks.append("\n".join(f"- {line}" for line in _lines(summed_up(report), report.suite)))
    notes = [f"- {code_span(result.task)}: {code_span(result.note)}" for result in report.results if result.note]
    return "\n\n".join([*blocks, *(["\n".join(["Notes:", "", *notes])] if notes else [])]) + "\n"


def _conditions(report: BenchReport) -> str:
    places = [f"{code_span(machine_line(machine))} (sandbox {code_span(sandbox)})" for machine, sandbox in report.places]
    where = f" On {' and '.join(places)}." if places else ""
    several = " Results of different machines are not to be compared." if len(places) > 1 else ""
    whole = any(Scope.WORKLOAD in (result.gain_of, result.best_of) for result in report.results)
    of = " Those marked so are of the whole workload, from its start to its end; the others of the function." if whole else ""
    return f"By {_who(report)}.{where}{several} Ratios are old time over new time, with their intervals.{of}"


def _who(report: BenchReport) -> str:
    """Say what proposed, and which parts of the search were left out."""
    without = json.loads(report.settings).get("without", [])
    model = [f"model {code_span(report.model)}"] if report.model else []
    rules = [] if "rules" in without else ["codeopt's rules"]
    who = " and ".join([*model, *rules]) or "nobody"
    alone = " alone, no model" if not model else " alone" if not rules else ""
    left_out = " and ".join(part for part in without if part != "rules")
    return who + alone + (f", without {left_out}" if left_out else "")


def _row(result: TaskResult) -> list[str]:
    tokens = result.prompt_tokens + result.completion_tokens
    return [
        code_span(result.task),
        str(result.ending),
        _gain(result.gain, result.gain_of),
        _gain(result.best, result.best_of),
        code_span(result.origin) if result.origin else "",
        str(result.candidates),
        str(result.wrong),
        str(tokens),
        duration(result.seconds),
    ]


def _gain(seen: Comparison | None, scope: Scope) -> str:
    of = f" of the {scope}" if scope is not Scope.FUNCTION else ""
    return f"{ratio(seen.ratio)} [{ratio(seen.low)}, {ratio(seen.high)}]{of}" if seen else ""


def _lines(summary: Summary, suite: str) -> Iterator[str]:
    yield f"improved: {summary.improved} of {summary.tried} tasks that were tried"
    if summary.harmonic is not None and summary.geometric is not None:
        yield f"mean speed-up, with 1.0 where nothing was proven: harmonic {ratio(summary.harmonic)}, geometric {ratio(summary.geometric)}"
    if suite.startswith("enamel") and summary.efficiency is not None:
        yield f"eff@1 of the suite, by our ratios: {summary.efficiency:.2f}"
    if summary.with_best:
        yield f"within 2x of the best solution known: {summary.near_best} of {summary.with_best}"
    yield f"wrong candidates that were stopped: {summary.wrong} of {summary.candidates}"
    if summary.tokens is not None and summary.seconds is not None:
        yield f"cost of one proven speed-up: {summary.tokens:.0f} tokens, {duration(summary.seconds)}"


def bench_json(report: BenchReport) -> JsonObject:
    """Return the object of `codeopt bench`."""
    return {
        "schema": SCHEMA,
        "suite": text(report.suite),
        "model": text(report.model) or None,
        "settings": json.loads(report.settings),
        "summary": dataclasses.asdict(summed_up(report)),
        "tasks": [_task(result) for result in report.results],
    }


def _task(result: TaskResult) -> JsonObject:
    return {
        "task": text(result.task),
        "result": str(result.ending),
        "gain": comparison_json(result.gain),
        "best": comparison_json(result.best),
        "gain_of": str(result.gain_of) if result.gain else None,
        "best_of": str(result.best_of) if result.best else None,
        "origin": text(result.origin),
        "candidates": result.candidates,
        "wrong": result.wrong,
        "tokens": {"prompt": result.prompt_tokens, "completion": result.completion_tokens},
        "seconds": result.seconds,
        "machine": machine_json(result.machine) if result.machine else None,
        "sandbox": result.sandbox,
        "note": text(result.note),
    }
