"""Nouns of access: secrets, and git's way to a repository of a code host. Nothing here may be stored."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["GitAccess", "Secret"]


class Secret:
    """A text that is shown nowhere: not when it is printed, logged or formatted, and it can be neither pickled nor stored."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        """Keep the text."""
        self._text = text

    def reveal(self) -> str:
        """Return the text."""
        return self._text

    def __bool__(self) -> bool:
        """Whether there is any text."""
        return bool(self._text)

    def __eq__(self, other: object) -> bool:
        """Whether both hold the same text."""
        return isinstance(other, Secret) and other._text == self._text

    def __hash__(self) -> int:
        """Hash the text."""
        return hash(self._text)

    def __repr__(self) -> str:
        """Show nothing."""
        return "Secret(...)"

    def __reduce__(self) -> str:
        """Refuse to be pickled or copied.

        Raises:
            TypeError: always.
        """
        msg = "a secret stays in the memory of its process"
        raise TypeError(msg)


@dataclass(frozen=True, slots=True, kw_only=True)
class GitAccess:
    """Git's way to one repository, for a while: `url` holds no secret, and `password` is good for that repository alone.

    Never to be stored. An empty `password` means that none is needed. `expires_s` is when it ends; None for never.
    """

    url: str
    username: str
    password: Secret
    expires_s: float | None
    may_push: bool
