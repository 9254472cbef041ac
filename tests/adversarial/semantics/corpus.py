"""Plausible optimizations of real packages as data: wrong ones, each wrong in one way, and right ones of the same functions.

Each TOML file holds one package. Its functions are changed one at a time: `code` is the function's new text, `head` goes behind the
module's imports. `misses.toml` names the wrong ones that no check finds, each with the reason.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from codeopt.model.patch import Patch
from codeopt.patching.versions import patch_between
from tests.adversarial.corpus import rewritten

__all__ = ["FAULTS", "Change", "Package", "all_packages", "known_misses", "load", "patch_of", "text_of"]

HERE = Path(__file__).parent
MISSES = "misses.toml"
FAULTS = (
    "order",
    "alias",
    "copy",
    "exception",
    "float",
    "window",
    "empty",
    "duplicate",
    "type",
    "mutation",
    "laziness",
    "state",
    "unicode",
    "nan",
    "default",
    "identity",
    "precedence",
)
WRONG_KEYS = frozenset({"name", "target", "fault", "origin", "why", "shows", "code"})
TWIN_KEYS = frozenset({"name", "target", "why", "code"})
RELEASE_KEYS = frozenset({"package", "version", "sha256", "tests"})
FOLDER_KEYS = frozenset({"folder", "tests"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One changed function.

    `why` says which input shows the fault and what differs, or what makes a right one faster. `shows` is Python code whose last line is an
    expression: its value differs between old and new code, with the names of the target's module at hand. `fault` is empty for a right one.
    """

    package: str
    name: str
    target: str
    why: str
    code: str
    head: str = ""
    fault: str = ""
    origin: str = "written"
    shows: str = ""

    def __post_init__(self) -> None:
        """Reject an unknown fault, an origin of no kind, and a target that is none."""
        if self.fault and self.fault not in FAULTS:
            raise ValueError(f"{self.id}: no fault is called {self.fault}")
        if self.origin != "written" and not self.origin.startswith("model: "):
            raise ValueError(f"{self.id}: {self.origin} is no origin")
        if not (self.path.endswith(".py") and self.qualname):
            raise ValueError(f"{self.id}: {self.target} is not PATH::QUALNAME")

    @property
    def id(self) -> str:
        """The name among all packages."""
        return f"{self.package}-{self.name}"

    @property
    def wrong(self) -> bool:
        """Whether the new code behaves differently."""
        return bool(self.fault)

    @property
    def path(self) -> str:
        """The file of the target."""
        return self.target.partition("::")[0]

    @property
    def qualname(self) -> str:
        """The name of the target in its file."""
        return self.target.partition("::")[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """A released package, or a folder of this repository, with the changes to it.

    `tests` are those of its own tests that touch the targets; `workload` is what the calls are recorded of. `files` are added to it.
    """

    name: str
    tests: str
    workload: str
    version: str = ""
    sha256: str = ""
    folder: str = ""
    files: Mapping[str, str] = field(default_factory=dict)
    changes: tuple[Change, ...] = ()

    @property
    def wrong(self) -> tuple[Change, ...]:
        """The changes that must be found."""
        return tuple(change for change in self.changes if change.wrong)

    @property
    def twins(self) -> tuple[Change, ...]:
        """The changes that must not be called wrong."""
        return tuple(change for change in self.changes if not change.wrong)

    @property
    def targets(self) -> tuple[str, ...]:
        """The functions that are changed, each once."""
        return tuple(dict.fromkeys(change.target for change in self.changes))


@cache
def all_packages() -> tuple[Package, ...]:
    """Return every package, by name."""
    return tuple(load(path) for path in sorted(HERE.glob("*.toml")) if path.name != MISSES)


@cache
def known_misses() -> Mapping[str, str]:
    """Return by id the wrong changes that no check finds, with the reason of each."""
    path = HERE / MISSES
    return tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def load(path: Path) -> Package:
    """Return the package of a file.

    Raises:
        ValueError: a key is missing or unknown, or a value is no text; the message names the file.
    """
    try:
        return _package(path.stem, tomllib.loads(path.read_text(encoding="utf-8")))
    except ValueError as error:
        raise ValueError(f"{path.name}: {error}") from None


def _package(stem: str, told: dict[str, object]) -> Package:
    wrong, twins, files = told.pop("case", []), told.pop("twin", []), told.pop("files", {})
    fields = _texts("the package", told, FOLDER_KEYS if "folder" in told else RELEASE_KEYS, {"workload"})
    name = fields.get("package") or Path(fields["folder"]).name
    if name != stem:
        raise ValueError(f"it is called {stem}, and holds {name}")
    changes = [_change(name, one, WRONG_KEYS, {"head"}) for one in _tables(wrong)]
    changes += [_change(name, one, TWIN_KEYS, {"head", "origin", "shows"}) for one in _tables(twins)]
    return Package(
        name=name,
        tests=fields["tests"],
        workload=fields.get("workload", fields["tests"]),
        version=fields.get("version", ""),
        sha256=fields.get("sha256", ""),
        folder=fields.get("folder", ""),
        files=_texts("files", files, (), None),
        changes=tuple(changes),
    )


def _change(package: str, told: dict[str, object], needed: frozenset[str], more: set[str]) -> Change:
    return Change(package=package, **_texts(str(told.get("name")), told, needed, more))


def _tables(told: object) -> Sequence[dict[str, object]]:
    if not isinstance(told, list) or not all(isinstance(one, dict) for one in told):
        raise ValueError("case and twin are lists of tables")
    return told


def _texts(where: str, told: object, needed: Sequence[str] | frozenset[str], more: set[str] | None) -> dict[str, str]:
    """Return a table whose values are texts, with the needed keys and none but these and `more`; any key where that is None."""
    if not isinstance(told, dict):
        raise ValueError(f"{where} is no table")  # noqa: TRY004 - what is wrong with a file is a ValueError
    for key, value in told.items():
        if not isinstance(value, str) or not value.strip():
            raise ValueError(f"{where}: {key} is no text")
        if more is not None and key not in needed and key not in more:
            raise ValueError(f"{where}: nothing is called {key}")
    if missing := set(needed) - set(told):
        raise ValueError(f"{where}: {', '.join(sorted(missing))} is missing")
    return told


def text_of(change: Change, before: str) -> str:
    """Return the text of a change's file after it."""
    return rewritten(before, change.qualname, code=change.code, head=change.head)


def patch_of(change: Change, tree: Path) -> Patch:
    """Return a change of the files in `tree` as the patch that the judge takes."""
    before = (tree / change.path).read_text(encoding="utf-8")
    return patch_between(change.path, before.encode(), text_of(change, before).encode())
