"""What an errand comes to."""

from __future__ import annotations

from dataclasses import dataclass

from codeopt.app.verify import Verification
from codeopt.model.check import CheckReport
from codeopt.model.errand import Failure
from codeopt.model.report import Report

__all__ = ["Answer"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The result of an errand, that of its kind, or why there is none."""

    optimized: Report | None = None
    verified: Verification | None = None
    checked: CheckReport | None = None
    failure: Failure | None = None
