"""A sheet of Markdown that has an end: knows how much there is room for, and says what was cut off."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from codeopt.report.markdown import table

__all__ = ["Rows", "Sheet", "folded"]

_KEPT_FREE = 400


class Sheet:
    """Blocks of Markdown one below the other, as far as there is room; it keeps account of what was cut."""

    def __init__(self, *, limit: int, elsewhere: str) -> None:
        """Begin with room for `limit` characters; `elsewhere` is a sentence that says where what is cut can be found."""
        self._blocks: list[str] = []
        self._cut: list[str] = []
        self._limit = limit
        self._elsewhere = elsewhere
        self._room = limit - _KEPT_FREE

    def block(self, text: str) -> None:
        """Add a block that must not be missing."""
        self._blocks.append(text)
        self._room -= len(text) + 2

    def rows(self, what: str, rows: Iterable[str], whole: Callable[[str], str] = str) -> None:
        """Add `whole` of as many rows as there is room for; nothing where there is no row."""
        kept: list[str] = []
        cut, room = 0, self._room - len(whole(""))
        for row in rows:
            if cut or len(row) >= room:
                cut += 1
            else:
                kept.append(row)
                room -= len(row) + 1
        if kept:
            self.block(whole("\n".join(kept)))
        if cut:
            self._cut.append(f"{cut} of {len(kept) + cut} {what}")

    def text(self) -> str:
        """Return all of it."""
        cut = [f"Cut to {self._limit:,} characters; left out: {', '.join(self._cut)}. {self._elsewhere}"] if self._cut else []
        return "\n\n".join([*self._blocks, *cut]) + "\n"


class Rows:
    """A table that is made row by row."""

    def __init__(self, head: Sequence[str]) -> None:
        """Keep the heads of the columns."""
        self._head = head

    def row(self, cells: Sequence[str]) -> str:
        """Return one row."""
        return table(cells, ()).partition("\n")[0]

    def whole(self, rows: str) -> str:
        """Return the table of rows."""
        return f"{table(self._head, ())}\n{rows}"


def folded(summary: str, whole: Callable[[str], str] = str) -> Callable[[str], str]:
    """Return what folds a text away below a summary of codeopt's own words."""
    # Without the empty lines, what is inside would be HTML and not Markdown.
    return lambda rows: f"<details><summary>{summary}</summary>\n\n{whole(rows)}\n\n</details>"
