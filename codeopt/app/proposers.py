"""Chooses who proposes: the rules always, the model where one is given."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from codeopt.config import Settings
from codeopt.errors import ConfigError
from codeopt.model.report import Serving
from codeopt.ports import Proposer, Reporter
from codeopt.rules.proposer import RulesProposer

if TYPE_CHECKING:
    from codeopt.adapters.vllm.chat import ChatClient

__all__ = ["Panel", "client_of", "open_proposers"]

REPLAY = "replay:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """Who proposes; `serving` says how the model among them served until now, None where there is none or it was not asked."""

    proposers: tuple[Proposer, ...]
    serving: Callable[[], Serving | None]


def open_proposers(settings: Settings, *, record: Path | None, reporter: Reporter) -> Panel:
    """Return the proposers that the settings ask for; a model endpoint is asked for its name before anything else starts.

    `record` is a file that keeps the model's answers, for `--model replay:FILE`.

    Raises:
        ConfigError: neither rules nor a model propose.
        EndpointUnavailable: the endpoint is down, or speaks nonsense.
    """
    rules: tuple[Proposer, ...] = () if "rules" in settings.without else (RulesProposer(),)
    if not settings.model or settings.model == "none":
        if not rules:
            raise ConfigError("nobody proposes: without the rules, give a model with --model URL")
        reporter.note("no model is given (--model URL): codeopt's own rules alone propose")
        return Panel(proposers=rules, serving=lambda: None)
    from codeopt.adapters.vllm.meter import MeteredClient
    from codeopt.adapters.vllm.proposer import ModelProposer
    from codeopt.adapters.vllm.replay import RecordingClient
    from codeopt.patching.answer import parse_answer

    client = MeteredClient(client_of(settings))
    asked = client if record is None else RecordingClient(client, record)
    model = asyncio.run(asked.probe())
    reporter.note(f"model {model.model} at {client.url}")
    proposer = ModelProposer(asked, model, parse=parse_answer, without=settings.without)
    return Panel(proposers=(*rules, proposer), serving=client.serving)


def client_of(settings: Settings) -> ChatClient:
    """Return the client that `--model` asks for, one for all where it names several endpoints; nothing is sent yet.

    Raises:
        ConfigError: neither URLs nor a recording.
    """
    from codeopt.adapters.vllm.client import EndpointClient
    from codeopt.adapters.vllm.pool import EndpointPool
    from codeopt.adapters.vllm.replay import ReplayClient

    model = settings.model or ""
    if model.startswith(REPLAY):
        return ReplayClient(Path(model.removeprefix(REPLAY)))
    key = settings.api_key.get_secret_value() if settings.api_key else "EMPTY"
    clients = [EndpointClient(url, api_key=key, model=settings.model_name) for url in model.split(",")]
    return clients[0] if len(clients) == 1 else EndpointPool(clients)
