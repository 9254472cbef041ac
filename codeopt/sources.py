"""Knows how a source of settings (flags, variables, a table) is read into a model, and how a fault in one is told. Knows no setting."""

from __future__ import annotations

import difflib
import shlex
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from pydantic import BaseModel, Field, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from codeopt.errors import ConfigError

__all__ = ["SettingDoc", "checked", "described", "given", "setting", "variables"]


class SettingDoc(NamedTuple):
    """One line of the settings' documentation."""

    name: str
    type: str
    default: str
    description: str


def setting(kind: str, default: object, description: str, **limits: float) -> Any:
    """Return the field of a setting; `kind` says what its value is. A variable that is a `list` is words of a shell."""
    return Field(default, description=description, json_schema_extra={"kind": kind}, **limits)  # type: ignore[call-overload]


def described(model: type[BaseModel]) -> list[SettingDoc]:
    """Return name, type, default and description of each setting, in the order in which they are declared."""
    return [
        SettingDoc(name=name, type=_kind(field), default=_shown(field.default), description=field.description or "")
        for name, field in model.model_fields.items()
    ]


def given(flags: Mapping[str, object]) -> dict[str, object]:
    """Return the flags that were given: those that are neither None nor an empty tuple."""
    return {key: value for key, value in flags.items() if value is not None and value != ()}


def checked(
    model: type[BaseModel], values: Mapping[str, object], spell: Callable[[str], str], *, variable: Callable[[str], str], strict: bool
) -> dict[str, object]:
    """Return the values of one source as the model reads them.

    `spell` writes a key as its source does, `variable` as the environment does. What is `strict` tells types apart, and holds no secrets.

    Raises:
        ConfigError: a key that does not exist, a value that cannot be used, or a secret in a place that others read.
    """
    for key in values:
        if key not in model.model_fields:
            close = difflib.get_close_matches(key, model.model_fields, n=1)
            raise ConfigError(
                f"{spell(key)}: no such setting; "
                + (f"did you mean {spell(close[0]).rpartition(' ')[2]}?" if close else f"known: {', '.join(model.model_fields)}")
            )
        if strict and _is(model, key, "secret"):
            raise ConfigError(f"{spell(key)}: a secret does not belong here; set {variable(key)} in the environment instead")
    try:
        settings = model.model_validate(values, strict=strict)
    except ValidationError as error:
        raise ConfigError(_problem(model, error.errors()[0], spell)) from None
    return {key: getattr(settings, key) for key in settings.model_fields_set}


def variables(model: type[BaseModel], environ: Mapping[str, str], *, prefix: str, others: tuple[str, ...] = ()) -> dict[str, object]:
    """Return the settings among the environment's variables, lists split into words; an empty one is as good as none.

    Raises:
        ConfigError: a list that cannot be split.
    """
    found: dict[str, object] = {}
    for name in sorted(environ):
        if name.startswith(prefix) and not (others and name.startswith(others)) and environ[name]:
            key = name.removeprefix(prefix).lower()
            found[key] = _words(name, environ[name]) if _is(model, key, "list") else environ[name]
    return found


def _problem(model: type[BaseModel], error: ErrorDetails, spell: Callable[[str], str]) -> str:
    key = str(error["loc"][0])
    message = error["msg"].removeprefix("Value error, ").replace("Input should", "should").replace("valid tuple", "list")
    # A key, or an address with a password in it, is not repeated.
    secret = _is(model, key, "secret") or "@" in str(error["input"])
    shown = "" if secret else f" = {error['input']!r:.80}"
    return f"{spell(key)}{shown} {message}"


def _words(name: str, text: str) -> list[str]:
    try:
        return shlex.split(text)
    except ValueError as error:
        raise ConfigError(f"{name}: cannot be split into words: {error}; quote it as a shell would need it") from None


def _is(model: type[BaseModel], key: str, kind: str) -> bool:
    return key in model.model_fields and _kind(model.model_fields[key]) == kind


def _kind(field: FieldInfo) -> str:
    extra = field.json_schema_extra
    return str(extra["kind"]) if isinstance(extra, dict) else ""


def _shown(default: object) -> str:
    if default is None or default == ():
        return ""
    return str(default).lower() if isinstance(default, bool) else str(default)
