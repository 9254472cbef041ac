"""Counts the tokens of whoever asks a model through it: a server between the two that passes everything on."""

from __future__ import annotations

import json
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

__all__ = ["Counted", "counting"]

_TIMEOUT_S = 900.0


@dataclass(slots=True, kw_only=True)
class Counted:
    """Where to ask, and what was spent so far, by the answers' own `usage`."""

    url: str = ""
    prompt: int = 0
    generation: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, body: bytes) -> None:
        """Add what an answer says that it cost."""
        usage = json.loads(body).get("usage") or {}
        with self._lock:
            self.prompt += usage.get("prompt_tokens", 0)
            self.generation += usage.get("completion_tokens", 0)


@contextmanager
def counting(model: str) -> Iterator[Counted]:
    """Serve `model` (http://host:8000/v1) under another address of this machine, and count."""
    counted = Counted()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            data = self.rfile.read(int(self.headers["Content-Length"]))
            target = model.removesuffix("/v1") + self.path
            request = urllib.request.Request(target, data, {"Content-Type": "application/json"})
            try:
                with urllib.request.urlopen(request, timeout=_TIMEOUT_S) as answer:
                    status, body = answer.status, answer.read()
                counted.add(body)
            except urllib.error.HTTPError as error:
                status, body = error.code, error.read()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    counted.url = f"http://127.0.0.1:{server.server_port}/v1"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield counted
    finally:
        server.shutdown()
        server.server_close()
