"""Knows where a GitHub is: the address of its API, and that of its repositories for git, on github.com and on Enterprise."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit, urlunsplit

from codeopt.errors import ConfigError
from codeopt.model.forge import RepositoryName

__all__ = ["GITHUB_API", "Host", "read_host"]

GITHUB_API = "https://api.github.com"
_ENTERPRISE_PATH = "/api/v3"


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """One GitHub: `api_url` without a slash at its end, `web_url` likewise."""

    api_url: str
    web_url: str

    def git_url(self, repository: RepositoryName) -> str:
        """Return the URL of a repository for git; it holds no credential."""
        return f"{self.web_url}/{repository}.git"


def read_host(url: str = GITHUB_API) -> Host:
    """Read the address of a GitHub, by its API or by its web pages: `https://github.example.com` gets Enterprise's `/api/v3`.

    Raises:
        ConfigError: it is no such address, holds a password, or would send tokens without encryption to another machine.
    """
    try:
        parts = urlsplit(url.strip())
        name, port = parts.hostname or "", parts.port
    except ValueError:
        name, port, parts = "", None, SplitResult("", "", "", "", "")
    if parts.scheme not in {"http", "https"} or not name or parts.query or parts.fragment:
        raise ConfigError(f"{_shown(url)} is not the URL of a GitHub; write {GITHUB_API}, or https://github.example.com/api/v3")
    if parts.username or parts.password:
        raise ConfigError(f"the URL of the GitHub at {name} holds a user or password; leave them out: the App's key is the credential")
    if parts.scheme == "http" and not _is_here(name):
        raise ConfigError(f"{_shown(url)} would send tokens without encryption; write https")
    place = f"[{name}]" if ":" in name else name
    place += f":{port}" if port else ""
    path = parts.path.rstrip("/")
    if name in {"github.com", "www.github.com"}:
        place = "api.github.com"
    elif not path and not name.startswith("api.") and not _is_here(name):
        path = _ENTERPRISE_PATH
    if path not in {"", _ENTERPRISE_PATH}:
        raise ConfigError(f"{_shown(url)} is not the API of a GitHub; on Enterprise it ends with {_ENTERPRISE_PATH}")
    return Host(api_url=urlunsplit((parts.scheme, place, path, "", "")), web_url=f"{parts.scheme}://{place.removeprefix('api.')}")


def _is_here(name: str) -> bool:
    try:
        return name == "localhost" or ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def _shown(url: str) -> str:
    # What stands before an @ may be a password.
    return repr(url.rpartition("@")[2][:200])
