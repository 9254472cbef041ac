"""`codeopt optimize`."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import click

from codeopt.cli.options import (
    common,
    json_option,
    quiet_option,
    repo_argument,
    require_writable,
    settings_from,
    settings_of_run,
    write_json,
)

__all__ = ["command"]


@click.command("optimize")
@repo_argument
@common
@click.option("--model", metavar="URL", help="OpenAI-compatible endpoint (http://host:8000/v1), several with commas; replay:FILE; or none.")
@click.option("--model-name", metavar="NAME", help="The model to ask for; the endpoint's first one when not given.")
@click.option("--samples", type=int, help="Answers asked of the model for one target in one round.")
@click.option("--rounds", type=int, help="Rounds for one target: later ones are told how the earlier ones did.")
@click.option("--without", multiple=True, metavar="PART", help="Leave out rules, strategies, feedback, bandit or hints; may be repeated.")
@click.option("--max-targets", type=int, help="How many functions to try.")
@click.option("--budget", metavar="TIME", help="Wall time after which nothing new is begun: 90s, 10m, 1h30m.")
@click.option("--resume", metavar="RUN", help="Go on with a run (its name, the start of it, or latest).")
@click.option("--branch", metavar="NAME", help="Make a branch with one commit for each accepted patch.")
@click.option("--record-answers", type=click.Path(path_type=Path), metavar="FILE", help="Keep the model's answers for --model replay:FILE.")
@json_option
@quiet_option
def command(
    repo: Path,
    *,
    resume: str | None,
    branch: str | None,
    record_answers: Path | None,
    json_file: str | None,
    quiet: bool,
    **flags: object,
) -> int:
    """Find what is slow in REPO, propose patches, prove them, report.

    Nothing in REPO changes, unless --branch asks for it; runs are kept under REPO/.codeopt.
    """
    from rich.console import Console

    from codeopt.app.branch import branch_of, require_free
    from codeopt.app.optimize import Asked, optimize
    from codeopt.report.json_report import report_json
    from codeopt.report.live import choose_reporter
    from codeopt.report.terminal import print_report

    require_writable(json_file, "--json")
    require_writable(record_answers, "--record-answers")
    settings = settings_from(repo, flags) if resume is None else settings_of_run(repo, resume, flags)
    if branch is not None:
        require_free(repo, branch)
    asked = Asked(command=tuple(sys.argv[1:]), resume=resume, record=record_answers)
    with choose_reporter(Console(stderr=True), quiet=quiet) as reporter:
        reporter.set_deadline(time.monotonic() + settings.budget)
        report = optimize(repo, settings, asked=asked, reporter=reporter)
    print_report(report, Console(stderr=json_file == "-"))
    try:
        if branch is not None:
            click.echo(branch_of(repo, report, branch), err=json_file == "-")
    finally:
        write_json(report_json(report), json_file)
    return 0
