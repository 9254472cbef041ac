from __future__ import annotations

import os

import pytest

from codeopt.adapters.git import open_repository, snapshot
from codeopt.errors import RepositoryError, StoreError
from tests.adapters.git.conftest import Checkout


@pytest.fixture
def dest(tmp_path):
    return tmp_path / "copy"


def taken(checkout, dest):
    """Copy, and return the paths and what was said of those left out."""
    notes: list[str] = []
    return snapshot(checkout.open(), dest, note=notes.append), notes


def test_tracked_and_new_files_are_copied_as_they_are(checkout, dest):
    checkout.write({"a.py": b"other\r\n\xff", "new/c.py": "c\n"})
    paths, notes = taken(checkout, dest)
    assert paths == ("a.py", "new/c.py", "pkg/b.py")
    assert (dest / "a.py").read_bytes() == b"other\r\n\xff"
    assert (dest / "new/c.py").read_text() == "c\n"
    assert sorted(str(path.relative_to(dest)) for path in dest.rglob("*") if path.is_file()) == list(paths)
    assert notes == []


def test_ignored_files_and_runs_are_not_copied(checkout, dest):
    checkout.write({".gitignore": "build/\n", "build/x": "1", ".codeopt/runs/1/store.db": "1"})
    assert taken(checkout, dest)[0] == (".gitignore", "a.py", "pkg/b.py")


def test_deleted_files_are_skipped_in_silence(checkout, dest):
    (checkout.folder / "a.py").unlink()
    (checkout.folder / "pkg" / "b.py").unlink()
    (checkout.folder / "pkg").rmdir()
    assert taken(checkout, dest) == ((), [])


def test_the_tree_the_index_and_git_stay_byte_for_byte_the_same(checkout, dest):
    os.utime(checkout.folder / "a.py", (1, 1))
    checkout.write({"pkg/b.py": "b = 2\n", "new.py": ""})
    before = checkout.fingerprint()
    taken(checkout, dest)
    assert checkout.fingerprint() == before


def test_a_part_of_a_repository_is_copied_relative_to_itself(checkout, dest):
    assert snapshot(open_repository(checkout.folder / "pkg"), dest) == ("b.py",)


def test_modes_are_kept_and_the_copy_can_be_written(checkout, dest):
    (checkout.folder / "a.py").chmod(0o555)
    (checkout.folder / "pkg" / "b.py").chmod(0o444)
    taken(checkout, dest)
    assert oct((dest / "a.py").stat().st_mode & 0o777) == "0o755"
    assert oct((dest / "pkg" / "b.py").stat().st_mode & 0o777) == "0o644"


def test_names_may_hold_anything(checkout, dest):
    odd = ["with space.py", "new\nline.py", "ünï.py", "-dash.py", "*.py", 'quo"te.py', os.fsdecode(b"raw\xff.py"), ":(top)x"]
    checkout.write(dict.fromkeys(odd, "x"))
    checkout.git("add", "--", ":(literal)*.py", ":(literal)-dash.py")
    paths, _ = taken(checkout, dest)
    assert set(odd) < set(paths)
    assert all((dest / name).read_text() == "x" for name in odd)


def test_links_within_stay_links_and_others_are_left_out_and_said(checkout, dest, tmp_path):
    (tmp_path / "secret").write_text("secret")
    links = {
        "inside": "pkg/b.py",
        "pkg/up": "../a.py",
        "folder": "pkg",
        "dangling": "gone.py",
        "outside": "../secret",
        "absolute": str(checkout.folder / "a.py"),
        "chain": "outside",
        "config": ".git/config",
        "loop": "loop",
    }
    for name, target in links.items():
        (checkout.folder / name).symlink_to(target)
    paths, notes = taken(checkout, dest)
    assert paths == ("a.py", "dangling", "folder", "inside", "loop", "pkg/b.py", "pkg/up")
    assert [str((dest / name).readlink()) for name in ("inside", "pkg/up")] == ["pkg/b.py", "../a.py"]
    assert [note.split(":")[0] for note in notes] == ["absolute", "chain", "config", "outside"]
    assert notes[-1] == "outside: is a symbolic link that leads outside; left out"


def test_a_tracked_folder_that_became_a_link_is_not_followed(checkout, dest, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "b.py").write_text("secret")
    (checkout.folder / "pkg" / "b.py").unlink()
    (checkout.folder / "pkg").rmdir()
    (checkout.folder / "pkg").symlink_to(tmp_path / "elsewhere")
    paths, notes = taken(checkout, dest)
    assert paths == ("a.py",)
    assert "pkg/b.py: lies behind a symbolic link; left out" in notes


def test_submodules_and_repositories_within_are_left_out_and_said(checkout, dest, tmp_path):
    other = Checkout(tmp_path / "other").write({"c.py": "c"}).commit()
    checkout.git("-c", "protocol.file.allow=always", "submodule", "add", "-q", str(other.folder), "module")
    Checkout(checkout.folder / "nested").write({"d.py": "d"}).commit()
    paths, notes = taken(checkout, dest)
    assert paths == (".gitmodules", "a.py", "pkg/b.py")
    assert [note.split(":")[0] for note in notes] == ["module", "nested/"]
    assert "submodule" in notes[0]


def test_a_file_in_conflict_is_copied_once(checkout, dest):
    checkout.git("checkout", "-q", "-b", "side")
    checkout.write({"a.py": "side\n"}).commit()
    checkout.git("checkout", "-q", "main")
    checkout.write({"a.py": "main\n"}).commit()
    with pytest.raises(Exception, match="merge"):
        checkout.git("merge", "side")
    paths, _ = taken(checkout, dest)
    assert paths == ("a.py", "pkg/b.py")
    assert "<<<<<<<" in (dest / "a.py").read_text()


def test_a_special_file_is_left_out_and_said(checkout, dest):
    (checkout.folder / "a.py").unlink()
    os.mkfifo(checkout.folder / "a.py")
    assert taken(checkout, dest) == (("pkg/b.py",), ["a.py: is no regular file; left out"])


def test_a_copy_that_cannot_be_written_is_said(checkout, dest):
    dest.write_text("in the way")
    with pytest.raises(StoreError, match="cannot be written") as caught:
        taken(checkout, dest)
    assert "\n" not in str(caught.value)


def test_a_file_that_cannot_be_read_is_said(checkout, tmp_path):
    if os.geteuid() != 0:
        pytest.skip("needs another user")
    repository = checkout.open()
    (checkout.folder / "a.py").chmod(0)
    (tmp_path / "copy").mkdir(mode=0o777)
    (tmp_path / "copy").chmod(0o777)
    for folder in (tmp_path, *tmp_path.parents[:3]):
        folder.chmod(0o755)
    pid = os.fork()  # root reads everything, so somebody else copies
    if pid == 0:
        os.setuid(65534)
        status = 1
        try:
            snapshot(repository, tmp_path / "copy")
        except RepositoryError as error:
            status = 0 if "a.py: cannot be read" in str(error) else 2
        finally:
            os._exit(status)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
