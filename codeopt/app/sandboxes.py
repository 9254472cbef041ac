"""Chooses the sandbox: Docker where there is an engine, else the local one, which isolates nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from codeopt.assets import programs_dir
from codeopt.config import Settings
from codeopt.errors import SandboxUnavailable
from codeopt.ports import Reporter, SandboxProvider

__all__ = ["open_docker", "open_provider"]


@contextmanager
def open_provider(settings: Settings, tree: Path, *, run: str, untrusted: str, reporter: Reporter) -> Iterator[SandboxProvider]:
    """Open the provider that the settings ask for, and close it with all that it made.

    `untrusted` says whose code needs isolation, empty when nobody's does.

    Raises:
        SandboxUnavailable: no Docker engine where one is needed.
    """
    provider = _provider(settings, tree, run=run, untrusted=untrusted, reporter=reporter)
    try:
        yield provider
    finally:
        provider.close()


def _provider(settings: Settings, tree: Path, *, run: str, untrusted: str, reporter: Reporter) -> SandboxProvider:
    lost: SandboxUnavailable | None = None
    if settings.sandbox in {"auto", "docker"}:
        try:
            return open_docker(settings, tree, run)
        except SandboxUnavailable as error:
            if settings.sandbox == "docker" or settings.sandbox_runtime:
                raise
            lost = error
    if untrusted and not settings.trust_patch:
        why = f" ({lost})" if lost else ""
        way_out = "start a Docker engine (see `codeopt doctor`), or pass --trust-patch to run it unprotected"
        raise SandboxUnavailable(f"{untrusted} runs in Docker or not at all{why}: {way_out}")
    from codeopt.adapters.local.provider import LocalProvider

    reporter.note("the local sandbox isolates nothing: only codeopt's own rewrites and patches that you trust run in it")
    return LocalProvider(tree, programs_dir())


def open_docker(settings: Settings, tree: Path, run: str) -> SandboxProvider:
    """Return a provider of Docker sandboxes, which the caller closes.

    Raises:
        SandboxUnavailable: there is no engine, or it has not the runtime that is asked for.
    """
    from codeopt.adapters.docker.provider import DockerProvider

    return DockerProvider(
        tree, programs_dir(), run=run, base=settings.image, memory_bytes=settings.memory, runtime=settings.sandbox_runtime
    )
