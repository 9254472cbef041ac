from __future__ import annotations

import difflib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from codeopt.adapters.git import changes, snapshot
from codeopt.errors import PatchError, StoreError

GOOD = b"--- a/a.py\n+++ b/a.py\n@@ -1,3 +1,3 @@\n one\n-two\n+TWO\n three\n"


@pytest.fixture
def tree(checkout, tmp_path):
    """A snapshot."""
    snapshot(checkout.open(), tmp_path / "tree")
    return tmp_path / "tree"


@pytest.fixture
def scratch(tmp_path):
    (tmp_path / "scratch").mkdir()
    return tmp_path / "scratch"


def refusal(patch, tree, scratch) -> str:
    with pytest.raises(PatchError) as caught:
        changes(patch, tree, scratch)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 400
    assert list(scratch.iterdir()) == []
    return str(caught.value)


def test_a_diff_gives_before_and_after_and_leaves_the_snapshot_alone(tree, scratch):
    assert changes(GOOD, tree, scratch) == {"a.py": (b"one\ntwo\nthree\n", b"one\nTWO\nthree\n")}
    assert (tree / "a.py").read_bytes() == b"one\ntwo\nthree\n"
    assert list(scratch.iterdir()) == []


def test_a_diff_may_lie_in_a_file(tree, scratch, tmp_path):
    (tmp_path / "x.diff").write_bytes(GOOD)
    assert list(changes(tmp_path / "x.diff", tree, scratch)) == ["a.py"]


def test_what_git_diff_writes_is_taken(checkout, tree, scratch):
    checkout.write({"a.py": "one\n2\nthree\n", "pkg/b.py": "b = 2\n"})
    patch = checkout.git("diff").encode() + b"\n"
    assert {path: after for path, (_, after) in changes(patch, tree, scratch).items()} == {
        "a.py": b"one\n2\nthree\n",
        "pkg/b.py": b"b = 2\n",
    }


def test_a_mail_with_a_diff_is_taken(checkout, tree, scratch):
    checkout.write({"a.py": "one\n2\nthree\n"}).commit("faster")
    assert list(changes(checkout.git("format-patch", "-1", "--stdout").encode() + b"\n", tree, scratch)) == ["a.py"]


def test_the_scratch_folder_may_lie_in_the_users_repository(checkout, tree):
    scratch = checkout.folder / ".codeopt" / "scratch"
    scratch.mkdir(parents=True)
    before = checkout.fingerprint()
    assert list(changes(GOOD, tree, scratch)) == ["a.py"]
    assert {path for path, seen in checkout.fingerprint().items() if seen[0] != before[path][0]} == set()


def test_settings_of_the_users_do_not_change_what_applies(tree, scratch, tmp_path, monkeypatch):
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / ".gitconfig").write_text("[apply]\n\twhitespace = fix\n\tignoreWhitespace = change\n")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    trailing = GOOD.replace(b"+TWO", b"+TWO  ")
    assert changes(trailing, tree, scratch)["a.py"][1] == b"one\nTWO  \nthree\n"
    (tree / "a.py").write_text("one\ntwo   words\nthree\n")
    assert "does not apply" in refusal(GOOD.replace(b"-two", b"-two words"), tree, scratch)


def test_a_diff_of_the_whole_repository_fits_a_part_of_it(checkout, scratch):
    checkout.write({"pkg/b.py": "b = 2\n"})
    patch = checkout.git("diff").encode() + b"\n"
    checkout.git("checkout", "-q", ".")
    assert changes(patch, checkout.folder / "pkg", scratch, prefix="pkg/") == {"b.py": (b"b = 1\n", b"b = 2\n")}
    relative = patch.replace(b"pkg/b.py", b"b.py")
    assert list(changes(relative, checkout.folder / "pkg", scratch, prefix="pkg/")) == ["b.py"]


def test_line_ends_and_bytes_that_are_no_text_survive(tree, scratch):
    (tree / "a.py").write_bytes(b"one\r\n\xff\r\nthree")
    patch = b"--- a/a.py\n+++ b/a.py\n@@ -1,3 +1,3 @@\n one\r\n-\xff\r\n+\xfe\r\n three\n\\ No newline at end of file\n"
    assert changes(patch, tree, scratch) == {"a.py": (b"one\r\n\xff\r\nthree", b"one\r\n\xfe\r\nthree")}


@pytest.mark.parametrize("patch", [b"", b"  \n\n"])
def test_an_empty_patch_is_refused(tree, scratch, patch):
    assert "the patch is empty" in refusal(patch, tree, scratch)


@pytest.mark.parametrize("patch", [b"hello\n", b"\x00\x01\x02", b"def f():\n    return 1\n"])
def test_what_is_no_patch_is_refused(tree, scratch, patch):
    assert "give a unified diff" in refusal(patch, tree, scratch)


def test_a_patch_of_other_code_says_where_it_does_not_apply(tree, scratch):
    message = refusal(GOOD.replace(b"-two", b"-2"), tree, scratch)
    assert "patch failed: a.py:1" in message
    assert "make it anew with `git diff`" in message


