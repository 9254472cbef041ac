"""What goes into a container as an archive arrives as it was, and where it should."""

from __future__ import annotations

import io
import os
import tarfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeopt.adapters.docker.archive import END, pack_files, pack_folder

NAMES = st.lists(st.text("abcä. ", min_size=1, max_size=20).filter(lambda name: set(name) != {"."}), min_size=1, max_size=3).map("/".join)


def members(archive: bytes) -> dict[str, tarfile.TarInfo]:
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        return {member.name: member for member in tar}


def content(archive: bytes, name: str) -> bytes:
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        file = tar.extractfile(name)
        assert file is not None
        return file.read()


@given(
    first=st.dictionaries(NAMES, st.binary(max_size=2000), max_size=4), second=st.dictionaries(NAMES, st.binary(max_size=2000), max_size=4)
)
def test_archives_can_be_joined_and_the_last_one_wins(first, second):
    archive = pack_files(first, "tree") + pack_files(second, "tree") + END
    for path, data in {**first, **second}.items():
        with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
            last = [member for member in tar if member.name == f"tree/{path}"][-1]
            assert tar.extractfile(last).read() == data


@pytest.mark.parametrize("path", ["/etc/passwd", "../x", "a/../../x", ""])
def test_paths_that_leave_their_folder_are_refused(path):
    with pytest.raises(ValueError, match="leaves its folder"):
        pack_files({path: b""}, "tree")


def test_a_folder_keeps_modes_and_links_and_forgets_owners(tmp_path):
    (tmp_path / "run").write_bytes(b"x")
    (tmp_path / "run").chmod(0o755)
    (tmp_path / "link").symlink_to("/etc/passwd")
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "skip").mkdir()
    (tmp_path / "deep" / "skip" / "file").write_bytes(b"y")
    os.mkfifo(tmp_path / "pipe")
    found = members(pack_folder(tmp_path, "tree", ignore=frozenset({"skip"})) + END)
    assert set(found) == {"tree", "tree/run", "tree/link", "tree/deep"}
    assert found["tree/run"].mode == 0o755
    assert found["tree/link"].issym()
    assert {(member.uid, member.uname) for member in found.values()} == {(0, "")}


def test_an_overlaid_file_replaces_the_folders(tmp_path):
    (tmp_path / "a").write_bytes(b"old")
    archive = pack_folder(tmp_path, "tree") + pack_files({"a": b"new"}, "tree", mode=lambda _: 0o755) + END
    assert content(archive, "tree/a") == b"new"
    assert members(archive)["tree/a"].mode == 0o755
