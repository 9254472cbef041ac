"""The model proposer: how samples are asked for, and what each answer becomes."""

from __future__ import annotations

import asyncio
import itertools
import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codeopt.adapters.fake_model import FakeEndpoint, Fault
from codeopt.adapters.vllm.chat import ChatAnswer, Choice, ModelInfo, RequestRejected
from codeopt.adapters.vllm.client import EndpointClient
from codeopt.adapters.vllm.proposer import ModelProposer, Sampling, _share
from codeopt.errors import EndpointUnavailable, PatchError
from codeopt.model.proposal import CodeContext, Experience
from codeopt.model.work import Attempt
from tests.conformance.proposer_suite import proposal_request

CODE = "```python\ndef mean(xs):\n    return sum(xs) / len(xs)\n```"
ATTEMPT = Attempt(key="abc", diff="-a\n+b\n", outcome="SLOWER", reason="slower", ratio=0.5)
ALWAYS = ["algorithm", "data-structure", "builtins", "hoisting", "copies", "batching", "interpreter"]


class Script:
    """A client that gives each request the next of its steps: texts, or an error; the last for ever."""

    url = "http://h/v1"
    busy_here = False

    def __init__(self, *steps):
        self.steps = list(steps)
        self.requests = []

    async def probe(self):
        return ModelInfo(model="coder")

    async def ask(self, request):
        self.requests.append(request)
        step = self.steps.pop(0) if len(self.steps) > 1 else self.steps[0]
        if isinstance(step, Exception):
            raise step
        if isinstance(step, ChatAnswer):
            return step
        return ChatAnswer(choices=tuple(Choice(text=step) for _ in range(request.samples)), prompt_tokens=7, completion_tokens=5)


@pytest.fixture
def propose(parse, wait):
    """Ask a model with a script; return what it proposed."""

    def run(client, request, **options):
        model = options.pop("model", ModelInfo(model="coder"))
        return wait(ModelProposer(client, model, parse=parse, **options).propose(request))

    return run


def cut(text):
    return ChatAnswer(choices=(Choice(text=text, cut_off=True),))


def test_an_answer_with_code_is_a_patch(propose, asked):
    (proposal,) = propose(Script(CODE), asked(samples=1))
    assert proposal.problem == ""
    assert proposal.patch.edits[0].after == b"def mean(xs):\n    return sum(xs) / len(xs)"
    assert proposal.answer == CODE


def test_an_answer_without_code_is_a_problem_with_its_text(propose, asked):
    (proposal,) = propose(Script("It is fast enough."), asked(samples=1))
    assert (proposal.patch, proposal.problem) == (None, "the answer has no code; nothing to try")
    assert proposal.answer == "It is fast enough."


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (ChatAnswer(choices=()), "an empty list of choices"),
        (ChatAnswer(choices=(Choice(text=" \n"),)), "answer is empty"),
        (cut(""), "used up 512 tokens and said nothing"),
        (cut("```python\ndef mean(xs):\n    total = 0\n"), "cut off at 512 tokens"),
        (cut("Let me think. First"), "cut off at 512 tokens"),
        (ChatAnswer(choices=(Choice(text="ha" * 99_999),)), "far more than the 512 tokens"),
    ],
)
def test_a_useless_answer_is_a_problem_and_is_not_parsed(answer, problem, asked, wait):
    def never(text, request):
        raise AssertionError(text)

    proposer = ModelProposer(Script(answer), ModelInfo(model="coder"), parse=never)
    (proposal,) = wait(proposer.propose(asked(samples=1)))
    assert proposal.patch is None
    assert problem in proposal.problem
    assert len(proposal.answer) <= 16 * 512


def test_an_answer_that_was_cut_off_after_its_code_is_used(propose, asked):
    (proposal,) = propose(Script(cut(CODE + "\nThis is faster, because")), asked(samples=1))
    assert proposal.patch is not None


def test_the_parser_gets_the_whole_answer(asked, wait):
    seen = []

    def listen(text, request):
        seen.append((text, request))
        raise PatchError("heard")

    request = asked(samples=1)
    answer = f"<think>\nhm\n</think>\n{CODE}"
    (proposal,) = wait(ModelProposer(Script(answer), ModelInfo(model="coder"), parse=listen).propose(request))
    assert (seen, proposal.problem) == ([(answer, request)], "heard")


