"""The colours of verdicts and checks."""

from __future__ import annotations

from codeopt.model.evidence import Outcome

__all__ = ["CHECK_STYLES", "OUTCOME_STYLES"]

OUTCOME_STYLES = {
    Outcome.FASTER: "bold green",
    Outcome.NOT_PROVEN: "yellow",
    Outcome.SLOWER: "red",
    Outcome.WRONG: "bold red",
    Outcome.UNVERIFIABLE: "magenta",
}
CHECK_STYLES = {True: "green", False: "red", None: "magenta"}
