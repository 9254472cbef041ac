"""What calls say to people: what they write to standard output and to standard error, and what they warn of.

Of standard error two things are left out: where a traceback passed, since other code has other lines, and what libraries and the
interpreter warn of, since other code may be right and ask them for other things. A warning counts where the tree's own code calls for it.
"""

import io
import os
import re
import sys
import warnings

_TRACEBACK = re.compile(rb"Traceback \(most recent call last\):\n(?:[ \t].*\n?)*")
_WARNING = frozenset({"warn", "warn_explicit"})
_roots = []


def set_tree(tree):
    """Say which code is the tree's own."""
    _roots[:] = [os.path.join(tree, "")]


class _Apart(io.RawIOBase):
    """Writes into another buffer, between marks that no program can know."""

    def __init__(self, buffer, mark):
        super().__init__()
        self.into, self.mark = buffer, mark

    def writable(self):
        return True

    def fileno(self):
        return 2

    def write(self, data):
        self.into.write(self.mark + bytes(data) + self.mark)
        return len(data)


class Printed:
    """Standard output and standard error while calls are made; `marks` says where each call's part begins."""

    def __init__(self):
        self.buffer, self.mark = io.BytesIO(), os.urandom(16)
        self.stream = _as_text(self.buffer)
        self.errors = _as_text(_Apart(self.buffer, self.mark))
        self.marks = [0]
        self.before = ()

    def take(self):
        """Have everything written here from now on."""
        self.before = sys.stdout, sys.stderr, warnings.showwarning
        sys.stdout, sys.stderr, warnings.showwarning = self.stream, self.errors, _warned

    def leave(self):
        """Undo that; what the program put in the place of these stays, to be seen."""
        sys.stdout, errors, shows = self.before
        if sys.stderr is self.errors:
            sys.stderr = errors
        if warnings.showwarning is _warned:
            warnings.showwarning = shows

    def of(self, position):
        """Return as one text what a call wrote."""
        begin, end = self.marks[position : position + 2]
        return self._text(self.buffer.getvalue()[begin:end])

    def taken(self):
        """Return as one text what was written since the last time."""
        text = self._text(self.buffer.getvalue())
        self.buffer.seek(0)
        self.buffer.truncate()
        return text

    def _text(self, data):
        pieces = data.split(self.mark)
        errors = _TRACEBACK.sub(b"", b"".join(pieces[1::2]))
        return (b"".join(pieces[::2]) + (b"\0" + errors if errors else b"")).decode("utf-8", "surrogateescape")


def _as_text(buffer):
    return io.TextIOWrapper(buffer, encoding="utf-8", errors="surrogateescape", newline="", write_through=True)


def _warned(message, category, filename, lineno, file=None, line=None):  # noqa: ARG001 - as it is called
    """Show a warning without the place where it was given, if the tree's own code gave it."""
    frame = sys._getframe(1)
    while frame is not None and frame.f_code.co_filename == warnings.__file__:
        frame = frame.f_back
    if frame is not None and frame.f_code.co_filename.startswith(tuple(_roots)) and not _WARNING.isdisjoint(frame.f_code.co_names):
        (sys.stderr if file is None else file).write("%s: %s\n" % (category.__name__, message))
