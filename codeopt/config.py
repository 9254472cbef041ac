"""Knows every setting: its name, meaning, default, and the four places it may come from.

A flag wins over an environment variable (CODEOPT_*), which wins over `[tool.codeopt]` in the repository's pyproject.toml, which wins
over the default. What nobody knows is an error, never ignored.
"""

from __future__ import annotations

import difflib
import json
import shlex
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from codeopt.errors import ConfigError
from codeopt.values import Duration, Endpoint, Parts, Properties, Size, Text, Texts, without_passwords

__all__ = ["OTHER_VARIABLES", "SettingDoc", "Settings", "describe", "load_settings", "resumed_settings"]

PREFIX = "CODEOPT_"
# Variables of codeopt's own programs and tests that are no settings.
OTHER_VARIABLES = (
    "CODEOPT_BOT_",
    "CODEOPT_DEBUG",
    "CODEOPT_INSIDE",
    "CODEOPT_REQUIRE_",
    "CODEOPT_TEST_",
    "CODEOPT_UPDATE_GOLDEN",
    "CODEOPT_WEBHOOK_SECRET",
)
# What a run may be given anew when it goes on: how much is tried, and by whom. All else is what its evidence rests on.
CHANGEABLE = frozenset({"budget", "rounds", "samples", "model", "model_name"})


def _setting(kind: str, default: object, description: str, **limits: float) -> Any:
    return Field(default, description=description, json_schema_extra={"kind": kind}, **limits)  # type: ignore[call-overload]


class Settings(BaseModel):
    """The effective settings of a run. Durations are seconds, sizes are bytes."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True, hide_input_in_errors=True, allow_inf_nan=False)

    workload: Text | None = _setting("command", None, "Command that the time is measured on; found (benchmarks, else tests) when unset.")
    tests: Text | None = _setting("command", None, "Command that runs the tests; found when unset.")
    targets: Texts = _setting("list", (), "Functions to make faster, as PATH::QUALNAME; chosen by the profile when empty.")
    model: Endpoint | None = _setting("URL, none or replay:FILE", None, "Endpoints of the code model, with commas; rules alone when unset.")
    model_name: Text | None = _setting("text", None, "Model to ask for; the endpoint's first when unset.")
    api_key: SecretStr | None = _setting("secret", None, "Key for the endpoint; only from the environment.")
    sandbox: Literal["auto", "docker", "local"] = _setting("auto, docker or local", "auto", "Where code runs; local isolates nothing.")
    budget: Duration = _setting("duration", "10m", "Wall time after which nothing new is tried.")
    samples: int = _setting("number", 8, "Answers asked of the model for each target and round.", ge=1, le=256)
    rounds: int = _setting("number", 3, "Rounds for each target, each told of the verdicts before it.", ge=1, le=100)
    without: Parts = _setting("list", (), "Parts of the search to leave out, to see what each is worth.")
    max_targets: int = _setting("number", 3, "How many functions are tried.", ge=1, le=1000)
    sandbox_runtime: Text | None = _setting("text", None, "Runtime of containers, such as runsc (gVisor); the engine's own when unset.")
    min_speedup: float = _setting("number", 1.03, "Speed-up that the function's whole interval must reach (1.03 is 3%).", gt=1, le=1000)
    min_oracle: float = _setting(
        "number", 0.6, "Share of faults put into the function that the compared calls must find (0.6 is three in five).", ge=0, le=1
    )
    float_rtol: float = _setting("number", 0.0, "How far a float may be off, relative to the original's; to the bit when 0.", ge=0, lt=1)
    float_atol: float = _setting("number", 0.0, "How far a float may be off beside that, whatever its size.", ge=0)
    assume: Properties = _setting("list", (), "What holds for all inputs, such as sorted or finite: calls that break it are not made.")
    confidence: float = _setting("number", 0.99, "Confidence of the interval on the function.", ge=0.9, le=0.9999)
    benchmark: Text | None = _setting("command", None, "Command that `check` times; the repository's benchmarks when unset.")
    benchmarks: Texts = _setting("list", (), "Globs, or parts, of the names of the benchmarks that `check` runs; all when empty.")
    benchmark_budget: Duration = _setting("duration", "10s", "Time that `check` takes for one benchmark that may have changed.")
    instructions: bool = _setting("true or false", False, "Let `check` count instructions too, where the sandbox has valgrind.")
    max_slowdown: float = _setting("number", 1.03, "Proven slowdown of a benchmark that fails a check (1.03 is 3%).", ge=1, le=1000)
    seed: int = _setting("number", 0, "Seed of sampling and of the order of measurement.", ge=0)
    trust_patch: bool = _setting("true or false", False, "Run patches that codeopt did not write in a sandbox that isolates nothing.")
    allow_failing_tests: bool = _setting("true or false", False, "Go on when tests fail before any patch; no further one may fail.")
    install: Texts | None = _setting("list", None, "Further pip requirements and arguments for the repository's environment.")
    extras: Texts = _setting("list", (), "Extras of the project to install.")
    python: Text | None = _setting("text", None, "Python version of the sandbox, such as 3.12; codeopt's own when unset.")
    image: Text | None = _setting("text", None, "Base image of the sandbox; chosen when unset.")
    memory: Size = _setting("size", "4g", "Memory of a sandbox.")
    workload_timeout: Duration = _setting("duration", "600s", "Time after which the workload is given up.")
    test_timeout: Duration = _setting("duration", "900s", "Time after which the tests are given up.")
    exclude: Texts = _setting("list", (), "Globs of files in which no function is a target.")

    def public_json(self) -> str:
        """Return the settings as JSON without secrets: no key, and no password in the endpoint's URL.

        `Settings.model_validate_json` takes it back.
        """
        values = self.model_dump(mode="json", exclude={"api_key"})
        return json.dumps({**values, "model": without_passwords(self.model)}, sort_keys=True)


class SettingDoc(NamedTuple):
    """One line of the settings' documentation."""

    name: str
    type: str
    default: str
    description: str


