"""`codeopt check`."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from codeopt.cli.options import json_option, quiet_option, repo_argument, require_writable, settings_from, write_bytes, write_json
from codeopt.errors import StoreError

if TYPE_CHECKING:
    from codeopt.model.check import CheckReport

__all__ = ["command"]


@click.command("check")
@repo_argument
@click.option("--base", required=True, metavar="REF", help="What it is compared with: a branch, a tag or a commit.")
@click.option("--head", metavar="REF", help="What is checked; the working tree as it is when not given.")
@click.option("--all", "everything", is_flag=True, help="Run benchmarks that the change cannot reach as well.")
@click.option("--benchmark", metavar="CMD", help="Time this command instead of the repository's benchmarks.")
@click.option("--benchmarks", multiple=True, metavar="GLOB", help="Only benchmarks with such names; may be repeated.")
@click.option("--max-slowdown", type=float, metavar="RATIO", help="Proven slowdown from which the check fails (1.03).")
@click.option("--budget", "benchmark_budget", metavar="TIME", help="Time for one benchmark that may have changed (10s).")
@click.option("--tests", metavar="CMD", help="The tests, whose calls are timed where there are no benchmarks.")
@click.option("--bisect", is_flag=True, help="Find the commit that brought each regression.")
@click.option("--instructions", is_flag=True, default=None, help="Count instructions too, as a second opinion (needs valgrind).")
@click.option("--sandbox", type=click.Choice(["auto", "docker", "local"]), help="Where code runs; auto takes Docker where there is one.")
@click.option("--sandbox-runtime", metavar="NAME", help="Runtime of the containers, such as runsc (gVisor).")
@click.option("--seed", type=int, help="Seed of the order of measurement.")
@json_option
@click.option("--markdown", metavar="FILE", help="Write a summary for a job or a pull request.")
@click.option("--junit", metavar="FILE", help="Write JUnit XML.")
@click.option("--bencher", metavar="FILE", help="Write Bencher's metric format.")
@click.option("--action-benchmark", metavar="FILE", help="Write what github-action-benchmark takes as customSmallerIsBetter.")
@click.option("--pyperf", metavar="FOLDER", help="Write base.json and head.json, which pyperf reads.")
@click.option("--annotations", is_flag=True, default=None, help="Print GitHub's workflow commands; on by itself within GitHub Actions.")
@click.option("-v", "--verbose", is_flag=True, help="Show unchanged benchmarks as well.")
@quiet_option
def command(
    repo: Path,
    *,
    base: str,
    head: str | None,
    everything: bool,
    bisect: bool,
    json_file: str | None,
    markdown: str | None,
    junit: str | None,
    bencher: str | None,
    action_benchmark: str | None,
    pyperf: str | None,
    annotations: bool | None,
    verbose: bool,
    quiet: bool,
    **flags: object,
) -> int:
    """Say whether a change made REPO slower: status 0 when no benchmark did, 1 when one did or broke."""
    from rich.console import Console

    from codeopt.app.check.run import Request, check
    from codeopt.report.check_json import check_json
    from codeopt.report.check_terminal import print_check
    from codeopt.report.live import choose_reporter

    files = {"--markdown": markdown, "--junit": junit, "--bencher": bencher, "--action-benchmark": action_benchmark}
    for flag, file in {"--json": json_file, **files}.items():
        require_writable(file, flag)
    settings = settings_from(repo, flags)
    with choose_reporter(Console(stderr=True), quiet=quiet) as reporter:
        report = check(repo, settings, Request(base=base, head=head, everything=everything, bisect=bisect), reporter=reporter)
    console = Console(stderr=json_file == "-")
    print_check(report, console, verbose=verbose)
    write_json(check_json(report), json_file)
    _write_others(report, files)
    if pyperf is not None:
        _write_pyperf(report, Path(pyperf))
    if annotations or (annotations is None and os.environ.get("GITHUB_ACTIONS") == "true"):
        _annotate(report)
    return 0 if report.holds else 1


def _write_others(report: CheckReport, files: Mapping[str, str | None]) -> None:
    """Write the formats of other tools to the files that were asked for."""
    from codeopt.report.check_dashboards import check_action_benchmark, check_bencher
    from codeopt.report.check_junit import check_junit
    from codeopt.report.check_markdown import check_markdown

    makers: Mapping[str, Callable[[], bytes]] = {
        "--markdown": lambda: check_markdown(report).encode(),
        "--junit": lambda: check_junit(report),
        "--bencher": lambda: _json(check_bencher(report)),
        "--action-benchmark": lambda: _json(check_action_benchmark(report)),
    }
    for flag, file in files.items():
        if file is not None:
            write_bytes(makers[flag](), file, flag)


def _json(payload: object) -> bytes:
    return (json.dumps(payload, indent=2) + "\n").encode()


def _write_pyperf(report: CheckReport, folder: Path) -> None:
    from codeopt.report.pyperf_json import pyperf_suite

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"cannot make {folder} ({error.strerror}): choose another --pyperf folder") from error
    write_bytes(pyperf_suite(report, "base"), str(folder / "base.json"), "--pyperf")
    write_bytes(pyperf_suite(report, "head"), str(folder / "head.json"), "--pyperf")


def _annotate(report: CheckReport) -> None:
    from codeopt.report.check_annotations import check_annotations

    for line in check_annotations(report):
        print(line, flush=True)
