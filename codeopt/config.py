"""Knows every setting: its name, meaning, default, and the four places it may come from.

A flag wins over an environment variable (CODEOPT_*), which wins over `[tool.codeopt]` in the repository's pyproject.toml, which wins
over the default. What nobody knows is an error, never ignored.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, SecretStr

from codeopt.errors import ConfigError
from codeopt.sources import SettingDoc, checked, described, given, variables
from codeopt.sources import setting as _setting
from codeopt.values import Duration, Endpoint, Parts, Properties, Size, Text, Texts, without_passwords

__all__ = ["OTHER_VARIABLES", "REPOSITORYS_OWN", "SettingDoc", "Settings", "describe", "load_settings", "resumed_settings"]

PREFIX = "CODEOPT_"
# Variables of codeopt's own programs and tests that are no settings.
OTHER_VARIABLES = (
    "CODEOPT_BOT_",
    "CODEOPT_DEBUG",
    "CODEOPT_INSIDE",
    "CODEOPT_PRIVATE_KEY",
    "CODEOPT_REQUIRE_",
    "CODEOPT_TEST_",
    "CODEOPT_UPDATE_GOLDEN",
    "CODEOPT_WEBHOOK_SECRET",
)
# What a run may be given anew when it goes on: how much is tried, and by whom. All else is what its evidence rests on.
CHANGEABLE = frozenset({"budget", "rounds", "samples", "model", "model_name"})
# What a repository may say of itself to a service that runs for many: how it is tested and measured. Which model is asked, what isolates,
# and how much time and memory is spent, whoever runs the service decides.
REPOSITORYS_OWN = frozenset({
    "workload", "tests", "min_speedup", "float_rtol", "float_atol", "assume", "benchmark", "benchmarks", "max_slowdown", "seed",
    "allow_failing_tests", "install", "extras", "python", "exclude",
})  # fmt: skip


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


def describe() -> list[SettingDoc]:
    """Return name, type, default and description of each setting, in the order in which they are declared."""
    return described(Settings)


def load_settings(repo: Path, *, flags: Mapping[str, object], environ: Mapping[str, str], guest: bool = False) -> Settings:
    """Return the settings for a repository: flags > environment > pyproject.toml > defaults.

    A flag that is None or an empty tuple was not given; neither was a variable that is empty. Lists in the environment are shell words.
    The pyproject.toml of a `guest` counts for `REPOSITORYS_OWN` alone; what else it says is passed over.

    Raises:
        ConfigError: a key that does not exist, a value that cannot be used, or a pyproject.toml that is no TOML.
    """
    pyproject = repo / "pyproject.toml"
    table = {key: value for key, value in _table(pyproject).items() if not guest or key in REPOSITORYS_OWN}
    merged = {
        **_checked(table, lambda key: f"{pyproject}: [tool.codeopt] {key}", strict=True),
        **_checked(_variables(environ), _variable, strict=False),
        **_checked(given(flags), _flag, strict=True),
    }
    return Settings.model_validate(merged)


def resumed_settings(stored: str, *, flags: Mapping[str, object], environ: Mapping[str, str]) -> Settings:
    """Return the settings of a run that goes on: what it was begun with (`public_json`), but for `CHANGEABLE` flags that are given now.

    Raises:
        ConfigError: a flag's value that cannot be used, or one that the evidence of the run contradicts.
    """
    secret = {key: value for key, value in _variables(environ).items() if key == "api_key"}
    begun, checked = Settings.model_validate_json(stored), _checked(given(flags), _flag, strict=True)
    for key, value in checked.items():
        if key not in CHANGEABLE and value != getattr(begun, key):
            raise ConfigError(f"{_flag(key)} cannot change on a resumed run: start a new one")
    return Settings.model_validate({**json.loads(stored), **secret, **checked})


def _checked(values: Mapping[str, object], spell: Callable[[str], str], *, strict: bool) -> dict[str, object]:
    """Return the values of one source as the model reads them; `spell` writes a key as its source does, for errors."""
    return checked(Settings, values, spell, variable=_variable, strict=strict)


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
    return variables(Settings, environ, prefix=PREFIX, others=OTHER_VARIABLES)


def _variable(key: str) -> str:
    return PREFIX + key.upper()


def _flag(key: str) -> str:
    return "--target" if key == "targets" else "--" + key.replace("_", "-")
