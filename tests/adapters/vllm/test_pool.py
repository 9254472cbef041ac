"""Several endpoints as one: the load is shared, and a lost one costs nothing."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import ExitStack

import pytest

from codeopt.adapters.fake_model import FakeEndpoint, Fault
from codeopt.adapters.vllm.chat import ChatAnswer, Choice, ModelInfo, RequestRejected
from codeopt.adapters.vllm.client import EndpointClient
from codeopt.adapters.vllm.pool import EndpointPool
from codeopt.errors import ConfigError, EndpointUnavailable


class Member:
    """A client that counts, and answers when it is let; `error` is what it raises instead."""

    busy_here = False

    def __init__(self, name, *, error=None, info=None):
        self.url = f"http://{name}/v1"
        self.error = error
        self.info = info or ModelInfo(model="coder", max_model_len=4096)
        self.asked = []
        self.gate = asyncio.Event()
        self.gate.set()

    async def probe(self):
        if isinstance(self.error, Exception):
            raise self.error
        return self.info

    async def ask(self, request):
        self.asked.append(request.key)
        await self.gate.wait()
        if self.error is not None:
            raise self.error
        return ChatAnswer(choices=(Choice(text=self.url),))


LOST = EndpointUnavailable("http://a/v1: cannot be reached")


def test_requests_go_to_the_one_with_the_least_to_do(chat, wait):
    first, second = Member("a"), Member("b")

    async def ask():
        first.gate.clear()
        second.gate.clear()
        pool = EndpointPool([first, second])
        asked = [asyncio.ensure_future(pool.ask(chat(key=str(n)))) for n in range(4)]
        await asyncio.sleep(0)
        second.gate.set()
        await asyncio.sleep(0.01)
        asked += [asyncio.ensure_future(pool.ask(chat(key="late")))]
        await asyncio.sleep(0)
        first.gate.set()
        return await asyncio.gather(*asked)

    answers = wait(ask())
    assert Counter(answer.choices[0].text for answer in answers) == {first.url: 2, second.url: 3}
    assert second.asked[-1] == "late"


def test_a_lost_one_costs_no_request_and_is_asked_last_from_then_on(chat, wait):
    lost, well = Member("a", error=LOST), Member("b")
    pool = EndpointPool([lost, well])

    async def ask():
        return [await pool.ask(chat(key=str(n))) for n in range(3)]

    assert [answer.choices[0].text for answer in wait(ask())] == [well.url] * 3
    assert (lost.asked, well.asked) == (["0"], ["0", "1", "2"])


def test_when_all_are_lost_so_is_the_request_and_one_that_comes_back_is_used(chat, wait):
    first, second = Member("a", error=LOST), Member("b", error=LOST)
    pool = EndpointPool([first, second])
    with pytest.raises(EndpointUnavailable, match="cannot be reached"):
        wait(pool.ask(chat()))
    second.error = None
    assert wait(pool.ask(chat())).choices[0].text == second.url


def test_a_refused_request_is_refused_by_all(chat, wait):
    first, second = Member("a", error=RequestRejected("too long")), Member("b")
    with pytest.raises(RequestRejected, match="too long"):
        wait(EndpointPool([first, second]).ask(chat()))
    assert second.asked == []


def test_the_shortest_context_counts_and_one_that_is_down_waits(wait):
    members = [Member("a", info=ModelInfo(model="coder", max_model_len=8192)), Member("b", error=LOST), Member("c")]
    assert wait(EndpointPool(members).probe()) == ModelInfo(model="coder", max_model_len=4096)


def test_none_that_answers_is_an_error(wait):
    with pytest.raises(EndpointUnavailable, match="cannot be reached"):
        wait(EndpointPool([Member("a", error=LOST), Member("b", error=LOST)]).probe())


def test_different_models_are_refused(wait):
    with pytest.raises(ConfigError, match=r"serve different models \(coder, other\)"):
        wait(EndpointPool([Member("a"), Member("b", info=ModelInfo(model="other"))]).probe())


def test_a_model_that_is_not_served_is_told(wait):
    with pytest.raises(ConfigError, match="does not serve"):
        wait(EndpointPool([Member("a"), Member("b", error=ConfigError("b: does not serve the model x"))]).probe())


def test_over_real_sockets_one_that_fails_is_made_up_for(chat, wait):
    with ExitStack() as stack:
        ends = [stack.enter_context(FakeEndpoint(script)) for script in ([Fault.ERROR], ["yes"])]
        pool = EndpointPool([EndpointClient(end.url, max_retries=0) for end in ends])
        assert wait(pool.probe()).model == "fake-coder"
        assert wait(pool.ask(chat())).choices == (Choice(text="yes"),)
        assert pool.busy_here
        assert pool.url == ",".join(end.url for end in ends)
