"""Nouns of made calls: what is to be changed in a recorded call, so that it becomes one that nobody made."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["FILES", "PROPERTIES", "Change", "Place", "Plan"]

Place = tuple[str | int, ...]

FILES: Place = ("files",)
"""The place of what the text files of a call hold."""

PROPERTIES = (
    "answers",
    "ascii",
    "channels",
    "distinct",
    "finite",
    "hashing",
    "held",
    "lengths",
    "lines",
    "magnitude",
    "mapping",
    "none",
    "number",
    "sequence",
    "sign",
    "sorted",
    "unique",
)
"""What plans may break of what recorded calls have in common, in the words of `Plan`; calls that break the rest of it are never made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Puts a value at a place of a call.

    `place` starts with `args` and a position, or with `kwargs` and a name. Each further step is a position (in a mapping: of the value, in
    the order of its keys) or `.name` of an attribute. `FILES` is what the text files hold that the call came with. `value` is JSON that
    `codeopt_inside/build.py` knows how to make a value from: a literal, something to do to the value that is there, or what stands
    elsewhere.
    """

    place: Place
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A new call: recorded call number `call`, changed.

    `breaks` is empty, or names what all recorded calls have in common and this one does not: such a call may mean nothing to the code.

    - `sorted`, `unique`: the order of a sequence; that nothing in it repeats
    - `finite`, `sign`, `magnitude`: NaN or an infinity; zero or less where all was more, less where nothing was; 2**31 and more, and years
      far off
    - `ascii`: other characters
    - `channels`: another length of the last axis of arrays, where all had the same and their other axes had not
    - `lengths`: parts of equal length, or a number that says how many there are
    - `lines`: of text files, empty lines, other line ends, a byte order mark, other letters and spaces, signs at which a line might end, a
      last line that breaks off
    - `order`: one number never above another
    - `keys`, `shape`, `nested`: the keys of records, the size of tuples and the axes of arrays, how deep lists lie in lists
    - `distinct`: two places that hold one object
    - `state`: an object with a part of another
    - `none`: None where it never was
    - `held`: another value in a mapping that an object keeps for itself, or of an attribute of an object that is single values
    - `answers`: what a function among the arguments returns
    - `number`, `subclass`: a boolean, an integer or a real number for one of the others; a class below the one that occurred
    - `type`: any other type that did not occur
    """

    call: int
    changes: tuple[Change, ...]
    breaks: str = ""

    @property
    def files(self) -> str:
        """What it does to the files that the call came with; empty where they stay as they are."""
        return next((change.value for change in self.changes if change.place == FILES), "")
