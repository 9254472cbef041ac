"""Nouns of change: edits, patches, and where a patch came from."""

from __future__ import annotations

import hashlib
import itertools
from dataclasses import dataclass

from codeopt.model.code import Target

__all__ = ["Candidate", "Edit", "Origin", "Patch"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """In `path` (POSIX, relative to the repository), at `start_byte`, the text `before` becomes `after`.

    `before` is kept whole, so that applying an edit to a file that has changed is an error, and reverting needs nothing else.
    """

    path: str
    start_byte: int
    before: bytes
    after: bytes

    @property
    def end_byte(self) -> int:
        """Where `before` ends."""
        return self.start_byte + len(self.before)


@dataclass(frozen=True, slots=True, kw_only=True)
class Patch:
    """A set of edits that do not overlap, ordered by path and position; positions are those of the original files."""

    edits: tuple[Edit, ...]

    def __post_init__(self) -> None:
        """Order the edits and reject those that overlap."""
        edits = tuple(sorted(self.edits, key=lambda e: (e.path, e.start_byte, e.end_byte)))
        object.__setattr__(self, "edits", edits)
        for first, second in itertools.pairwise(edits):
            if first.path == second.path and second.start_byte < max(first.end_byte, first.start_byte + 1):
                msg = f"edits overlap in {first.path} at byte {second.start_byte}"
                raise ValueError(msg)

    @property
    def paths(self) -> tuple[str, ...]:
        """The files that the patch touches, in order, without repeats."""
        return tuple(dict.fromkeys(edit.path for edit in self.edits))

    @property
    def sha(self) -> str:
        """SHA-256 of the edits: the same change has the same name, whoever proposed it."""
        digest = hashlib.sha256()
        for edit in self.edits:
            for part in (edit.path.encode(), str(edit.start_byte).encode(), edit.before, edit.after):
                digest.update(len(part).to_bytes(8, "big"))
                digest.update(part)
        return digest.hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Who proposed a patch, precisely enough to ask again.

    `proposer` is `rules`, `model` or `user`; `prompt` names the template (or the rule); `parent` is the key of the candidate
    whose verdict was fed back; `temperature` is that of the sampling, where there was any.
    """

    proposer: str
    prompt: str = ""
    prompt_version: str = ""
    model: str = ""
    seed: int = 0
    sample: int = 0
    parent: str | None = None
    temperature: float | None = None

    @property
    def trusted(self) -> bool:
        """Whether the patch may run where nothing isolates it: only what codeopt's own rules wrote."""
        return self.proposer == "rules"


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A patch proposed for a target."""

    target: Target
    patch: Patch
    origin: Origin

    @property
    def key(self) -> str:
        """Content key, 16 hex digits: what is judged once is never judged again."""
        text = f"{self.target.name}\0{self.target.source_sha}\0{self.patch.sha}"
        return hashlib.sha256(text.encode()).hexdigest()[:16]
