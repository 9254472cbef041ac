"""Deliveries as GitHub sends them: published payloads, changed where a test says so, and signed."""

from __future__ import annotations

import hashlib
import hmac
import json
from pathlib import Path
from typing import Any

__all__ = ["SECRET", "comment", "example", "headers", "signature"]

FOLDER = Path(__file__).parent / "payloads"
SECRET = "a secret that is long enough"


def example(name: str) -> dict[str, Any]:
    """Return a published payload, which the caller may change; each comes of an installation."""
    content = json.loads((FOLDER / f"{name}.json").read_text())
    content.setdefault("installation", {"id": 7, "node_id": "x"})
    return content


def comment(body: str, *, number: int = 1, repository: str = "octo/demo", on_pull_request: bool = True) -> dict[str, Any]:
    """Return what GitHub sends when somebody wrote a comment."""
    content = example("issue_comment.created")
    content["comment"] |= {"body": body, "id": number}
    content["repository"] |= {"full_name": repository, "id": int.from_bytes(hashlib.sha256(repository.encode()).digest()[:6])}
    if on_pull_request:
        content["issue"]["pull_request"] = {"url": "https://api.github.com/repos/octo/demo/pulls/1"}
    return content


def signature(body: bytes, secret: str = SECRET) -> str:
    """Return the value of X-Hub-Signature-256."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def headers(body: bytes, *, event: str = "issue_comment", guid: str = "guid-1", secret: str = SECRET) -> dict[str, str]:
    """Return the headers of a delivery."""
    return {
        "Content-Type": "application/json",
        "X-GitHub-Event": event,
        "X-GitHub-Delivery": guid,
        "X-Hub-Signature-256": signature(body, secret),
    }
