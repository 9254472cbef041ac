"""`codeopt doctor`."""

from __future__ import annotations

from pathlib import Path

import click

from codeopt.cli.options import repo_argument, settings_from

__all__ = ["command"]


@click.command("doctor")
@repo_argument
@click.option("--model", metavar="URL", help="An OpenAI-compatible endpoint to try.")
def command(repo: Path, *, model: str | None) -> int:
    """Say what is missing (Docker, model, git) and how to get it: status 0 when nothing is, 1 otherwise."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from codeopt.app.doctor import examine, next_command
    from codeopt.report.visible import visible

    settings = settings_from(repo, {"model": model})
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
    console.print(Text(f"\nnext: {visible(next_command(findings, repo, settings))}"))
    return 0 if all(finding.ok for finding in findings) else 1
