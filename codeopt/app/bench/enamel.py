"""ENAMEL (github.com/q-rz/enamel) as a suite, from a checkout of the user's: nothing of it is part of codeopt.

A task is HumanEval's own solution of a problem, as it is among the checkout's samples. Inputs come from the problem's generator at a part
of the sizes of its first three levels: at the full sizes many of these solutions do not end in reasonable time. The tests compare with
the reference solution by the problem's own checker; that solution counts as the best known.
"""

from __future__ import annotations

import csv
import io
import json
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from codeopt.errors import ConfigError
from codeopt.model.bench import Task

__all__ = ["enamel_tasks"]

LEVELS = 3
CASES = 3
SMALLEST = 10
_FIELDS = frozenset({"prompt", "input_generator", "input_levels", "reference_solution", "checker", "entry_point"})
_LEFT_OUT = re.compile(r"^PROBLEMSET = .*- \{([\d, ]+)\}", re.MULTILINE)
_WORKLOAD = """
from inputs import LEVELS, make
from solution import {entry}

for level, size in enumerate(LEVELS):
    for case in range({cases}):
        {entry}(*make(size, level, case))
"""
_INPUTS = """
import random

from datautils import *

LEVELS = {levels}


def make(size, level, case):
    random.seed(1000 * level + case)
    return generate_input(size, level, case)


{generator}
"""
_TEST = """
import copy

import pytest
from checker import accepted
from inputs import LEVELS, make
from reference import {entry} as reference
from solution import {entry}

CASES = [(size, level, case) for level, size in enumerate(LEVELS) for case in range({cases})]


@pytest.mark.parametrize(("size", "level", "case"), CASES)
def test_the_checker_takes_the_answer(size, level, case):
    given = make(size, level, case)
    answer = reference(*copy.deepcopy(given))
    assert accepted(given, answer, {entry}(*copy.deepcopy(given)))
"""


def enamel_tasks(root: Path, *, scale: float) -> tuple[Task, ...]:
    """Return the problems that the suite counts, in its order; those whose solution is not among the samples are skipped, and say so.

    Raises:
        ConfigError: this is no checkout of ENAMEL.
    """
    problems = _problems(root / "dataset" / "enamel.csv")
    samples = _samples(root / "samples" / "humaneval-canonical.json")
    datautils = _read(root / "enam" / "datautils.py").encode()
    found = _LEFT_OUT.search(_read(root / "enam" / "__init__.py"))
    left_out = {int(number) for number in found[1].split(",")} if found else set()
    return tuple(
        _task(number, problem, samples[number] if number < len(samples) else "", datautils, scale=scale)
        for number, problem in enumerate(problems)
        if number not in left_out
    )


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read ({error}): give a checkout of ENAMEL with --root") from None


def _problems(path: Path) -> list[Mapping[str, str]]:
    csv.field_size_limit(min(sys.maxsize, 2**31 - 1))
    rows: list[Mapping[str, str]] = list(csv.DictReader(io.StringIO(_read(path), newline="")))
    if not rows or not rows[0].keys() >= _FIELDS:
        raise ConfigError(f"{path}: has no problems with {', '.join(sorted(_FIELDS))}: give a checkout of ENAMEL with --root")
    return rows


def _samples(path: Path) -> list[str]:
    try:
        told = json.loads(_read(path))
        return [codes[0] if codes else "" for codes in told]
    except (ValueError, TypeError, KeyError, IndexError) as error:
        raise ConfigError(f"{path}: is no list of solutions ({error}): give a checkout of ENAMEL with --root") from None


def _task(number: int, problem: Mapping[str, str], solution: str, datautils: bytes, *, scale: float) -> Task:
    name, entry = f"HumanEval_{number}", problem["entry_point"].strip()
    reference = f"{problem['prompt'].rstrip()}\n{problem['reference_solution']}"
    given = {"entry": entry, "cases": CASES, "levels": _levels(problem["input_levels"], scale), "generator": problem["input_generator"]}
    files = {
        "solution.py": solution,
        "inputs.py": _INPUTS.lstrip().format(**given),
        "workload.py": _WORKLOAD.lstrip().format(**given),
        "reference.py": reference,
        # its checkers may use what stands above the problem's function
        "checker.py": f"{problem['prompt'].rstrip()}\n    pass\n\n\n{problem['checker'].replace('__check', 'accepted')}",
        "tests/test_levels.py": _TEST.lstrip().format(**given),
        "requirements.txt": "pytest\n",
    }
    return Task(
        name=name,
        files=(*((path, text.encode()) for path, text in files.items()), ("datautils.py", datautils)),
        target=f"solution.py::{entry}",
        workload="python workload.py",
        best=(("solution.py", reference.encode()),),
        skip="" if solution else "the checkout has no sample that solves it",
    )


def _levels(text: str, scale: float) -> Sequence[int]:
    # below that some generators have nothing to choose from
    return [max(min(int(size), SMALLEST), round(int(size) * scale)) for size in text.split()[:LEVELS]]
