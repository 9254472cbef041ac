"""A check as a check run of a code host: its conclusion, its summary, and a remark on each line that made something slower."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from codeopt.model.check import CheckReport
from codeopt.model.evidence import Outcome
from codeopt.model.forge import Annotation, AnnotationLevel, CheckConclusion, CheckRun, CheckStatus
from codeopt.report.check_markdown import check_markdown
from codeopt.report.check_prose import result
from codeopt.report.check_remarks import Remark, doubts, faults
from codeopt.report.quoted import quoted
from codeopt.report.visible import visible

__all__ = ["MOST_ANNOTATIONS", "NAME", "check_run", "check_run_begun", "check_run_failed"]

NAME = "codeopt check"
"""What the check run is called: branch protection and people know it by this."""

MOST_ANNOTATIONS = 200

_REASON_LIMIT = 900
_NEUTRAL = "Nothing is proven either way, so this neither passes nor blocks."


def check_run(report: CheckReport, *, key: str, head_sha: str) -> CheckRun:
    """Return the completed check run of a check of the commit `head_sha`.

    It fails where a benchmark became slower or broke, and is neutral where nothing could be compared, or there was nothing to compare.
    """
    conclusion = _conclusion(report)
    annotations = tuple(_annotations(report))
    neutral = f"{_NEUTRAL}\n\n" if conclusion is CheckConclusion.NEUTRAL else ""
    return CheckRun(
        key=key,
        name=NAME,
        head_sha=head_sha,
        status=CheckStatus.COMPLETED,
        conclusion=conclusion,
        title=_title(report, conclusion),
        summary=neutral + check_markdown(report, marker=False),
        text=_left_out(len(annotations)),
        annotations=annotations[:MOST_ANNOTATIONS],
    )


def check_run_begun(key: str, head_sha: str) -> CheckRun:
    """Return the check run of a check that is under way."""
    summary = "The benchmarks that the change can reach are run on both sides, in pairs."
    return CheckRun(key=key, name=NAME, head_sha=head_sha, status=CheckStatus.IN_PROGRESS, title="Measuring", summary=summary)


def check_run_failed(key: str, head_sha: str, reason: str) -> CheckRun:
    """Return the check run of a check that could not be made; it is neutral, as nothing is known of the change."""
    return CheckRun(
        key=key,
        name=NAME,
        head_sha=head_sha,
        status=CheckStatus.COMPLETED,
        conclusion=CheckConclusion.NEUTRAL,
        title="The check could not be made",
        summary=f"{quoted(reason, limit=_REASON_LIMIT)}\n\n{_NEUTRAL} A comment `/codeopt check` tries it once more.\n",
    )


def _conclusion(report: CheckReport) -> CheckConclusion:
    if not report.benchmarks or report.outcome is Outcome.UNVERIFIABLE:
        return CheckConclusion.NEUTRAL
    return CheckConclusion.SUCCESS if report.holds else CheckConclusion.FAILURE


def _title(report: CheckReport, conclusion: CheckConclusion) -> str:
    if conclusion is not CheckConclusion.NEUTRAL:
        return result(report).removesuffix(".")
    total = len(report.benchmarks)
    lost = sum(one.outcome is Outcome.UNVERIFIABLE for one in report.benchmarks)
    return f"{lost} of {total} {'benchmark' if total == 1 else 'benchmarks'} could not be compared" if total else "Nothing to compare"


def _left_out(count: int) -> str:
    return f"Shown are the first {MOST_ANNOTATIONS} of {count} annotations." if count > MOST_ANNOTATIONS else ""


def _annotations(report: CheckReport) -> Iterator[Annotation]:
    """Yield what has a place in a file of the repository; the summary holds the rest."""
    for level, remarks in ((AnnotationLevel.FAILURE, faults(report)), (AnnotationLevel.WARNING, doubts(report))):
        yield from (_annotation(remark, level) for remark in remarks if _is_inside(remark.place.path))


def _is_inside(path: str) -> bool:
    return bool(path) and not path.startswith("/") and ".." not in PurePosixPath(path).parts


def _annotation(remark: Remark, level: AnnotationLevel) -> Annotation:
    line = max(1, remark.place.line)
    more = [f"... and {remark.more} more benchmarks here"] if remark.more else []
    message = "\n".join([*remark.messages, *more])
    return Annotation(path=visible(remark.place.path), start_line=line, end_line=line, level=level, title=remark.title, message=message)
