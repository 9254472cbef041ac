"""Writes docs/settings.md and docs/rules.md from the code: python docs/make_reference.py. A test fails when they are out of date."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from codeopt.bot.policy import POLICY_PATH, Policy
from codeopt.bot.settings import BotSettings
from codeopt.config import describe
from codeopt.rules.catalogue import RULES
from codeopt.sources import SettingDoc, described

FOLDER = Path(__file__).resolve().parent


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table."""
    lines = [head, ["---"] * len(head), *([cell.replace("|", "\\|") for cell in row] for row in rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def settings() -> str:
    """Return the page of settings."""
    return (
        "# Settings\n\nEach setting is a flag (`--max-targets 5`; those that several commands share are in `--help`), an environment variable "
        "(`CODEOPT_MAX_TARGETS=5`) or a key of `[tool.codeopt]` in the repository's pyproject.toml (`max_targets = 5`), in this order of "
        "precedence. An unknown key is an error. Durations are `90s`, `10m` or `1h30m`, sizes `512m` or `4g`.\n\n"
        f"{rows(describe())}\n## codeopt bot\n\n"
        "The service has settings of its own. Each is a variable (`CODEOPT_BOT_LEASE=5m`; the webhook's secret is `CODEOPT_WEBHOOK_SECRET`), and "
        "some are flags, which win. [What they do](bot.md).\n\n"
        f"{rows(described(BotSettings))}\n## {POLICY_PATH}\n\n"
        "What a repository asks of the bot, in TOML, in the file of that name on the default branch; another branch's says nothing. Without the "
        "file the defaults hold. Keys may be written with `-` for `_`; an unknown key is an error, and then nothing is opened. "
        "[What the bot does by it](bot.md#what-a-repository-asks-for).\n\n"
        f"{rows(described(Policy))}"
    )


def rows(settings: Iterable[SettingDoc]) -> str:
    """Return the table of some settings."""
    return table(
        ("setting", "value", "default", "meaning"), [(f"`{one.name}`", one.type, one.default, one.description) for one in settings]
    )


def rules() -> str:
    """Return the page of rules."""
    parts = []
    for rule in RULES:
        text = inspect.getdoc(inspect.getmodule(rule.rewrite)) or ""
        parts.append(f"## {rule.name}\n\nVersion {rule.version}. {rule.summary}\n\n{text}\n")
    intro = (
        "# Rules\n\nRewrites that codeopt proposes without a model. Each has preconditions that make it safe as far as can be seen in the code, "
        "a property test, and a row in `benchmarks/rules/run.py`; a rule's patch goes through the same verifier as any other.\n\n"
    )
    return intro + "\n".join(parts)


def pages() -> Mapping[str, str]:
    """Return every generated page by file name."""
    return {"settings.md": settings(), "rules.md": rules()}


def main() -> int:
    """Write the pages."""
    for name, text in pages().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
