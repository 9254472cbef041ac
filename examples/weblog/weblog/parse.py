"""Lines of an access log in the common format, as records."""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Hit:
    """One request: who, when (seconds), what, and the answer's status and size."""

    visitor: str
    second: int
    path: str
    status: int
    size: int


def parse_line(line):
    """Return the Hit of a line, or None for a line that is not one."""
    match = re.match(r'(\S+) \S+ \S+ \[(\d+)\] "(?:GET|POST|HEAD) (\S+) [^"]*" (\d{3}) (\d+|-)', line)
    if match is None:
        return None
    visitor, second, path, status, size = match.groups()
    return Hit(visitor, int(second), path, int(status), 0 if size == "-" else int(size))


def parse(lines):
    """Return the hits of all lines that are hits."""
    hits = []
    for line in lines:
        hit = parse_line(line)
        if hit is not None:
            hits.append(hit)
    return hits
