"""The sandbox that isolates nothing: programs run on this machine, in a fresh copy of the snapshot and with a clean environment.

It keeps honest programs from getting in each other's way; it stops no hostile one.
"""

from __future__ import annotations

from codeopt.adapters.local.provider import LocalProvider

__all__ = ["LocalProvider"]
