"""One HTML file with all evidence of a run: knows the template, and that whatever others wrote is text in it.

The page's policy lets nothing act but its own style and script, which it names by their hashes.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path

import jinja2
from markupsafe import Markup

from codeopt import __version__
from codeopt.model.evidence import CheckKind, Outcome
from codeopt.model.report import CandidateReport, Report
from codeopt.report import figures, prose
from codeopt.report.check_prose import clock_words
from codeopt.report.evidence.view import view_of
from codeopt.report.proof import power_line
from codeopt.report.visible import one_line, visible

__all__ = ["evidence_page"]

_FOLDER = Path(__file__).resolve().parent
_DIFF_LIMIT = 20_000
_TONES = {Outcome.FASTER: "good", Outcome.WRONG: "bad", Outcome.SLOWER: "bad"}
_CHECK_TONES = {True: "good", False: "bad", None: "unsure"}


def evidence_page(report: Report, *, explanations: Mapping[str, str] | None = None) -> str:
    """Return the page; `explanations` says by a candidate's key what its patch does (`asks a set, not the list`)."""
    view = view_of(report, explanations=explanations or {})
    style, script = (_own(name) for name in ("page.css", "page.js"))
    template = _environment().get_template("page.html.jinja")
    return template.render(
        view=view,
        anchors={one.candidate.key: one.anchor for one in view.accepted},
        policy=_policy(style, script),
        style=Markup(style),  # noqa: S704 - codeopt's own file
        script=Markup(script),  # noqa: S704 - codeopt's own file
        version=__version__,
    )


def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_FOLDER),
        undefined=jinja2.StrictUndefined,
        autoescape=True,
        finalize=_seen,
        keep_trailing_newline=True,
    )
    words = [figures.duration, figures.interval, figures.percent, figures.ratio, figures.times]
    words += [prose.by_model, prose.caveats, prose.headline, prose.machine_line, prose.origin_line, prose.passed_word]
    words += [prose.serving_line, prose.workload_line, clock_words, power_line, one_line]
    environment.globals |= {word.__name__: word for word in words}
    environment.globals |= {"local_warning": prose.LOCAL_WARNING, "shortened": _shortened, "unchecked": _unchecked}
    environment.globals |= {"tone": lambda outcome: _TONES.get(outcome, "unsure"), "check_tone": _CHECK_TONES.__getitem__}
    return environment


def _seen(value: object) -> object:
    """Make text of others visible wherever it stands; what is markup already is codeopt's own."""
    return visible(value, lines=True) if isinstance(value, str) and not isinstance(value, Markup) else value


def _own(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")


def _policy(style: str, script: str) -> str:
    return f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; base-uri 'none'; form-action 'none'"


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode('ascii')}"


def _shortened(diff: str) -> str:
    if len(diff) <= _DIFF_LIMIT:
        return diff
    return f"{diff[:_DIFF_LIMIT]}\n[{len(diff) - _DIFF_LIMIT:,} more characters are in the run's folder]"


def _unchecked(one: CandidateReport) -> Iterator[str]:
    """Say what a patch's own evidence leaves open."""
    for check in one.verdict.checks:
        if check.passed is None:
            yield f"{check.kind}: {check.detail}"
        if check.power is not None and check.power.untried:
            yield f"{check.power.untried} of {check.power.made} small faults were not tried on the compared calls."
    kinds = {check.kind for check in one.verdict.checks}
    yield from (f"No check of this kind was made: {kind}." for kind in CheckKind if kind not in kinds)
    if not prose.is_tested(one):
        yield "No test of the repository judged this patch."
    yield "Inputs that the workload and the tests do not produce were not compared."
