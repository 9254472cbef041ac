"""`codeopt doctor`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from codeopt.cli.options import repo_argument, settings_from

if TYPE_CHECKING:
    from codeopt.config import Settings

__all__ = ["command"]


@click.command("doctor")
@repo_argument
@click.option("--model", metavar="URL", help="An OpenAI-compatible endpoint to try.")
@click.option("--sandbox", "attacked", is_flag=True, help="Attack the sandbox on this machine's engine, and say whether it holds.")
@click.option("--sandbox-runtime", metavar="NAME", help="Runtime of the containers, such as runsc (gVisor).")
def command(repo: Path, *, model: str | None, attacked: bool, sandbox_runtime: str | None) -> int:
    """Say what is missing (Docker, model, git) and how to get it: status 0 when nothing is, 1 otherwise.

    With --sandbox, try attacks on a sandbox instead: status 0 when all are held off, 1 otherwise.
    """
    settings = settings_from(repo, {"model": model, "sandbox_runtime": sandbox_runtime})
    return _attacks(repo, settings) if attacked else _findings(repo, settings)


def _findings(repo: Path, settings: Settings) -> int:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from codeopt.app.doctor import examine, next_command
    from codeopt.report.visible import visible

    findings = examine(repo, settings)
    table = Table(box=None, show_header=False, pad_edge=False)
    for finding in findings:
        mark = Text("ok", style="green") if finding.ok else Text("missing", style="bold red")
        detail = Text(visible(finding.detail))
        if finding.remedy and not finding.ok:
            detail.append(f"\n{visible(finding.remedy)}", style="yellow")
        table.add_row(mark, Text(finding.name), detail)
    console = Console()
    console.print(table)
    # On one line, so that it can be copied.
    console.print(Text(f"\nnext: {visible(next_command(findings, repo, settings))}"), soft_wrap=True)
    return 0 if all(finding.ok for finding in findings) else 1


def _attacks(repo: Path, settings: Settings) -> int:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from codeopt.app.doctor import attack, command_after_attacks
    from codeopt.report.visible import visible

    table = Table(box=None, pad_edge=False)
    for head in ("probe", "what it tries", "what happened", ""):
        table.add_column(head)
    held, tried = 0, 0
    for probed in attack(settings):
        mark = Text("held", style="green") if probed.held else Text("FAILED", style="bold red")
        table.add_row(Text(probed.name), Text(probed.tries), Text(visible(probed.saw)), mark)
        held, tried = held + probed.held, tried + 1
    console = Console()
    console.print(table)
    console.print(Text(f"\n{held} of {tried} held"))
    console.print(Text(f"\nnext: {visible(command_after_attacks(repo, settings, held=held == tried))}"), soft_wrap=True)
    return 0 if held == tried else 1
