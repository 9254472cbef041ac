"""`codeopt bench`."""

from __future__ import annotations

import os
from pathlib import Path

import click

from codeopt.cli.options import json_option, quiet_option, require_writable, write_bytes, write_json

__all__ = ["command"]


@click.command("bench")
@click.argument("suite", type=click.Choice(["folder", "algotune", "enamel", "swefficiency"]))
@click.option("--root", required=True, type=click.Path(path_type=Path), metavar="FOLDER", help="Where the suite lies.")
@click.option(
    "--dataset",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="folder: the unpacked releases that tasks are about; swefficiency: git clones of the projects.",
)
@click.option("--tasks", "patterns", multiple=True, metavar="GLOB", help="Only tasks with such names; may be repeated.")
@click.option(
    "--scale",
    default=0.1,
    show_default=True,
    type=click.FloatRange(0.0, min_open=True),
    help="Part of the published sizes.",
)
@click.option("--agent", default="", metavar="NAME", help="algotune: whose published solvers count as the best known.")
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), metavar="FOLDER", help="Keeps results; the same command goes on there."
)
@click.option("--best/--no-best", "with_best", default=True, show_default=True, help="Verify the best solutions known as well.")
@click.option("--model", metavar="URL", help="OpenAI-compatible endpoint (http://host:8000/v1), several with commas; replay:FILE; or none.")
@click.option("--model-name", metavar="NAME", help="The model to ask for; the endpoint's first one when not given.")
@click.option("--samples", type=int, help="Answers asked of the model for one task in one round.")
@click.option("--rounds", type=int, help="Rounds for one task: later ones are told how the earlier ones did.")
@click.option("--without", multiple=True, metavar="PART", help="Leave out rules, strategies, feedback, bandit or hints; may be repeated.")
@click.option("--budget", metavar="TIME", help="Wall time for one task after which nothing new is begun: 90s, 10m.")
@click.option("--workload-timeout", metavar="TIME", help="Time for one run of a task's workload, after which the task has failed.")
@click.option("--sandbox", type=click.Choice(["auto", "docker", "local"]), help="Where code runs; auto takes Docker where there is one.")
@click.option("--float-rtol", type=float, metavar="RATIO", help="How far a float may be off, relative to the original's (0).")
@click.option("--float-atol", type=float, metavar="NUMBER", help="How far a float may be off, whatever its size (0).")
@click.option("--min-oracle", type=float, metavar="SHARE", help="Share of faults that the compared calls must find (0.6); 0 for any.")
@click.option("--seed", type=int, help="Seed of everything random.")
@click.option("--markdown", metavar="FILE", help="Write the table to a file as well.")
@json_option
@quiet_option
def command(
    suite: str,
    *,
    root: Path,
    dataset: Path | None,
    patterns: tuple[str, ...],
    scale: float,
    agent: str,
    out: Path | None,
    with_best: bool,
    markdown: str | None,
    json_file: str | None,
    quiet: bool,
    **flags: object,
) -> int:
    """Run a SUITE of tasks, one after the other, and print a table of proven speed-ups.

    `folder` is a suite of your own: FOLDER/NAME/task.toml says the target and the workload of a task. `algotune`, `enamel`
    and `swefficiency` are checkouts of these suites. Status 0 when every task was run; one that lacks something is skipped, and says what.
    """
    from rich.console import Console

    from codeopt.app.bench.run import BenchRequest, chosen, run_suite
    from codeopt.app.bench.suites import SUITES, Terms
    from codeopt.config import load_settings
    from codeopt.report.bench_markdown import bench_json, bench_markdown
    from codeopt.report.live import choose_reporter

    for flag, file in (("--json", json_file), ("--markdown", markdown)):
        require_writable(file, flag)
    tasks = chosen(SUITES[suite](root, Terms(scale=scale, agent=agent, dataset=dataset)), patterns)
    out = out or Path("codeopt-bench") / root.resolve().name
    given = {name: value for name, value in flags.items() if value is not None}
    settings = load_settings(out, flags=given, environ=os.environ)
    request = BenchRequest(suite=f"{suite} {root.resolve().name}", tasks=tasks, out=out, with_best=with_best)
    with choose_reporter(Console(stderr=True), quiet=quiet) as reporter:
        report = run_suite(request, settings, reporter)
    page = bench_markdown(report)
    click.echo(page, err=json_file == "-")
    if markdown is not None:
        write_bytes(page.encode(), markdown, "--markdown")
    write_json(bench_json(report), json_file)
    return 0
