"""Turns an archive of a tree into one of its bytecode: `python bytecode.py BYTES SECONDS TIME` from standard input to standard output.

It takes as much as the limits allow and leaves out what does not compile, and sources of the given time: overlaid files claim that one,
and could be taken for these. Nothing of the sources is run.
"""

import importlib.util
import io
import marshal
import sys
import tarfile
import time
import warnings

PLACE = "/work/"


def compiled(archive, *, room, seconds, avoided=-1):
    """Return the archive of bytecode, without its end."""
    warnings.simplefilter("ignore")
    end, made = time.monotonic() + seconds, io.BytesIO()
    with tarfile.open(fileobj=io.BytesIO(archive), mode="r:") as sources, tarfile.open(fileobj=made, mode="w") as target:
        for member in sources:
            wanted = member.isreg() and member.name.endswith(".py") and int(member.mtime) != avoided
            if not wanted or member.size > room or time.monotonic() > end:
                continue
            room -= member.size
            start = member.offset_data
            try:
                code = compile(archive[start : start + member.size], PLACE + member.name, "exec", dont_inherit=True)
            except (SyntaxError, ValueError, OverflowError, RecursionError, MemoryError):
                continue
            numbers = (0, int(member.mtime), member.size)
            data = importlib.util.MAGIC_NUMBER + b"".join((n & 0xFFFFFFFF).to_bytes(4, "little") for n in numbers) + marshal.dumps(code)
            entry = tarfile.TarInfo(importlib.util.cache_from_source(member.name))
            entry.size, entry.mtime, entry.mode = len(data), int(member.mtime), 0o644
            target.addfile(entry, io.BytesIO(data))
        return made.getvalue()


if __name__ == "__main__":
    limits = {"room": int(sys.argv[1]), "seconds": float(sys.argv[2]), "avoided": int(sys.argv[3])}
    sys.stdout.buffer.write(compiled(sys.stdin.buffer.read(), **limits))
