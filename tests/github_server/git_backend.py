"""Git's own server program behind the API, as CGI: it clones and takes pushes, for whom GitHub would let in."""

from __future__ import annotations

import base64
import binascii
import os
import subprocess
from collections.abc import Mapping

from tests.github_server.state import Hub, Issued, RepositoryState

__all__ = ["answered", "refusal"]

# What GitHub does with a push by an App that has no permission for workflows.
PRE_RECEIVE = """#!/bin/sh
while read -r old new ref; do
  base=$(git rev-parse --verify --quiet HEAD) || continue
  touched=$(git diff --name-only "$base" "$new" -- .github/workflows | head -n 1)
  if [ -n "$touched" ]; then
    echo "refusing to allow a GitHub App to create or update workflow \\`$touched\\` without \\`workflows\\` permission" >&2
    exit 1
  fi
done
"""


def refusal(hub: Hub, there: RepositoryState | None, headers: Mapping[str, str], *, writes: bool) -> tuple[int, str] | None:
    """Say why somebody is not let in, in GitHub's words; None where they are."""
    token = _token(hub, headers.get("authorization", ""))
    if token is None:
        return 401, "Invalid username or token. Password authentication is not supported for Git operations."
    if there is None or there.full_name.casefold() not in token.repositories or not token.allows("contents", "read"):
        return 404, "Repository not found."
    if writes and not token.allows("contents", "write"):
        return 403, "Write access to repository not granted."
    return None


def answered(hub: Hub, path: str, query: str, method: str, headers: Mapping[str, str], body: bytes) -> tuple[int, dict[str, str], bytes]:
    """Run `git http-backend` and return status, headers and body."""
    environment = {
        "PATH": os.environ.get("PATH", ""),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": "/dev/null",
        "GIT_PROJECT_ROOT": str(hub.folder),
        "GIT_HTTP_EXPORT_ALL": "1",
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "REQUEST_METHOD": method,
        "REMOTE_USER": "codeopt[bot]",
        "REMOTE_ADDR": "127.0.0.1",
        "CONTENT_TYPE": headers.get("content-type", ""),
        "CONTENT_LENGTH": str(len(body)),
        "HTTP_CONTENT_ENCODING": headers.get("content-encoding", ""),
        "HTTP_GIT_PROTOCOL": headers.get("git-protocol", ""),
        "GIT_PROTOCOL": headers.get("git-protocol", ""),
    }
    done = subprocess.run(["git", "http-backend"], input=body, capture_output=True, env=environment, check=False)
    head, _, content = done.stdout.partition(b"\r\n\r\n")
    lines = dict(line.split(": ", 1) for line in head.decode().split("\r\n"))
    return int(lines.pop("Status", "200 OK").split()[0]), lines, content


def _token(hub: Hub, authorization: str) -> Issued | None:
    kind, _, encoded = authorization.partition(" ")
    if kind.casefold() != "basic":
        return None
    try:
        return hub.holder(base64.b64decode(encoded).decode().partition(":")[2])
    except (binascii.Error, UnicodeDecodeError):
        return None
