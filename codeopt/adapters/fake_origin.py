"""Bare repositories as a code host keeps them, for the fakes: made of files, read by git, and good to clone and to push to."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

__all__ = ["Origin"]

_PERSON = {
    f"GIT_{role}_{part}": value
    for role in ("AUTHOR", "COMMITTER")
    for part, value in (("NAME", "Ada"), ("EMAIL", "ada@example.org"), ("DATE", "2026-01-01T00:00:00Z"))
}
# As GitHub has them: any commit may be fetched by its name.
_SETTINGS = {"uploadpack.allowAnySHA1InWant": "true", "http.receivepack": "true", "gc.auto": "0", "receive.autogc": "false"}


class Origin:
    """One bare repository in a folder."""

    def __init__(self, folder: Path) -> None:
        """Make it if it is not there."""
        self.folder = folder
        if not folder.exists():
            folder.mkdir(parents=True)
            self.git("init", "--quiet", "--bare", "--template=", "--initial-branch=main", ".")
            for name, value in _SETTINGS.items():
                self.git("config", name, value)

    def git(self, *arguments: str, stdin: bytes = b"") -> bytes:
        """Run git in it and return what it prints.

        Raises:
            subprocess.CalledProcessError: git fails.
        """
        return self._run(*arguments, stdin=stdin, check=True).stdout

    def commit(self, files: Mapping[str, str], *, branch: str = "main", message: str = "change", parent: str | None = None) -> str:
        """Commit files on a branch, on top of what it holds (or of `parent`), and return the commit's name."""
        base = parent or self.head(f"refs/heads/{branch}")
        lines = [f"commit refs/heads/{branch}", "committer Ada <ada@example.org> 1767225600 +0000", *_data(message)]
        lines += [f"from {base}"] if base else []
        for path, content in files.items():
            lines += [f'M 100644 inline "{path}"', *_data(content)]
        self.git("fast-import", "--quiet", "--force", stdin="\n".join([*lines, ""]).encode())
        return str(self.head(f"refs/heads/{branch}"))

    def head(self, ref: str) -> str | None:
        """Return the commit of a ref, or of a commit's name; None when there is none."""
        found = self._run("rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}", check=False)
        return None if found.returncode else found.stdout.decode().strip()

    def read(self, ref: str, path: str) -> bytes | None:
        """Return a file as it is at a branch or a commit; None when there is none, or something else."""
        commit = self.head(f"refs/heads/{ref}") or self.head(ref)
        if commit is None:
            return None
        listed = self._run("ls-tree", "-z", commit, "--", path, check=False).stdout
        kind, _, name = listed.partition(b"\t")
        words = kind.split()
        if not name or words[0] not in {b"100644", b"100755"}:
            return None
        return self.git("cat-file", "blob", words[2].decode())

    def put(self, ref: str, commit: str) -> None:
        """Put a ref to a commit."""
        self.git("update-ref", ref, commit)

    def fetch(self, other: Origin, ref: str, *, to: str) -> None:
        """Bring a ref of another repository here, as a host does for the pull requests of forks."""
        self.git("fetch", "--quiet", "--no-tags", str(other.folder), f"+{ref}:{to}")

    def _run(self, *arguments: str, stdin: bytes = b"", check: bool) -> subprocess.CompletedProcess[bytes]:
        environment = {
            "PATH": os.environ.get("PATH", ""),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": "/dev/null",
            "GIT_LITERAL_PATHSPECS": "1",
            **_PERSON,
        }
        return subprocess.run(["git", "-C", str(self.folder), *arguments], input=stdin, capture_output=True, env=environment, check=check)


def _data(text: str) -> tuple[str, str]:
    return f"data {len(text.encode())}", text
