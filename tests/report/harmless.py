"""Whether Markdown that codeopt writes holds markup of others: what a renderer makes of it, and what a host makes links of."""

from __future__ import annotations

import re

from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

MARK = "zq_x"
"""A word that text of others holds in these tests; outside of code it stands nowhere."""

_INLINE = {"text", "code_inline", "strong_open", "strong_close", "softbreak", "link_open", "link_close"}
_BLOCKS = {"inline", "fence", "html_block", "hr"}
_OPENED = re.compile(r"(?:paragraph|heading|table|thead|tbody|tr|th|td|bullet_list|list_item)_(?:open|close)")
_OWN_HTML = re.compile(r"<details><summary>[A-Za-z0-9 ,:%.+-]+</summary>\n|</details>\n?")
_LINKED = re.compile(r"@\w|#\d|\bgh-\d|www\.|://|\b(?=\d*[a-f])[0-9a-f]{7,}\b|:\w+:|<!--|[<>`]", re.IGNORECASE)
_OWN_LINK = re.compile(r"https://github\.example/[A-Za-z0-9/]+")

parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])

pieces = st.sampled_from(
    [
        *("`", "```", "````", "|", "\\", "\\|", "\n", "\n\n", "\r\n", "- ", "# ", "> ", "1. ", "---", "~~~", "    ", "$(x)", "'", '"'),
        *("@team", "@o/team", "#12", "o/r#12", "GH-12", "www.example.com", "http://example.com", "a@example.com", "deadbeefcafe"),
        *(
            "<!-- codeopt:key -->",
            "<!--",
            "-->",
            "<b>",
            "</details>",
            "</summary>",
            "<script>",
            "&lt;",
            "&#64;",
            "![i](x)",
            "[a](b)",
            "[a]: b",
        ),
        *("**", "__", "~~", ":boom:", "\u202e", "\x1b[31m", "\x00", "\udcff", "\ud800", "word", " "),
    ]
)
hostile_text = st.lists(pieces | st.text(max_size=5), min_size=1, max_size=12).map(lambda parts: MARK + "".join(parts) + MARK)


def spoken(markdown: str) -> str:
    """All text that stands outside code."""
    return "\n".join(child.content for child in _children(markdown) if child.type == "text")


def _children(markdown: str) -> list[Token]:
    return [child for token in parser.parse(markdown) for child in token.children or ()]


def assert_harmless(markdown: str) -> None:
    """Fail unless all that is not codeopt's own words stands in code, and nothing can be taken for a hidden line of codeopt's."""
    markdown.encode("utf-8")
    tokens = parser.parse(markdown)
    assert {token.type for token in tokens if not _OPENED.fullmatch(token.type)} <= _BLOCKS
    assert all(_OWN_HTML.fullmatch(token.content) for token in tokens if token.type == "html_block")
    assert {child.type for child in _children(markdown)} <= _INLINE
    links = [str(child.attrGet("href")) for child in _children(markdown) if child.type == "link_open"]
    assert all(_OWN_LINK.fullmatch(link) for link in links)
    said = _OWN_LINK.sub("", spoken(markdown)).replace(" -> ", " ")
    assert MARK not in said
    assert not _LINKED.search(said), _LINKED.search(said)
    assert "<!-- codeopt" not in markdown
