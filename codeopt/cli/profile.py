"""`codeopt profile`."""

from __future__ import annotations

from pathlib import Path

import click

from codeopt.cli.options import common, json_option, quiet_option, repo_argument, require_writable, settings_from, write_json

__all__ = ["command"]


@click.command("profile")
@repo_argument
@common
@json_option
@quiet_option
def command(repo: Path, *, json_file: str | None, quiet: bool, **flags: object) -> int:
    """Show where the time of REPO's workload goes: its functions, ranked by what making them faster could gain."""
    from rich.console import Console

    from codeopt.app.profile import profile
    from codeopt.report.json_report import profile_json
    from codeopt.report.live import choose_reporter
    from codeopt.report.terminal import print_profile

    require_writable(json_file, "--json")
    settings = settings_from(repo, flags)
    with choose_reporter(Console(stderr=True), quiet=quiet) as reporter:
        found = profile(repo, settings, reporter=reporter)
    console = Console(stderr=json_file == "-")
    print_profile(found.profile, console, targets=found.targets, workload=found.workload, sandbox=found.sandbox)
    write_json(profile_json(found.profile, targets=found.targets, workload=found.workload, sandbox=found.sandbox), json_file)
    return 0
