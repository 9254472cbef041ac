"""Files that a call is given by name: kept with its arguments, and laid out again for each replay in a folder of its own.

Only what lies in the folder for temporary files counts: there a program, or its tests, put what a function shall read or write, and
there it is gone by the time of a replay. A text that names such a place is written into the pickle as the rest of its path. Where the
pickle is read, the rest hangs below a fresh folder, with the files that were there before the call, last written in the same order; what a
call leaves in that folder is part of what it did (see `left_files.py`).
"""

import collections
import contextlib
import io
import os
import re
import shutil
import sys
import tempfile
import time

from codeopt_inside import values

ROOT = "codeopt-files-%010d"
FOLDER = re.compile(values.FOLDER)
_FOLDER_AND_SLASH = re.compile(values.FOLDER + "/?")
MOST_BYTES = 4_000_000
MOST_FILES = 500
_MOST_VALUES = 400
_DEEPEST = 4
_LONGEST = 1_024
# Files were last written before their call, and not so long ago that code would take them for old.
_AGE_S = 60
_LAYOUT_NS, _FILE_NS = 1_000_000, 1_000
# Folders of the calls that this process has loaded, by the number of their keywords: no two calls share these.
_folders = {}
# When the first file of a folder was last written, by what its files say.
_written = {}
_laid = {"pid": 0, "count": 0, "one": False}


class TooMuchError(Exception):
    """More than is kept with a call."""


class Files:
    """The places that a call names, as texts relative to the folder for temporary files, and what is there.

    `inner` are texts that were made of such a name, and hold it somewhere.
    """

    def __init__(self, places, inner=()):
        self.places = {**places, **{text: _parted(text) for text in inner}}
        self.table = {}
        self._times = {}
        self._bytes = 0
        for text, rest in sorted(places.items()):
            self._keep(text.rstrip("/"), rest.rstrip("/"))
        self.table = dict(sorted(self.table.items(), key=lambda pair: self._times.get(pair[0], 0)))

    def _keep(self, path, rest):
        if os.path.isdir(path):
            self._keep_folder(path, rest)
        elif os.path.isfile(path):
            self._keep_file(path, rest)
        elif os.path.isdir(os.path.dirname(path)):
            self.table.setdefault(os.path.dirname(rest), None)

    def _keep_folder(self, path, rest):
        self.table.setdefault(rest, None)
        for folder, names, files in os.walk(path):
            below = os.path.join(rest, os.path.relpath(folder, path)) if folder != path else rest
            for name in sorted(names):
                self.table.setdefault(os.path.join(below, name), None)
            for name in sorted(files):
                if os.path.isfile(os.path.join(folder, name)):
                    self._keep_file(os.path.join(folder, name), os.path.join(below, name))

    def _keep_file(self, path, rest):
        if self.table.get(rest) is not None:
            return
        self._bytes += os.path.getsize(path)
        if self._bytes > MOST_BYTES or len(self.table) >= MOST_FILES:
            raise TooMuchError("files of more than %d bytes, or more than %d" % (MOST_BYTES, MOST_FILES))
        with open(path, "rb") as file:
            self.table[rest] = file.read()
            self._times[rest] = os.fstat(file.fileno()).st_mtime_ns

    def rest_of(self, value):
        """Return what is written in the place of a value that names a place: the rest of its path; None for any other value."""
        if type(value) is str:
            return self.places.get(value)
        rest = self.places.get(str(value)) if is_path(value) else None
        return (type(value), rest) if type(rest) is str else None


def found(arguments, keywords):
    """Return the files that the arguments of a call name; None where they name none."""
    starts, places, inner = _starts(), {}, set()
    for text in _texts(arguments, keywords):
        start = next((start for start in starts if text.startswith(start)), None)
        if start is not None and len(text) < _LONGEST and "\0" not in text and "/../" not in text:
            rest = text[len(start) :]
            below = FOLDER.match(rest)
            rest = rest[below.end() + 1 :] if below else rest
            if rest.strip("/"):
                places[text] = rest
        elif is_laid(text):
            inner.add(text)
    return Files(places, inner) if places or inner else None


def _starts():
    folder = tempfile.gettempdir()
    return tuple(dict.fromkeys(start.rstrip("/") + "/" for start in (folder, os.path.realpath(folder))))


def is_path(value):
    """Tell whether a value is a path of the standard library's."""
    # What a value says of its own class is not asked: it may fail.
    return issubclass(type(value), getattr(sys.modules.get("pathlib"), "PurePath", ()))


