"""Diffs, checked against git itself."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codeopt.model.patch import Edit, Patch
from codeopt.patching.diff import unified_diff
from codeopt.patching.versions import patch_between

_LINES = [
    b"a\n",
    b"b\n",
    b"\n",
    b"a\r\n",
    b"\t x \r\n",
    b"\xff\xfe\n",
    b"-\n",
    b"+x\n",
    "é\x0c\n".encode(),
    b"@@ -1 +1 @@\n",
    b"\x85\x1c\n",
    b"end",
    b"-- a\n",
]
_TEXTS = st.lists(st.sampled_from(_LINES), max_size=30).map(b"".join)


def _git_apply(diff: str, files: dict[str, bytes], root: Path) -> dict[str, bytes]:
    """Lay a diff over files with git and return them."""
    for path, content in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(content)
    clean = {"PATH": os.environ["PATH"], "HOME": str(root), "GIT_CONFIG_NOSYSTEM": "1", "GIT_CEILING_DIRECTORIES": str(root.parent)}
    done = subprocess.run(
        ["git", "apply", "--whitespace=nowarn", "-"],
        input=diff.encode("utf-8", "surrogateescape"),
        cwd=root,
        env=clean,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode() + diff
    return {path: (root / path).read_bytes() for path in files}


@settings(max_examples=60, deadline=None)
@given(_TEXTS, _TEXTS)
def test_git_applies_the_diff_of_any_two_texts(before, after):
    diff = unified_diff(patch_between("f.py", before, after), {"f.py": before})
    if before == after:
        assert diff == ""
        return
    with TemporaryDirectory() as folder:
        assert _git_apply(diff, {"f.py": before}, Path(folder)) == {"f.py": after}


@pytest.mark.parametrize("path", ["a b.py", "dir with space/ü.py", 'quo"te.py', "tab\there.py", "$(x);&.py"])
def test_git_reads_unusual_names(path, tmp_path):
    diff = unified_diff(patch_between(path, b"1\n2\n", b"1\n3\n"), {path: b"1\n2\n"})
    assert _git_apply(diff, {path: b"1\n2\n"}, tmp_path) == {path: b"1\n3\n"}


def test_git_applies_a_diff_of_several_files(tmp_path):
    lines = [f"{number:02}\n".encode() for number in range(40)]
    files = {"a.py": b"".join(lines), "b/c.py": b"x"}
    edits = (
        Edit(path="a.py", start_byte=3, before=b"01", after=b"one"),
        Edit(path="a.py", start_byte=60, before=b"20\n", after=b""),
        Edit(path="b/c.py", start_byte=1, before=b"", after=b"y"),
    )
    diff = unified_diff(Patch(edits=edits), files)
    assert diff.count("\n@@ -") == 3
    assert _git_apply(diff, files, tmp_path) == {"a.py": b"".join([lines[0], b"one\n", *lines[2:20], *lines[21:]]), "b/c.py": b"xy"}


def test_a_diff_reads_as_git_writes_it():
    before = b"1\n2\n3\n4\n5\n6"
    assert unified_diff(patch_between("x.py", before, b"1\n2\n3\n4\nfive\n6\n"), {"x.py": before}) == (
        "diff --git a/x.py b/x.py\n--- a/x.py\n+++ b/x.py\n@@ -2,5 +2,5 @@\n 2\n 3\n 4\n-5\n-6\n\\ No newline at end of file\n+five\n+6\n"
    )


def test_bytes_that_are_no_text_come_back():
    before, after = b"# \xe9\nx = 1\n", b"# \xe9\nx = 2\n"
    assert b" # \xe9\n-x = 1\n+x = 2\n" in unified_diff(patch_between("l.py", before, after), {"l.py": before}).encode(
        "utf-8", "surrogateescape"
    )
