"""The program that hands out a file of `out`, whatever lies there under its name."""

from __future__ import annotations

from codeopt.adapters.docker.layout import OUT, PYTHON

__all__ = ["NO_FILE", "reading"]

NO_FILE = 3
_READ = f"""
import os, stat, sys
path, out, limit = os.path.realpath(sys.argv[1]), os.path.realpath(sys.argv[2]), int(sys.argv[3])
try:
    file = open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb")
except OSError:
    sys.exit({NO_FILE})
data = file.read(limit + 1) if stat.S_ISREG(os.fstat(file.fileno()).st_mode) and path.startswith(out + "/") else None
if data is None or len(data) > limit:
    sys.exit({NO_FILE})
sys.stdout.buffer.write(data)
"""


def reading(path: str, limit_bytes: int) -> tuple[str, ...]:
    """Return the arguments that print a regular file within `out`, or end with `NO_FILE` when there is none, or a larger one."""
    return (PYTHON, "-I", "-S", "-c", _READ, path, OUT, str(limit_bytes))
