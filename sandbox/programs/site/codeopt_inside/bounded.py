"""Runs something in a fork that may neither take too long nor grow too large: what was made up, or has a fault put in, may do anything."""

import os
import resource
import select
import signal
import struct
import time

from codeopt_inside import given_files

MORE_BYTES = 1 << 30
_HEAD = struct.Struct(">I")


def bounded(work, seconds, more_bytes=MORE_BYTES):
    """Return (how, what `work` returned as bytes); `how` is `done`, `hung` (longer than `seconds` by the wall clock) or `crashed`.

    It may take `more_bytes` of memory beyond what is taken already. Whatever the fork has started is killed with it.
    """
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.setpgid(0, 0)
            os.close(reader)
            _limit_memory(more_bytes)
            data = work()
            _write(writer, _HEAD.pack(len(data)) + data)
        finally:
            os._exit(0)
    os.close(writer)
    try:
        return _read(reader, time.monotonic() + seconds)
    finally:
        os.close(reader)
        _end(child)


def _limit_memory(more_bytes):
    with open("/proc/self/statm") as file:
        size = int(file.read().split()[0]) * resource.getpagesize()
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    wanted = size + more_bytes
    resource.setrlimit(resource.RLIMIT_AS, (wanted if hard == resource.RLIM_INFINITY else min(wanted, hard), hard))


def _write(writer, data):
    while data:
        data = data[os.write(writer, data) :]


def _read(reader, deadline):
    """Read until the length that was announced is there: a process that the fork left behind may keep the pipe open for ever."""
    data = b""
    while len(data) < _HEAD.size or len(data) < _HEAD.size + _HEAD.unpack(data[: _HEAD.size])[0]:
        ready, _, _ = select.select([reader], [], [], max(0.0, deadline - time.monotonic()))
        if not ready:
            return "hung", b""
        part = os.read(reader, 1 << 16)
        if not part:
            return "crashed", b""
        data += part
    return "done", data[_HEAD.size :]


def _end(child):
    for end in (os.killpg, os.kill):
        try:
            end(child, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            continue
    os.waitpid(child, 0)
    given_files.cleared(child)
