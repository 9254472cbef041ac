"""Draws from Hypothesis strategies by a seed: quietly, without files, and the same whatever else the process has loaded."""

from __future__ import annotations

import hashlib
from typing import TypeVar

from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings
from hypothesis.internal.conjecture.providers import AVAILABLE_PROVIDERS, HypothesisProvider
from hypothesis.strategies import SearchStrategy

__all__ = ["drawn"]

T = TypeVar("T")
_BACKEND = "codeopt"


class SecludedProvider(HypothesisProvider):
    """Hypothesis's own way to draw, without the constants of loaded modules.

    It reads the sources of what the process has imported for them, keeps what it finds in a folder, and draws other values when other
    modules are loaded.
    """

    def _maybe_draw_constant(self, *_arguments: object, **_keywords: object) -> None:
        return None


def drawn(strategy: SearchStrategy[T], *, most: int, seed_text: str) -> tuple[T, ...]:
    """Return that many draws at most; equal ones may be among them."""
    found = list[T]()
    if most <= 0:
        return ()
    AVAILABLE_PROVIDERS.setdefault(_BACKEND, SecludedProvider)

    @seed(int.from_bytes(hashlib.sha256(seed_text.encode(errors="surrogatepass")).digest()[:8], "big"))
    @settings(
        max_examples=most,
        phases=[Phase.generate],
        database=None,
        deadline=None,
        derandomize=False,
        print_blob=False,
        verbosity=Verbosity.quiet,
        suppress_health_check=list(HealthCheck),
        backend=_BACKEND,
    )
    @given(strategy)
    def collect(value: T) -> None:
        found.append(value)

    collect()
    return tuple(found[:most])
