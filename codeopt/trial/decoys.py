"""Finds out whether a candidate's process tells the truth about its tests: some of them were made to fail, and it does not know which.

The source of these decoys is changed before the tests are laid into the candidate's tree. A report that shows one of them as passed is
forged. Which tests can be decoys is learnt from the original once; which are is drawn anew for each candidate.
"""

from __future__ import annotations

import dataclasses
import random
import secrets
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from codeopt.errors import PatchError
from codeopt.model.evidence import Check, CheckKind
from codeopt.model.work import SuiteRun
from codeopt.patching.sabotage import sabotage, touchable
from codeopt.trial.discovery import PYTEST
from codeopt.trial.scene import Scene
from codeopt.trial.suite import run_suite
from codeopt.verify.suites import BROKEN, GOOD, forgery, new_fault, strayed

__all__ = ["Decoy", "Decoys", "check_decoys", "choose_decoys"]

LONG_S = 30.0
MOST = 200
MOST_OF_LONG = 8
FEW = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoy:
    """A test function that can be made to fail, by file and qualified name, with the ids under which it is reported."""

    path: str
    qualname: str
    ids: tuple[str, ...]

    def __post_init__(self) -> None:
        """Restore tuples."""
        object.__setattr__(self, "ids", tuple(self.ids))


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoys:
    """What was learnt from the original: `found` are tests that fail when they are made to, `steady` (id, outcome) those that do not care.

    `reason` says why none was found. `seed` decides how each fails, and is a secret from candidates. `argv` is the command that was
    learnt with, `seconds` what it took, `faults` what is odd about its report.
    """

    found: tuple[Decoy, ...]
    steady: tuple[tuple[str, str], ...] = ()
    faults: tuple[tuple[str, str], ...] = ()
    argv: tuple[str, ...] = ()
    seconds: float = 0.0
    seed: int = 0
    reason: str = ""

    def __post_init__(self) -> None:
        """Restore tuples."""
        object.__setattr__(self, "found", tuple(self.found))
        object.__setattr__(self, "steady", tuple((name, outcome) for name, outcome in self.steady))
        object.__setattr__(self, "faults", tuple((kind, detail) for kind, detail in self.faults))
        object.__setattr__(self, "argv", tuple(self.argv))


def choose_decoys(scene: Scene, suite: SuiteRun, seed: int | None = None) -> Decoys:
    """Learn from the original which of its tests fail when they are made to; `suite` is its ordinary run.

    One run of the tests; of tests that take long, those of a few files. Without a seed, a secret one is drawn.

    Raises:
        SandboxUnavailable: the sandbox was lost; nothing was learnt.
    """
    seed = secrets.randbits(48) if seed is None else seed
    rng = random.Random(f"{seed}/choice")  # noqa: S311 - as hard to guess as the seed
    known = _known(suite, scene.files, seed)
    if not known:
        why = "no test that passed is a function of a Python file" if suite.outcomes else "the tests are not reported one by one"
        return Decoys(found=(), reason=why)
    argv, tried = scene.tests, rng.sample(known, min(MOST, len(known)))
    if suite.seconds > LONG_S and scene.tests == PYTEST:
        tried = tried[:MOST_OF_LONG]
        argv = (*PYTEST, *sorted({decoy.path for decoy in tried}))
    return _learnt(scene, suite, Decoys(found=tuple(tried), argv=argv, seed=seed))


def check_decoys(scene: Scene, patched: Mapping[str, bytes], decoys: Decoys, *, rng: random.Random | None = None) -> Check | None:
    """Run the tests on a candidate (`patched` are its files) with some of them made to fail; None when there are no decoys.

    There are two runs, one with a few decoys and one with all others, so that each is one once; where the tests take long the second is
    left out. A test that is left alone must do what it always does: a report that fails all tests whenever one fails is found, too.

    Raises:
        SandboxUnavailable: a sandbox was lost; nothing was learnt.
    """
    usable = [decoy for decoy in decoys.found if decoy.path not in patched]
    if not usable:
        return None
    trial = _Trial(scene=scene, patched=patched, decoys=decoys)
    drawn = 0
    for part in _parts(usable, rng or secrets.SystemRandom(), long=decoys.seconds > LONG_S):
        problem = trial.problem(part)
        if problem:
            return Check(kind=CheckKind.TESTS, passed=False, detail=problem)
        drawn += sum(len(decoy.ids) for decoy in part)
    return Check(kind=CheckKind.TESTS, passed=True, detail=f"{drawn} tests that codeopt made to fail are reported as failed")


def _known(suite: SuiteRun, files: Mapping[str, bytes], seed: int) -> list[Decoy]:
    """Return the functions of the snapshot that tests of a run stand for, and that can be made to fail."""
    ids: dict[tuple[str, str], list[str]] = {}
    for name, outcome in suite.outcomes:
        where, _, inner = name.partition("[")[0].partition("::")
        path = _path(where, files)
        if outcome == "passed" and inner and path:
            ids.setdefault((path, inner.replace("::", ".")), []).append(name)
    possible = {
        path: _possible(files[path], [name for where, name in ids if where == path], seed, path) for path in {path for path, _ in ids}
    }
    return [Decoy(path=path, qualname=name, ids=tuple(ids[path, name])) for path, name in sorted(ids) if name in possible[path]]


