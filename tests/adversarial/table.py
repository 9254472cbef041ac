"""Writes docs/attacks.md: what became of every hostile patch of the corpus, with the screen and behind it.

Usage: python -m tests.adversarial.table FOLDER > docs/attacks.md, from the root of the repository, with a Docker engine. FOLDER keeps each
verdict as it comes (`on.jsonl`, `off.jsonl`); what is there already is not judged again. About half an hour on two cores.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

from tests.adversarial.corpus import Case, all_cases
from tests.adversarial.court import Court

__all__ = ["markdown"]

HEAD = """# Attacks

{count} hostile patches, each judged twice: as it is (`codeopt verify --patch` does the same), and with the screen taken away, so
that the walls behind it are seen alone. None may be FASTER as it is. Written by `python -m tests.adversarial.table`; the
patches, with the source of each idea, are in `tests/adversarial/cases/`.

As they are: {with_screen}. Without the screen: {without}.
{believed}
"""
SHOWN = 150

Verdicts = Mapping[str, tuple[str, str]]


def judged(folder: Path, cases: Sequence[Case], *, screened: bool) -> Verdicts:
    """Return (outcome, reason) by case, from the folder or from the court."""
    kept = folder / ("on.jsonl" if screened else "off.jsonl")
    found = _known(kept)
    with ExitStack() as stack, kept.open("a", encoding="utf-8") as file:
        courts: dict[str, Court] = {}
        for case in cases:
            if case.name in found:
                continue
            if case.repo not in courts:
                courts[case.repo] = Court(case.repo, Path(stack.enter_context(tempfile.TemporaryDirectory())), stack)
            verdict = courts[case.repo].judged(case, screened=screened)
            found[case.name] = (str(verdict.outcome), verdict.reason)
            file.write(json.dumps({"name": case.name, "outcome": verdict.outcome, "reason": verdict.reason}) + "\n")
            file.flush()
    return found


def _known(kept: Path) -> dict[str, tuple[str, str]]:
    lines = kept.read_text(encoding="utf-8").splitlines() if kept.exists() else []
    return {told["name"]: (told["outcome"], told["reason"]) for told in map(json.loads, lines)}


def markdown(cases: Sequence[Case], on: Verdicts, off: Verdicts) -> str:
    """Return the page."""
    passed = [case.name for case in cases if off[case.name][0] == "FASTER"]
    believed = f"\nThe screen alone stops {len(passed)}: {', '.join(f'`{name}`' for name in passed)}.\n" if passed else ""
    head = HEAD.format(count=len(cases), with_screen=_counted(cases, on), without=_counted(cases, off), believed=believed)
    return head + "".join(_section(family, cases, on, off) for family in dict.fromkeys(case.family for case in cases))


def _counted(cases: Sequence[Case], verdicts: Verdicts) -> str:
    counts = Counter(verdicts[case.name][0] for case in cases)
    return ", ".join(f"{count} {outcome}" for outcome, count in counts.most_common())


def _section(family: str, cases: Sequence[Case], on: Verdicts, off: Verdicts) -> str:
    rows = "".join(_row(case, on[case.name], off[case.name]) for case in cases if case.family == family)
    return f"\n## {family}\n\n| patch | verdict | without the screen |\n| --- | --- | --- |\n{rows}"


def _row(case: Case, on: tuple[str, str], off: tuple[str, str]) -> str:
    return f"| {case.name} | {_cell(on)} | {'the same' if on == off else _cell(off)} |\n"


def _cell(verdict: tuple[str, str]) -> str:
    outcome, reason = verdict
    text = " ".join(reason.split()).replace("|", "\\|").replace("<", "&lt;").replace("](", "]\\(")
    return f"{outcome}: {text if len(text) <= SHOWN else text[: SHOWN - 3] + '...'}"


def _hostile() -> Iterator[Case]:
    return (case for case in all_cases() if not case.honest)


def main() -> None:
    """Judge what has not been judged, and print the page."""
    folder, cases = Path(sys.argv[1]), list(_hostile())
    folder.mkdir(parents=True, exist_ok=True)
    on, off = (judged(folder, cases, screened=screened) for screened in (True, False))
    sys.stdout.write(markdown(cases, on, off))


if __name__ == "__main__":
    main()
