"""How a model served: what passed, and what its own counters say."""

from __future__ import annotations

import pytest

from codeopt.adapters.fake_model import FakeEndpoint, Fault
from codeopt.adapters.vllm.chat import ChatAnswer, Choice
from codeopt.adapters.vllm.client import EndpointClient
from codeopt.adapters.vllm.meter import MeteredClient
from codeopt.adapters.vllm.pool import EndpointPool
from codeopt.errors import EndpointUnavailable

PAGE = """# HELP vllm:prefix_cache_hits_total Tokens that the cache had.
# TYPE vllm:prefix_cache_hits_total counter
vllm:prefix_cache_queries_total{{engine="0",model_name="m"}} {queries}
vllm:prefix_cache_queries_created{{engine="0",model_name="m"}} 1.7960235001603932e+09
vllm:prefix_cache_hits_total{{engine="0",model_name="m"}} {hits}
vllm:spec_decode_num_draft_tokens_total{{engine="0",model_name="m"}} {drafted}
vllm:spec_decode_num_accepted_tokens_total{{engine="0",model_name="m"}} {accepted}
"""


def page(queries, hits, drafted=0.0, accepted=0.0):
    return PAGE.format(queries=queries, hits=hits, drafted=drafted, accepted=accepted)


def test_the_counters_of_the_run_alone_count(chat, wait):
    with FakeEndpoint(["x"], metrics=page(1000.0, 900.0)) as end:
        client = MeteredClient(EndpointClient(end.url))
        wait(client.probe())
        assert client.serving() is None
        wait(client.ask(chat(samples=3)))
        end.metrics = page(1200.0, 950.0, drafted=1e2, accepted=40.0)
        serving = client.serving()
    assert (serving.completion_tokens, serving.prefix_hits, serving.accepted) == (30, 0.25, 0.4)
    assert 0 < serving.seconds < 20
    assert serving.tokens_per_s == pytest.approx(30 / serving.seconds)


def test_a_server_without_counters_is_timed_all_the_same(chat, wait):
    with FakeEndpoint(["x"]) as end:
        client = MeteredClient(EndpointClient(end.url))
        wait(client.probe())
        wait(client.ask(chat()))
        serving = client.serving()
    assert (serving.completion_tokens, serving.prefix_hits, serving.accepted) == (10, None, None)


def test_counters_of_several_endpoints_add_up(chat, wait):
    with FakeEndpoint(["x"], metrics=page(0.0, 0.0)) as first, FakeEndpoint(["x"], metrics=page(0.0, 0.0)) as second:
        client = MeteredClient(EndpointPool([EndpointClient(end.url) for end in (first, second)]))
        wait(client.probe())
        wait(client.ask(chat()))
        first.metrics, second.metrics = page(100.0, 10.0), page(300.0, 90.0)
        assert client.serving().prefix_hits == 0.25


def test_a_fault_is_passed_on_and_its_time_counts(chat, wait):
    with FakeEndpoint(["x", Fault.ERROR]) as end:
        client = MeteredClient(EndpointClient(end.url, max_retries=0))
        wait(client.probe())
        wait(client.ask(chat()))
        before = client.serving().seconds
        with pytest.raises(EndpointUnavailable):
            wait(client.ask(chat()))
        assert client.serving().seconds > before
        assert (client.url, client.busy_here) == (end.url, True)


def test_what_is_no_endpoint_has_no_counters(chat, wait):
    class Recording:
        url = "replay:answers.jsonl"
        busy_here = False

        async def ask(self, request):
            return ChatAnswer(choices=(Choice(text="x"),), completion_tokens=4)

    client = MeteredClient(Recording())
    wait(client.ask(chat()))
    assert client.serving().prefix_hits is None
