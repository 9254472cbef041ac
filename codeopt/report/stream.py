"""A text stream that progress can be written to without fear: whatever becomes of the reader, writing does not fail."""

from __future__ import annotations

import io
from typing import IO, Any

__all__ = ["ForgivingStream"]


class ForgivingStream(io.TextIOBase):
    """Passes text on to another stream until that one is gone; what cannot be encoded is written as escapes."""

    def __init__(self, stream: IO[str] | None) -> None:
        """Write to `stream`; to nothing when there is none."""
        super().__init__()
        self._stream = stream

    @property
    def encoding(self) -> str:  # type: ignore[override]  # typeshed has a plain attribute
        """The encoding of the stream behind, as text that Python knows."""
        return getattr(self._stream, "encoding", None) or "utf-8"

    def isatty(self) -> bool:
        """Whether a person watches."""
        return bool(self._ask("isatty"))

    def fileno(self) -> int:
        """Return the descriptor of the stream behind.

        Raises:
            OSError: it has none.
        """
        number = self._ask("fileno")
        if not isinstance(number, int):
            raise io.UnsupportedOperation("fileno")
        return number

    def write(self, text: str) -> int:
        """Write what can be written, and say that all was."""
        try:
            self._send(text)
        except UnicodeError:
            self._ask("write", text.encode("ascii", "backslashreplace").decode("ascii"))
        except (OSError, ValueError):
            # The reader left, or the stream was closed: nobody is there to be told.
            self._stream = None
        return len(text)

    def flush(self) -> None:
        """Flush, if there is still something to flush to."""
        self._ask("flush")

    def _send(self, text: str) -> None:
        if self._stream is not None:
            self._stream.write(text)

    def _ask(self, method: str, *arguments: str) -> Any:
        try:
            return getattr(self._stream, method)(*arguments) if self._stream is not None else None
        except (OSError, ValueError):
            self._stream = None
            return None
