"""The address of an endpoint: what a user writes, what is asked, and what is shown."""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit, urlunsplit

from codeopt.errors import ConfigError

__all__ = ["Address", "is_here", "read_address"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where an endpoint is: `url` to ask it, `shown` to name it (no password in it), `host` alone."""

    url: str
    shown: str
    host: str


def read_address(text: str) -> Address:
    """Read an endpoint's URL; one without a path gets `/v1`, where every OpenAI-compatible server has its protocol.

    Raises:
        ConfigError: it is not an http or https URL.
    """
    problem = ConfigError(f"{_shown(text)!r} is not the URL of a model endpoint; write it like http://localhost:8000/v1")
    try:
        parts = urlsplit(text.strip())
        host, port = parts.hostname, parts.port
    except ValueError:
        raise problem from None
    if parts.scheme not in ("http", "https") or not host or parts.query or parts.fragment or any(c.isspace() for c in text.strip()):
        raise problem
    path = parts.path.rstrip("/") or "/v1"
    location = (f"[{host}]" if ":" in host else host) + (f":{port}" if port is not None else "")
    return Address(
        url=urlunsplit(SplitResult(parts.scheme, parts.netloc, path, "", "")),
        shown=urlunsplit(SplitResult(parts.scheme, location, path, "", "")),
        host=host,
    )


def is_here(host: str) -> bool:
    """Whether a host name or address means this machine."""
    if host in ("localhost", socket.gethostname().lower()) or host.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def _shown(text: str) -> str:
    # Even an address that cannot be read may have a password before its @.
    return text.strip().rpartition("@")[2]
