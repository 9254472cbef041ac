"""What an errand comes to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

from codeopt.app.verify import Verification
from codeopt.errors import InfrastructureError
from codeopt.model.check import CheckReport
from codeopt.model.errand import Failure
from codeopt.model.report import Report

__all__ = ["Answer", "result_of"]

_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The result of an errand, that of its kind, or why there is none."""

    optimized: Report | None = None
    verified: Verification | None = None
    checked: CheckReport | None = None
    failure: Failure | None = None


def result_of(found: _Result | None) -> _Result:
    """Return the result in an answer, which is there when no failure is.

    Raises:
        InfrastructureError: the process answered with that of another errand.
    """
    if found is None:
        raise InfrastructureError("an errand came back without its result: see the service's log")
    return found
