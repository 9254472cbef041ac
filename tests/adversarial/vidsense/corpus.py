"""Patches to examples/vidsense as data: wrong or slow ones of the shape of mistakes that shipped, and right ones of the same functions.

Each TOML file holds a corpus: functions that are changed one at a time. `code` is the function's new text, `head` goes behind the module's
imports. A corpus whose `needs` names a library is tried only where the sandbox has it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from codeopt.model.patch import Patch
from codeopt.patching.versions import patch_between
from tests.adversarial.corpus import NOT_FASTER, rewritten

__all__ = ["EXAMPLE", "Corpus", "VideoCase", "all_corpora", "patch_of", "text_of"]

HERE = Path(__file__).parent
EXAMPLE = HERE.parents[2] / "examples" / "vidsense"
RIGHT = ("FASTER", "NOT_PROVEN", "SLOWER")


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoCase:
    """One changed function.

    `why` says what is wrong with it, or what makes a right one faster; `like` where the mistake was made before, or that it is our own.
    The verdict is one of `outcomes`, and its reason matches the regular expression `reason`. A right one with `faster` is FASTER. Those
    that are `quick` are tried whenever the tests run.
    """

    name: str
    target: str
    why: str
    code: str
    like: str = ""
    head: str = ""
    outcomes: tuple[str, ...] = RIGHT
    reason: str = ""
    right: bool = False
    faster: bool = False
    quick: bool = False

    def __post_init__(self) -> None:
        """Reject a case that would say nothing."""
        if not self.right and not (self.like and self.reason and set(self.outcomes) <= set(NOT_FASTER)):
            raise ValueError(f"{self.name}: says neither where it comes from nor what should be said of it")

    @property
    def path(self) -> str:
        """The file of the target."""
        return self.target.partition("::")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Corpus:
    """The cases of one file, and the settings that they are judged under: `flags` are those of `codeopt verify`."""

    name: str
    tests: str
    workload: str
    needs: str = ""
    flags: Mapping[str, object] = field(default_factory=dict)
    cases: tuple[VideoCase, ...] = ()

    @property
    def settings(self) -> Mapping[str, object]:
        """Every setting that is not the default."""
        return {"tests": self.tests, "workload": self.workload, **self.flags}

    @property
    def quick(self) -> Corpus:
        """The same with the quick cases alone."""
        return replace(self, cases=tuple(case for case in self.cases if case.quick))

    @property
    def targets(self) -> tuple[str, ...]:
        """The functions that are changed, each once."""
        return tuple(dict.fromkeys(case.target for case in self.cases))


def all_corpora() -> tuple[Corpus, ...]:
    """Return every corpus, by name."""
    return tuple(_load(path) for path in sorted(HERE.glob("*.toml")))


def _load(path: Path) -> Corpus:
    told = tomllib.loads(path.read_text(encoding="utf-8"))
    wrong = [VideoCase(**{**each, "outcomes": tuple(each["outcomes"])}) for each in told.pop("case")]
    right = [VideoCase(**each, right=True) for each in told.pop("twin")]
    return Corpus(name=path.stem, cases=(*wrong, *right), **told)


def text_of(case: VideoCase, before: str) -> str:
    """Return the text of a case's file after it."""
    return rewritten(before, case.target.partition("::")[2], code=case.code, head=case.head)


def patch_of(case: VideoCase, tree: Path) -> Patch:
    """Return a case as the patch of files in `tree` that the judge takes."""
    before = (tree / case.path).read_text(encoding="utf-8")
    return patch_between(case.path, before.encode(), text_of(case, before).encode())
