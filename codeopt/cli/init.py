"""`codeopt init`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from codeopt.cli.options import repo_argument

if TYPE_CHECKING:
    from codeopt.app.init import Init

__all__ = ["command"]


@click.command("init")
@repo_argument
@click.option("--dry-run", is_flag=True, help="Print what would be written, and write nothing.")
def command(repo: Path, *, dry_run: bool) -> int:
    """Write a commented [tool.codeopt] into REPO's pyproject.toml, after a look at its tests, benchmarks and dependencies.

    What the file holds stays as it is. Where there is a [tool.codeopt] already nothing is written: change it there.
    """
    from codeopt.app.init import init, next_command, write
    from codeopt.report.visible import visible

    made = init(repo)
    if dry_run:
        click.echo(made.table, nl=False)
        click.echo("nothing was written; without --dry-run this comes into pyproject.toml", err=True)
        return 0
    write(repo, made)
    _tell(made)
    click.echo(f"\nnext: {visible(next_command(repo, made))}")
    return 0


def _tell(made: Init) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from codeopt.report.settings_table import written
    from codeopt.report.visible import visible

    table = Table(box=None, show_header=False, pad_edge=False)
    for one in made.found:
        mark = Text("set", style="green") if one.sure else Text("suggested", style="yellow")
        table.add_row(mark, Text(one.name), Text(visible(f"{written(one.value)}\n{one.why}", lines=True)))
    console = Console()
    console.print(table)
    console.print(Text(f"\n[tool.codeopt] was added to pyproject.toml{'' if made.before is not None else ', which is new'}"))
