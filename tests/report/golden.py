"""Compares output with a kept file, byte for byte; `CODEOPT_UPDATE_GOLDEN=1` writes the files anew."""

from __future__ import annotations

import os
from pathlib import Path

FOLDER = Path(__file__).parent.parent / "golden" / "report"


def check_golden(name: str, text: str) -> None:
    """Fail unless `text` is what the file `name` holds."""
    path = FOLDER / name
    if os.environ.get("CODEOPT_UPDATE_GOLDEN") == "1":
        path.write_bytes(text.encode())
    assert path.exists(), f"{path} is missing: run the tests once with CODEOPT_UPDATE_GOLDEN=1, and read what they wrote"
    assert path.read_bytes().decode() == text
