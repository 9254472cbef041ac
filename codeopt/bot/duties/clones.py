"""Makes clones of repositories for as long as a job needs them, and pushes what came of them. No token outlives a call of git's."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from anyio import CancelScope, to_thread

from codeopt.adapters.git import Remote, Repository, open_repository, sign_as
from codeopt.errors import StoreError
from codeopt.model.forge import RepositoryName
from codeopt.ports.forge import Forge

__all__ = ["SIGNATURE", "Clone", "Clones"]

_PREFIX = "codeopt-job-"
_OLD_S = 86400.0
SIGNATURE = ("codeopt", "codeopt@localhost")
"""Name and address that codeopt's commits bear; the address can be nobody's account."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clone:
    """A clone of the repository `name`, made at `commit`; what lies in its working tree may change."""

    name: RepositoryName
    repository: Repository
    commit: str

    @property
    def folder(self) -> Path:
        """Where it lies."""
        return self.repository.root


class Clones:
    """Makes clones below a folder, which is made when it is needed; the system's own for temporary files where none is given."""

    def __init__(self, forge: Forge, folder: Path | None) -> None:
        """Keep where clones go."""
        self._forge = forge
        self._folder = folder or Path(tempfile.gettempdir())

    @asynccontextmanager
    async def of(self, repository: RepositoryName, *, ref: str, depth: int | None = None) -> AsyncIterator[Clone]:
        """Clone a repository at a ref or commit, and remove the clone at the end.

        Raises:
            ForgeUnavailable, ForgeRefused: it cannot be had.
            StoreError: it cannot be written.
        """
        outer = await to_thread.run_sync(self._place)
        try:
            remote = Remote(await self._forge.git_access(repository, push=False))
            folder = outer / repository.name
            commit = await to_thread.run_sync(partial(remote.clone, folder, ref=ref, depth=depth))
            opened = await to_thread.run_sync(open_repository, folder)
            await to_thread.run_sync(sign_as, opened, *SIGNATURE)
            yield Clone(name=repository, repository=opened, commit=commit)
        finally:
            with CancelScope(shield=True):
                await to_thread.run_sync(partial(shutil.rmtree, outer, ignore_errors=True))

    async def fetch(self, clone: Clone, ref: str) -> str:
        """Bring a further ref or commit into a clone, and return the commit's name."""
        remote = Remote(await self._forge.git_access(clone.name, push=False))
        return await to_thread.run_sync(partial(remote.fetch, clone.folder, ref=ref))

    async def push(self, clone: Clone, *, branch: str, commit: str, expected: str | None) -> None:
        """Put a branch of codeopt's to a commit of a clone, where the branch is at `expected` (None: not there)."""
        remote = Remote(await self._forge.git_access(clone.name, push=True))
        await to_thread.run_sync(partial(remote.push, clone.folder, branch=branch, commit=commit, expected=expected))

    def _place(self) -> Path:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            _drop_old(self._folder)
            return Path(tempfile.mkdtemp(prefix=_PREFIX, dir=self._folder))
        except OSError as error:
            raise StoreError(f"cannot write {self._folder} ({error.strerror}): free some space, or choose another --work folder") from error


def _drop_old(folder: Path) -> None:
    """Remove clones that a service which was killed has left; no job takes that long."""
    for left in folder.glob(f"{_PREFIX}*"):
        try:
            old = time.time() - left.lstat().st_mtime > _OLD_S
        except FileNotFoundError:
            continue  # another job of the same folder has ended
        if old and not left.is_symlink():
            shutil.rmtree(left, ignore_errors=True)
