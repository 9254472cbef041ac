"""The corpus itself: complete, and every patch applies and compiles. Needs no Docker."""

from __future__ import annotations

import ast
import re

import pytest

from tests.adversarial.vidsense.corpus import EXAMPLE, all_corpora, patch_of, text_of

CASES = [case for corpus in all_corpora() for case in corpus.cases]
ALWAYS = [case for corpus in all_corpora() if not corpus.needs for case in corpus.quick.cases]


def test_names_are_unique():
    names = [case.name for case in CASES]
    assert len(set(names)) == len(names)


def test_there_are_enough_without_any_library_that_must_be_there():
    assert sum(not case.right for case in ALWAYS) >= 10
    assert sum(case.right for case in ALWAYS) >= 2


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_patch_changes_its_target_and_compiles(case):
    before = (EXAMPLE / case.path).read_text()
    after = text_of(case, before)
    compile(after, case.path, "exec")
    assert patch_of(case, EXAMPLE).paths == (case.path,)
    assert named(after) >= named(before)
    re.compile(case.reason)


def named(text: str) -> set[str]:
    return {node.name for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef | ast.ClassDef)}
