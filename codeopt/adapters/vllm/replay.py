"""Answers on file: a client that records those of another, and one that serves them again without an endpoint.

The file has one JSON object a line. The first says what it is (`{"schema": 1, "model": ..., "max_model_len": ...}`), each other one
holds a request's key with its answer, or with the fault that came instead. The key is made of what stays the same from run to run;
of two lines with one key the first counts, as in the store. Schema history: 1, the first.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from codeopt.adapters.vllm.chat import ChatAnswer, ChatClient, ChatRequest, Choice, ModelInfo, RequestRejected
from codeopt.errors import ConfigError, EndpointUnavailable, StoreError

__all__ = ["RecordingClient", "ReplayClient"]


class _Line(BaseModel):
    model_config = ConfigDict(extra="forbid", populate_by_name=True)


class _Header(_Line):
    version: Literal[1] = Field(alias="schema")
    model: str
    max_model_len: int | None


class _Choice(_Line):
    text: str
    cut_off: bool


class _Fault(_Line):
    rejected: bool
    text: str


class _Entry(_Line):
    key: str
    messages: list[tuple[str, str]] = []
    choices: list[_Choice] = []
    prompt_tokens: int = 0
    completion_tokens: int = 0
    fault: _Fault | None = None


_Kind = TypeVar("_Kind", bound=_Line)


class RecordingClient:
    """Passes everything on to `client`, and appends what it answers to a file, line by line as it comes."""

    def __init__(self, client: ChatClient, path: Path) -> None:
        """Keep the path; an existing recording is continued.

        Raises:
            ConfigError: the path is an existing file that is no recording.
        """
        self._client = client
        self._path = path
        self._info = _recorded_model(path) if _holds_something(path) else None

    @property
    def url(self) -> str:
        """The URL of the endpoint that is recorded."""
        return self._client.url

    @property
    def busy_here(self) -> bool:
        """Whether the endpoint that is recorded loads this machine."""
        return self._client.busy_here

    async def probe(self) -> ModelInfo:
        """Say which model answers, and write it down.

        Raises:
            ConfigError: the model is not served, or the file holds the answers of another.
            EndpointUnavailable: nothing answers, or nothing that speaks the protocol.
            StoreError: the file cannot be written.
        """
        info = await self._client.probe()
        if self._info is None:
            self._write(_Header(version=1, model=info.model, max_model_len=info.max_model_len))
            self._info = info
        if self._info.model != info.model:
            raise ConfigError(f"{self._path}: holds the answers of {self._info.model}, not of {info.model}; record to another file")
        return info

    async def ask(self, request: ChatRequest) -> ChatAnswer:
        """Pass a request on, and write down its answer or its fault.

        Raises:
            RequestRejected: this request was refused, others may be taken.
            EndpointUnavailable: nothing answers, or nothing that speaks the protocol.
            StoreError: the file cannot be written.
        """
        if self._info is None:
            await self.probe()
        try:
            answer = await self._client.ask(request)
        except EndpointUnavailable as error:
            fault = _Fault(rejected=isinstance(error, RequestRejected), text=str(error))
            self._write(_entry(request, ChatAnswer(choices=()), fault))
            raise
        self._write(_entry(request, answer, None))
        return answer

    def _write(self, line: _Line) -> None:
        # Opened for each line, so that nothing is lost with the process and nothing needs closing.
        try:
            with self._path.open("a", encoding="utf-8") as file:
                file.write(line.model_dump_json(by_alias=True) + "\n")
        except OSError as error:
            raise StoreError(f"{self._path}: cannot write the model's answers: {error.strerror}; free the disk or choose another") from None


class ReplayClient:
    """Serves a recording: the same questions get the same answers, as many as are wanted and there are; a new one is refused by its key."""

    busy_here = False

    def __init__(self, path: Path) -> None:
        """Read the whole file.

        Raises:
            ConfigError: it cannot be read, or is no recording.
        """
        self._path = path
        self._info = _recorded_model(path)
        self._entries: dict[str, _Entry] = {}
        self._alike: dict[str, _Entry] = {}
        for number, line in enumerate(_lines(path)[1:], start=2):
            entry = _parsed(_Entry, line, where=f"{path}:{number}")
            self._entries.setdefault(entry.key, entry)
            self._alike.setdefault(_prompt_of(entry.key), entry)

    @property
    def url(self) -> str:
        """`replay:` and the path."""
        return f"replay:{self._path}"

    async def probe(self) -> ModelInfo:
        """Say which model answered when the recording was made."""
        return self._info

    async def ask(self, request: ChatRequest) -> ChatAnswer:
        """Serve the recorded answer, or fail as the endpoint did.

        Raises:
            RequestRejected: the request is not in the recording, or the endpoint refused it there.
            EndpointUnavailable: the endpoint was lost when the recording was made.
        """
        # How samples are dealt out hangs on measured times, so another number of the same question is the same question.
        entry = self._entries.get(request.key) or self._alike.get(_prompt_of(request.key))
        if entry is None:
            raise RequestRejected(f"{self.url}: was never asked for [{request.key}]; record the run anew")
        if entry.fault is not None:
            raise (RequestRejected if entry.fault.rejected else EndpointUnavailable)(entry.fault.text)
        choices = tuple(Choice(text=choice.text, cut_off=choice.cut_off) for choice in entry.choices[: request.samples])
        return ChatAnswer(choices=choices, prompt_tokens=entry.prompt_tokens, completion_tokens=entry.completion_tokens)


def _prompt_of(key: str) -> str:
    """Return what a key says of the question itself, without how many answers were wanted and from which seed."""
    return key.partition(" seed=")[0]


def _entry(request: ChatRequest, answer: ChatAnswer, fault: _Fault | None) -> _Entry:
    # The messages are for people who read the file; the key alone finds the answer.
    return _Entry(
        key=request.key,
        messages=[(message.role, message.content) for message in request.messages],
        choices=[_Choice(text=choice.text, cut_off=choice.cut_off) for choice in answer.choices],
        prompt_tokens=answer.prompt_tokens,
        completion_tokens=answer.completion_tokens,
        fault=fault,
    )


def _holds_something(path: Path) -> bool:
    try:
        return path.stat().st_size > 0
    except OSError:
        return False  # what keeps it from being read keeps it from being written, and is told then


def _recorded_model(path: Path) -> ModelInfo:
    lines = _lines(path)
    header = _parsed(_Header, lines[0] if lines else "", where=f"{path}:1")
    return ModelInfo(model=header.model, max_model_len=header.max_model_len)


def _lines(path: Path) -> list[str]:
    try:
        # Not splitlines(), which also splits at characters that JSON leaves as they are.
        return path.read_text(encoding="utf-8").rstrip("\n").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read as a recording of a model's answers: {error}") from None


def _parsed(kind: type[_Kind], line: str, *, where: str) -> _Kind:
    try:
        return kind.model_validate_json(line)
    except ValidationError:
        raise ConfigError(
            f"{where}: is no recording of a model's answers, or one of another version (this is 1); record the run anew"
        ) from None
