"""Lays out lines on a console: knows widths and wrapping, and lets no text of others act on the terminal."""

from __future__ import annotations

from rich.console import Console, RenderableType
from rich.segment import Segment, Segments
from rich.style import Style
from rich.text import Text

from codeopt.report.visible import encodable, one_line, visible

__all__ = ["Page"]

_WIDEST = 120
_NARROWEST = 24
_LIMIT = 1000
_DIFF_STYLES = (
    ("diff ", "bold"),
    ("--- ", "bold"),
    ("+++ ", "bold"),
    ("@@", "cyan"),
    ("+", "green"),
    ("-", "red"),
    ("\\", "dim"),
)


class Page:
    """Writes paragraphs, labelled lines, diffs and commands, one below the other.

    Raises:
        BrokenPipeError: from every method, when the reader is gone.
    """

    def __init__(self, console: Console) -> None:
        """Write to `console`; longer lines than people read well are not made."""
        self._console = console
        self._width = min(console.width, _WIDEST)

    def gap(self) -> None:
        """Write an empty line."""
        self._print(Text())

    def paragraph(self, text: str, *, style: str = "") -> None:
        """Write text, wrapped between words."""
        self.hang(Text(), text, style=style)

    def pair(self, label: str, text: str, *, width: int) -> None:
        """Write a label and its text; nothing where there is no text."""
        if text:
            self.hang(Text(f"{label:<{width}}", "dim"), text)

    def hang(self, lead: Text, text: str, *, style: str = "") -> None:
        """Write `lead`, and `text` wrapped beside it."""
        body = Text(encodable(one_line(text, limit=_LIMIT), self._console.encoding), style)
        room = max(self._width - lead.cell_len, _NARROWEST)
        lines = body.wrap(self._console, room, overflow="fold") if body else [body]
        for number, line in enumerate(lines):
            start = lead if number == 0 else Text(" " * lead.cell_len)
            row = Text.assemble(start, line)
            row.rstrip()
            self._print(row)

    def verbatim(self, text: str, *, indent: int = 0) -> None:
        """Write one line as it is, however long, so that it can be copied."""
        self._out(" " * indent + text)

    def diff(self, diff: str) -> None:
        """Write a unified diff in colours; a line is never broken."""
        in_head = True
        for line in diff.removesuffix("\n").split("\n"):
            in_head = line.startswith("diff ") or (in_head and not line.startswith("@@"))
            self._out(line, style=_diff_style(line, in_head=in_head))

    def _out(self, line: str, *, style: str = "") -> None:
        # A segment, unlike text, keeps its tabs and the spaces at its end.
        shown = encodable(visible(line, lines=True), self._console.encoding)
        self._print(Segments([Segment(shown, Style.parse(style)), Segment.line()]), end="")

    def _print(self, row: RenderableType, *, end: str = "\n") -> None:
        try:
            self._console.print(row, soft_wrap=True, highlight=False, end=end)
        except SystemExit as left:
            # rich ends the program with status 1 when the reader is gone; that status means something else to our callers.
            if isinstance(left.__context__, BrokenPipeError):
                raise left.__context__ from None
            raise


def _diff_style(line: str, *, in_head: bool) -> str:
    # In a hunk, `--- x` is a line `-- x` that was taken out.
    styles = _DIFF_STYLES if in_head else _DIFF_STYLES[3:]
    return next((style for start, style in styles if line.startswith(start)), "")
