"""Where things lie inside an image, and who runs what. `sandbox/Dockerfile` makes it so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

__all__ = [
    "BUILT",
    "ENV",
    "FIRST",
    "HOME",
    "KEEPER",
    "OUT",
    "PRISTINE",
    "PYTHON",
    "TOOLS",
    "TREE",
    "USER",
    "WORK",
    "program_env",
]

WORK = "/work"
TREE = "/work/tree"
OUT = "/work/out"
HOME = "/work/home"
PRISTINE = "/pristine"  # the tree as it should be; the keeper's
ENV = "/opt/env"
TOOLS = "/opt/codeopt"
PYTHON = "/opt/env/bin/python"
FIRST = ("/opt/keeper/python", "-I", "-S", f"{TOOLS}/keeper.py")  # the first process
BUILT = "/opt/env/codeopt-built.tar"  # what installing the project left in its tree: compiled modules, metadata
USER = "10001:10001"  # runs repository code
KEEPER = "10002:10002"  # owns what repository code may read and not change


def program_env(import_roots: Sequence[str]) -> Mapping[str, str]:
    """Return the environment of programs on the tree, besides what the base image sets."""
    roots = [TREE if root in {"", "."} else f"{TREE}/{root}" for root in import_roots]
    return {
        "PATH": f"{ENV}/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "HOME": HOME,
        "TMPDIR": "/tmp",  # noqa: S108 - a tmpfs of the container's own
        "LANG": "C.UTF-8",
        "PYTHONHASHSEED": "0",
        "PYTHONPATH": ":".join(roots),
    }