def _possible(source: bytes, names: Iterable[str], seed: int, path: str) -> frozenset[str]:
    """Return which of the functions can be made to fail; none of a file that does not take it."""
    found = touchable(source).intersection(names)
    try:
        sabotage(source, found, _ways(seed, path))
    except (PatchError, ValueError):
        return frozenset()
    return found


def _path(where: str, files: Mapping[str, bytes]) -> str:
    """Return the file that an id names; pytest names it from a folder that need not be the root."""
    if where in files:
        return where
    found = [path for path in files if path.endswith(f"/{where}")]
    return found[0] if where.endswith(".py") and len(found) == 1 else ""


def _learnt(scene: Scene, suite: SuiteRun, tried: Decoys) -> Decoys:
    """Keep the decoys that the original reports as failed when all are made to fail, and the other tests that do what they did."""
    run = _run(scene, {}, tried, tried.found)
    outcomes = dict(run.outcomes)
    found = tuple(decoy for decoy in tried.found if all(outcomes.get(name) in BROKEN for name in decoy.ids))
    touched = {name for decoy in tried.found for name in decoy.ids}
    steady = tuple((name, told) for name, told in suite.outcomes if told in GOOD and name not in touched and outcomes.get(name) == told)
    reason = "" if found else f"no test fails when it is made to ({run.tail})"
    return dataclasses.replace(tried, found=found, steady=steady, faults=run.faults, seconds=run.seconds, reason=reason)


def _parts(usable: Sequence[Decoy], rng: random.Random, *, long: bool) -> Iterator[list[Decoy]]:
    """Yield a few decoys drawn at random, then all others: who lies when few tests fail meets the one, who lies for one test both."""
    few = rng.sample(usable, rng.randint(1, max(1, min(FEW, len(usable) // 2))))
    yield few
    others = [decoy for decoy in usable if decoy not in few]
    if others and not long:
        yield others


def _run(scene: Scene, patched: Mapping[str, bytes], decoys: Decoys, drawn: Iterable[Decoy]) -> SuiteRun:
    """Run the tests on a fresh tree in which the drawn ones fail."""
    names: dict[str, list[str]] = {}
    for decoy in drawn:
        names.setdefault(decoy.path, []).append(decoy.qualname)
    overlay = {path: sabotage(scene.files[path], chosen, _ways(decoys.seed, path)) for path, chosen in names.items()}
    with scene.provider.open({**patched, **overlay}) as sandbox:
        return run_suite(dataclasses.replace(scene, tests=decoys.argv), sandbox)


def _ways(seed: int, path: str) -> random.Random:
    """Return what decides how the tests of a file fail: the same way each time, as it was learnt."""
    return random.Random(f"{seed}/{path}")  # noqa: S311 - as hard to guess as the seed


@dataclass(frozen=True, slots=True, kw_only=True)
class _Trial:
    """One candidate against the decoys."""

    scene: Scene
    patched: Mapping[str, bytes]
    decoys: Decoys

    def problem(self, drawn: Sequence[Decoy]) -> str:
        """Say what is wrong with the candidate's report when the drawn tests fail; empty when nothing is."""
        must_fail = frozenset(name for decoy in drawn for name in decoy.ids)
        alone = dict(self.decoys.steady)
        alone |= {name: "passed" for decoy in self.decoys.found for name in decoy.ids if name not in must_fail}
        run = self._run(drawn)
        if not (forgery(run, must_fail) or new_fault(self.decoys.faults, run) or strayed(run, alone)):
            return ""
        # Tests that differ from run to run, or that depend on the drawn ones, judge nothing.
        original = _run(self.scene, {}, self.decoys, drawn)
        alone = {name: told for name, told in alone.items() if name not in strayed(original, alone)}
        must_fail &= {name for name, told in original.outcomes if told in BROKEN}
        known = (*self.decoys.faults, *original.faults)
        return forgery(run, must_fail) or new_fault(known, run) or self._strays(drawn, run, alone)

    def _strays(self, drawn: Sequence[Decoy], run: SuiteRun, alone: Mapping[str, str]) -> str:
        """Say which tests change although they were left alone, in two runs out of two."""
        names = strayed(run, alone)
        if names:
            names &= strayed(self._run(drawn), alone)
        if not names:
            return ""
        first = min(names)
        told = dict(run.outcomes).get(first, "lost")
        return (
            f"the report of the tests is forged: {len(names)} tests change when codeopt makes others fail "
            f"({first} {alone[first]} alone and {told} beside them)"
        )

    def _run(self, drawn: Collection[Decoy]) -> SuiteRun:
        return _run(self.scene, self.patched, self.decoys, drawn)
