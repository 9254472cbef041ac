from __future__ import annotations

import pytest

from codeopt.app.project import open_project
from codeopt.app.touched import touched_functions
from codeopt.config import Settings

BEFORE = """class Thing:
    def get(self):
        return _helper(1)

    def gone(self):
        return 0


def _helper(x):
    def inner(y):
        return y
    return inner(x)


def other():
    return 2
"""


@pytest.fixture
def touched(make_repo, tmp_path):
    def names(after: str) -> list[str]:
        root = make_repo(slow__py=BEFORE)
        project = open_project(root, Settings(workload="python bench.py"), tree=tmp_path / "tree")
        versions = {"slow.py": (BEFORE.encode(), after.encode()), "README.md": (b"a\n", b"b\n")}
        return [function.name.qualname for function in touched_functions(project, versions)]

    return names


def test_functions_whose_source_changes_are_touched(touched):
    assert touched(BEFORE.replace("return 2", "return 1 + 1")) == ["other"]


def test_a_helper_that_the_patch_deletes_is_left_out(touched):
    helper = BEFORE[BEFORE.index("def _helper") : BEFORE.index("def other")]
    assert touched(BEFORE.replace(helper, "").replace("_helper(1)", "1")) == ["Thing.get"]


def test_a_nested_function_that_goes_touches_the_one_around_it(touched):
    assert touched(BEFORE.replace("    def inner(y):\n        return y\n    return inner(x)", "    return x")) == ["_helper"]


def test_what_only_deletes_touches_nothing(touched):
    assert touched(BEFORE.replace("    def gone(self):\n        return 0\n", "")) == []


def test_a_file_that_no_longer_parses_leaves_its_functions_to_the_verdict(touched):
    assert "other" in touched(BEFORE + "def (:\n")
