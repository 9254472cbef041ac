"""Knows how each kind of setting is read and what is wrong with it: durations, sizes, endpoints, known words. Knows no setting."""

from __future__ import annotations

import math
import re
from collections.abc import Collection
from contextlib import suppress
from typing import Annotated
from urllib.parse import urlsplit, urlunsplit

from pydantic import BeforeValidator

from codeopt.model.plan import PROPERTIES
from codeopt.model.proposal import SEARCH_PARTS

__all__ = ["Duration", "Endpoint", "Parts", "Properties", "Size", "Text", "Texts", "without_passwords"]

_DURATION = re.compile(r"(?:(\d+(?:\.\d+)?)h)?(?:(\d+(?:\.\d+)?)m)?(?:(\d+(?:\.\d+)?)s?)?")
_SIZE = re.compile(r"(\d{1,15}(?:\.\d{1,9})?)\s*([kmgt]?)(?:i?b)?", re.IGNORECASE)
_UNITS = {"": 1, "k": 2**10, "m": 2**20, "g": 2**30, "t": 2**40}
SMALLEST_MEMORY = 64 * 2**20


def _seconds(value: object) -> object:
    """Read `10m`, `90s`, `1h30m` or plain seconds."""
    if isinstance(value, str):
        match = _DURATION.fullmatch(value.replace(" ", "").lower())
        if not match or not any(match.groups()):
            raise ValueError("is no duration: write 90s, 10m or 1h30m")
        hours, minutes, seconds = (float(part or 0) for part in match.groups())
        value = hours * 3600 + minutes * 60 + seconds
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("is no duration: write 90s, 10m or 1h30m")  # noqa: TRY004 - pydantic turns only ValueError into its error
    if not (math.isfinite(value) and value > 0):
        raise ValueError("must be longer than nothing and finite")
    return float(value)


def _bytes(value: object) -> object:
    """Read `4g`, `512m` or plain bytes."""
    if isinstance(value, str) and (match := _SIZE.fullmatch(value.strip())):
        value = int(float(match[1]) * _UNITS[match[2].lower()])
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError("is no size: write 512m or 4g")  # noqa: TRY004 - as above
    if value < SMALLEST_MEMORY:
        raise ValueError("must be at least 64m")
    return value


def _text(value: object) -> object:
    if isinstance(value, str) and not value.strip():
        raise ValueError("must not be empty: leave it out instead")
    return value


def _tuple(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


def _endpoint(value: object) -> object:
    """Let pass a URL, several with commas, `none`, or `replay:FILE`."""
    if isinstance(value, str) and not re.fullmatch(r"none|replay:.+", value, re.DOTALL) and not all(map(_is_url, value.split(","))):
        raise ValueError("is no endpoint: write a URL such as http://localhost:8000/v1, none, or replay:FILE")
    return value


def _is_url(text: str) -> bool:
    with suppress(ValueError):
        return (parts := urlsplit(text)).scheme in {"http", "https"} and bool(parts.netloc)
    return False


def _one_of(words: Collection[str], noun: str) -> BeforeValidator:
    """Let pass one of some words; `noun` says what they are."""

    def check(value: object) -> object:
        if isinstance(value, str) and value not in words:
            raise ValueError(f"is no {noun}: write one of {', '.join(words)}")
        return value

    return BeforeValidator(check)


Text = Annotated[str, BeforeValidator(_text)]
Texts = Annotated[tuple[Text, ...], BeforeValidator(_tuple)]
Properties = Annotated[tuple[Annotated[str, _one_of(PROPERTIES, "property of inputs")], ...], BeforeValidator(_tuple)]
Duration = Annotated[float, BeforeValidator(_seconds)]
Size = Annotated[int, BeforeValidator(_bytes)]
Endpoint = Annotated[Text, BeforeValidator(_endpoint)]
Parts = Annotated[tuple[Annotated[str, _one_of(SEARCH_PARTS, "part of the search")], ...], BeforeValidator(_tuple)]


def without_passwords(endpoints: str | None) -> str | None:
    """Return one or more endpoints, with commas, without the passwords that their URLs may contain."""
    return endpoints if endpoints is None else ",".join(map(_without_password, endpoints.split(",")))


def _without_password(url: str) -> str:
    parts = urlsplit(url)
    if "@" not in parts.netloc:
        return url
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
