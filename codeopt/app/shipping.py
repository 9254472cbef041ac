"""What ships: a patch as the diff that `git apply` takes, and the files that come out of it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from codeopt.adapters.git import changes
from codeopt.model.patch import Candidate, Patch
from codeopt.patching.diff import unified_diff

__all__ = ["Shipping"]


class Shipping:
    """Diffs against one snapshot; `scratch` is a folder for clean checkouts."""

    def __init__(self, tree: Path, scratch: Path) -> None:
        """Keep where the snapshot lies."""
        self._tree = tree
        self._scratch = scratch

    def patch_diff(self, patch: Patch) -> str:
        """Return a patch as a unified diff."""
        return unified_diff(patch, {path: (self._tree / path).read_bytes() for path in patch.paths})

    def diff(self, candidate: Candidate) -> str:
        """Return a candidate's patch as a unified diff."""
        return self.patch_diff(candidate.patch)

    def checkout(self, patch: Patch) -> Mapping[str, bytes]:
        """Return the files of a patch as `git apply` makes them on a clean checkout.

        Raises:
            PatchError: the diff does not apply.
            OSError: the folder for clean checkouts cannot be made.
        """
        self._scratch.mkdir(exist_ok=True)
        text = self.patch_diff(patch).encode("utf-8", "surrogateescape")
        return {path: after for path, (_, after) in changes(text, self._tree, self._scratch).items()}
