"""What a suite's run has come to so far: a line of JSON for each task, so that an interrupted run goes on where it was, and its report."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from codeopt.errors import StoreError, UsageError
from codeopt.model.bench import TaskResult
from codeopt.model.report import Report
from codeopt.report.json_report import report_json

__all__ = ["Journal"]

_RESULT = TypeAdapter(TaskResult)


class Journal:
    """The results of one suite under one set of settings, in a folder of the user's."""

    def __init__(self, folder: Path, *, settings: str) -> None:
        """Open it, or begin it.

        Raises:
            UsageError: it was begun with other settings.
            StoreError: it cannot be read or written.
        """
        self._results = folder / "results.jsonl"
        known = folder / "settings.json"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            if not known.exists():
                known.write_text(settings, encoding="utf-8")
            elif known.read_text(encoding="utf-8") != settings:
                raise UsageError(f"{folder} holds a run of other tasks or settings: give another folder with --out")
        except OSError as error:
            raise StoreError(f"cannot write to {folder} ({error.strerror}): choose another --out folder") from error

    def results(self) -> Mapping[str, TaskResult]:
        """Return what is known, by task.

        Raises:
            StoreError: a line cannot be read.
        """
        if not self._results.exists():
            return {}
        lines = self._results.read_text(encoding="utf-8").split("\n")
        try:
            found = [_RESULT.validate_json(line) for line in lines if line.strip()]
        except ValidationError as error:
            raise StoreError(f"{self._results} is damaged ({error.error_count()} faults): remove its last line, or the file") from error
        return {result.task: result for result in found}

    def keep(self, task: str, report: Report) -> None:
        """Keep the whole report of a task beside its result: every candidate with its verdict and its diff.

        Raises:
            StoreError: it cannot be written.
        """
        place = self._results.with_name("reports") / f"{task}.json"
        try:
            place.parent.mkdir(exist_ok=True)
            place.write_text(json.dumps(report_json(report), indent=2, allow_nan=False) + "\n", encoding="utf-8")
        except OSError as error:
            raise StoreError(f"cannot write {place} ({error.strerror}): free some space and go on with the same --out") from error

    def add(self, result: TaskResult) -> None:
        """Keep a result.

        Raises:
            StoreError: it cannot be written.
        """
        try:
            with self._results.open("ab") as file:
                file.write(_RESULT.dump_json(result) + b"\n")
        except OSError as error:
            raise StoreError(f"cannot write {self._results} ({error.strerror}): free some space and go on with the same --out") from error
