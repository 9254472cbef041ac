"""Entry point of `codeopt`: finds the command, and turns every exception into one line and an exit status."""

from __future__ import annotations

import importlib
import os
import signal
import sys
import traceback
from collections.abc import Sequence
from types import FrameType
from typing import NoReturn

import click

from codeopt import __version__
from codeopt.errors import CodeoptError

__all__ = ["cli", "main", "run"]

INTERRUPTED = 130

COMMANDS = {
    "init": "Look at a repository, and write settings for it into its pyproject.toml.",
    "optimize": "Find what is slow, propose patches, prove them, report.",
    "verify": "Give the verdict on a patch, whoever wrote it.",
    "check": "Say whether a change made the code slower: the step for CI.",
    "profile": "Show where the time of the workload goes.",
    "report": "Show the evidence of an earlier run.",
    "bench": "Run a suite of tasks and print a table of proven speed-ups.",
    "bot": "Serve the GitHub App: webhooks become jobs.",
    "serve": "Start a model server with what suits code editing (vLLM).",
    "doctor": "Say what is missing (Docker, model, git) and how to get it.",
}


class _LazyGroup(click.Group):
    """Imports a command's module when the command runs: help stays quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        if cmd_name not in COMMANDS:
            return None
        command = importlib.import_module(f"codeopt.cli.{cmd_name}").command
        assert isinstance(command, click.Command)  # noqa: S101 - each module of COMMANDS defines one
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's signature
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(
    cls=_LazyGroup,
    invoke_without_command=True,
    no_args_is_help=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, "-V", "--version", prog_name="codeopt")
@click.pass_context
def cli(ctx: click.Context) -> None:
    """Make Python programs faster, and prove it.

    Exit status: 0 the thing asked for holds, 1 it does not, 2 usage or configuration, 3 infrastructure lost, 130 interrupted.
    """
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help(), err=True)
        ctx.exit(2)


def run(argv: Sequence[str] | None = None) -> int:
    """Run a command and return its exit status; errors are one line on standard error."""
    signal.signal(signal.SIGTERM, _terminated)
    try:
        result = cli.main(args=list(argv) if argv is not None else None, prog_name="codeopt", standalone_mode=False)
    except click.ClickException as error:
        return _fail(error.format_message(), 2)
    except CodeoptError as error:
        return _fail(str(error), error.exit_status)
    except (KeyboardInterrupt, click.Abort):
        return _fail("interrupted; nothing in the repository was changed, and an interrupted `optimize` goes on with --resume", INTERRUPTED)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001 - a bug must not look like a verdict: status 1 means "does not hold"
        if os.environ.get("CODEOPT_DEBUG"):
            traceback.print_exc()
        return _fail(f"internal error: {type(error).__name__}: {error}: please report it, with the output under CODEOPT_DEBUG=1", 3)
    return int(result or 0)


def _fail(message: str, status: int) -> int:
    line = " ".join(message.split())
    print(f"codeopt: {line}", file=sys.stderr)
    return status


def _terminated(_number: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


def main() -> NoReturn:
    """Run the command line."""
    sys.exit(run())
