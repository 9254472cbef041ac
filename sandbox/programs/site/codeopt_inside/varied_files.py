"""Changes the files that lie before a made call: text files alone, line by line, since what a line means is not known.

Runs on the original's side only, on files that were laid out for one call and that nothing has read yet.
"""

import os
import re

MOST_BYTES = 1_000_000
_OWN_SHARE = 0.6
_LINES = re.compile(r"[^\n]*\n|[^\n]+")
# What tells of a text that it is already as a change would make it.
_TRAITS = {
    "spaced": re.compile(r"(?:\A|\n)\n\Z"),
    "gap": re.compile(r"(?:\A|\n)\n+[^\n]"),
    "blank": re.compile(r"^[ \t]+$", re.MULTILINE),
    "spaces": re.compile(r"^[^\S\n]*[^\S\0-\x7f][^\S\n]*$", re.MULTILINE),
    "returns": re.compile(r"\r\n"),
    "mark": re.compile(r"\A\ufeff"),
    "foreign": re.compile(r"[^\W\0-\x7f]"),
    "seams": re.compile(r"[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]"),
}
_END = re.compile(r"\r?\n\Z")
_LETTERS = re.compile("[a-z]")


def mixed(folder, rng):
    """Have the lines of every text file come in another order, some of them twice and some not at all, the first one first."""

    def change(lines):
        rest = [line if rng.random() < _OWN_SHARE else rng.choice(lines[1:]) for line in lines[1:]]
        rng.shuffle(rest)
        return lines[:1] + rest

    _changed(folder, change)


def changed(folder, name):
    """Make one of `CHANGES` to every text file in a folder; returns whether there was one."""
    return _changed(folder, CHANGES[name])


def traits(folder):
    """Return the names of those `CHANGES` that bring nothing new to the text files of a folder; None where there are no such files."""
    texts = [text for place, _, names in os.walk(folder) for name in names if (text := _text(os.path.join(place, name)))]
    return sorted(name for name, pattern in _TRAITS.items() if any(map(pattern.search, texts))) if texts else None


def _changed(folder, change):
    found = False
    for place, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(place, name)
            text = _text(path)
            if text:
                found = True
                status = os.stat(path)
                with open(path, "w", encoding="utf-8", newline="") as file:
                    file.write(_with_lines(text, change))
                os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    return found


def _with_lines(text, change):
    """Return a text with its lines changed; where its last line has no end, there is none at the end afterwards."""
    lines = _LINES.findall(text)
    unended = not text.endswith("\n")
    made = "".join(change([*lines[:-1], lines[-1] + "\n"] if unended else lines))
    return _END.sub("", made) if unended else made


def _text(path):
    """Return what a small text file holds; empty for any other file."""
    if not os.path.isfile(path) or os.path.islink(path) or os.path.getsize(path) > MOST_BYTES:
        return ""
    try:
        with open(path, encoding="utf-8", newline="") as file:
            text = file.read()
    except UnicodeDecodeError:
        return ""
    return "" if "\0" in text else text


def _unended(lines):
    return [*lines[:-1], lines[-1].rstrip("\n")]


def _with(lines, line):
    """Put a line in the middle."""
    middle = (len(lines) + 1) // 2
    return [*lines[:middle], line, *lines[middle:]]


CHANGES = {
    "none": lambda _: [],
    "one": lambda lines: lines[:1],
    "two": lambda lines: lines[:2],
    "reversed": lambda lines: lines[::-1],
    "doubled": lambda lines: _with(lines, lines[0]),
    "unended": _unended,
    "spaced": lambda lines: [*lines, "\n"],
    "gap": lambda lines: _with(lines, "\n"),
    "blank": lambda lines: _with(lines, "  \n"),
    # White for text, and not for bytes.
    "spaces": lambda lines: _with(lines, "\u00a0\n"),
    "returns": lambda lines: [line.replace("\n", "\r\n") for line in lines],
    "mark": lambda lines: ["\ufeff", *lines],
    "foreign": lambda lines: [_LETTERS.sub("\u00df", _LETTERS.sub("\u00e4", line, count=1), count=1) for line in lines],
    # A line does not end here, but for `str.splitlines`.
    "seams": lambda lines: [_LETTERS.sub("\u2028", line, count=1) for line in lines],
    "broken": lambda lines: [*lines[:-1], lines[-1][: len(lines[-1]) // 2]],
}