def test_a_cut_off_patch_is_refused(tree, scratch):
    assert "corrupt patch" in refusal(GOOD[:-8], tree, scratch)


def test_a_patch_that_changes_nothing_is_refused(tree, scratch):
    back = GOOD.replace(b"-two\n+TWO", b"-TWO\n+two")
    assert "changes nothing" in refusal(GOOD + back, tree, scratch)


OUTSIDE = {
    "parent": GOOD.replace(b"a/a.py", b"a/../a.py").replace(b"b/a.py", b"b/../a.py"),
    "deep": GOOD.replace(b"/a.py", b"/pkg/../../a.py"),
    "absolute": GOOD.replace(b"a/a.py", b"//etc/passwd").replace(b"b/a.py", b"//etc/passwd"),
    "git": GOOD.replace(b"/a.py", b"/.git/config"),
}


@pytest.mark.parametrize("name", OUTSIDE)
def test_a_patch_that_leaves_the_repository_is_refused(tree, scratch, name):
    assert refusal(OUTSIDE[name], tree, scratch).startswith(("the patch touches", "the patch does not apply"))


def test_a_patch_of_an_unknown_file_is_refused(tree, scratch):
    assert "'gone.py', which is no file of the repository" in refusal(GOOD.replace(b"a.py", b"gone.py"), tree, scratch)


MORE = {
    "creates": b"diff --git a/new.py b/new.py\nnew file mode 100644\n--- /dev/null\n+++ b/new.py\n@@ -0,0 +1 @@\n+x\n",
    "creates plainly": b"--- /dev/null\n+++ b/new.py\n@@ -0,0 +1 @@\n+x\n",
    "deletes": b"diff --git a/pkg/b.py b/pkg/b.py\ndeleted file mode 100644\n--- a/pkg/b.py\n+++ /dev/null\n@@ -1 +0,0 @@\n-b = 1\n",
    "renames": b"diff --git a/a.py b/c.py\nsimilarity index 100%\nrename from a.py\nrename to c.py\n",
    "copies": b"diff --git a/a.py b/c.py\nsimilarity index 100%\ncopy from a.py\ncopy to c.py\n",
    "mode": b"diff --git a/a.py b/a.py\nold mode 100644\nnew mode 100755\n",
    "mode and text": b"diff --git a/a.py b/a.py\nold mode 100644\nnew mode 100755\n" + GOOD,
    "links": b"diff --git a/l b/l\nnew file mode 120000\n--- /dev/null\n+++ b/l\n@@ -0,0 +1 @@\n+/etc/passwd\n\\ No newline\n",
}


@pytest.mark.parametrize("name", MORE)
def test_a_patch_that_does_more_than_change_text_is_refused(tree, scratch, name):
    assert "leave only edits of existing files" in refusal(MORE[name], tree, scratch)
    assert "leave only edits of existing files" in refusal(GOOD + MORE[name], tree, scratch)


def test_a_patch_that_turns_a_file_into_a_link_is_refused(checkout, tree, scratch):
    (checkout.folder / "a.py").unlink()
    (checkout.folder / "a.py").symlink_to("/etc/passwd")
    refusal(checkout.git("diff").encode() + b"\n", tree, scratch)


def test_a_binary_patch_is_refused(checkout, tree, scratch):
    checkout.write({"x.bin": b"\x00\x01" * 50}).commit()
    checkout.write({"x.bin": b"\x00\x02" * 50})
    snapshot(checkout.open(), tree / "second")
    patch = checkout.git("diff", "--binary").encode() + b"\n\n"
    assert "binary file, 'x.bin'" in refusal(patch, tree / "second", scratch)


def test_a_link_in_the_snapshot_is_not_written_through(tree, scratch):
    (tree / "link.py").symlink_to("a.py")
    (tree / "folder").symlink_to("pkg")
    assert "symbolic link" in refusal(GOOD.replace(b"a.py", b"link.py"), tree, scratch)
    assert "symbolic link" in refusal(GOOD.replace(b"a.py", b"folder/b.py"), tree, scratch)


def test_a_patch_file_that_cannot_be_read_is_said(tree, scratch, tmp_path):
    assert str(tmp_path / "gone.diff") in refusal(tmp_path / "gone.diff", tree, scratch)
    assert "cannot be read" in refusal(tmp_path, tree, scratch)


def test_a_scratch_folder_that_is_gone_is_said(tree, tmp_path):
    with pytest.raises(StoreError, match="cannot be tried here"):
        changes(GOOD, tree, tmp_path / "gone")


LINES = st.lists(st.sampled_from(["x = 1", "y = 2", "", "    z", "\t", "# é", "a b"]), min_size=1, max_size=12)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(old=LINES, new=LINES)
def test_applying_the_diff_of_two_texts_gives_the_second(tree, scratch, old, new):
    before, after = ("\n".join([*lines, "end"]) + "\n" for lines in (old, new))
    if before == after:
        return
    (tree / "a.py").write_text(before, encoding="utf-8")
    patch = "".join(difflib.unified_diff(before.splitlines(keepends=True), after.splitlines(keepends=True), "a/a.py", "b/a.py"))
    assert changes(patch.encode(), tree, scratch) == {"a.py": (before.encode(), after.encode())}
