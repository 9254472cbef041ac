"""`codeopt bot`."""

from __future__ import annotations

import os

import click

from codeopt.errors import ConfigError

__all__ = ["command"]

_EXTRA = frozenset(
    {"cryptography", "githubkit", "jwt", "markdown_it", "prometheus_client", "psycopg", "sqlalchemy", "starlette", "uvicorn"}
)


@click.command("bot")
@click.option("--host", metavar="ADDRESS", help="Address to listen on (127.0.0.1).")
@click.option("--port", type=int, help="Port to listen on (8080); 0 for any that is free.")
@click.option("--database", metavar="URL", help="Where jobs are kept: sqlite:///PATH, or postgresql://USER@HOST/NAME.")
@click.option("--workers", type=int, metavar="N", help="Jobs that run side by side (2); 0 only takes in.")
@click.option("--app-id", metavar="ID", help="The app's number or client id at GitHub.")
@click.option("--github-url", metavar="URL", help="The API of GitHub (https://api.github.com), or of an Enterprise Server.")
@click.option("--work", metavar="FOLDER", help="Where clones go; the system's folder for temporary files when not given.")
@click.option("--dry-run", is_flag=True, default=None, help="Say what each job would do, and do nothing.")
def command(**flags: object) -> int:
    """Serve the GitHub App: take webhooks in, keep them as jobs, and work on these, until SIGTERM.

    The webhook's secret comes from CODEOPT_WEBHOOK_SECRET or CODEOPT_WEBHOOK_SECRET_FILE, the app's private key from CODEOPT_PRIVATE_KEY
    or CODEOPT_PRIVATE_KEY_FILE. How repositories are optimized is said by variables as for `codeopt optimize` (CODEOPT_MODEL,
    CODEOPT_BUDGET). Logs are JSON lines on standard error.
    """
    try:
        from codeopt.adapters.queue.engine import has_password
        from codeopt.bot.assemble import staff_of
        from codeopt.bot.logs import configure
        from codeopt.bot.service import serve
        from codeopt.bot.settings import load_bot_settings
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        if missing not in _EXTRA:
            raise
        raise ConfigError(f"{missing} is not installed: pip install 'codeopt[bot]'") from None

    if flags["database"] and has_password(str(flags["database"])):
        raise ConfigError("--database: a password does not belong on a command line; set CODEOPT_BOT_DATABASE, or use a password file")
    settings = load_bot_settings(flags=flags, environ=os.environ)
    configure()
    staff = staff_of(settings, os.environ)
    serve(settings, staff.handler, forge=staff.forge)
    return 0
