"""`codeopt report`."""

from __future__ import annotations

from pathlib import Path

import click

from codeopt.cli.options import json_option, require_writable, write_json
from codeopt.errors import StoreError

__all__ = ["command"]


@click.command("report")
@click.argument("run", default="latest")
@click.option("--repo", type=click.Path(path_type=Path), default=".", help="The repository whose run it is.")
@click.option("--markdown", "markdown_file", metavar="FILE", help="Write the report as Markdown; - for standard output.")
@json_option
def command(run: str, *, repo: Path, markdown_file: str | None, json_file: str | None) -> int:
    """Show the evidence of RUN: its name, the start of it, or latest."""
    from rich.console import Console

    from codeopt.app.reporting import report_of
    from codeopt.report.json_report import report_json
    from codeopt.report.markdown import report_markdown
    from codeopt.report.terminal import print_report

    require_writable(json_file, "--json")
    require_writable(markdown_file, "--markdown")
    report = report_of(repo, run)
    write_json(report_json(report), json_file)
    if markdown_file == "-":
        click.echo(report_markdown(report), nl=False)
    elif markdown_file is not None:
        _write(Path(markdown_file), report_markdown(report))
    if markdown_file is None and json_file != "-":
        print_report(report, Console())
    return 0


def _write(path: Path, text: str) -> None:
    try:
        path.write_bytes(text.encode("utf-8", "surrogateescape"))
    except OSError as error:
        raise StoreError(f"cannot write {path} ({error.strerror}): choose another --markdown file") from error
