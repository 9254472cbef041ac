"""The page on GitHub is true where a machine can tell."""

from __future__ import annotations

import re
from pathlib import Path

from codeopt.adapters.github import EVENTS, PERMISSIONS, Timing
from codeopt.adapters.github.faults import FaultKind
from codeopt.adapters.github.tokens import Purpose
from codeopt.ports.forge import Forge
from tests.github_server.description import operations

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "github.md").read_text()


def test_permissions_events_and_tokens_are_those_of_the_code():
    assert dict(re.findall(r"^\| `(\w+)` \| (read|write) \|", PAGE, re.MULTILINE)) == PERMISSIONS
    assert re.findall(r"`(\w+)`", re.search(r"^Events: (.*?)\.", PAGE, re.MULTILINE)[1]) == list(EVENTS)
    for purpose in Purpose:
        row = re.search(rf"^\| {purpose.value} \| (.*) \|$", PAGE, re.MULTILINE | re.IGNORECASE)[1]
        assert dict(re.findall(r"`(\w+): (\w+)`", row)) == purpose.permissions


def test_every_call_and_every_method_is_told():
    for operation in operations():
        assert f"{operation.path}`" in PAGE, operation.id
    for name in vars(Forge):
        if not name.startswith("_"):
            assert f"`{name}`" in PAGE


def test_numbers_and_words_are_those_of_the_code():
    timing = Timing()
    assert f"up to {timing.attempts} attempts" in PAGE
    assert f"up to {timing.patience_s:.0f} s" in PAGE
    for kind in FaultKind:
        assert f"`{kind.name.lower()}`" in PAGE
