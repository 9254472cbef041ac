"""Looking again: where the frames go, and what reasoners say."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.strategies import curves
from vidsense.errors import ReasonerError
from vidsense.sampling.adaptive import select
from vidsense.sampling.lookagain import BlobReasoner, EndpointReasoner, Glimpse, Span, frames_in_spans, look_again, parse_spans


class Scripted:
    """A reasoner that answers what it was told to, and remembers what it saw."""

    def __init__(self, *spans: Span) -> None:
        self.spans = list(spans)
        self.seen: list[float] = []

    def ask(self, glimpses):
        """Answer."""
        self.seen = [glimpse.time_s for glimpse in glimpses]
        return self.spans


def read(indices: list[int]) -> np.ndarray:
    """Frames without content."""
    return np.zeros((len(indices), 16, 16, 3), dtype=np.uint8)


@settings(max_examples=80, deadline=None)
@given(case=curves(), budget=st.integers(1, 40), start=st.floats(0, 10), length=st.floats(0, 5))
def test_the_budget_is_kept_whatever_is_asked(case, budget, start, length):
    """As many frames as asked for, or all; ascending, each once; the first look is part of them."""
    curve, times = case
    chosen = look_again(read, curve, times, budget, Scripted(Span(start, start + length)))
    assert len(chosen) == min(budget, len(times))
    assert chosen == sorted(set(chosen))


def test_the_second_look_goes_where_it_is_asked():
    """The reasoner sees the first look, and the rest of the frames lies in its span."""
    times = np.arange(1500) / 25
    reasoner = Scripted(Span(30.0, 31.0))
    chosen = look_again(read, np.zeros(1500), times, 20, reasoner, first_share=0.5)
    first = select(np.zeros(1500), times, 10)
    assert reasoner.seen == times[first].tolist()
    inside = [k for k in chosen if 30.0 <= times[k] <= 31.0]
    assert len(inside) >= 8
    assert np.diff(times[inside]).min() >= 0.08 - 1e-9


def test_without_spans_the_rest_is_spread():
    """A reasoner that is satisfied leaves even sampling."""
    times = np.arange(1500) / 25
    chosen = look_again(read, np.zeros(1500), times, 20, Scripted())
    assert np.diff(times[chosen]).max() < 6.0


def test_spans_take_turns():
    """Each span gets what it wants before one gets more, the best of its curve, and none that shows nothing new."""
    times = np.arange(100) / 25
    curve = np.zeros(100)
    curve[[12, 52]] = 1.0
    spans = [Span(0.4, 0.6), Span(2.0, 2.2), Span(9.0, 9.1)]
    assert frames_in_spans(spans, curve, times, [], 2) == [12, 52]
    assert len(frames_in_spans(spans, curve, times, [], 50)) == 6
    greedy = [Span(0.4, 0.6, frames=2), spans[1]]
    assert frames_in_spans(greedy, curve, times, [], 3) == [12, 10, 52]


def scene(spot: tuple[int, int] | None, *, gain: float = 1.0, seed: int = 0) -> np.ndarray:
    """A noisy grey picture, with a bright square when there is a spot."""
    picture = 100 + np.random.default_rng(seed).normal(0, 2, (96, 160, 3))
    if spot is not None:
        picture[spot[0] : spot[0] + 16, spot[1] : spot[1] + 16] += 80
    return np.clip(picture * gain, 0, 255).astype(np.uint8)


def test_the_shipped_reasoner_sees_a_blob_and_not_a_flash():
    """A small bright thing is asked for; a change of the whole picture, and a frame of which no cue speaks, are not."""
    pictures = [scene(None, seed=k) for k in range(7)]
    pictures[2] = scene((30, 40), seed=2)
    pictures[4] = scene(None, gain=1.6, seed=4)
    pictures[6] = scene((30, 90), seed=6)
    glimpses = [Glimpse(float(k), picture, 0.0 if k == 6 else 1.0) for k, picture in enumerate(pictures)]
    spans = BlobReasoner(min_contrast=4.0).ask(glimpses)
    assert [(span.start_s + span.end_s) / 2 for span in spans] == [2.0]


@pytest.mark.parametrize("count", [0, 1, 2])
def test_few_glimpses_are_no_trouble(count):
    """Nothing to compare with gives no spans."""
    glimpses = [Glimpse(float(k), np.zeros((5, 5, 3), dtype=np.uint8), 1.0) for k in range(count)]
    assert BlobReasoner().ask(glimpses) == []


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ('{"spans": [[1, 2.5]]}', [Span(1.0, 2.5)]),
        ('Sure:\n```json\n{"spans": [[3, 3], [0, 1]]}\n```', [Span(3.0, 3.0), Span(0.0, 1.0)]),
        ('{"spans": []}', []),
    ],
)
def test_answers_are_read_whatever_surrounds_them(text, spans):
    """The object counts, not what is written around it."""
    assert parse_spans(text) == spans


@pytest.mark.parametrize(
    "text", ["", "nothing", "{}", '{"spans": 3}', '{"spans": [[2, 1]]}', '{"spans": [[1]]}', '{"spans": [[0, "x"]]}', "[1, 2]"]
)
def test_nonsense_is_an_error(text):
    """Each is a ReasonerError."""
    with pytest.raises(ReasonerError):
        parse_spans(text)


@pytest.fixture
def endpoint():
    """A server that answers like a model, with what the test puts into `answers`, and keeps what it was asked."""
    asked: list[tuple[str, dict]] = []
    answers: list[bytes] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):  # noqa: N802 (the name that http.server calls)
            asked.append((self.path, json.loads(self.rfile.read(int(self.headers["Content-Length"])))))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(answers.pop(0))

        def log_message(self, *arguments):
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/v1", asked, answers
    server.shutdown()
    server.server_close()
    thread.join()


def test_an_endpoint_is_asked_with_every_frame(endpoint):
    """The request holds the model, each time and picture, and the question; the answer's spans come back."""
    url, asked, answers = endpoint
    answers.append(json.dumps({"choices": [{"message": {"content": '{"spans": [[1, 2]]}'}}]}).encode())
    glimpses = [Glimpse(0.5, scene(None), 1.0), Glimpse(1.5, scene((3, 3)), 1.0)]
    assert EndpointReasoner(url, "some-vlm", "What moves?").ask(glimpses) == [Span(1.0, 2.0)]
    path, body = asked[0]
    parts = body["messages"][0]["content"]
    assert path == "/v1/chat/completions"
    assert body["model"] == "some-vlm"
    assert [part["type"] for part in parts] == ["text", "image_url", "text", "image_url", "text"]
    assert parts[1]["image_url"]["url"].startswith("data:image/jpeg;base64,")
    assert "What moves?" in parts[-1]["text"]


@pytest.mark.parametrize("answer", [b"not json", b"{}", b'{"choices": []}', b'{"choices": [{"message": {"content": null}}]}'])
def test_an_endpoint_that_answers_nonsense_is_an_error(endpoint, answer):
    """Whatever is wrong, it is a ReasonerError."""
    url, _, answers = endpoint
    answers.append(answer)
    with pytest.raises(ReasonerError):
        EndpointReasoner(url, "m").ask([])


def test_an_endpoint_that_is_not_there_is_an_error():
    """A refused connection is a ReasonerError that names the address."""
    with pytest.raises(ReasonerError, match="127.0.0.1:9"):
        EndpointReasoner("http://127.0.0.1:9/v1", "m", timeout_s=2).ask([])
