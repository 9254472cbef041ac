"""What `codeopt init` adds to a file, which stays as it is, and to which files it adds nothing."""

from __future__ import annotations

import tomllib

import pytest

from codeopt.app.init import init, write
from codeopt.errors import ConfigError, StoreError

PROJECT = '# mine\n[project]\nname = "slow"   # the name\nversion = "1"\n\n[project.optional-dependencies]\ntest = ["pytest"]\n'


@pytest.mark.parametrize(
    "text",
    [
        PROJECT,
        PROJECT.replace("\n", "\r\n"),
        PROJECT.removesuffix("\n"),
        PROJECT + "\n\n\n",
        "",
        "# only a comment",
        "[tool]\n",
        "[tool.black]\nline-length = 100\n",
        "tool.black.line-length = 100\n",
        '[[tool.uv.index]]\nname = "a"\n',
        '[tool.a]\ntext = """\n[tool.codeopt]\n"""',
    ],
    ids=range(11),
)
def test_what_was_there_stays_byte_for_byte(make_repo, text):
    root = make_repo(pyproject__toml=None)
    (root / "pyproject.toml").write_bytes(text.encode())
    before = text.encode()
    write(root, init(root))
    after = (root / "pyproject.toml").read_bytes()
    assert after.startswith(before)
    added = after[len(before) :]
    assert added.count(b"\n") == (added.count(b"\r\n") if b"\r\n" in before else added.replace(b"\r\n", b"").count(b"\n"))
    was, now = tomllib.loads(text), tomllib.loads(after.decode())
    assert now.setdefault("tool", {}).pop("codeopt")["tests"] == "python -m pytest -q"
    assert (now.pop("tool"), now) == (was.pop("tool", {}), was)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[tool.codeopt]\n", "already; change it there"),
        ('[tool.codeopt]\ntests = "x"\n', "already; change it there"),
        ("tool.codeopt.seed = 1\n", "already; change it there"),
        ("[tool.codeopt.deep]\n", "already; change it there"),
        ("tool = {black = 1}\n", "cannot be added behind"),
        ("tool = 1\n", "cannot be added behind"),
        ("[[tool]]\n", "cannot be added behind"),
        ("[project\n", "cannot be read as TOML"),
        ("\ufeff[project]\n", "cannot be read as TOML"),
        ("name = '\udcff'\n", "cannot be read as TOML"),
    ],
    ids=range(10),
)
def test_what_cannot_be_added_to_is_left_as_it_is(make_repo, text, said):
    root = make_repo(pyproject__toml=None)
    (root / "pyproject.toml").write_bytes(text.encode(errors="surrogateescape"))
    with pytest.raises(ConfigError, match=said) as caught:
        init(root)
    assert "\n" not in str(caught.value)


def test_a_file_that_changed_meanwhile_is_left_alone(make_repo):
    root = make_repo(pyproject__toml=PROJECT)
    made = init(root)
    (root / "pyproject.toml").write_text("# new\n")
    with pytest.raises(ConfigError, match="start again"):
        write(root, made)
    assert (root / "pyproject.toml").read_text() == "# new\n"


def test_a_folder_of_that_name_is_told(make_repo):
    root = make_repo(pyproject__toml=None)
    made = init(root)
    (root / "pyproject.toml").mkdir()
    with pytest.raises(ConfigError, match="cannot be read"):
        write(root, made)


def test_a_file_that_cannot_be_written_is_told(make_repo, tmp_path):
    made = init(make_repo(pyproject__toml=None))
    with pytest.raises(StoreError, match="--dry-run"):
        write(tmp_path / "gone", made)
