"""`codeopt verify`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from codeopt.cli.options import common, json_option, quiet_option, repo_argument, require_writable, settings_from, write_json
from codeopt.errors import PatchError

__all__ = ["command"]


@click.command("verify")
@repo_argument
@click.option("--patch", "patch_file", required=True, metavar="FILE", help="A unified diff, as git makes them; - for standard input.")
@common
@json_option
@quiet_option
def command(repo: Path, *, patch_file: str, json_file: str | None, quiet: bool, **flags: object) -> int:
    """Give the verdict on a patch to REPO, whoever wrote it: status 0 for FASTER, 1 for anything else."""
    from rich.console import Console

    from codeopt.app.verify import verify
    from codeopt.model.evidence import Outcome
    from codeopt.report.json_report import verdict_json
    from codeopt.report.live import choose_reporter
    from codeopt.report.terminal import print_verdict

    require_writable(json_file, "--json")
    settings = settings_from(repo, flags)
    with choose_reporter(Console(stderr=True), quiet=quiet) as reporter:
        found = verify(repo, settings, patch=_read(patch_file), reporter=reporter)
    console = Console(stderr=json_file == "-")
    print_verdict(found.verdict, console, target=found.target, workload=found.workload, machine=found.machine, sandbox=found.sandbox)
    payload = verdict_json(found.verdict, target=found.target, workload=found.workload, machine=found.machine, sandbox=found.sandbox)
    write_json(payload, json_file)
    return 0 if found.verdict.outcome is Outcome.FASTER else 1


def _read(file: str) -> bytes:
    if file == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(file).read_bytes()
    except OSError as error:
        raise PatchError(f"cannot read the patch {file} ({error.strerror}): give the path of a unified diff") from error
