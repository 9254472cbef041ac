"""What every sandbox does with files: the tree, what is laid over it, and what goes in and out."""

from __future__ import annotations

import pytest

from codeopt.model.work import Command
from codeopt.ports import SandboxProvider
from tests.conformance.sandbox_scene import said

__all__ = ["FILE_CHECKS", "TREE_CHECKS"]


def files_come_back_as_they_went_in(provider: SandboxProvider) -> None:
    data = bytes(range(256)) * 4000
    with provider.open({}) as sandbox:
        sandbox.write({f"{sandbox.out}/a": data, f"{sandbox.out}/deep/er/b": b""})
        assert sandbox.read(f"{sandbox.out}/a", limit_bytes=len(data)) == data
        assert sandbox.read(f"{sandbox.out}/deep/er/b", limit_bytes=0) == b""


def a_later_write_wins(provider: SandboxProvider) -> None:
    with provider.open({}) as sandbox:
        sandbox.write({f"{sandbox.out}/a": b"first, and longer"})
        sandbox.write({f"{sandbox.out}/a": b"second"})
        assert sandbox.read(f"{sandbox.out}/a", limit_bytes=100) == b"second"


def what_cannot_be_read_is_none(provider: SandboxProvider) -> None:
    with provider.open({}) as sandbox:
        sandbox.write({f"{sandbox.out}/large": b"x" * 11})
        assert sandbox.read(f"{sandbox.out}/missing", limit_bytes=10) is None
        assert sandbox.read(f"{sandbox.out}/large", limit_bytes=10) is None
        assert sandbox.read(sandbox.out, limit_bytes=10) is None


def files_stay_within_out(provider: SandboxProvider) -> None:
    with provider.open({}) as sandbox:
        for path in (f"{sandbox.tree}/top.py", f"{sandbox.out}/../tree/top.py", "/etc/passwd"):
            assert sandbox.read(path, limit_bytes=100_000) is None, path
        with pytest.raises(ValueError, match="out"):
            sandbox.write({f"{sandbox.tree}/top.py": b"LEVEL = 1\n"})


def programs_see_written_files(provider: SandboxProvider) -> None:
    with provider.open({}) as sandbox:
        sandbox.write({f"{sandbox.out}/given": b"42"})
        said(
            sandbox,
            "import sys; n = int(open(sys.argv[1] + '/given').read()); open(sys.argv[1] + '/taken', 'w').write(str(n + 1))",
            sandbox.out,
        )
        assert sandbox.read(f"{sandbox.out}/taken", limit_bytes=10) == b"43"


def links_are_not_followed(provider: SandboxProvider) -> None:
    code = """
import os, sys
out, tree = sys.argv[1:]
os.symlink("/etc/passwd", out + "/file")
os.symlink(tree, out + "/folder")
os.symlink(out + "/real", out + "/inner")
os.mkfifo(out + "/pipe")
"""
    with provider.open({}) as sandbox:
        said(sandbox, code, sandbox.out, sandbox.tree)
        for name in ("file", "folder/top.py", "pipe"):
            assert sandbox.read(f"{sandbox.out}/{name}", limit_bytes=100_000) is None, name


def the_overlay_lies_over_the_snapshot(provider: SandboxProvider) -> None:
    with provider.open({"src/greeting.py": b"WORD = 'bye'\n", "new/file.py": b"", "run.sh": b"#!/bin/sh\necho ran anew\n"}) as sandbox:
        assert said(sandbox, "import greeting, top; print(greeting.WORD, top.LEVEL)") == "bye 0"
        assert said(sandbox, "import os; print(os.path.exists('new/file.py'))") == "True"
        # What could be executed still can.
        assert sandbox.run(Command(argv=("./run.sh",), timeout_s=60.0)).stdout == b"ran anew\n"


def the_overlay_stays_in_the_tree(provider: SandboxProvider) -> None:
    for path in ("../out/x", "/etc/x", "src/../../x"):
        with pytest.raises(ValueError, match="leaves"), provider.open({path: b""}):
            pass


def every_sandbox_has_a_fresh_tree(provider: SandboxProvider) -> None:
    with provider.open({"top.py": b"LEVEL = 1\n"}) as sandbox:
        said(sandbox, "open('leaving', 'w').write('x'); open('src/greeting.py', 'w').write('WORD = 1')")
        sandbox.write({f"{sandbox.out}/leaving": b"x"})
    with provider.open({}) as sandbox:
        assert said(sandbox, "import greeting, top, os; print(greeting.WORD, top.LEVEL, os.path.exists('leaving'))") == "hello 0 False"
        assert sandbox.read(f"{sandbox.out}/leaving", limit_bytes=10) is None


def two_sandboxes_live_side_by_side(provider: SandboxProvider) -> None:
    with provider.open({"top.py": b"LEVEL = 1\n"}) as first, provider.open({"top.py": b"LEVEL = 2\n"}) as second:
        first.write({f"{first.out}/a": b"1"})
        assert second.read(f"{second.out}/a", limit_bytes=10) is None
        assert (said(first, "import top; print(top.LEVEL)"), said(second, "import top; print(top.LEVEL)")) == ("1", "2")


def the_tools_are_there(provider: SandboxProvider) -> None:
    with provider.open({}) as sandbox:
        assert said(sandbox, "import os, sys; print(os.path.isfile(sys.argv[1] + '/worker.py'))", sandbox.tools) == "True"


FILE_CHECKS = (
    files_come_back_as_they_went_in,
    a_later_write_wins,
    what_cannot_be_read_is_none,
    files_stay_within_out,
)
TREE_CHECKS = (
    programs_see_written_files,
    links_are_not_followed,
    the_overlay_lies_over_the_snapshot,
    the_overlay_stays_in_the_tree,
    every_sandbox_has_a_fresh_tree,
    two_sandboxes_live_side_by_side,
    the_tools_are_there,
)
