"""The client over real sockets: what it sends, what it makes of the answers, and what each fault becomes."""

from __future__ import annotations

import socket
import subprocess
import sys

import pytest

from codeopt.adapters.fake_model import FakeEndpoint, Fault
from codeopt.adapters.vllm.chat import ChatAnswer, Choice, ModelInfo, RequestRejected
from codeopt.adapters.vllm.client import EndpointClient
from codeopt.errors import ConfigError, EndpointUnavailable

FAULTS = {
    Fault.REFUSE: "cannot be reached",
    Fault.RESET: "cannot be reached",
    Fault.SLOW: "no answer within 0.5 s",
    Fault.DRIP: "no answer within 0.5 s",
    Fault.ERROR: "the engine died",
    Fault.OVERLOADED: "overloaded",
    Fault.UNAUTHORISED: "refuses the API key",
    Fault.NOT_FOUND: "no such model",
    Fault.TOO_LONG: "longer than the maximum model length",
    Fault.CUT_OFF: "cut off in the middle of an answer",
    Fault.HTML: "not JSON: <!doctype html> <html>",
    Fault.OTHER_JSON: "not a chat completion",
    Fault.GIANT: "more than 16 MB",
}
ANSWERS = {
    Fault.NO_CHOICES: (),
    Fault.NULL_CONTENT: (Choice(text=""),),
    Fault.NO_CODE: (Choice(text="The function is already as fast as can be."),),
    Fault.LENGTH: (Choice(text="```python\ndef f(xs):\n    total = 0\n", cut_off=True),),
}


def client(endpoint, **options):
    return EndpointClient(endpoint.url, **{"max_retries": 0, "timeout_s": 20.0, **options})


def test_every_fault_of_the_fake_is_tried():
    assert FAULTS.keys() | ANSWERS.keys() == set(Fault)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_is_one_line_with_the_url_and_the_reason(fault, chat, wait):
    timeout_s = 0.5 if fault in {Fault.SLOW, Fault.DRIP} else 20.0
    with FakeEndpoint([fault]) as endpoint, pytest.raises(EndpointUnavailable) as caught:
        wait(client(endpoint, timeout_s=timeout_s, model="m").ask(chat()))
    text = str(caught.value)
    assert text.startswith(f"{endpoint.url}: ")
    assert FAULTS[fault] in text
    assert "\n" not in text
    assert text.count("; ") >= (fault is not Fault.TOO_LONG), "says what to do"


@pytest.mark.parametrize("fault", ANSWERS, ids=lambda fault: fault.name)
def test_a_useless_answer_is_an_answer(fault, chat, wait):
    with FakeEndpoint([fault]) as endpoint:
        assert wait(client(endpoint).ask(chat())).choices == ANSWERS[fault]


@pytest.mark.parametrize("fault", [Fault.ERROR, Fault.OVERLOADED], ids=lambda fault: fault.name)
def test_a_passing_fault_is_retried(fault, chat, wait):
    with FakeEndpoint([fault, fault, "at last"]) as endpoint:
        assert wait(client(endpoint, max_retries=2, model="m").ask(chat())).choices == (Choice(text="at last"),)
        assert len(endpoint.chats) == 3


def test_a_request_carries_all_that_makes_it_repeatable(chat, wait):
    with FakeEndpoint(["fine"], models=["coder"]) as endpoint:
        wait(client(endpoint).ask(chat(samples=2)))
    (body,) = endpoint.chats
    assert body == {
        "model": "coder",
        "messages": [{"role": "system", "content": "Be quick."}, {"role": "user", "content": "Make it faster."}],
        "n": 2,
        "seed": 11,
        "max_tokens": 64,
        "temperature": 0.7,
        "top_p": 0.95,
    }


def test_several_samples_are_one_request(chat, wait):
    with FakeEndpoint([["a", "b", "c"]]) as endpoint:
        answer = wait(client(endpoint).ask(chat(samples=3)))
    assert answer == ChatAnswer(choices=(Choice(text="a"), Choice(text="b"), Choice(text="c")), prompt_tokens=100, completion_tokens=30)
    assert len(endpoint.chats) == 1


def test_a_server_that_refuses_several_samples_is_asked_one_by_one_from_then_on(chat, wait):
    with FakeEndpoint(["a", "b", "c", "d", "e"], takes_n=False) as endpoint:
        asking = client(endpoint)
        first, second = wait(asking.ask(chat(samples=3))), wait(asking.ask(chat(samples=2, seed=50)))
    assert [choice.text for choice in (*first.choices, *second.choices)] == ["a", "b", "c", "d", "e"]
    assert (first.prompt_tokens, first.completion_tokens) == (300, 30)
    assert [(body.get("n"), body["seed"]) for body in endpoint.chats] == [
        (3, 11),
        (None, 11),
        (None, 12),
        (None, 13),
        (None, 50),
        (None, 51),
    ]


def test_a_server_that_ignores_the_number_of_samples_is_asked_for_the_rest(chat, wait):
    with FakeEndpoint([["a"], "b", "c"]) as endpoint:
        answer = wait(client(endpoint).ask(chat(samples=3)))
    assert [choice.text for choice in answer.choices] == ["a", "b", "c"]
    assert [body["seed"] for body in endpoint.chats] == [11, 12, 13]


def test_what_was_answered_before_the_endpoint_died_is_kept(chat, wait):
    with FakeEndpoint([["a"], "b", Fault.ERROR]) as endpoint:
        answer = wait(client(endpoint).ask(chat(samples=4)))
    assert [choice.text for choice in answer.choices] == ["a", "b"]


