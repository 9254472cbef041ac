"""The JSON of an OpenAI-compatible endpoint: bytes in, nouns out. It knows no HTTP."""

from __future__ import annotations

from typing import TypeVar

from pydantic import BaseModel, Field, ValidationError

from codeopt.adapters.vllm.chat import ChatAnswer, Choice, ModelInfo
from codeopt.errors import EndpointUnavailable

__all__ = ["excerpt", "read_completion", "read_models"]

_EXCERPT_CHARACTERS = 160
_Kind = TypeVar("_Kind", bound=BaseModel)


class _Message(BaseModel):
    content: str | None = None


class _Choice(BaseModel):
    message: _Message
    finish_reason: str | None = None


class _Usage(BaseModel):
    prompt_tokens: int | None = None
    completion_tokens: int | None = None


class _Completion(BaseModel):
    choices: list[_Choice] | None
    usage: _Usage | None = None


class _Model(BaseModel):
    id: str = Field(min_length=1)
    max_model_len: int | None = Field(default=None, gt=0)


class _Models(BaseModel):
    data: list[_Model]


def read_completion(body: bytes, *, url: str) -> ChatAnswer:
    """Read the body of an answer; a null `content` is an empty text.

    Raises:
        EndpointUnavailable: it is not JSON, or not a chat completion.
    """
    completion = _read(_Completion, body, url=url, wanted="a chat completion")
    usage = completion.usage or _Usage()
    spent, written = max(0, usage.prompt_tokens or 0), max(0, usage.completion_tokens or 0)
    choices = tuple(Choice(text=c.message.content or "", cut_off=c.finish_reason == "length") for c in completion.choices or ())
    return ChatAnswer(choices=choices, prompt_tokens=spent, completion_tokens=written)


def read_models(body: bytes, *, url: str) -> tuple[ModelInfo, ...]:
    """Read the list of the models that an endpoint serves.

    Raises:
        EndpointUnavailable: it is not JSON, or not such a list.
    """
    models = _read(_Models, body, url=url, wanted="a list of models")
    return tuple(ModelInfo(model=model.id, max_model_len=model.max_model_len) for model in models.data)


def excerpt(text: str) -> str:
    """Return the beginning of a text as one line, to be shown in an error."""
    line = " ".join(text[: 4 * _EXCERPT_CHARACTERS].split())
    shown = line if len(line) <= _EXCERPT_CHARACTERS else line[:_EXCERPT_CHARACTERS] + "…"
    return "".join(c if c.isprintable() else "?" for c in shown)


def _read(kind: type[_Kind], body: bytes, *, url: str, wanted: str) -> _Kind:
    try:
        return kind.model_validate_json(body)
    except ValidationError as error:
        what = "not JSON" if error.errors()[0]["type"] == "json_invalid" else f"not {wanted}"
        came = excerpt(body[:2000].decode(errors="replace")) or "nothing at all"
        raise EndpointUnavailable(
            f"{url}: what came back is {what}: {came}; check that the URL is an OpenAI-compatible endpoint (most end with /v1)"
        ) from None
