"""Puts together who does the jobs, as the settings say."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from codeopt.adapters.github import AppCredentials, GitHubForge
from codeopt.bot.dry_run import DryRun
from codeopt.bot.duties import Duties
from codeopt.bot.errands import ProcessErrands
from codeopt.bot.settings import BotSettings
from codeopt.bot.work import Handler
from codeopt.config import load_settings
from codeopt.model.access import Secret
from codeopt.ports.forge import Forge

__all__ = ["Staff", "staff_of"]


class Staff(NamedTuple):
    """Who does the jobs, and the forge that they are done on; None where nothing is done."""

    handler: Handler
    forge: Forge | None


def staff_of(settings: BotSettings, environ: Mapping[str, str]) -> Staff:
    """Return who does the jobs of a service: a handler that says what it would do where it is dry, or has no key of an app.

    Raises:
        ConfigError: the key, the address of GitHub, or a variable with a setting for runs cannot be used.
    """
    if settings.dry_run or settings.app_id is None or settings.private_key is None:
        return Staff(DryRun(), None)
    work = Path(settings.work) if settings.work else None
    # A variable that no run could use is told now, and not by every job.
    load_settings(Path("/nowhere"), flags={}, environ=environ)
    app = AppCredentials(app_id=settings.app_id, private_key=Secret(settings.private_key.get_secret_value()))
    forge = GitHubForge(app, api_url=settings.github_url)
    return Staff(Duties(forge, ProcessErrands(environ), work=work, attempts=settings.attempts), forge)
