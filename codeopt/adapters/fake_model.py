"""The model side without a model: a proposer with a script, and an endpoint with a script.

`FakeEndpoint` is a real HTTP server on the loopback interface, so that a client is tried with real sockets; it knows the protocol
and every way in which an endpoint fails.
"""

from __future__ import annotations

import enum
import json
import socket
import struct
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from codeopt.errors import CodeoptError
from codeopt.model.patch import Edit, Origin, Patch
from codeopt.model.proposal import Proposal, ProposalRequest

__all__ = ["FakeEndpoint", "FakeProposer", "Fault", "SeenRequest", "rewritten"]

Step = Sequence[Proposal] | Callable[[ProposalRequest], Sequence[Proposal]] | CodeoptError


class FakeProposer:
    """Answers by a script: each request takes the next step, and gets nothing once the script is over.

    A step is the proposals themselves, a function that makes them, or an error to raise. `requests` keeps what was asked.
    """

    name = "fake"

    def __init__(self, script: Sequence[Step], *, busy_here: bool = False) -> None:
        """Keep the script."""
        self.busy_here = busy_here
        self.requests: list[ProposalRequest] = []
        self._script = list(script)

    async def propose(self, request: ProposalRequest) -> Sequence[Proposal]:
        """Take the next step.

        Raises:
            CodeoptError: the step is one.
        """
        self.requests.append(request)
        step: Step = self._script.pop(0) if self._script else ()
        if isinstance(step, CodeoptError):
            raise step
        proposals = step(request) if callable(step) else step
        return tuple(proposals[: request.samples])


def rewritten(request: ProposalRequest, after: str, *, sample: int = 0) -> Proposal:
    """Return a proposal that puts `after` in the place of the whole target, byte for byte."""
    span = request.target.span
    edit = Edit(
        path=request.target.name.path,
        start_byte=span.start_byte,
        before=request.source[span.start_byte : span.end_byte],
        after=after.encode(),
    )
    origin = Origin(proposer="fake", prompt="script", seed=request.seed + sample, sample=sample)
    return Proposal(origin=origin, patch=Patch(edits=(edit,)), answer=after)


class Fault(enum.Enum):
    """A way to fail. Of a script that begins with REFUSE, no connection is accepted at all."""

    REFUSE = "nothing listens"
    RESET = "the connection is reset before an answer"
    SLOW = "no answer as long as the endpoint lives"
    DRIP = "headers at once, and then a byte now and then, without end"
    ERROR = "status 500"
    OVERLOADED = "status 429"
    UNAUTHORISED = "status 401"
    NOT_FOUND = "status 404"
    TOO_LONG = "status 400, as for a prompt that is longer than the context"
    CUT_OFF = "half of the answer, and then the end of the connection"
    HTML = "a web page"
    OTHER_JSON = "JSON of another protocol"
    NO_CHOICES = "an empty list of choices"
    NULL_CONTENT = "a choice without content"
    LENGTH = "an answer that max_tokens cut off within the code"
    NO_CODE = "an answer without code"
    GIANT = "an answer without end"


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenRequest:
    """A request that an endpoint got; `body` is the decoded JSON, empty for a GET."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: Mapping[str, Any]


class FakeEndpoint:
    """Serves `/v1/models` and `/v1/chat/completions` while its context is open.

    Each chat takes the next step of `script`: the text of an answer (`n` samples get it `n` times), a list of texts, one a sample, or a
    `Fault`. The last step is repeated for ever. `takes_n` is False for a server that refuses more than one sample; `models_step` is a
    fault of the list of models; `metrics` the text of its page of counters, which is missing where it is empty.
    """

    def __init__(
        self,
        script: Sequence[str | Sequence[str] | Fault] = ("",),
        *,
        models: Sequence[str] = ("fake-coder",),
        max_model_len: int | None = None,
        takes_n: bool = True,
        models_step: Fault | None = None,
        metrics: str = "",
    ) -> None:
        """Keep the script; the server starts with the context."""
        self.script = list(script)
        self.models = tuple(models)
        self.max_model_len = max_model_len
        self.takes_n = takes_n
        self.models_step = models_step
        self.metrics = metrics
        self.requests: list[SeenRequest] = []
        self.closing = threading.Event()
        self._lock = threading.Lock()
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """The base URL of the API."""
        if self._server is None:
            msg = "the fake endpoint has not been started"
            raise RuntimeError(msg)
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    @property
    def chats(self) -> list[Mapping[str, Any]]:
        """The bodies of the chats that were asked for, in order."""
        return [request.body for request in self.requests if request.method == "POST"]

    def __enter__(self) -> Self:
        """Start to serve."""
        self._server = _Server(self)
        # Bound and not listening, the port refuses, and nobody else can take it.
        self._server.server_bind()
        if self.script[0] is not Fault.REFUSE:
            self._server.server_activate()
            self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
            self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Stop, also amid slow answers."""
        self.closing.set()
        if self._server is not None:
            if self._thread is not None:
                self._server.shutdown()
                self._thread.join()
            self._server.server_close()

    def step(self) -> str | Sequence[str] | Fault:
        """Take the next step of the script."""
        with self._lock:
            return self.script.pop(0) if len(self.script) > 1 else self.script[0]


