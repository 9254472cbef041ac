"""GitHub, github.com or Enterprise, for a GitHub App, by the `githubkit` package. Knows the API, and nothing of git, code or verdicts."""

from __future__ import annotations

from codeopt.adapters.github.forge import GitHubForge
from codeopt.adapters.github.host import GITHUB_API, Host, read_host
from codeopt.adapters.github.manifest import EVENTS, PERMISSIONS, creation_page, manifest
from codeopt.adapters.github.pace import Clock, Timing
from codeopt.adapters.github.tokens import AppCredentials

__all__ = [
    "EVENTS",
    "GITHUB_API",
    "PERMISSIONS",
    "AppCredentials",
    "Clock",
    "GitHubForge",
    "Host",
    "Timing",
    "creation_page",
    "manifest",
    "read_host",
]
