"""Knows how bytes of Python source become text: byte order mark, declared encoding (PEP 263), and positions in either form.

Everything outside this module counts positions in the bytes of the file as it lies on disk.
"""

from __future__ import annotations

import io
import re
import tokenize
from array import array
from dataclasses import dataclass

from codeopt.model.code import Span

__all__ = ["MAX_BYTES", "SourceText", "excerpt", "read_text", "unindented"]

MAX_BYTES = 2_000_000
"""Files above this are data or generated; nobody's hand-written module comes near."""

_LONE_RETURN = re.compile(rb"\r(?!\n)")


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceText:
    """A file that can be parsed.

    `utf8` is what the parser reads. `origins` maps each of its byte positions (and the end) to one in `source`; None when the two
    are the same bytes.
    """

    source: bytes
    utf8: bytes
    origins: array[int] | None

    def origin(self, position: int) -> int:
        """Turn a byte position of `utf8` into one of `source`."""
        return position if self.origins is None else self.origins[position]


def read_text(source: bytes) -> SourceText:
    """Prepare the bytes of a file for the parser.

    Raises:
        ValueError: they cannot be read as Python source; the message is one line without the path.
    """
    if len(source) > MAX_BYTES:
        raise ValueError(f"larger than {MAX_BYTES:,} bytes")
    if b"\0" in source:
        raise ValueError("contains null bytes")
    encoding = _encoding_of(source)
    if (lone := _LONE_RETURN.search(source)) is not None:
        line = source.count(b"\n", 0, lone.start()) + 1
        raise ValueError(f"line {line}: carriage return without a line feed")
    text = _decode(source, encoding)
    if encoding == "utf-8-sig":
        return SourceText(source=source, utf8=source, origins=None)
    utf8 = text.encode()
    origins = None if utf8 == source else _origins(text, source, encoding)
    return SourceText(source=source, utf8=utf8, origins=origins)


def excerpt(source: bytes, span: Span) -> str:
    r"""Return the text of a span of a file that `read_text` accepts, with `\n` line ends."""
    text = source[span.start_byte : span.end_byte].decode(_encoding_of(source), errors="replace")
    return text.removeprefix("\ufeff").replace("\r\n", "\n")


def _encoding_of(source: bytes) -> str:
    head = io.BytesIO(source[:10_000])
    try:
        return tokenize.detect_encoding(head.readline)[0]
    except SyntaxError as error:
        raise ValueError(f"line 1: {error.msg or 'unknown encoding'}") from None


def _decode(source: bytes, encoding: str) -> str:
    try:
        return source.decode(encoding)
    except UnicodeDecodeError as error:
        line = source.count(b"\n", 0, error.start) + 1
        raise ValueError(f"line {line}: not {encoding}, byte 0x{source[error.start]:02x}") from None
    except (LookupError, UnicodeError):
        raise ValueError(f"line 1: {encoding} is not a text encoding") from None


def _origins(text: str, source: bytes, encoding: str) -> array[int]:
    """Map UTF-8 positions to positions of an encoding in which each character has bytes of its own."""
    origins = array("L")
    position = 0
    widths: dict[str, tuple[int, int]] = {}
    for character in text:
        if character not in widths:
            widths[character] = (len(character.encode()), len(character.encode(encoding)))
        utf8_width, width = widths[character]
        origins.extend([position] * utf8_width)
        position += width
    origins.append(position)
    if position != len(source):
        raise ValueError(f"line 1: positions in {encoding} text cannot be mapped")
    return origins


def unindented(source: bytes, span: Span) -> str:
    """Return the text of a span as if its first line stood at the margin; lines that are indented less (in strings) stay."""
    line_start = source.rfind(b"\n", 0, span.start_byte) + 1
    margin = source[line_start : span.start_byte].decode("latin-1")
    first, *others = excerpt(source, span).split("\n")
    return "\n".join([first, *(line.removeprefix(margin) if margin.isspace() else line for line in others)])
