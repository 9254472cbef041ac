"""Puts together who does the jobs, as the settings say."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

from codeopt.adapters.github import AppCredentials, GitHubForge
from codeopt.bot.dry_run import DryRun
from codeopt.bot.duties import Duties
from codeopt.bot.errands import ProcessErrands
from codeopt.bot.settings import BotSettings
from codeopt.bot.work import Handler
from codeopt.config import load_settings
from codeopt.model.access import Secret

__all__ = ["handler_of"]


def handler_of(settings: BotSettings, environ: Mapping[str, str]) -> Handler:
    """Return the handler of a service: one that says what it would do where it is dry, or has no key of an app.

    Raises:
        ConfigError: the key, the address of GitHub, or a variable with a setting for runs cannot be used.
    """
    if settings.dry_run or settings.app_id is None or settings.private_key is None:
        return DryRun()
    work = Path(settings.work) if settings.work else Path(tempfile.gettempdir()) / "codeopt-bot"
    # A variable that no run could use is told now, and not by every job.
    load_settings(Path("/nowhere"), flags={}, environ=environ)
    app = AppCredentials(app_id=settings.app_id, private_key=Secret(settings.private_key.get_secret_value()))
    forge = GitHubForge(app, api_url=settings.github_url)
    return Duties(forge, ProcessErrands(environ), work=work, attempts=settings.attempts)
