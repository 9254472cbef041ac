"""The proposer that asks a model. It knows prompts and answers; how to reach the model, and how to read code, it leaves to others.

The samples of one way of asking (see `ways.py`) are one request, so that the server reads their prompt once. Ways differ only at the end
of the prompt, so that its prefix cache serves the rest.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

from codeopt.adapters.vllm.chat import ChatAnswer, ChatClient, ChatRequest, Choice, Message, ModelInfo, RequestRejected
from codeopt.adapters.vllm.prompts import PromptTemplate, load, load_strategies
from codeopt.adapters.vllm.question import answer_tokens, estimated_tokens, narrowed, question, shown_attempt
from codeopt.adapters.vllm.ways import NO_STRATEGY, Part, deal, ways_for
from codeopt.errors import EndpointUnavailable, PatchError
from codeopt.model.patch import Origin, Patch
from codeopt.model.proposal import Proposal, ProposalRequest

__all__ = ["ModelProposer", "Sampling"]

_CHARACTERS_PER_TOKEN = 16
_FENCE = re.compile(r"^[ \t]*`{3,}", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampling:
    """How a model draws its answers.

    `temperatures` are tried by what came of them, the first in a first question; `thinking_tokens` are added to the bound of an answer, for
    models that reason first.
    """

    temperatures: tuple[float, ...] = (0.7, 0.3, 1.0)
    top_p: float = 0.95
    thinking_tokens: int = 0


class ModelProposer:
    """Asks a model for whole functions. `parse` turns the text of an answer into a patch, or raises PatchError."""

    name = "model"

    def __init__(
        self,
        client: ChatClient,
        model: ModelInfo,
        *,
        parse: Callable[[str, ProposalRequest], Patch],
        sampling: Sampling | None = None,
        without: Collection[str] = (),
    ) -> None:
        """Load the prompts; nothing is asked yet. `without` names parts of the search that are left out (`SEARCH_PARTS`).

        Raises:
            ConfigError: a prompt is wrong.
            InfrastructureError: the installation is incomplete.
        """
        self._client = client
        self._model = model
        self._parse = parse
        self._sampling = sampling or Sampling()
        self._templates = {name: load(name) for name in ("optimize", "reflect", "refine", "repair")}
        self._without = frozenset(without)
        self._strategies = (NO_STRATEGY,) if "strategies" in self._without else load_strategies()

    @property
    def busy_here(self) -> bool:
        """Whether the model runs on this machine."""
        return self._client.busy_here

    async def propose(self, request: ProposalRequest) -> Sequence[Proposal]:
        """Ask for `request.samples` rewritten functions, in several ways; a useless answer is a `Proposal` with a `problem`.

        Raises:
            EndpointUnavailable: the endpoint answered nothing at all.
        """
        request = _reduced(request, self._without)
        ways = ways_for(self._strategies, request)
        parts = deal(ways, request, temperatures=self._sampling.temperatures, drawn="bandit" not in self._without)
        results = await asyncio.gather(*(self._ask(request, part) for part in parts), return_exceptions=True)
        _raise_if_lost(results)
        # A fault of some of the requests costs their answers only.
        return [
            proposal
            for part, result in zip(parts, results, strict=True)
            for proposal in ([self._nothing(request, part, problem=str(result))] if isinstance(result, BaseException) else result)
        ]

    async def _ask(self, request: ProposalRequest, part: Part) -> list[Proposal]:
        chat = self._chat(request, part)
        if chat is None:
            context = f"the model's context of {self._model.max_model_len} tokens"
            return [self._nothing(request, part, problem=f"the function does not fit into {context}; use a model with a longer one")]
        answer = await self._client.ask(chat)
        if not answer.choices:
            problem = f"{self._client.url}: the model gave no answer (an empty list of choices)"
            return _paid([self._nothing(request, part, problem=problem)], answer)
        choices = enumerate(answer.choices)
        return _paid([self._read(request, part, number, chat=chat, choice=choice) for number, choice in choices], answer)

    def _chat(self, request: ProposalRequest, part: Part) -> ChatRequest | None:
        template, way = self._templates[part.way.template], part.way
        added = {"strategy": way.strategy.text if way.strategy else "", "attempt": shown_attempt(way.parent) if way.parent else None}
        for narrow in narrowed(request):
            asked = question(narrow)
            available = {**asked.variables(), **added}
            messages = template.messages({name: value for name, value in available.items() if name in template.variables})
            code = max((asked.code, way.parent.code if way.parent else ""), key=len)
            max_tokens = self._answer_room(messages, code)
            if max_tokens is None:
                continue
            return ChatRequest(
                key=_key(template, request, part),
                messages=messages,
                samples=part.samples,
                seed=request.seed + part.first,
                max_tokens=max_tokens,
                temperature=part.temperature,
                top_p=self._sampling.top_p,
            )
        return None

    def _answer_room(self, messages: tuple[Message, ...], code: str) -> int | None:
        """Return the bound for an answer, or None when not even the function itself would fit behind the prompt."""
        wanted = answer_tokens(code) + self._sampling.thinking_tokens
        if self._model.max_model_len is None:
            return wanted
        left = self._model.max_model_len - sum(estimated_tokens(message.content) for message in messages)
        return min(wanted, left) if left >= estimated_tokens(code) + self._sampling.thinking_tokens else None

    def _read(self, request: ProposalRequest, part: Part, number: int, *, chat: ChatRequest, choice: Choice) -> Proposal:
        patch, problem = None, _problem(choice, chat.max_tokens)
        if not problem:
            try:
                patch = self._parse(choice.text, request)
            except PatchError as error:
                problem = str(error)
        text = choice.text[: _CHARACTERS_PER_TOKEN * chat.max_tokens]
        return Proposal(origin=self._origin(request, part, number), patch=patch, problem=problem, answer=text)

    def _nothing(self, request: ProposalRequest, part: Part, *, problem: str) -> Proposal:
        return Proposal(origin=self._origin(request, part, 0), patch=None, problem=problem)

    def _origin(self, request: ProposalRequest, part: Part, number: int) -> Origin:
        template, way, sample = self._templates[part.way.template], part.way, part.first + number
        told = way.parent or next(iter(request.attempts), None)
        return Origin(
            proposer=self.name,
            prompt=f"{template.name}/{way.strategy.name}" if way.strategy else template.name,
            prompt_version=f"{template.version}/{way.strategy.version}" if way.strategy else template.version,
            model=self._model.model,
            seed=request.seed + sample,
            sample=sample,
            parent=told.key if told else None,
            temperature=part.temperature,
        )


def _reduced(request: ProposalRequest, without: Collection[str]) -> ProposalRequest:
    if "hints" in without:
        request = replace(request, hints=())
    return replace(request, attempts=(), experience=()) if "feedback" in without else request


def _raise_if_lost(results: Sequence[list[Proposal] | BaseException]) -> None:
    failures = [result for result in results if isinstance(result, BaseException)]
    for failure in failures:
        if not isinstance(failure, EndpointUnavailable):
            raise failure
    # Requests that the endpoint refused say something of these requests, and nothing of the endpoint.
    dead = [failure for failure in failures if not isinstance(failure, RequestRejected)]
    if dead and len(failures) == len(results):
        raise dead[0]


def _key(template: PromptTemplate, request: ProposalRequest, part: Part) -> str:
    way = part.way
    prompt = f"{template.name}@{template.version}" + (f"/{way.strategy.name}@{way.strategy.version}" if way.strategy else "")
    after = f" after {way.parent.key}" if way.parent else f" attempts={len(request.attempts)}"
    target = f"{request.target.name} {request.target.source_sha[:16]}"
    return f"{prompt} {target}{after} seed={request.seed + part.first} n={part.samples} t={part.temperature}"


def _problem(choice: Choice, max_tokens: int) -> str:
    """Say why an answer need not be parsed, or nothing."""
    if not choice.text.strip():
        return f"the model used up {max_tokens} tokens and said nothing" if choice.cut_off else "the model's answer is empty"
    if len(choice.text) > _CHARACTERS_PER_TOKEN * max_tokens:
        return f"the model's answer has {len(choice.text)} characters, far more than the {max_tokens} tokens that it was allowed"
    fences = len(_FENCE.findall(choice.text))
    if choice.cut_off and (fences == 0 or fences % 2 == 1):
        return f"the model's answer was cut off at {max_tokens} tokens, before the function was complete"
    return ""


def _paid(proposals: list[Proposal], answer: ChatAnswer) -> list[Proposal]:
    """Share the tokens of a request between its proposals; they sum up to what was spent."""
    number = len(proposals)
    return [
        replace(
            proposal,
            prompt_tokens=_share(answer.prompt_tokens, i, number),
            completion_tokens=_share(answer.completion_tokens, i, number),
        )
        for i, proposal in enumerate(proposals)
    ]


def _share(total: int, index: int, number: int) -> int:
    return total // number + (index < total % number)
