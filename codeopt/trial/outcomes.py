"""Reads the report of a test run: lines that come from the candidate's own process, so nothing in them is taken on trust.

`Told.outcomes` says what each test did; `Told.faults` says where the report contradicts itself, by kind.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Told", "read_report"]

PHASES = ("setup", "call", "teardown")
WHEN = frozenset({*PHASES, "collect"})
SETTLED = frozenset({"passed", "failed", "skipped"})
BAD = frozenset({"failed", "error", "lost"})
EXIT_OK = 0
EXIT_FAILURES = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a report tells: outcome by test id, and what is wrong with the report itself (kind to a few words)."""

    outcomes: Mapping[str, str]
    faults: Mapping[str, str]


def read_report(report: bytes, status: int | None) -> Told:
    """Return what a report tells of a run that ended with `status` (None: it was killed for time).

    An empty report is no fault: another runner writes none.
    """
    reading = _Reading()
    for line in report.splitlines():
        reading.take(line)
    if not report.strip():
        return Told(outcomes={}, faults={})
    outcomes = {name: test.outcome for name, test in reading.tests.items()}
    if status is not None:
        reading.compare_with(status, outcomes.values())
    reading.look_for_missing_phases()
    return Told(outcomes=outcomes, faults=reading.faults)


@dataclass(slots=True)
class _Test:
    """One test while its lines are read."""

    outcome: str = "lost"
    phases: dict[str, str] = field(default_factory=dict)

    def again(self) -> None:
        """Forget an attempt: a plug-in makes the test once more."""
        self.phases.clear()
        if self.outcome not in {"failed", "error"}:
            self.outcome = "lost"

    def take(self, when: str, outcome: str, *, xfail: bool) -> None:
        """Let a phase change the outcome; a failure stays."""
        told = _meaning(when, outcome, xfail=xfail)
        if told and self.outcome not in {"failed", "error"}:
            self.outcome = told


@dataclass(slots=True)
class _Reading:
    """All that was read so far."""

    tests: dict[str, _Test] = field(default_factory=dict)
    collected: Counter[str] = field(default_factory=Counter)
    finished: list[int] = field(default_factory=list)
    faults: dict[str, str] = field(default_factory=dict)

    def take(self, line: bytes) -> None:
        """Take one line."""
        record = _record(line)
        if self.finished:
            self._fault("unfinished", "its report goes on after the end of the session")
        if record is None:
            self._fault("malformed", "its report holds lines that codeopt's plug-in does not write")
        elif isinstance(record.get("collected"), str):
            self.collected[record["collected"]] += 1
            self.tests.setdefault(record["collected"], _Test())
        elif isinstance(record.get("finished"), int):
            self.finished.append(record["finished"])
        elif _is_phase(record):
            self._phase(record["id"], record["when"], record["outcome"], record)
        else:
            self._fault("malformed", "its report holds lines that codeopt's plug-in does not write")

    def compare_with(self, status: int, outcomes: Iterable[str]) -> None:
        """Compare the exit status with the report."""
        bad = sum(outcome in BAD for outcome in outcomes)
        if not self.finished:
            self._fault("unfinished", f"it ended early, with status {status}: its report has no end")
        elif self.finished[-1] != status:
            self._fault("status", f"it ended with status {status}, and its report says {self.finished[-1]}")
        if status == EXIT_OK and bad:
            self._fault("status", f"it ended with status {status}, and {bad} of its tests did not do well")
        if status == EXIT_FAILURES and not bad:
            self._fault("status", f"it ended with status {status}, and its report names no test that failed")

    def look_for_missing_phases(self) -> None:
        """Find tests that are said to have passed without all that makes a test."""
        for name, test in self.tests.items():
            missing = [when for when in PHASES if test.phases.get(when) != "passed"]
            if test.outcome == "passed" and missing:
                self._fault("phases", f"{name} is reported as passed without its {missing[0]}")

    def _phase(self, name: str, when: str, outcome: str, record: Mapping[str, object]) -> None:
        if when != "collect" and name not in self.collected:
            self._fault("uncollected", f"it reports {name}, which was never collected")
        test = self.tests.setdefault(name, _Test())
        if outcome not in SETTLED:
            test.again()
            return
        if "subtest" not in record:
            known = test.phases.setdefault(when, outcome)
            if known != outcome and self.collected[name] < 2:  # noqa: PLR2004 - one id may stand for two tests
                self._fault("contradiction", f"it reports {name} twice: {known} and {outcome} in its {when}")
        test.take(when, outcome, xfail="xfail" in record)

    def _fault(self, kind: str, detail: str) -> None:
        self.faults.setdefault(kind, detail)


def _record(line: bytes) -> dict[str, Any] | None:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return record if isinstance(record, dict) else None


def _is_phase(record: Mapping[str, Any]) -> bool:
    words = [record.get(key) for key in ("id", "when", "outcome")]
    return all(isinstance(word, str) for word in words) and record["when"] in WHEN


def _meaning(when: str, outcome: str, *, xfail: bool) -> str:
    """Return what a phase makes of its test; empty when it changes nothing."""
    if when == "collect":
        return "error"
    if xfail:
        if outcome == "skipped":
            return "xfailed"
        return "xpassed" if when == "call" and outcome == "passed" else ""
    if outcome == "failed":
        return "failed" if when == "call" else "error"
    if outcome == "skipped":
        return "skipped"
    return "passed" if when == "call" else ""
