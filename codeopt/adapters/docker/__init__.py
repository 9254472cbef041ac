"""The sandbox that isolates: containers without network, privileges or the host's files. The only home of the `docker` library."""

from __future__ import annotations

from codeopt.adapters.docker.provider import DockerProvider

__all__ = ["DockerProvider"]