@settings(deadline=None)  # each proposer reads all prompts
@given(samples=st.integers(1, 40), seed=st.integers(0, 1000))
def test_samples_are_dealt_out_evenly_to_different_strategies(samples, seed):
    client = Script("no")
    request = proposal_request(samples=samples, seed=seed)
    proposals = asyncio.run(ModelProposer(client, ModelInfo(model="m"), parse=lambda *_: None).propose(request))
    counts = [each.samples for each in client.requests]
    assert sum(counts) == len(proposals) == samples
    assert len(counts) == min(samples, len(ALWAYS))
    assert max(counts) - min(counts) <= 1
    assert [each.origin.sample for each in proposals] == list(range(samples))
    assert [each.origin.seed for each in proposals] == list(range(seed, seed + samples))
    assert [each.seed for each in client.requests] == [seed + sum(counts[:i]) for i in range(len(counts))]


def test_the_strategies_share_all_of_the_prompt_but_its_end(propose, asked):
    client = Script(CODE)
    propose(client, asked(samples=4))
    texts = [each.messages[1].content for each in client.requests]
    shared = {text.partition("Way to go:")[0] for text in texts}
    assert len(set(texts)) == 4
    assert len(shared) == 1


def test_one_sample_a_round_tries_one_strategy_after_another(propose, asked):
    tried = [propose(Script(CODE), asked(samples=1, seed=seed))[0].origin.prompt for seed in range(8)]
    assert tried == [f"optimize/{name}" for name in [*ALWAYS, "algorithm"]]


def test_earlier_attempts_are_told_and_the_best_is_the_parent(propose, asked):
    client = Script(CODE)
    worse = replace(ATTEMPT, key="def", outcome="WRONG", ratio=None)
    (proposal,) = propose(client, asked(samples=1, attempts=(ATTEMPT, worse)))
    assert "Attempt 1: SLOWER" in client.requests[0].messages[1].content
    assert proposal.origin.prompt.startswith("reflect/")
    assert proposal.origin.parent == "abc"


@pytest.mark.parametrize(
    ("outcome", "prompt", "said"), [("FASTER", "refine", "2.50 times as fast"), ("WRONG", "repair", "call 3 returned 4")]
)
def test_an_attempt_with_code_is_gone_on_from(propose, asked, outcome, prompt, said):
    client = Script(CODE)
    code = "def mean(xs):\n    return sum(xs) / len(xs)"
    ratio = 2.5 if outcome == "FASTER" else None
    attempt = Attempt(key="abc", diff="-a\n+b\n", outcome=outcome, reason="call 3 returned 4", ratio=ratio, code=code)
    sure = tuple(Experience(way=way, tried=900, reward=0.0) for way in ALWAYS)
    proposals = propose(client, asked(samples=2, attempts=(attempt,), experience=sure))
    assert {each.origin.prompt for each in proposals} == {prompt}
    assert {each.origin.parent for each in proposals} == {"abc"}
    text = client.requests[0].messages[1].content
    assert said in text
    assert code in text


def test_the_origin_says_enough_to_ask_again(propose, asked):
    origin = propose(Script(CODE), asked(samples=1, seed=4))[0].origin
    assert (origin.proposer, origin.model, origin.seed, origin.sample, origin.parent) == ("model", "coder", 4, 0, None)
    assert origin.prompt_version.count("/") == 1


def test_tokens_are_shared_and_sum_up(propose, asked):
    proposals = propose(Script(CODE), asked(samples=6))
    assert sum(each.prompt_tokens for each in proposals) == 6 * 7
    assert sum(each.completion_tokens for each in proposals) == 6 * 5


@given(st.integers(0, 10**6), st.integers(1, 50))
def test_shares_sum_up_to_the_whole(total, number):
    assert sum(_share(total, i, number) for i in range(number)) == total


def test_the_setting_is_sent(propose, asked):
    client = Script(CODE)
    propose(client, asked(samples=1), sampling=Sampling(temperatures=(0.2,), top_p=0.5, thinking_tokens=1000))
    (request,) = client.requests
    assert (request.temperature, request.top_p, request.max_tokens) == (0.2, 0.5, 1512)


def test_the_temperature_is_0_7_at_first(propose, asked):
    client = Script(CODE)
    propose(client, asked(samples=1))
    assert client.requests[0].temperature == 0.7


def test_a_short_context_costs_callers_before_the_code(propose, asked):
    context = CodeContext(imports="import math", callers=("mean(readings)  # " + "far away " * 2000,))
    client = Script(CODE)
    (proposal,) = propose(client, asked(samples=1, context=context), model=ModelInfo(model="m", max_model_len=2048))
    assert proposal.patch is not None
    text = client.requests[0].messages[1].content
    assert "far away" not in text
    assert "import math" in text
    assert client.requests[0].max_tokens == 512


