"""What `sandbox/programs/worker.py` may say: messages are data, and whatever else comes breaks the protocol."""

from __future__ import annotations

import base64
from typing import Literal, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from codeopt.errors import ContestantError
from codeopt.model.calls import CallAnswer, Deed
from codeopt.model.tolerance import Parted

__all__ = ["Message", "Told", "answer_of", "deed_in", "parsed", "parted_in"]

M = TypeVar("M", bound=BaseModel)

DOUBLE_BYTES = 8


class Message(BaseModel):
    """What a worker may say; anything else breaks the protocol."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
    hello: int | None = None
    ready: int | None = None
    prepared: int | None = None
    done: int | None = None
    digests: list[str] | None = None
    skeleton: str | None = None
    floats: str = ""
    kept: int = 0
    arcs: list[tuple[int, int]] | None = None
    world: dict[str, str] | None = None
    made: list[int] | None = None
    sketches: list[object] | None = None
    sieved: list[tuple[str, list[tuple[int, int]]]] | None = None
    fates: list[tuple[str, int]] | None = None
    grown: list[tuple[int, float]] | None = None
    failed: str | None = None
    status: int = 0
    error: str = ""
    did: str | None = None
    what: str = ""


class Told(BaseModel):
    """What a worker says of one call."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
    call: int
    status: Literal["returned", "raised", "opaque", "unloadable"]
    outcome: str = ""
    digest: str = ""
    printed: str = ""
    given: str = ""
    shown: str = ""
    files: str = ""
    note: str = ""
    explicit: bool = True
    loose: str = ""
    taken: list[list[int]] = []
    skeleton: str | None = None
    floats: str = ""


def answer_of(told: Told) -> CallAnswer:
    """Return what was said of a call as a noun.

    Raises:
        ContestantError: its floats are none.
    """
    parted = None if told.skeleton is None else parted_in(told.skeleton, told.floats)
    taken = tuple(tuple(each) for each in told.taken)
    return CallAnswer(**told.model_dump(exclude={"skeleton", "floats", "taken"}), taken=taken, parted=parted)


def parted_in(skeleton: str, floats: str) -> Parted:
    """Return what was said of a result with its floats apart.

    Raises:
        ContestantError: the floats are none.
    """
    try:
        data = base64.b64decode(floats, validate=True)
    except ValueError:
        data = None
    if data is None or len(data) % DOUBLE_BYTES:
        raise ContestantError("the worker broke the protocol: what should be floats is not")
    return Parted(skeleton=skeleton, floats=data)


def deed_in(frame: bytes) -> Deed | None:
    """Return what a frame tells of the code's conduct; None when it is an answer.

    Raises:
        ContestantError: it breaks the protocol.
    """
    if not frame.startswith(b'{"did":'):
        return None
    message = parsed(Message, frame)
    return Deed(kind=message.did or "", what=message.what)


def parsed(kind: type[M], frame: bytes) -> M:
    """Return the message in a frame.

    Raises:
        ContestantError: it breaks the protocol.
    """
    try:
        return kind.model_validate_json(frame)
    except ValidationError as error:
        raise ContestantError(f"the worker broke the protocol: {error.errors()[0]['msg']}") from None
