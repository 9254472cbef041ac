"""Makes text of others harmless: knows which characters a terminal or a reviewer would not see as themselves.

File names, model answers and test output are data. They must not move a cursor, hide a line, or break out of a row.
"""

from __future__ import annotations

__all__ = ["encodable", "one_line", "raw", "visible"]

_NAMED = {"\n": "\\n", "\t": "\\t", "\r": "\\r"}
_BYTE_SURROGATES = range(0xDC80, 0xDD00)


def visible(text: str, *, lines: bool = False) -> str:
    """Return `text` with every character that is not seen as itself written as an escape; `lines` keeps newlines and tabs."""
    # Not printable are controls, invisible formatting (bidirectional overrides among it), lone surrogates, and spaces of other kinds.
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() or (lines and char in "\n\t") else _escape(char) for char in text)


def _escape(char: str) -> str:
    code = ord(char)
    if char in _NAMED:
        return _NAMED[char]
    if code in _BYTE_SURROGATES:
        return f"\\x{code - 0xDC00:02x}"
    if code <= 0xFF:  # noqa: PLR2004 - two hex digits
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"  # noqa: PLR2004 - four hex digits


def one_line(text: str, *, limit: int = 300) -> str:
    """Return `text` as one visible line of at most `limit` characters; what is left out is marked by an ellipsis."""
    # What is cut off need not be made visible: texts of others may be megabytes.
    line = visible(text.strip()[: limit + 1])
    return line if len(line) <= limit else line[: limit - 1] + "…"


def encodable(text: str, encoding: str) -> str:
    """Return `text` with what `encoding` cannot write as escapes."""
    try:
        return text.encode(encoding, "backslashreplace").decode(encoding)
    except LookupError:
        return text.encode("ascii", "backslashreplace").decode("ascii")


def raw(text: str) -> bytes:
    """Return the bytes that `text` was read from: UTF-8, where surrogates stand for single bytes."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")
