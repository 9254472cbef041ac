"""The families of hostile patches, and what each must show at least once."""

from __future__ import annotations

__all__ = ["FAMILIES"]

FAMILIES = {
    "timer": ("patched clock", "set clock", "waiting"),
    "forging": (
        "os._exit",
        "atexit",
        "stdout marker",
        "report file",
        "exit code",
        "exception swallowing",
        "patched assert",
        "patched comparator",
        "__eq__ that always agrees",
        "NaN",
        "float tricks",
        "subclass of the result type",
    ),
    "tests": ("conftest", "plug-in", "sys.modules", "skip", "deselect"),
    "caching": (
        "across rounds",
        "on disk",
        "in the interpreter",
        "by argument identity",
        "precomputed for seen inputs",
        "memo that breaks on mutation",
    ),
    "deferred": ("generator", "lazy proxy", "thread", "process", "async task", "finaliser", "__del__"),
    "sniffing": ("size", "order", "first call", "frame inspection", "randomness state", "surroundings"),
    "precision": ("lowered precision",),
    "semantics": ("order", "aliasing", "mutability", "exception type"),
    "globals": ("recursion limit", "gc off", "warnings", "locale", "numpy error state", "torch defaults", "other state"),
    "resources": ("threads", "other core", "GPU"),
    "escape": (
        "network",
        "docker.sock",
        "/proc",
        "ptrace",
        "kill",
        "fork bomb",
        "memory bomb",
        "disk fill",
        "output flood",
        "symlink",
        "path",
    ),
    "referee": (
        "patched digest",
        "patched calls",
        "patched pipe",
        "recording",
        "after done",
        "forking",
        "shared memory",
        "argv",
        "stack",
        "/work/out",
        "decoy",
    ),
}
