"""Knows the command that gives a verdict again, as a shell takes it."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Mapping, Sequence

from codeopt.config import Settings
from codeopt.model.report import CandidateReport, Report, RunInfo
from codeopt.report.visible import raw, visible

__all__ = ["patch_path", "reproduce", "reproduce_branch", "resume", "shell_word"]

# Flags of `optimize` that `verify` takes as well and that a verdict depends on. What pyproject.toml says, `verify` reads again.
_WITH_VALUE = ("--tests", "--min-speedup", "--min-oracle", "--assume", "--float-rtol", "--float-atol", "--seed")
_ALONE = ("--allow-failing-tests",)


def reproduce(report: Report, candidate: CandidateReport, *, repo: str | None = None) -> str:
    """Return the one command that takes this candidate to its verdict again; `repo` is how the repository is reached."""
    where = repo if repo is not None else report.info.repository
    return _verify(report, candidate, repo=where, patch=patch_path(report, candidate, repo=where))


def reproduce_branch(report: Report, candidate: CandidateReport, *, base: str, branch: str) -> str:
    """Return the one command that gives the verdict on what a branch adds to the commit `base`, in a clone that stands there.

    The branch is that of the remote `origin`. What the run was set to by anything but flags is in the command too.
    """
    diff = " ".join(map(shell_word, ["git", "diff", f"{base}...origin/{branch}"]))
    command = _verify(report, candidate, repo=".", patch="-")
    return " ".join([diff, "|", command, *map(shell_word, _set(report.info))])


def _verify(report: Report, candidate: CandidateReport, *, repo: str, patch: str) -> str:
    words = ["codeopt", "verify", repo, "--patch", patch]
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


def _set(info: RunInfo) -> Iterator[str]:
    """Yield flags for settings that are not the default, and that the command line of the run did not give."""
    given = {word.partition("=")[0] for word in info.command}
    settings = _settings(info.settings)
    for flag in (*_WITH_VALUE, *_ALONE):
        name = flag.removeprefix("--").replace("-", "_")
        default = Settings.model_fields[name].default
        value = settings.get(name, default)
        if flag in given or value is None or value is False or value in (default, []):
            continue
        for one in value if isinstance(value, list) else [value]:
            yield flag
            if flag in _WITH_VALUE:
                yield str(one)


def _settings(text: str) -> Mapping[str, object]:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def shell_word(text: str) -> str:
    """Return `text` as one word of a shell's command line, without a character that cannot be seen or copied."""
    return shlex.quote(text) if visible(text) == text else f"$'{''.join(map(_byte, raw(text)))}'"


def _byte(byte: int) -> str:
    char = chr(byte)
    return char if char.isascii() and char.isprintable() and char not in "'\\" else f"\\x{byte:02x}"
