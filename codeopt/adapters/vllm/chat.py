"""Nouns of talking to a model, and the protocol that the client, the recorder and the replay share.

Nothing here knows HTTP, prompts or code.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

from codeopt.errors import EndpointUnavailable

__all__ = ["ChatAnswer", "ChatClient", "ChatRequest", "Choice", "Message", "ModelInfo", "RequestRejected"]


class RequestRejected(EndpointUnavailable):
    """The endpoint works, and will not take this one request (too long, an unknown parameter)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelInfo:
    """What an endpoint serves; `max_model_len` is its context in tokens, prompt and answer together, where it says so."""

    model: str
    max_model_len: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message of a chat."""

    role: Literal["system", "user"]
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatRequest:
    """`samples` answers to one prompt, seeded `seed`, `seed + 1`, and so on.

    `key` names the question for record and replay: it is made of what stays the same from run to run, which the text, full
    of measured numbers, does not. `max_tokens` bounds each answer.
    """

    key: str
    messages: tuple[Message, ...]
    samples: int
    seed: int
    max_tokens: int
    temperature: float
    top_p: float

    def __post_init__(self) -> None:
        """Reject a request for nothing."""
        if self.samples < 1 or self.max_tokens < 1:
            msg = f"nothing is asked for: {self.samples} samples of {self.max_tokens} tokens"
            raise ValueError(msg)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One answer; `cut_off` says that it ended at `max_tokens` and not by itself."""

    text: str
    cut_off: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatAnswer:
    """The answers to a `ChatRequest`, at most `samples` of them, and what they cost together."""

    choices: tuple[Choice, ...]
    prompt_tokens: int = 0
    completion_tokens: int = 0

    def __post_init__(self) -> None:
        """Restore the tuple that a serializer turned into a list."""
        object.__setattr__(self, "choices", tuple(self.choices))


class ChatClient(Protocol):
    """Something that answers chats: an endpoint, a recorder around one, or a recording."""

    @property
    def url(self) -> str:
        """Where the answers come from, as a user may see it."""
        ...

    @property
    def busy_here(self) -> bool:
        """Whether answering loads this machine."""
        ...

    async def probe(self) -> ModelInfo:
        """Say which model answers.

        Raises:
            ConfigError: the model that the user wants is not served.
            EndpointUnavailable: nothing answers, or nothing that speaks the protocol.
        """
        ...

    async def ask(self, request: ChatRequest) -> ChatAnswer:
        """Answer a request; fewer choices than asked for, or none, is an answer too.

        Raises:
            RequestRejected: this request was refused, others may be taken.
            EndpointUnavailable: nothing answers, or nothing that speaks the protocol.
        """
        ...
