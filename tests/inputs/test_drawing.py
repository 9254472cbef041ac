"""Draws are decided by the seed alone, make no noise and leave no file."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from hypothesis import strategies as st

from codeopt.inputs.drawing import drawn

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = """
from hypothesis import strategies as st
from codeopt.inputs.drawing import drawn
if {others}:
    import codeopt.syntax.outline, codeopt.patching.answer
numbers = st.lists(st.integers(-10**20, 10**20) | st.floats(), max_size=9)
print(drawn(numbers, most=80, seed_text="s"))
"""


def run(folder, *, others):
    command = [sys.executable, "-W", "error", "-c", PROGRAM.format(others=others)]
    result = subprocess.run(command, cwd=folder, env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=True, timeout=120)
    return result.stdout, result.stderr


def test_the_seed_decides():
    numbers = st.integers(0, 10**9)
    first, again, other = (drawn(numbers, most=40, seed_text=seed) for seed in ("a", "a", "b"))
    assert first == again != other
    assert len(set(first)) > 20


def test_no_more_are_drawn_than_asked_for():
    assert len(drawn(st.integers(), most=7, seed_text="s")) == 7
    assert drawn(st.integers(), most=0, seed_text="s") == ()


def test_other_modules_change_nothing_and_no_file_is_written(tmp_path):
    plain, loaded = run(tmp_path, others=False), run(tmp_path, others=True)
    assert plain == loaded
    assert plain[1] == ""
    assert list(tmp_path.iterdir()) == []
