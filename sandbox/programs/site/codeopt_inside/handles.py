"""Open files that calls are given: opened again at the same place of the same file, and compared by what is still to be read of them.

Only files that have a name and were opened by it. How a text file treats carriage returns cannot be asked of it: one that reads a file in
which there are some is not copied.
"""

import io
import os
import pickle
import stat
import weakref

from codeopt_inside.values import OpaqueError, atom, type_name

KINDS = (io.TextIOWrapper, io.BufferedReader, io.BufferedWriter, io.BufferedRandom, io.FileIO)
_opened = weakref.WeakKeyDictionary()
# What was still to be read, once it was: a file that has been read to its end tells no more.
_rests = weakref.WeakKeyDictionary()


def reduced(value):
    """Say how to open a file again as it is open now."""
    name, mode = getattr(value, "name", None), getattr(value, "mode", None)
    if value.closed or type(name) is not str or type(mode) is not str or not _is_regular(value):
        raise pickle.PicklingError("an open file without a name, or a closed one")
    if value.writable():
        value.flush()
    text = isinstance(value, io.TextIOWrapper)
    if text and value.readable():
        _refuse_returns(name)
    try:
        position = value.tell()
    except OSError:
        raise pickle.PicklingError("a text file of which a line is being read") from None
    coding = (value.encoding, value.errors) if text else ()
    return opened, (_relative(name), mode.replace("x", "w"), coding, isinstance(value, io.FileIO), position)


def _is_regular(value):
    try:
        return stat.S_ISREG(os.fstat(value.fileno()).st_mode)
    except (OSError, ValueError):
        return False


def _refuse_returns(name):
    with open(name, "rb") as file:
        if any(b"\r" in block for block in iter(lambda: file.read(1 << 20), b"")):
            raise pickle.PicklingError("a text file with carriage returns")


def _relative(name):
    """Return the name as it is everywhere: what lies in the working directory is the tree's own."""
    here = os.path.join(os.getcwd(), "")
    return name[len(here) :] if name.startswith(here) else name  # noqa: FURB188 - Python 3.8 has no removeprefix


def opened(name, mode, coding, raw, position):
    """Open a file again; what it holds stays, whatever the mode says."""
    encoding, errors = coding or (None, None)
    value = open(name, mode, 0 if raw else -1, encoding, errors, opener=_kept)  # noqa: SIM115 - the call closes it, or leaves it open
    value.seek(position)
    _opened[value] = name
    return value


def _kept(name, flags):
    return os.open(name, flags & ~(os.O_TRUNC | os.O_EXCL), 0o666)


def flush(folder):
    """Write out what open files of a folder have not written yet."""
    for value, name in list(_opened.items()):
        if name.startswith(os.path.join(folder, "")) and not value.closed and value.writable():
            value.flush()


def encoded(value):
    """Return how a file is open, and what is still to be read of it.

    Raises:
        OpaqueError: it is no regular file, or cannot be read on.
    """
    node = ["file", type_name(type(value)), str(getattr(value, "mode", ""))]
    if value.closed:
        return [*node, "closed"]
    if not _is_regular(value):
        raise OpaqueError("an open file that is no regular one")
    try:
        if not value.readable():
            value.flush()
            return [*node, value.tell()]
        if value not in _rests:
            _rests[value] = atom(value.read())
    except (OSError, ValueError) as error:
        raise OpaqueError("an open file (%s)" % error) from None
    return [*node, _rests[value]]
