from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeopt.bot.guard import never_pushed, through_link

FREE = [
    "a.py",
    "src/pkg/core.py",
    "src/pkg/fast.pyx",
    "pkg/core.pyi",
    "pkg/requirements.py",
    "pkg/build.py",
    "pkg/latest.py",
    "pkg/contest/rank.py",
    "pkg/secretary.py",
    "pkg/key.py",
    "pkg/dead-lock.py",
    "pkg/environment.py",
    "größe.py",
    "模块/数据.py",
    "my tool/a b.py",
    "файл.py",
]
HELD = {
    "workflows": [".github/workflows/ci.yml", ".github/scripts/run.py", ".gitlab/a.py", "sub/.github/x.py", ".forgejo/a.py"],
    "continuous integration": [".gitlab-ci.yml", ".circleci/config.py", ".travis.yml", "Jenkinsfile", "noxfile.py", "azure-pipelines.yml"],
    "pins versions": [
        "uv.lock",
        "poetry.lock",
        "a/package-lock.json",
        "pnpm-lock.yaml",
        "requirements-dev.txt",
        "go.sum",
        "yarn.lock",
        "bun.lockb",
    ],
    "secrets": [
        ".env",
        ".env.local",
        "prod.env",
        "a/b.pem",
        "x.key",
        "id_rsa",
        "id_ed25519.pub",
        ".netrc",
        ".pypirc",
        "credentials.py",
        "secrets.py",
    ],
    "tests": ["tests/a.py", "pkg/test/a.py", "test_a.py", "pkg/a_test.py", "conftest.py", "pkg/conftest.py", "unit_tests/a.py", "tests.py"],
    "benchmarks": ["benchmarks/a.py", "asv_bench/a.py", "bench_a.py"],
    "git's own": [".git/hooks/a.py", ".gitattributes", ".gitmodules", "sub/.git/a.py", ".gitignore"],
    "built and installed": ["setup.py", "pkg/setup.py", "setup.cfg", "pyproject.toml", "build.py", "hatch_build.py", "Dockerfile"],
    "start of every process": ["sitecustomize.py", "src/usercustomize.py", "a.pth"],
    "hidden": [".hidden/a.py", "pkg/.a.py", ".py"],
    "no Python source": ["README.md", "a.txt", "a.so", "a", "a.py.txt", "a.c", "a.pyc", "py"],
    "no plain path": ["", "/a.py", "../a.py", "a/../b.py", "./a.py", "a//b.py", "a/", "/", "..", "a/./b.py"],
    "characters": [
        "a\\b.py",
        "a\n.py",
        "a\0.py",
        ".gi\u200ct/a.py",
        "a\u202eyp.py",
        "c:/a.py",
        "a*.py",
        "a\u00a0b.py",
        "a\u3164.py",
        "a\ufe0f.py",
    ],
    "another file system": [".github /a.py", "tests./a.py", "GITHUB~1/a.py", " a.py", "a.py ", "a.py."],
    "look like": ["\uff54ests/a.py", "a\uff0epy", "te\u017fts/a.py", "t\u0435sts/a.py", ".g\u0456thub/a.py", "u\u0308.py", "\u2126.py"],
}


@pytest.mark.parametrize("path", FREE)
def test_sources_may_be_pushed(path):
    assert never_pushed([path]) is None


@pytest.mark.parametrize(("reason", "path"), [(reason, path) for reason, paths in HELD.items() for path in paths])
def test_what_is_no_ordinary_source_is_never_pushed_and_the_reason_is_told(reason, path):
    said = never_pushed(["a.py", path])
    assert said is not None
    if reason not in {"tests", "start of every process"}:
        assert reason in said
    assert said.isprintable()


@pytest.mark.parametrize("path", [path for reason in HELD for path in HELD[reason] if path.isascii()])
def test_case_hides_nothing(path):
    assert never_pushed([path.upper()])
    assert never_pushed([path.title()])


def test_no_file_is_no_reason():
    assert never_pushed([]) is None


def test_a_long_path_is_told_shortened():
    said = never_pushed(["x" * 5_000])
    assert said is not None
    assert len(said) < 300


WORDS = st.from_regex(r"[a-z]{1,8}", fullmatch=True)
HELD_PATHS = st.sampled_from([path for reason in HELD for path in HELD[reason] if path])


@given(st.lists(WORDS, max_size=3), HELD_PATHS, st.data())
def test_nothing_that_is_held_is_freed_by_folders_case_or_wide_letters(folders, path, data):
    """But for what is held at the root alone, and for a hidden name that is none without its dot."""
    hidden = "/".join([*folders, path]) if path != "build.py" else path
    letters = [data.draw(st.sampled_from([letter, letter.upper(), _wide(letter)])) for letter in hidden]
    assert never_pushed(["".join(letters)])


@given(st.text(max_size=30))
def test_whatever_the_path_the_answer_is_one_line_or_none(path):
    said = never_pushed([path])
    assert said is None or said.isprintable()


@given(st.text(st.sampled_from("aAt/.~ \\\u200b\u0435\uff54_ps"), max_size=14))
def test_what_may_be_pushed_is_a_plain_source(stem):
    path = f"{stem}.py"
    if never_pushed([path]) is None:
        assert unicodedata.normalize("NFKC", path) == path
        assert not path.startswith("/")
        assert {"", ".", ".."}.isdisjoint(path.split("/"))
        assert "\\" not in path
        assert "\u200b" not in path


@given(st.permutations(["a.py", "b/c.py", "tests/d.py", "e.pyx"]))
def test_one_file_is_enough_wherever_it_stands(paths):
    assert never_pushed(paths)


def test_links_are_seen_in_the_tree(tmp_path):
    tree = tmp_path / "tree"
    (tree / "pkg").mkdir(parents=True)
    (tree / "pkg" / "a.py").write_text("a = 1\n")
    (tree / "linked").symlink_to(".git")
    (tree / "pkg" / "b.py").symlink_to("a.py")
    (tree / "pkg" / "gone.py").symlink_to("/nowhere")
    assert through_link(tree, ["pkg/a.py"]) is None
    for path in ("linked/hooks.py", "pkg/b.py", "pkg/gone.py"):
        assert "symbolic link" in (through_link(tree, ["pkg/a.py", path]) or "")
    for path in ("pkg", "pkg/new.py"):
        assert "is no file" in (through_link(tree, [path]) or "")


def _wide(letter: str) -> str:
    """Return the letter as East Asian type sets have it."""
    return chr(ord(letter) + 0xFEE0) if "!" <= letter <= "~" else letter
