"""Which files count as sources; git itself is the judge of the ignore rules."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from codeopt.errors import RepositoryError
from codeopt.syntax.index import list_sources


def test_lists_sorted_sources_and_nothing_else(write):
    root = write({"b.py": "", "a/z.py": "", "a/b.pyw": "", "README.md": "", "a/data.json": "", "x.pyc": ""})
    assert list_sources(root) == ("a/b.pyw", "a/z.py", "b.py")


def test_a_pattern_can_be_taken_back(write):
    root = write({".gitignore": "gen_*.py\n!gen_keep.py\n", "gen_a.py": "", "gen_keep.py": "", "sub/gen_b.py": "", "c.py": ""})
    assert list_sources(root) == ("c.py", "gen_keep.py")


def test_a_nested_file_has_the_last_word_below_its_folder(write):
    root = write(
        {
            ".gitignore": "*_old.py\n/only_root.py\n",
            "a/.gitignore": "!kept_old.py\nlocal.py\n",
            "a/kept_old.py": "",
            "a/gone_old.py": "",
            "a/local.py": "",
            "a/only_root.py": "",
            "a/deep/local.py": "",
            "local.py": "",
            "only_root.py": "",
            "kept_old.py": "",
        }
    )
    assert list_sources(root) == ("a/kept_old.py", "a/only_root.py", "local.py")


def test_nothing_in_an_ignored_folder_can_be_taken_back(write):
    root = write({".gitignore": "build/\n!build/keep.py\n", "build/keep.py": "", "build/.gitignore": "!keep.py\n", "a.py": ""})
    assert list_sources(root) == ("a.py",)


@pytest.mark.parametrize("folder", [".git", ".codeopt", "__pycache__", ".venv", "venv", "node_modules"])
def test_some_folders_are_always_skipped(write, folder):
    root = write({".gitignore": f"!{folder}\n", f"{folder}/a.py": "", f"x/{folder}/a.py": "", "b.py": ""})
    assert list_sources(root) == ("b.py",)


def test_a_virtual_environment_of_any_name_is_skipped(write):
    assert list_sources(write({"env/pyvenv.cfg": "", "env/lib/a.py": "", "b.py": ""})) == ("b.py",)


def test_links_are_not_followed(write, tmp_path):
    root = write({"a/b.py": ""})
    (tmp_path / "outside.py").write_text("", encoding="utf-8")
    (root / "link.py").symlink_to(tmp_path / "outside.py")
    (root / "loop").symlink_to(root)
    (root / "gone.py").symlink_to(root / "nowhere.py")
    assert list_sources(root) == ("a/b.py",)


def test_what_is_no_regular_file_or_no_text_name_is_left_out(write):
    root = write({"a.py": ""})
    os.mkfifo(root / "pipe.py")
    (root / "folder.py").mkdir()
    with open(os.fsencode(root) + b"/caf\xe9.py", "wb"):  # noqa: PTH123 - pathlib takes no bytes
        pass
    assert list_sources(root) == ("a.py",)


def test_a_root_that_is_no_folder_is_a_usage_error(tmp_path):
    with pytest.raises(RepositoryError, match="not a folder"):
        list_sources(tmp_path / "nowhere")


NAMES = st.sampled_from(["a.py", "b.py", "ab.py", "d/a.py", "d/b.py", "d/e/a.py", "e/a.py", "e/d/b.py"])
PATTERNS = st.lists(
    st.sampled_from(
        [
            "*.py",
            "a.py",
            "!a.py",
            "/a.py",
            "d/",
            "!d/",
            "d/*",
            "!d/a.py",
            "**/e",
            "e/**",
            "?b.py",
            "[!a].py",
            "#x",
            "",
            "\\!a.py",
            "d/**/a.py",
        ]
    ),
    max_size=4,
).map("\n".join)


@pytest.mark.skipif(shutil.which("git") is None, reason="git is the judge")
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(names=st.sets(NAMES, min_size=1), top=PATTERNS, inner=PATTERNS)
def test_agrees_with_git(tmp_path_factory, names, top, inner):
    root = tmp_path_factory.mktemp("repo")
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("", encoding="utf-8")
    (root / ".gitignore").write_text(top, encoding="utf-8")
    if (root / "d").is_dir():
        (root / "d" / ".gitignore").write_text(inner, encoding="utf-8")
    assert list_sources(root) == git_sources(root)


def git_sources(root: Path) -> tuple[str, ...]:
    environment = {"PATH": os.environ["PATH"], "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "HOME": str(root)}
    subprocess.run(["git", "init", "-q", root], check=True, env=environment)
    command = ["git", "-C", root, "ls-files", "--others", "--exclude-standard"]
    listed = subprocess.run(command, check=True, env=environment, capture_output=True, text=True).stdout
    return tuple(sorted(path for path in listed.splitlines() if path.endswith(".py")))
