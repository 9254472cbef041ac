"""From a `ProposalRequest` to what a prompt shows of it: the code, its measurements, and how much of them fits a model's context."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace

from codeopt.model.code import FunctionKind
from codeopt.model.proposal import Callee, CodeContext, ProposalRequest
from codeopt.model.work import Attempt
from codeopt.patching.function import without_docstring
from codeopt.stats.growth import power
from codeopt.syntax.hot import hot_lines

__all__ = ["Question", "answer_tokens", "estimated_tokens", "narrowed", "question", "shown_attempt"]

_OBSERVED_INPUTS = 8
_OBSERVED_CHARACTERS = 240
_HINTS = 5
_DOCSTRING_CHARACTERS = 1500
_ATTEMPTS = 3
_DIFF_CHARACTERS = 4000
_REASON_CHARACTERS = 800

# Code takes 3 to 4 bytes a token; the low end, so that an estimate is rarely too small.
_BYTES_PER_TOKEN = 3
_ANSWER_TOKENS = (512, 16_384)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """The variables of a prompt; `question.md` has the order in which they are shown."""

    path: str
    name: str
    class_name: str
    code: str
    documented: str
    imports: str
    helpers: tuple[str, ...]
    callees: tuple[Callee, ...]
    siblings: str
    callers: tuple[str, ...]
    timings: tuple[str, ...]
    called: str
    growth: str
    observed: tuple[str, ...]
    hints: tuple[str, ...]
    attempts: tuple[Attempt, ...]

    def variables(self) -> dict[str, object]:
        """Return the question as a template takes it."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


def question(request: ProposalRequest) -> Question:
    """Return what a prompt shows of a request."""
    context = request.context
    is_method = request.function.kind is FunctionKind.METHOD
    return Question(
        path=request.target.name.path,
        name=request.target.name.qualname.rpartition(".")[2],
        class_name=(request.function.class_name or "") if is_method else "",
        code=without_docstring(_code(request)),
        documented=_clipped(request.function.docstring or "", _DOCSTRING_CHARACTERS),
        imports=context.imports,
        helpers=context.helpers,
        callees=context.callees,
        siblings=context.siblings if is_method else "",
        callers=context.callers,
        timings=hot_lines(request.source, request.target.span, request.line_seconds),
        called=_called(request),
        growth=_growth(request),
        observed=tuple(_clipped(line, _OBSERVED_CHARACTERS) for line in request.observed[:_OBSERVED_INPUTS]),
        hints=request.hints[:_HINTS],
        attempts=tuple(shown_attempt(attempt) for attempt in request.attempts[:_ATTEMPTS]),
    )


def narrowed(request: ProposalRequest) -> Iterator[ProposalRequest]:
    """Yield the request, and then the same with less and less around the code, for models with a short context."""
    yield request
    context = request.context
    yield replace(request, context=replace(context, callers=()))
    yield replace(request, context=replace(context, callers=(), helpers=(), callees=()))
    best = request.attempts[:1]
    yield replace(request, context=CodeContext(imports=context.imports), observed=(), attempts=best)
    yield replace(request, context=CodeContext(), observed=(), hints=(), line_seconds=(), attempts=best)


def estimated_tokens(text: str) -> int:
    """Return about how many tokens a text has, rather too many than too few."""
    return len(text.encode(errors="replace")) // _BYTES_PER_TOKEN + 1


def answer_tokens(code: str) -> int:
    """Return the bound for an answer that rewrites this function: faster code is often longer, and some models explain it first."""
    least, most = _ANSWER_TOKENS
    return min(most, max(least, 3 * estimated_tokens(code) + 256))


def _code(request: ProposalRequest) -> str:
    source, span = request.source, request.target.span
    start = source.rfind(b"\n", 0, span.start_byte) + 1
    if source[start : span.start_byte].strip():
        start = span.start_byte  # something stands before the function on its line
    # Without its indentation, because small models answer at the margin anyway.
    return textwrap.dedent(source[start : span.end_byte].decode(errors="replace"))


def _called(request: ProposalRequest) -> str:
    if request.calls < 1:
        return ""
    times = "once" if request.calls == 1 else f"{request.calls:,} times"
    return f"{times}, {_duration(request.each_s)} each" if request.each_s > 0 else times


def _growth(request: ProposalRequest) -> str:
    exponent = power(request.growth)
    if exponent is None:
        return ""
    (small, short), (large, long) = request.growth[0], request.growth[-1]
    return f"{_duration(short)} for {small:,} items, {_duration(long)} for {large:,}: about n^{exponent:.1f}"


def _duration(seconds: float) -> str:
    unit, size = next(((unit, size) for unit, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)) if seconds >= size), ("ns", 1e-9))
    return f"{seconds / size:.3g} {unit}"


def shown_attempt(attempt: Attempt) -> Attempt:
    """Return an attempt as a prompt shows it: long texts cut."""
    code = without_docstring(attempt.code)
    return replace(attempt, code=code, diff=_clipped(attempt.diff, _DIFF_CHARACTERS), reason=_clipped(attempt.reason, _REASON_CHARACTERS))


def _clipped(text: str, characters: int) -> str:
    return text if len(text) <= characters else text[:characters] + "…"
