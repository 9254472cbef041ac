"""A check as workflow commands of GitHub Actions: knows their grammar, and how many of them GitHub shows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from codeopt.model.check import CheckReport
from codeopt.report.check_remarks import Place, Remark, doubts, faults
from codeopt.report.visible import visible

__all__ = ["check_annotations"]

MOST = 10
"""GitHub shows no more of one kind for one step."""


def check_annotations(report: CheckReport) -> list[str]:
    """Return one command a line: errors where code became slower or broke, warnings for what could not be compared.

    What has one place in common is one annotation; of each kind there are at most `MOST`, and the last one counts those left out.
    """
    return [*_commands("error", faults(report)), *_commands("warning", doubts(report))]


def _commands(kind: str, remarks: Sequence[Remark]) -> Iterator[str]:
    rest = len(remarks) - MOST
    for number, remark in enumerate(remarks[:MOST], start=1):
        more = [f"... and {remark.more} more benchmarks here"] if remark.more else []
        more += [f"... and {rest} more places like this: see the job's summary"] if number == MOST and rest > 0 else []
        yield _command(kind, remark.place, remark.title, "\n".join([*remark.messages, *more]))


def _command(kind: str, place: Place, title: str, message: str) -> str:
    properties = []
    if place.path:
        properties.append(f"file={_property(visible(place.path))}")
        if place.line > 0:
            properties.append(f"line={place.line}")
    properties.append(f"title={_property(title)}")
    return f"::{kind} {','.join(properties)}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
