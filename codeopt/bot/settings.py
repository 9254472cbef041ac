"""Knows every setting of the service: a flag wins over a variable (CODEOPT_BOT_*), and that over the default. Secrets are never flags."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, SecretStr

from codeopt.errors import ConfigError
from codeopt.sources import checked, given, setting, variables
from codeopt.values import Duration, Text

__all__ = ["BotSettings", "load_bot_settings"]

PREFIX = "CODEOPT_BOT_"
# Secrets have variables of their own, which nothing that runs for a repository is ever given.
_SECRETS = {"webhook_secret": "CODEOPT_WEBHOOK_SECRET", "private_key": "CODEOPT_PRIVATE_KEY"}
# Variables that name a file which holds the value, as container engines hand secrets over.
_FILES = {**{f"{name}_FILE": key for key, name in _SECRETS.items()}, f"{PREFIX}DATABASE_FILE": "database"}
_SHORTEST = 16


def _long_enough(secret: SecretStr) -> SecretStr:
    if len(secret.get_secret_value()) < _SHORTEST:
        raise ValueError(f"must have at least {_SHORTEST} characters: openssl rand -hex 32 makes one")
    return secret


class BotSettings(BaseModel):
    """The effective settings of the service. Durations are seconds."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True, hide_input_in_errors=True, allow_inf_nan=False)

    host: Text = setting("text", "127.0.0.1", "Address to listen on; a proxy in front of it ends TLS.")
    port: int = setting("number", 8080, "Port to listen on; 0 for any that is free, which the log names.", ge=0, le=65535)
    database: SecretStr = setting("URL", "sqlite:///codeopt-bot.db", "Where jobs are kept: sqlite:///PATH, or postgresql://USER@HOST/NAME.")
    webhook_secret: Annotated[SecretStr, AfterValidator(_long_enough)] | None = setting(
        "secret", None, f"What the app's webhook signs with; only from {_SECRETS['webhook_secret']} or its _FILE."
    )
    app_id: Text | None = setting("text", None, "The app's number or client id at GitHub.")
    private_key: SecretStr | None = setting(
        "secret", None, f"The app's private key in PEM form; only from {_SECRETS['private_key']} or its _FILE."
    )
    github_url: Text = setting("URL", "https://api.github.com", "The API of GitHub, or of an Enterprise Server.")
    work: Text | None = setting("path", None, "Folder for clones, which are removed again; the system's own when unset.")
    workers: int = setting(
        "number", 2, "Jobs that run side by side, of different repositories; 0 takes in and leaves the work to others.", ge=0, le=256
    )
    lease: Duration = setting("duration", "60s", "Time after which another worker takes the job of one that was lost.")
    drain: Duration = setting("duration", "30s", "Time for jobs to end after a SIGTERM; those that have not are given back.")
    attempts: int = setting("number", 5, "How often a job is tried.", ge=1, le=100)
    rate: float = setting("number", 100.0, "Deliveries that are taken in each second, all together; ten seconds' worth at once.", gt=0)
    installation_rate: float = setting("number", 20.0, "Deliveries that are taken in each second from one installation; as above.", gt=0)
    keep: Duration = setting("duration", "720h", "How long jobs that ended are kept, and told from deliveries that come again.")
    dry_run: bool = setting("true or false", False, "Say what each job would do, and do nothing.")


def load_bot_settings(*, flags: Mapping[str, object], environ: Mapping[str, str]) -> BotSettings:
    """Return the settings of the service: flags > environment > defaults. A variable may name a file that holds a secret, or the database.

    Raises:
        ConfigError: a setting that does not exist, a value that cannot be used, a file that cannot be read, or no secret.
    """
    known = {name: value for name, value in environ.items() if name not in _FILES}
    found = variables(BotSettings, known, prefix=PREFIX)
    for key, name in _SECRETS.items():
        if key in found:
            raise ConfigError(f"{PREFIX}{key.upper()}: set {name} instead")
        if environ.get(name):
            found[key] = environ[name]
    for name, key in _FILES.items():
        if environ.get(name):
            found[key] = _content(name, environ[name], already=key in found)
    values = checked(BotSettings, found, _variable, variable=_variable, strict=False)
    values |= checked(BotSettings, given(flags), _flag, variable=_variable, strict=True)
    settings = BotSettings.model_validate(values)
    _require_all(settings)
    return settings


def _require_all(settings: BotSettings) -> None:
    """Refuse to start without what the service cannot do its work without; a dry run has no work."""
    if settings.webhook_secret is None:
        name = _SECRETS["webhook_secret"]
        raise ConfigError(f"{name} is not set: give it, or {name}_FILE, the secret that the app's webhook signs with")
    if settings.dry_run or not settings.workers:
        return
    if settings.app_id is None:
        raise ConfigError(f"{PREFIX}APP_ID is not set: give the app's number or client id there, or by --app-id; --dry-run needs none")
    if settings.private_key is None:
        name = _SECRETS["private_key"]
        raise ConfigError(f"{name} is not set: give it, or {name}_FILE, the app's private key; --dry-run needs none")


def _content(name: str, file: str, *, already: bool) -> str:
    if already:
        raise ConfigError(f"{name}: its setting is given without a file as well; leave one of them out")
    try:
        return Path(file).read_text(encoding="utf-8").strip()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no text"
        raise ConfigError(f"{name}: cannot read {file} ({reason})") from None


def _variable(key: str) -> str:
    return _SECRETS.get(key, PREFIX + key.upper())


def _flag(key: str) -> str:
    return "--" + key.replace("_", "-")