def _texts(arguments, keywords):
    """Yield the texts and paths among the first values that arguments hold, as texts, and the names of open files."""
    waiting = collections.deque((value, 0) for value in (*arguments, *keywords.values()))
    for _ in range(_MOST_VALUES):
        if not waiting:
            return
        # Breadth first: what lies deep in a large argument must not hide the next one.
        value, depth = waiting.popleft()
        if type(value) is str:
            yield value
        elif is_path(value):
            yield str(value)
        elif issubclass(type(value), io.IOBase):
            yield from _name(value)
        elif depth < _DEEPEST:
            waiting.extend((part, depth + 1) for part in _parts(value))


def _name(file):
    """Yield the name of an open file, all of whose text lies in the file from then on."""
    if type(getattr(file, "name", None)) is str and not file.closed:
        if file.writable():
            file.flush()
        yield file.name


def _parts(value):
    if type(value) in (list, tuple):
        return value[:_MOST_VALUES]
    if type(value) in (set, frozenset):
        return list(value) if len(value) <= _MOST_VALUES else ()
    if type(value) is dict:
        return [part for pair in list(value.items())[:_MOST_VALUES] for part in pair]
    if issubclass(type(value), type):
        return ()
    try:
        return list(values.own_dict(value).values())[:_MOST_VALUES]
    except Exception:
        return ()


def naming(cls):
    """Return a kind of pickler like `cls` that writes the rest of a path in the place of each text of its `files` that names a place."""
    # The class that is written in C gives this very method back for its own.
    inherited = next((vars(base)["persistent_id"] for base in cls.__mro__[:-2] if "persistent_id" in vars(base)), lambda *_: None)

    class Naming(cls):
        files = None

        def persistent_id(self, value):
            rest = self.files.rest_of(value)
            return inherited(self, value) if rest is None else rest

    return Naming


def laid(table):
    """Lay the files of a call out in a fresh folder, and return it."""
    root, count = _root(), _laid["count"]
    _laid["count"] += 1
    folder = os.path.join(root, "%08x" % (0 if _laid["one"] else count + 1))
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder, 0o700)
    # No two layouts have one time: what is remembered with the time of a file must not be taken for that of another.
    _written[folder] = (int(time.time()) - _AGE_S) * 10**9 + count * _LAYOUT_NS
    for at, (rest, data) in enumerate(table.items()):
        path = os.path.join(folder, rest)
        os.makedirs(path if data is None else os.path.dirname(path), exist_ok=True)
        if data is not None:
            with open(path, "wb") as file:
                file.write(data)
            os.utime(path, ns=(_written[folder] + at * _FILE_NS,) * 2)
    return folder


@contextlib.contextmanager
def one_folder():
    """Have the files of all calls laid out in one and the same folder meanwhile, those of one call at a time."""
    _laid["one"] = True
    try:
        yield
    finally:
        _laid["one"] = False


def as_it_was(status, folder):
    """Tell by its status whether nothing has written a file of a folder since it was laid out."""
    return 0 <= status.st_mtime_ns - _written[folder] < _LAYOUT_NS


def _root():
    """Return the folder of this process, made anew where it is not there: a fork has one of its own."""
    path = _root_of(os.getpid())
    if _laid["pid"] != os.getpid():
        _laid.update(pid=os.getpid(), count=0)
        _folders.clear()
        _written.clear()
        shutil.rmtree(path, ignore_errors=True)
    return path


def _root_of(pid):
    return os.path.join(tempfile.gettempdir(), ROOT % pid)


def is_laid(text):
    """Tell whether a text names what was laid out for a call."""
    return "codeopt-files-" in text and FOLDER.search(text) is not None


def any_laid():
    """Tell whether this process has laid out files of calls."""
    return _laid["pid"] == os.getpid()


def cleared(pid):
    """Remove what a process laid out, and what calls left there."""
    shutil.rmtree(_root_of(pid), ignore_errors=True)


def named(rest, folder):
    """Return the value that `rest_of` wrote, with its path below a folder."""
    if type(rest) is str:
        return folder + "/" + rest
    if type(rest) is list:
        return folder.join(rest)
    cls, rest = rest
    return cls(folder + "/" + rest)


def _parted(text):
    """Return what stands around the names of calls' folders in a text."""
    return re.split(re.escape(os.path.dirname(_root_of(os.getpid()))) + "/" + values.FOLDER, text)


def belongs(folder, keywords):
    """Remember whose folder it is: that of the call with these very keywords."""
    _folders[id(keywords)] = (keywords, folder)


def folder_of(keywords):
    """Return the folder of a call, by its very keywords; None where nothing was laid out for it."""
    return _folders.get(id(keywords), (None, None))[1]


def plain(text):
    """Return a text for people, with a call's folder shown as the folder for temporary files."""
    return _FOLDER_AND_SLASH.sub("", text) if "codeopt-files-" in text else text