def test_a_request_that_is_refused_for_another_reason_is_refused(chat, wait):
    with FakeEndpoint([Fault.TOO_LONG]) as endpoint:
        asking = client(endpoint)
        with pytest.raises(RequestRejected, match="maximum model length"):
            wait(asking.ask(chat(samples=2)))
        endpoint.script = [["a", "b"]]
        assert len(wait(asking.ask(chat(samples=2))).choices) == 2
    assert endpoint.chats[-1]["n"] == 2, "several samples are still asked for at once"


def test_probe_takes_the_first_model_and_its_context(wait):
    with FakeEndpoint(models=["small", "large"], max_model_len=4096) as endpoint:
        assert wait(client(endpoint).probe()) == ModelInfo(model="small", max_model_len=4096)


def test_probe_takes_the_wanted_model(wait):
    with FakeEndpoint(models=["small", "large"]) as endpoint:
        assert wait(client(endpoint, model="large").probe()) == ModelInfo(model="large")


def test_a_model_that_is_not_served_is_a_wrong_setting(wait):
    with FakeEndpoint(models=["small"]) as endpoint, pytest.raises(ConfigError, match="does not serve the model huge; it serves small"):
        wait(client(endpoint, model="huge").probe())


@pytest.mark.parametrize("fault", [Fault.HTML, Fault.OTHER_JSON, Fault.ERROR, Fault.UNAUTHORISED, Fault.SLOW], ids=lambda fault: fault.name)
def test_probe_names_the_url_and_the_fault(fault, wait):
    with FakeEndpoint(models_step=fault) as endpoint, pytest.raises(EndpointUnavailable) as caught:
        wait(client(endpoint, timeout_s=0.5).probe())
    assert str(caught.value).startswith(f"{endpoint.url}: ")


def test_probe_of_an_endpoint_that_is_down_says_how_to_start_it(wait):
    with FakeEndpoint([Fault.REFUSE]) as endpoint, pytest.raises(EndpointUnavailable, match="start it"):
        wait(client(endpoint).probe())


def test_an_endpoint_without_models_is_unavailable(wait):
    with FakeEndpoint(models=[]) as endpoint, pytest.raises(EndpointUnavailable, match="serves no model"):
        wait(client(endpoint).probe())


def test_the_key_is_sent_and_never_shown(chat, wait):
    with FakeEndpoint([Fault.UNAUTHORISED]) as endpoint, pytest.raises(EndpointUnavailable) as caught:
        wait(client(endpoint, api_key="sesame", model="m").ask(chat()))
    assert endpoint.requests[0].headers["authorization"] == "Bearer sesame"
    assert "sesame" not in str(caught.value)


@pytest.mark.parametrize("key", ["two words", "line\nend", "ключ"])
def test_a_key_that_cannot_be_sent_is_a_wrong_setting_and_is_not_shown(key):
    with pytest.raises(ConfigError) as caught:
        EndpointClient("http://localhost:1/v1", api_key=key)
    assert key not in str(caught.value)


def test_what_the_environment_holds_for_others_is_not_sent(chat, wait, monkeypatch):
    monkeypatch.setenv("OPENAI_ORG_ID", "their-organisation")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "their-project")
    monkeypatch.setenv("OPENAI_API_KEY", "their-key")
    with FakeEndpoint(["fine"]) as endpoint:
        wait(client(endpoint).ask(chat()))
    assert not [value for request in endpoint.requests for value in request.headers.values() if "their" in value]


def test_a_proxy_is_not_the_way_to_this_machine(chat, wait, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    with FakeEndpoint(["fine"]) as endpoint:
        assert wait(client(endpoint).ask(chat())).choices == (Choice(text="fine"),)


@pytest.mark.parametrize(
    ("url", "busy"),
    [
        ("http://localhost:8000/v1", True),
        ("http://127.0.0.1:8000", True),
        ("http://[::1]:8000/v1", True),
        ("http://0.0.0.0:8000/v1", True),
        (f"http://{socket.gethostname()}:8000/v1", True),
        ("http://10.0.0.7:8000/v1", False),
        ("https://models.example/v1", False),
        ("https://localhost.example/v1", False),
    ],
)
def test_an_endpoint_on_this_machine_keeps_it_busy(url, busy):
    assert EndpointClient(url).busy_here is busy


@pytest.mark.parametrize(
    "url", ["", "localhost:8000", "ftp://host/v1", "http://", "http://host:port/v1", "http://a b/v1", "http://h/v1?q=1", "http://[::1/v1"]
)
def test_what_is_no_url_is_a_wrong_setting(url):
    with pytest.raises(ConfigError, match="write it like http://localhost:8000/v1"):
        EndpointClient(url)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("http://localhost:8000", "http://localhost:8000/v1"),
        ("http://localhost:8000/", "http://localhost:8000/v1"),
        ("https://h/openai/v1/", "https://h/openai/v1"),
        ("http://me:secret@h:1/v1", "http://h:1/v1"),
        ("http://[::1]:8000", "http://[::1]:8000/v1"),
    ],
)
def test_the_url_is_completed_and_shown_without_a_password(text, shown):
    assert EndpointClient(text).url == shown


def test_a_wrong_url_is_shown_without_its_password():
    with pytest.raises(ConfigError) as caught:
        EndpointClient("ftp://me:secret@host/v1")
    assert "secret" not in str(caught.value)


def test_only_the_client_imports_the_openai_package():
    program = (
        "import sys; import codeopt.adapters.vllm, codeopt.adapters.fake_model;"
        "import codeopt.adapters.vllm.proposer, codeopt.adapters.vllm.replay; sys.exit('openai' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
