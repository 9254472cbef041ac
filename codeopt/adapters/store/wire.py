"""Knows how nouns become bytes and come back: JSON by pydantic from the nouns' own annotations, bytes within it as base64."""

from __future__ import annotations

from types import GenericAlias
from typing import Any, Generic, TypeVar

from pydantic import ConfigDict, TypeAdapter, ValidationError

from codeopt.errors import StoreError

__all__ = ["Wire", "wire"]

Noun = TypeVar("Noun")
_CONFIG = ConfigDict(ser_json_bytes="base64", val_json_bytes="base64", ser_json_inf_nan="constants")


class Wire(Generic[Noun]):
    """The wire format of one noun."""

    def __init__(self, noun: type[Noun]) -> None:
        """Build the format from the annotations of `noun`."""
        self._name = noun.__name__
        # The tuple is there because pydantic takes no configuration beside a dataclass; inside one it hands it on.
        shape: Any = GenericAlias(tuple, (noun,))
        self._adapter: TypeAdapter[tuple[Noun]] = TypeAdapter(shape, config=_CONFIG)

    def pack(self, value: Noun) -> bytes:
        """Return the value as JSON.

        Raises:
            StoreError: the value cannot be written as JSON (text that is no Unicode).
        """
        try:
            return self._adapter.dump_json((value,))
        except ValueError as error:
            raise StoreError(f"a {self._name} cannot be stored: {error}; report it with the run's name") from None

    def unpack(self, data: bytes) -> Noun:
        """Return the value that `pack` was given.

        Raises:
            StoreError: the bytes are no such noun: damaged, or written by another version.
        """
        try:
            (value,) = self._adapter.validate_json(data)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            where = ".".join(map(str, first["loc"][1:])) or "as a whole"
            raise StoreError(f"a stored {self._name} cannot be read ({where}: {first['msg']}); start a new run") from None
        return value


_BUILT: dict[type, Wire[Any]] = {}


def wire(noun: type[Noun]) -> Wire[Noun]:
    """Return the wire format of a noun; building one takes milliseconds, so each is built once."""
    if noun not in _BUILT:
        _BUILT[noun] = Wire(noun)
    return _BUILT[noun]