class _Server(ThreadingHTTPServer):
    # Handlers end by themselves when the endpoint closes, and closing waits for them.
    daemon_threads = False

    def __init__(self, endpoint: FakeEndpoint) -> None:
        super().__init__(("127.0.0.1", 0), _Answering, bind_and_activate=False)
        self.endpoint = endpoint

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: a client that hangs up on a slow answer is part of the play."""


class _Answering(BaseHTTPRequestHandler):
    """One connection, one request (HTTP/1.0)."""

    server: _Server
    timeout = 10.0

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is the library's
        """Say nothing on standard error."""

    def do_GET(self) -> None:
        endpoint = self._seen(b"")
        if endpoint.models_step is not None:
            self._fail(endpoint.models_step)
        elif self.path == "/v1/models":
            data = [{"id": model, "object": "model", "max_model_len": endpoint.max_model_len} for model in endpoint.models]
            self._send_json({"object": "list", "data": data})
        elif self.path == "/metrics" and endpoint.metrics:
            self._send(endpoint.metrics.encode(), kind="text/plain")
        else:
            self._fail(Fault.NOT_FOUND)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        endpoint = self._seen(body)
        samples = json.loads(body).get("n", 1)
        if self.path != "/v1/chat/completions":
            self._fail(Fault.NOT_FOUND)
        elif samples > 1 and not endpoint.takes_n:
            self._send_json(_error("only one completion choice is allowed"), status=400)
        elif isinstance(step := endpoint.step(), Fault):
            self._fail(step)
        else:
            texts = [step] * samples if isinstance(step, str) else list(step)[:samples]
            self._send_json(_completion([(text, "stop") for text in texts]))

    def _seen(self, body: bytes) -> FakeEndpoint:
        endpoint = self.server.endpoint
        headers = {name.lower(): value for name, value in self.headers.items()}
        endpoint.requests.append(SeenRequest(method=self.command, path=self.path, headers=headers, body=json.loads(body or b"{}")))
        return endpoint

    def _fail(self, fault: Fault) -> None:
        if fault in _STATUS:
            status, message = _STATUS[fault]
            self._send_json(_error(message), status=status)
        elif fault in _BODIES:
            self._send(_BODIES[fault](), kind="text/html" if fault is Fault.HTML else "application/json")
        else:
            acts: dict[Fault, Callable[[], object]] = {
                Fault.RESET: self._reset,
                Fault.SLOW: self.server.endpoint.closing.wait,
                Fault.DRIP: self._drip,
                Fault.CUT_OFF: self._cut_off,
                Fault.GIANT: self._giant,
            }
            acts[fault]()

    def _send_json(self, value: Mapping[str, Any], *, status: int = 200) -> None:
        self._send(json.dumps(value).encode(), status=status)

    def _send(self, body: bytes, *, status: int = 200, kind: str = "application/json", length: int | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.send_header("Retry-After-Ms", "1")
        self.end_headers()
        self.wfile.write(body)

    def _reset(self) -> None:
        # Lingering for zero seconds, a closed socket sends a reset.
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()

    def _cut_off(self) -> None:
        body = json.dumps(_completion([("```python\ndef f():\n    pass\n```", "stop")])).encode()
        self._send(body[: len(body) // 2], length=len(body))

    def _drip(self) -> None:
        self._send(b"{", length=1_000_000)
        while not self.server.endpoint.closing.wait(0.02):
            self.wfile.write(b" ")

    def _giant(self) -> None:
        self._send(b'{"choices": [{"message": {"content": "', length=10_000_000_000)
        while not self.server.endpoint.closing.is_set():
            self.wfile.write(b"spam " * 200_000)


def _completion(texts: Sequence[tuple[str | None, str]]) -> dict[str, Any]:
    choices = [
        {"index": i, "message": {"role": "assistant", "content": text}, "finish_reason": finish} for i, (text, finish) in enumerate(texts)
    ]
    usage = {"prompt_tokens": 100, "completion_tokens": 10 * len(texts), "total_tokens": 100 + 10 * len(texts)}
    return {"id": "fake", "object": "chat.completion", "created": 0, "model": "fake-coder", "choices": choices, "usage": usage}


def _error(message: str) -> dict[str, Any]:
    return {"error": {"message": message, "type": "fake", "param": None, "code": None}}


_STATUS = {
    Fault.ERROR: (500, "the engine died"),
    Fault.OVERLOADED: (429, "too many requests"),
    Fault.UNAUTHORISED: (401, "wrong key"),
    Fault.NOT_FOUND: (404, "no such model"),
    Fault.TOO_LONG: (400, "the prompt is longer than the maximum model length"),
}

_BODIES: Mapping[Fault, Callable[[], bytes]] = {
    Fault.HTML: lambda: b"<!doctype html>\n<html><body>Welcome to the router</body></html>",
    Fault.OTHER_JSON: lambda: b'{"detail": "hello"}',
    Fault.NO_CHOICES: lambda: json.dumps(_completion([])).encode(),
    Fault.NULL_CONTENT: lambda: json.dumps(_completion([(None, "stop")])).encode(),
    Fault.LENGTH: lambda: json.dumps(_completion([("```python\ndef f(xs):\n    total = 0\n", "length")])).encode(),
    Fault.NO_CODE: lambda: json.dumps(_completion([("The function is already as fast as can be.", "stop")])).encode(),
}
