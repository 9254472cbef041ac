"""Has git itself apply a diff to a copy of the files that it names, and says what came of it.

Only changes to the text of files that exist are taken: nothing is created, deleted, renamed, linked or made executable.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

from codeopt.adapters.git.program import Git, GitResult
from codeopt.errors import PatchError, StoreError

__all__ = ["changes"]

PATCH_BYTES = 10_000_000
SHOWN = 100
AGAIN = "make it anew with `git diff` on the files as they are now"


def changes(patch_file: Path | bytes, snapshot_dir: Path, scratch: Path, *, prefix: str = "") -> dict[str, tuple[bytes, bytes]]:
    """Return path -> (bytes before, bytes after) of each file that a unified diff changes; the snapshot stays as it is.

    A diff of the whole repository fits a part of it as well: where all its paths begin with `prefix` (`Repository.prefix`) and
    none exists as it stands, they are taken relative to that.

    Raises:
        PatchError: it is empty, does not apply, touches anything outside or anything but the text of existing files.
        RepositoryError: git is missing.
        StoreError: `scratch` cannot be written.
    """
    patch = patch_file if isinstance(patch_file, bytes) else _read(patch_file)
    if not patch.strip():
        raise PatchError("the patch is empty; " + AGAIN)
    try:
        with tempfile.TemporaryDirectory(dir=scratch, prefix="apply-") as name:
            return _applied(patch, snapshot_dir, Path(name).resolve(), prefix)
    except OSError as error:
        raise StoreError(f"{scratch}: a patch cannot be tried here: {error.strerror}; free some space or make it writable") from error


def _applied(patch: bytes, snapshot_dir: Path, copy: Path, prefix: str) -> dict[str, tuple[bytes, bytes]]:
    # Without the ceiling git would find a repository around the copy, and skip what lies outside of it in silence.
    git = Git(folder=copy, env={"GIT_CEILING_DIRECTORIES": str(copy.parent), "GIT_CONFIG_GLOBAL": "/dev/null"})
    strip = 1
    paths = _paths(git, patch, strip)
    if prefix and all(path.startswith(prefix) and not (snapshot_dir / path).exists() for path in paths):
        strip += prefix.count("/")
        paths = _paths(git, patch, strip)
    before = {path: _original(snapshot_dir, path) for path in paths}
    for path, content in before.items():
        (copy / path).parent.mkdir(parents=True, exist_ok=True)
        (copy / path).write_bytes(content)
    result = git.ask("apply", f"-p{strip}", "--whitespace=nowarn", "-", stdin=patch)
    if result.status:
        raise _refusal(result)
    changed = {path: (content, (copy / path).read_bytes()) for path, content in before.items()}
    changed = {path: pair for path, pair in changed.items() if pair[0] != pair[1]}
    if not changed:
        raise PatchError("the patch changes nothing; " + AGAIN)
    return changed


def _paths(git: Git, patch: bytes, strip: int) -> Sequence[str]:
    """Return the files that a patch changes, after looking at all that git says it would do."""
    result = git.ask("apply", f"-p{strip}", "--numstat", "-z", "-", stdin=patch)
    if result.status:
        raise _refusal(result)
    summary = os.fsdecode(git.ask("apply", f"-p{strip}", "--summary", "-", stdin=patch).stdout).strip()
    if summary:
        raise PatchError(
            f"the patch does more than change text ({summary.splitlines()[0].strip()[:SHOWN]}); leave only edits of existing files"
        )
    paths = []
    for line in filter(None, result.stdout.split(b"\0")):
        added, _, path = line.split(b"\t", 2)
        if added == b"-":
            raise PatchError(f"the patch changes a binary file, {_shown(os.fsdecode(path))}; leave only edits of text")
        paths.append(os.fsdecode(path))
    return list(dict.fromkeys(paths))


def _original(snapshot_dir: Path, path: str) -> bytes:
    parts = path.split("/")
    if path.startswith("/") or {"", ".", "..", ".git"} & set(parts):
        raise PatchError(f"the patch touches {_shown(path)}, outside of the repository; leave only paths within it")
    full = snapshot_dir / path
    if full.is_symlink() or full.parent.resolve() != (snapshot_dir.resolve() / path).parent:
        raise PatchError(f"the patch touches {_shown(path)}, a symbolic link or behind one; change the file itself")
    if not full.is_file():
        raise PatchError(f"the patch touches {_shown(path)}, which is no file of the repository; paths begin with a/ and b/, or {AGAIN}")
    return full.read_bytes()


def _read(patch_file: Path) -> bytes:
    try:
        if patch_file.stat().st_size > PATCH_BYTES:
            raise PatchError(f"{patch_file}: larger than {PATCH_BYTES:,} bytes; give a smaller patch")
        return patch_file.read_bytes()
    except OSError as error:
        raise PatchError(f"{patch_file}: cannot be read: {error.strerror}; give the file of a unified diff") from None


def _refusal(result: GitResult) -> PatchError:
    if "No valid patches" in result.stderr or "unrecognized input" in result.stderr:
        return PatchError("this is no patch; give a unified diff as `git diff` writes it")
    return PatchError(f"the patch does not apply: {result.problem}; {AGAIN}")


def _shown(path: str) -> str:
    return repr(path)[:SHOWN]