def describe() -> list[SettingDoc]:
    """Return name, type, default and description of each setting, in the order in which they are declared."""
    return [
        SettingDoc(name=name, type=_kind(field), default=_shown(field.default), description=field.description or "")
        for name, field in Settings.model_fields.items()
    ]


def load_settings(repo: Path, *, flags: Mapping[str, object], environ: Mapping[str, str]) -> Settings:
    """Return the settings for a repository: flags > environment > pyproject.toml > defaults.

    A flag that is None or an empty tuple was not given; neither was a variable that is empty. Lists in the environment are shell words.

    Raises:
        ConfigError: a key that does not exist, a value that cannot be used, or a pyproject.toml that is no TOML.
    """
    pyproject = repo / "pyproject.toml"
    given = {key: value for key, value in flags.items() if value is not None and value != ()}
    merged = {
        **_checked(_table(pyproject), lambda key: f"{pyproject}: [tool.codeopt] {key}", strict=True),
        **_checked(_variables(environ), _variable, strict=False),
        **_checked(given, _flag, strict=True),
    }
    return Settings.model_validate(merged)


def resumed_settings(stored: str, *, flags: Mapping[str, object], environ: Mapping[str, str]) -> Settings:
    """Return the settings of a run that goes on: what it was begun with (`public_json`), but for `CHANGEABLE` flags that are given now.

    Raises:
        ConfigError: a flag's value that cannot be used, or one that the evidence of the run contradicts.
    """
    given = {key: value for key, value in flags.items() if value is not None and value != ()}
    secret = {key: value for key, value in _variables(environ).items() if key == "api_key"}
    begun, checked = Settings.model_validate_json(stored), _checked(given, _flag, strict=True)
    for key, value in checked.items():
        if key not in CHANGEABLE and value != getattr(begun, key):
            raise ConfigError(f"{_flag(key)} cannot change on a resumed run: start a new one")
    return Settings.model_validate({**json.loads(stored), **secret, **checked})


def _checked(values: Mapping[str, object], spell: Callable[[str], str], *, strict: bool) -> dict[str, object]:
    """Return the values of one source as the model reads them; `spell` writes a key as its source does, for errors."""
    for key in values:
        if key not in Settings.model_fields:
            close = difflib.get_close_matches(key, Settings.model_fields, n=1)
            raise ConfigError(
                f"{spell(key)}: no such setting; "
                + (f"did you mean {spell(close[0]).rpartition(' ')[2]}?" if close else f"known: {_known()}")
            )
        if key == "api_key" and strict:
            raise ConfigError(f"{spell(key)}: a secret does not belong here; set {_variable(key)} in the environment instead")
    try:
        settings = Settings.model_validate(values, strict=strict)
    except ValidationError as error:
        raise ConfigError(_problem(error.errors()[0], spell)) from None
    return {key: getattr(settings, key) for key in settings.model_fields_set}


def _problem(error: ErrorDetails, spell: Callable[[str], str]) -> str:
    key = str(error["loc"][0])
    message = error["msg"].removeprefix("Value error, ").replace("Input should", "should").replace("valid tuple", "list")
    # A key, or an address with a password in it, is not repeated.
    secret = key == "api_key" or "@" in str(error["input"])
    shown = "" if secret else f" = {error['input']!r:.80}"
    return f"{spell(key)}{shown} {message}"


def _table(pyproject: Path) -> dict[str, object]:
    """Return `[tool.codeopt]`, empty when there is none."""
    try:
        document = tomllib.loads(pyproject.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise ConfigError(f"{pyproject}: cannot be read as TOML: {error}") from None
    tool = document.get("tool")
    table = tool.get("codeopt", {}) if isinstance(tool, dict) else {}
    if not isinstance(table, dict):
        raise ConfigError(f"{pyproject}: tool.codeopt must be a table; write [tool.codeopt] and one setting a line")
    return {key.replace("-", "_"): value for key, value in table.items()}


def _variables(environ: Mapping[str, str]) -> dict[str, object]:
    """Return the settings among the environment variables, lists split into words."""
    found: dict[str, object] = {}
    for name in sorted(environ):
        if name.startswith(PREFIX) and not name.startswith(OTHER_VARIABLES) and environ[name]:
            key = name.removeprefix(PREFIX).lower()
            found[key] = _words(name, environ[name]) if _is_list(key) else environ[name]
    return found


def _words(name: str, text: str) -> list[str]:
    try:
        return shlex.split(text)
    except ValueError as error:
        raise ConfigError(f"{name}: cannot be split into words: {error}; quote it as a shell would need it") from None


def _is_list(key: str) -> bool:
    return key in Settings.model_fields and _kind(Settings.model_fields[key]) == "list"


def _kind(field: FieldInfo) -> str:
    extra = field.json_schema_extra
    return str(extra["kind"]) if isinstance(extra, dict) else ""


def _shown(default: object) -> str:
    if default is None or default == ():
        return ""
    return str(default).lower() if isinstance(default, bool) else str(default)


def _known() -> str:
    return ", ".join(Settings.model_fields)


def _variable(key: str) -> str:
    return PREFIX + key.upper()


def _flag(key: str) -> str:
    return "--target" if key == "targets" else "--" + key.replace("_", "-")
