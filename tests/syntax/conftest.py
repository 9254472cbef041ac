"""Small trees for the tests of syntax."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from codeopt.syntax.index import CodeIndex, index_files

Write = Callable[[Mapping[str, str]], Path]
IndexOf = Callable[[Mapping[str, str]], CodeIndex]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write files (path to text, dedented) below one folder, and return it."""

    def write(files: Mapping[str, str]) -> Path:
        for path, text in files.items():
            file = tmp_path / "tree" / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(textwrap.dedent(text).lstrip("\n"), encoding="utf-8", newline="")
        return tmp_path / "tree"

    return write


@pytest.fixture
def index_of(write: Write) -> IndexOf:
    """Write files and index them in this process."""
    return lambda files: index_files(write(files), tuple(files), workers=1)
