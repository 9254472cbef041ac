"""What differs between two versions: functions, modules outside their functions, and other files."""

from __future__ import annotations

import hashlib

import pytest

from codeopt.model.code import TargetName
from codeopt.syntax.changed import change_between
from codeopt.syntax.index import index_files

BASE = '''"""A module."""
import os

LIMIT = 3


def first(x):
    def inner():
        return x
    return inner()


class Box:
    size = 1

    def get(self):
        return self.size
'''


def names(*qualnames: str, path: str = "m.py") -> frozenset[TargetName]:
    return frozenset(TargetName(path=path, qualname=qualname) for qualname in qualnames)


@pytest.fixture
def changed(tmp_path):
    """Returns the change between two trees, each a map of path to text."""

    def between(old: dict[str, str], new: dict[str, str]):
        indexes, shas, readers = [], [], []
        for number, files in enumerate((old, new)):
            root = tmp_path / str(number)
            for path, text in files.items():
                (root / path).parent.mkdir(parents=True, exist_ok=True)
                (root / path).write_text(text)
            indexes.append(index_files(root, [path for path in files if path.endswith(".py")]))
            shas.append({path: hashlib.sha256(text.encode()).hexdigest() for path, text in files.items()})
            readers.append(lambda path, root=root: (root / path).read_bytes())
        return change_between(*indexes, shas=tuple(shas), read_old=readers[0], read_new=readers[1])

    return between


def edited(old: str, new: str) -> tuple[dict[str, str], dict[str, str]]:
    assert old in BASE
    return {"m.py": BASE}, {"m.py": BASE.replace(old, new)}


def test_equal_trees_differ_in_nothing(changed):
    assert changed({"m.py": BASE, "x.txt": "x"}, {"m.py": BASE, "x.txt": "x"}).is_empty


def test_an_edited_function_is_named_on_both_sides(changed):
    change = changed(*edited("return self.size", "return self.size + 0"))
    assert (change.old, change.new, change.modules) == (names("Box.get"), names("Box.get"), frozenset())


def test_an_edited_nested_function_counts_as_its_outer_one(changed):
    assert changed(*edited("return x\n", "return +x\n")).new == names("first")


def test_added_and_removed_functions_are_on_one_side(changed):
    change = changed(*edited("class Box:", "def added():\n    pass\n\n\nclass Box:"))
    assert (change.old, change.new, change.modules) == (frozenset(), names("added"), frozenset())
    back = changed({"m.py": BASE + "\n\ndef gone():\n    pass\n"}, {"m.py": BASE})
    assert (back.old, back.new) == (names("gone"), frozenset())


@pytest.mark.parametrize(("old", "new"), [("LIMIT = 3", "LIMIT = 4"), ("    size = 1", "    size = 2"), ("import os", "import os, sys")])
def test_what_is_outside_functions_changes_the_module(changed, old, new):
    change = changed(*edited(old, new))
    assert (change.old, change.new, change.modules) == (frozenset(), frozenset(), {"m.py"})


def test_comments_and_empty_lines_outside_functions_change_nothing(changed):
    assert changed(*edited("LIMIT = 3", "# how many\n\nLIMIT = 3")).is_empty


def test_a_new_or_removed_file_is_a_changed_module(changed):
    change = changed({"m.py": BASE}, {"m.py": BASE, "n.py": "def f():\n    pass\n"})
    assert (change.new, change.modules) == (names("f", path="n.py"), {"n.py"})


def test_files_without_an_outline_are_listed(changed):
    change = changed({"m.py": BASE, "data.json": "1", "broken.py": "def ("}, {"m.py": BASE, "data.json": "2", "broken.py": "def (("})
    assert change.others == ("broken.py", "data.json")
    assert not change.is_empty