def test_what_does_not_fit_at_all_is_not_asked(propose, asked):
    client = Script(CODE)
    proposals = propose(client, asked(samples=2), model=ModelInfo(model="m", max_model_len=200))
    assert client.requests == []
    assert all("does not fit into the model's context of 200 tokens" in each.problem for each in proposals)


def test_a_dead_endpoint_is_told_as_such(propose, asked):
    with pytest.raises(EndpointUnavailable, match="gone"):
        propose(Script(EndpointUnavailable("gone")), asked(samples=4))


def test_an_endpoint_that_dies_amid_the_requests_keeps_what_it_answered(propose, asked):
    proposals = propose(Script(CODE, EndpointUnavailable("gone")), asked(samples=4))
    assert [each.problem for each in proposals] == ["", "gone", "gone", "gone"]


def test_a_refused_request_is_a_problem_of_the_request_alone(propose, asked):
    proposals = propose(Script(RequestRejected("too long")), asked(samples=1))
    assert [each.problem for each in proposals] == ["too long"]


def test_a_mistake_of_ours_is_not_taken_for_a_fault(propose, asked):
    with pytest.raises(ZeroDivisionError):
        propose(Script(CODE, ZeroDivisionError()), asked(samples=4))


def test_nothing_is_asked_for_no_samples(propose, asked):
    client = Script(CODE)
    assert propose(client, asked(samples=0)) == []
    assert client.requests == []


def test_keys_tell_questions_apart_and_not_measurements(propose, asked):
    def keys(**changes):
        client = Script(CODE)
        propose(client, asked(**{"samples": 4, **changes}))
        return [each.key for each in client.requests]

    plain = keys()
    assert len(set(plain)) == 4
    assert keys(line_seconds=((8, 0.3),), observed=("xs",)) == plain
    others = [keys(seed=4), keys(samples=8), keys(attempts=(ATTEMPT,))]
    assert all(not set(a) & set(b) for a, b in itertools.combinations([plain, *others], 2))
    slower = Attempt(key="abc", diff="-a\n+b\n", outcome="SLOWER", reason="much slower", ratio=0.4)
    assert keys(attempts=(slower,)) == others[2]


def test_over_a_real_socket_every_fault_leaves_a_proposal_or_a_told_error(asked, parse, wait):
    for fault in set(Fault) - {Fault.SLOW, Fault.DRIP, Fault.GIANT}:
        with FakeEndpoint([fault]) as endpoint:
            client = EndpointClient(endpoint.url, model="m", max_retries=0)
            proposer = ModelProposer(client, ModelInfo(model="m"), parse=parse)
            assert proposer.busy_here
            try:
                proposals = wait(proposer.propose(asked(samples=1)))
            except EndpointUnavailable:
                continue
            assert [each.patch for each in proposals] == [None], fault
            assert proposals[0].problem, fault


def test_a_prompt_can_be_sent_as_json(propose, asked):
    client = Script(CODE)
    propose(client, asked(samples=1, observed=("\udcff",)))
    json.dumps(client.requests[0].messages[1].content).encode()


def asked_with(propose, request, *without):
    client = Script(CODE)
    proposals = propose(client, request, without=without)
    return [each.messages[1].content for each in client.requests], [each.origin.prompt for each in proposals]


def test_a_search_can_do_without_strategies(propose, asked):
    texts, prompts = asked_with(propose, asked(samples=4), "strategies")
    assert prompts == ["optimize/none"] * 4
    assert len(texts) == 1
    assert "Way to go" not in texts[0]


def test_a_search_can_do_without_hints(propose, asked):
    request = asked(samples=1, hints=("seen-set: looks members up in a set",))
    assert "looks members up" in asked_with(propose, request)[0][0]
    assert "looks members up" not in asked_with(propose, request, "hints")[0][0]


def test_a_search_can_do_without_feedback(propose, asked):
    request = asked(samples=2, attempts=(replace(ATTEMPT, outcome="WRONG", code="def mean(xs): ..."),))
    texts, prompts = asked_with(propose, request, "feedback")
    assert {prompt.partition("/")[0] for prompt in prompts} == {"optimize"}
    assert not any("Attempt 1" in text or "differently" in text for text in texts)


def test_a_search_can_do_without_draws(propose, asked):
    sure = tuple(Experience(way=way, tried=900, reward=900.0) for way in ALWAYS[:1])
    request = asked(samples=7, attempts=(ATTEMPT,), experience=sure)
    assert set(asked_with(propose, request)[1]) == {"reflect/algorithm"}
    assert asked_with(propose, request, "bandit")[1] == [f"reflect/{name}" for name in ALWAYS]
