"""Texts as they are sent and found again: the hidden line that holds a key, and the lengths that GitHub takes."""

from __future__ import annotations

import re

from codeopt.model.forge import is_key

__all__ = ["BODY_CHARACTERS", "SUMMARY_CHARACTERS", "TITLE_CHARACTERS", "cut", "key_of", "marked", "unmarked"]

BODY_CHARACTERS = 65_536
SUMMARY_CHARACTERS = 65_535
TITLE_CHARACTERS = 256

_MARKER = "<!-- codeopt:{key} -->"
# At the very end only: what stands within the text may have been written by anybody.
_AT_END = re.compile(r"\s*<!-- codeopt:(?P<key>[A-Za-z0-9._:-]{1,100}) -->\s*\Z")
_CUT_OFF = "\n\n(cut off here: longer than GitHub takes)"


def marked(body: str, key: str) -> str:
    """Return a text with the key in a last line that is not shown; a text that is too long is cut, and the key is not."""
    marker = "\n\n" + _MARKER.format(key=key)
    return cut(body.rstrip(), BODY_CHARACTERS - len(marker)) + marker


def key_of(body: str | None) -> str | None:
    """Return the key in a text's last line; None where there is none."""
    found = _AT_END.search(body or "")
    return found["key"] if found and is_key(found["key"]) else None


def unmarked(body: str | None) -> str:
    """Return a text without the line that holds its key."""
    return (body or "") if key_of(body) is None else _AT_END.sub("", body or "")


def cut(text: str, characters: int) -> str:
    """Return a text of at most so many characters, which says so where it was cut."""
    return text if len(text) <= characters else text[: characters - len(_CUT_OFF)] + _CUT_OFF
