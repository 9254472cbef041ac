"""Text of others within codeopt's own Markdown: knows what may stand there as it is, and puts all else into code.

A host makes links of more than Markdown does: of `www.`, of `GH-1`, of long hexadecimal words, of mentions.
"""

from __future__ import annotations

import re

from codeopt.report.markdown import code_span
from codeopt.report.visible import one_line

__all__ = ["plain", "quoted", "web_address"]

_LIMIT = 300
# Words, numbers and the marks of a sentence; a dot ends a sentence or stands before a digit, so that nothing is the name of a site.
_PLAIN = re.compile(
    r"(?!.*\b[0-9a-f]{7,}\b)(?!.*\bgh-\d)[a-z](?:[a-z0-9 ,;()%'+-]|:(?= )|\.(?=[ \d]|$))*",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"https?://[A-Za-z0-9.-]+(?::\d+)?(?:/[A-Za-z0-9._-]+)+")


def quoted(text: str, *, limit: int = _LIMIT) -> str:
    """Return `text` as code on one line, cut to `limit` characters."""
    return code_span(one_line(text, limit=limit))


def plain(text: str, *, limit: int = _LIMIT) -> str:
    """Return a sentence of codeopt's own as it is, and as code where something in it, such as a name, could be more than words."""
    line = one_line(text, limit=limit)
    return line if _PLAIN.fullmatch(line) else code_span(line)


def web_address(url: str) -> str:
    """Return an address so that it becomes a link; one with anything unusual in it is code."""
    return f"<{url}>" if len(url) <= _LIMIT and _ADDRESS.fullmatch(url) else quoted(url)
