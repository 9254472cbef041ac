"""Chooses who proposes: the rules always, the model where one is given."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from codeopt.config import Settings
from codeopt.ports import Proposer, Reporter
from codeopt.rules.proposer import RulesProposer

if TYPE_CHECKING:
    from codeopt.adapters.vllm.chat import ChatClient

__all__ = ["client_of", "open_proposers"]

REPLAY = "replay:"


@contextmanager
def open_proposers(settings: Settings, *, record: Path | None, reporter: Reporter) -> Iterator[Sequence[Proposer]]:
    """Open the proposers that the settings ask for; a model endpoint is asked for its name before anything else starts.

    `record` is a file that keeps the model's answers, for `--model replay:FILE`.

    Raises:
        EndpointUnavailable: the endpoint is down, or speaks nonsense.
    """
    proposers: list[Proposer] = [RulesProposer()]
    if settings.model and settings.model != "none":
        proposers.append(_model(settings, record, reporter))
    else:
        reporter.note("no model is given (--model URL): codeopt's own rules alone propose")
    yield proposers


def _model(settings: Settings, record: Path | None, reporter: Reporter) -> Proposer:
    from codeopt.adapters.vllm.proposer import ModelProposer
    from codeopt.adapters.vllm.replay import RecordingClient
    from codeopt.patching.answer import parse_answer

    client = client_of(settings)
    if record is not None:
        client = RecordingClient(client, record)
    model = asyncio.run(client.probe())
    reporter.note(f"model {model.model} at {client.url}")
    return ModelProposer(client, model, parse=parse_answer)


def client_of(settings: Settings) -> ChatClient:
    """Return the client that `--model` asks for; nothing is sent yet.

    Raises:
        ConfigError: neither a URL nor a recording.
    """
    from codeopt.adapters.vllm.client import EndpointClient
    from codeopt.adapters.vllm.replay import ReplayClient

    model = settings.model or ""
    if model.startswith(REPLAY):
        return ReplayClient(Path(model.removeprefix(REPLAY)))
    key = settings.api_key.get_secret_value() if settings.api_key else "EMPTY"
    return EndpointClient(model, api_key=key, model=settings.model_name)
