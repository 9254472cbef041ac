"""`codeopt report`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from codeopt.cli.options import json_option, require_writable, write_bytes, write_json
from codeopt.errors import ConfigError, UsageError

if TYPE_CHECKING:
    from codeopt.model.report import Report

__all__ = ["command"]


@click.command("report")
@click.argument("run", default="latest")
@click.option("--repo", type=click.Path(path_type=Path), default=".", help="The repository whose run it is.")
@click.option("--markdown", "markdown_file", metavar="FILE", help="Write the report as Markdown; - for standard output.")
@click.option("--html", "html_file", metavar="FILE", help="Write the evidence as one self-contained page; - for standard output.")
@click.option("--compare", nargs=2, metavar="RUN RUN", help="Show instead what two runs accepted, side by side.")
@json_option
def command(
    run: str, *, repo: Path, markdown_file: str | None, html_file: str | None, compare: tuple[str, str] | None, json_file: str | None
) -> int:
    """Show the evidence of RUN: its name, the start of it, or latest."""
    from rich.console import Console

    from codeopt.app.reporting import report_of
    from codeopt.report.json_report import report_json
    from codeopt.report.markdown import report_markdown
    from codeopt.report.terminal import print_report

    require_writable(json_file, "--json")
    require_writable(markdown_file, "--markdown")
    require_writable(html_file, "--html")
    if compare is not None:
        if markdown_file is not None or html_file is not None:
            raise UsageError("--compare: two runs are shown in the terminal and by --json; leave out --markdown and --html")
        return _compare(*(report_of(repo, name) for name in compare), json_file=json_file)
    report = report_of(repo, run)
    write_json(report_json(report), json_file)
    _write(html_file, "--html", lambda: _page(report))
    _write(markdown_file, "--markdown", lambda: report_markdown(report))
    if markdown_file is None and html_file != "-" and json_file != "-":
        print_report(report, Console())
    return 0


def _compare(first: Report, second: Report, *, json_file: str | None) -> int:
    from rich.console import Console

    from codeopt.report.two_runs import print_two_runs, two_runs_json

    write_json(two_runs_json(first, second), json_file)
    if json_file != "-":
        print_two_runs(first, second, Console())
    return 0


def _page(report: Report) -> str:
    from codeopt.app.reporting import explanations

    try:
        from codeopt.report.evidence.page import evidence_page
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        if missing != "matplotlib":
            raise
        raise ConfigError("--html: matplotlib is not installed: pip install 'codeopt[html]'") from None
    return evidence_page(report, explanations=explanations(report))


def _write(file: str | None, flag: str, text: Callable[[], str]) -> None:
    if file == "-":
        click.echo(text(), nl=False)
    elif file is not None:
        write_bytes(text().encode("utf-8", "surrogateescape"), file, flag)
