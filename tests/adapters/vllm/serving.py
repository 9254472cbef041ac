"""What tests of a model server share: a program `vllm` that is ours, and a port that nobody has."""

from __future__ import annotations

import socket
import sys
from pathlib import Path

__all__ = ["free_port", "installed"]

FAKE = Path(__file__).with_name("fake_vllm.py")


def installed(folder: Path) -> Path:
    """Put a program `vllm` into a folder."""
    path = folder / "vllm"
    path.write_text(f'#!/bin/sh\nexec {sys.executable} {FAKE} "$@"\n')
    path.chmod(0o755)
    return path


def free_port() -> int:
    """Return a port that was free a moment ago."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]
