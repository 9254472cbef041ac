"""The App's manifest: what GitHub needs to create it in one click, with the least permissions that serve it."""

from __future__ import annotations

import html
import json
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote, urlencode

from codeopt.adapters.github.host import Host

__all__ = ["EVENTS", "PERMISSIONS", "creation_page", "manifest"]

PERMISSIONS: Final[Mapping[str, str]] = {
    "checks": "write",
    "contents": "write",
    "issues": "write",
    "metadata": "read",
    "pull_requests": "write",
}
# Installations and their repositories are told to every App without asking.
EVENTS: Final = ("issue_comment", "pull_request", "push")

_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Create the GitHub App</title>
<form action="{action}" method="post">
<input type="hidden" name="manifest" value="{manifest}">
<p>GitHub will show what the App may do, and ask for a name.</p>
<button type="submit">Create the GitHub App</button>
</form>
</html>
"""


def manifest(*, name: str, home_url: str, webhook_url: str, redirect_url: str) -> dict[str, Any]:
    """Return the manifest. GitHub sends the browser to `redirect_url` afterwards, with the code that App and key are fetched by."""
    return {
        "name": name,
        "url": home_url,
        "description": "Makes Python programs faster and proves it: small pull requests with the evidence.",
        "hook_attributes": {"url": webhook_url, "active": True},
        "redirect_url": redirect_url,
        "public": False,
        "default_permissions": dict(PERMISSIONS),
        "default_events": list(EVENTS),
    }


def creation_page(wanted: Mapping[str, Any], *, host: Host, state: str, organisation: str | None = None) -> str:
    """Return a web page with one button that creates the App for the person who presses it, or for an organisation of theirs.

    `state` comes back with the code, so that nobody else's can be slipped in.
    """
    place = f"organizations/{quote(organisation, safe='')}/settings" if organisation else "settings"
    action = f"{host.web_url}/{place}/apps/new?{urlencode({'state': state})}"
    return _PAGE.format(action=html.escape(action), manifest=html.escape(json.dumps(wanted)))
