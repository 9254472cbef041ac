"""Stands in for the program `vllm`: serves what codeopt asks of it, or fails as the environment says (FAKE_VLLM)."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from http.server import BaseHTTPRequestHandler, HTTPServer


def say(text: str) -> None:
    """Write to the log."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


MODE = os.environ.get("FAKE_VLLM", "")


class Handler(BaseHTTPRequestHandler):
    """Answers as vLLM does, as far as a start needs it."""

    def do_GET(self):
        self._say({"data": [{"id": "tiny", "max_model_len": 2048}]} if self.path == "/v1/models" else {})

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        choices = [] if MODE == "mute" else [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "x"}}]
        self._say({"choices": choices, "usage": {"prompt_tokens": 1, "completion_tokens": 1}})
        if MODE == "mortal":
            os._exit(9)

    def _say(self, payload):
        body = json.dumps(payload).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words):
        """Say nothing."""


def main() -> None:
    """Serve on the port of the command line."""
    say(json.dumps(sys.argv[1:]))
    if MODE == "broken":
        say("INFO: loading\nRuntimeError: out of memory\nINFO: bye")
        sys.exit(1)
    if MODE == "slow":
        time.sleep(600)
    if MODE == "stubborn":
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if MODE == "parent":
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
        say(f"child {child.pid}")
    HTTPServer(("127.0.0.1", int(sys.argv[sys.argv.index("--port") + 1])), Handler).serve_forever()


if __name__ == "__main__":
    main()
