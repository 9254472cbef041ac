"""Knows the command that gives a verdict again, as a shell takes it."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence

from codeopt.model.report import CandidateReport, Report
from codeopt.report.visible import raw, visible

__all__ = ["patch_path", "reproduce", "resume", "shell_word"]

# Flags of `optimize` that `verify` takes as well and that a verdict depends on. What pyproject.toml says, `verify` reads again.
_WITH_VALUE = ("--tests", "--min-speedup", "--min-oracle", "--assume", "--float-rtol", "--float-atol", "--seed")
_ALONE = ("--allow-failing-tests",)


def reproduce(report: Report, candidate: CandidateReport, *, repo: str | None = None) -> str:
    """Return the one command that takes this candidate to its verdict again; `repo` is how the repository is reached."""
    where = repo if repo is not None else report.info.repository
    words = ["codeopt", "verify", where, "--patch", patch_path(report, candidate, repo=where)]
    words += ["--target", str(candidate.target.name), "--workload", shlex.join(report.workload.argv)]
    words += _carried(report.info.command)
    if not report.isolated:
        # `verify` does not know who wrote a patch, so the local sandbox asks for trust even in codeopt's own rules.
        words += ["--sandbox", report.sandbox, "--trust-patch"]
    return " ".join(map(shell_word, words))


def patch_path(report: Report, candidate: CandidateReport, *, repo: str) -> str:
    """Return where the run keeps the candidate's diff."""
    path = f".codeopt/runs/{report.info.run}/patches/{candidate.key}.diff"
    return path if repo == "." else f"{repo.rstrip('/')}/{path}"


def resume(report: Report, *, repo: str | None = None) -> str:
    """Return the command that goes on with the run."""
    where = repo if repo is not None else report.info.repository
    return " ".join(map(shell_word, ["codeopt", "optimize", where, "--resume", report.info.run]))


def _carried(command: Sequence[str]) -> Iterator[str]:
    for place, word in enumerate(command):
        flag, equals, _ = word.partition("=")
        if word in _ALONE or (equals and flag in _WITH_VALUE):
            yield word
        elif word in _WITH_VALUE:
            yield from command[place : place + 2]


def shell_word(text: str) -> str:
    """Return `text` as one word of a shell's command line, without a character that cannot be seen or copied."""
    return shlex.quote(text) if visible(text) == text else f"$'{''.join(map(_byte, raw(text)))}'"


def _byte(byte: int) -> str:
    char = chr(byte)
    return char if char.isascii() and char.isprintable() and char not in "'\\" else f"\\x{byte:02x}"
