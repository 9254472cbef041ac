"""What a call leaves in its folder (see `given_files.py`), and what code wrote elsewhere, as data to be compared.

The time of day is no behaviour: clock times close to now, and the times that archives keep, are left out.
"""

import datetime as dt
import gzip
import hashlib
import io
import os
import re
import stat
import time
import zipfile
import zlib

from codeopt_inside import given_files, handles, values

MOST_BYTES = 64_000_000
MOST_SHOWN = 3
_EXCERPT = 120
_GZIP, _ZIP = b"\x1f\x8b", b"PK\x03\x04"
_CLOCK = re.compile(rb"(?<!\d)(\d\d):(\d\d):(\d\d)(?:[.,]\d{1,9})?|(?<!\d)\d{10}(?:\.\d+)?(?!\d)")
_NEAR_S = 3_600


def left(keywords):
    """Return what lies in the folder of a call by its relative path: the kind and, of a file, whether it was written and what it holds."""
    folder = given_files.folder_of(keywords)
    return {} if folder is None else dict(_entries(folder))


def _entries(folder):
    handles.flush(folder)
    spent = 0
    for place, names, files in os.walk(folder):
        for name in sorted(names + files):
            path = os.path.join(place, name)
            status = os.lstat(path)
            spent += status.st_size if stat.S_ISREG(status.st_mode) else 0
            if spent > MOST_BYTES:
                raise values.OpaqueError("files of more than %d bytes" % MOST_BYTES)
            yield os.path.relpath(path, folder), _entry(path, status, folder)


def _entry(path, status, folder):
    if stat.S_ISREG(status.st_mode):
        return ("file as it was " if given_files.as_it_was(status, folder) else "file ") + digest(path)
    if stat.S_ISLNK(status.st_mode):
        return "link " + values.atom(os.readlink(path))
    return "folder" if stat.S_ISDIR(status.st_mode) else "something else"


def digest(path):
    """Name what a regular file holds, without clock times and without what lies in the place of a call's folder."""
    with open(path, "rb") as file:
        return hashlib.sha256(_timeless(file.read())).hexdigest()


def _timeless(data):
    try:
        if data.startswith(_GZIP):
            return b"gzip" + _timeless(gzip.decompress(data))
        if data.startswith(_ZIP):
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                parts = [(part.filename, part.compress_type, part.external_attr, archive.read(part)) for part in archive.infolist()]
            return repr([(*head, _timeless(body)) for *head, body in parts]).encode()
    except (OSError, EOFError, zlib.error, zipfile.BadZipFile, RuntimeError, NotImplementedError):
        return data
    now = time.time()
    return _CLOCK.sub(lambda match: b"{time}" if _is_now(match, now) else match.group(), values.unplaced(data))


def _is_now(match, now):
    if match.group(1) is None:
        return abs(float(match.group()) - now) < _NEAR_S
    hour, minute, second = (int(part) for part in match.groups()[:3])
    if hour >= 24 or minute >= 60:  # noqa: PLR2004 - as clocks go
        return False
    clocks = [dt.datetime.fromtimestamp(now), dt.datetime.fromtimestamp(now, dt.timezone.utc)]  # noqa: DTZ006 - as programs print it
    said = 3_600 * hour + 60 * minute + second
    gaps = [abs(said - (3_600 * clock.hour + 60 * clock.minute + clock.second)) for clock in clocks]
    return any(min(gap, 86_400 - gap) < _NEAR_S for gap in gaps)


def shown(keywords, written=False):
    """Return a short text for people: the files in the folder of a call; with `written` those that were, and the number of the others.

    Empty where nothing was laid out for it.
    """
    folder = given_files.folder_of(keywords)
    if folder is None:
        return ""
    handles.flush(folder)
    files = sorted(os.path.join(place, name) for place, _, names in os.walk(folder) for name in names)
    named = [path for path in files if not (written and given_files.as_it_was(os.lstat(path), folder))]
    told = ["%s: %s" % (os.path.basename(path), _excerpt(path)) for path in named[:MOST_SHOWN]]
    told += ["%d more files" % (len(named) - MOST_SHOWN)] * (len(named) > MOST_SHOWN)
    return "; ".join(told + ["%d as it was" % (len(files) - len(named))] * (len(files) > len(named)))


def _excerpt(path):
    if not os.path.isfile(path) or os.path.islink(path):
        return "no regular file"
    with open(path, "rb") as file:
        data = file.read(_EXCERPT)
    return repr(data.decode("utf-8", "replace")) + ("..." if os.path.getsize(path) > _EXCERPT else "")
