"""Tries all accepted patches of a run together: each was proven alone."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence

from codeopt.adapters.store.wire import wire
from codeopt.agent import summary
from codeopt.app.shipping import Shipping
from codeopt.errors import PatchError
from codeopt.model.code import TargetName
from codeopt.model.evidence import Check, CheckKind
from codeopt.model.patch import Candidate, Patch
from codeopt.model.report import Combined
from codeopt.patching.versions import merge
from codeopt.ports import Reporter, Sandbox, Store
from codeopt.trial.judge import Evidence, FindTouched, check_tests
from codeopt.trial.replay import check_calls
from codeopt.trial.scene import Scene
from codeopt.trial.workload import race_workload
from codeopt.verify.judgement import judge, timing_check, workload_check

__all__ = ["accepted", "combine", "combined"]

KEY = "combined"


def accepted(store: Store) -> tuple[Candidate, ...]:
    """Return the accepted candidates in the order of the report."""
    keys = summary.accepted(summary.candidate_reports(store, lambda _: ""))
    return tuple(candidate for key in keys if (candidate := store.candidate(key)) is not None)


def combined(store: Store) -> Combined | None:
    """Return what `combine` found, if it was needed."""
    known = store.value(KEY)
    return wire(Combined).unpack(known) if known is not None else None


def combine(scene: Scene, store: Store, *, touched: FindTouched, referee: Sandbox, shipping: Shipping, reporter: Reporter) -> None:
    """Where more than one patch was accepted, take all of them together through recorded calls, tests and workload; keep the verdict.

    `referee` is an open sandbox of one core on the original tree.
    """
    candidates = accepted(store)
    if len(candidates) < 2 or store.value(KEY) is not None:  # noqa: PLR2004 - one alone needs no company
        return
    reporter.stage("confirm", f"{len(candidates)} accepted patches together")
    try:
        patch = merge([candidate.patch for candidate in candidates])
        changed = [(candidate.target.name, touched(candidate)) for candidate in candidates]
        # what was learnt last holds all that was learnt before
        evidence = changed[-1][1][0]
        names = tuple(dict.fromkeys(name for target, (_, others) in changed for name in (target, *others)))
        found = _together(scene, patch, evidence=evidence, names=names, referee=referee, shipping=shipping)
    except PatchError as error:
        check = Check(kind=CheckKind.PATCH, passed=False, detail=f"the accepted patches do not apply together: {error}")
        found = Combined(verdict=judge([check]), diff="", workload=None)
    store.put_value(KEY, wire(Combined).pack(found))


def _together(
    scene: Scene, patch: Patch, *, evidence: Evidence, names: Sequence[TargetName], referee: Sandbox, shipping: Shipping
) -> Combined:
    checks = [Check(kind=CheckKind.PATCH, passed=True, detail="the accepted patches apply together to a clean copy")]
    diff, files = shipping.patch_diff(patch), shipping.checkout(patch)
    with scene.provider.open(files, cores=1) as contestant:
        for check in _behaviour(scene, evidence, names, files=files, referee=referee, contestant=contestant):
            checks.append(check)
            if check.passed is not True:
                return Combined(verdict=judge(checks), diff=diff, workload=None)
    result = race_workload(scene, files, seed=int(patch.sha[:16], 16))
    if result.failure:
        failed = Check(kind=CheckKind.TESTS, passed=False, detail=result.failure)
        return Combined(verdict=judge([*checks, failed]), diff=diff, workload=None)
    checks.append(workload_check(result.comparison, note=result.note))
    checks.append(timing_check(result.comparison, min_speedup=1.0, subject="the whole workload", note=result.note))
    return Combined(verdict=judge(checks, comparison=result.comparison), diff=diff, workload=result.comparison)


def _behaviour(
    scene: Scene,
    evidence: Evidence,
    names: Sequence[TargetName],
    *,
    files: Mapping[str, bytes],
    referee: Sandbox,
    contestant: Sandbox,
) -> Iterator[Check]:
    for name in names:
        recording = evidence.recordings.get(name)
        if recording is None:
            yield Check(
                kind=CheckKind.CALLS,
                passed=None,
                detail=f"neither the workload nor the tests call {name}",
            )
            continue
        trial = check_calls(scene, contestant, recording, evidence.expected[name], referee=referee, files=files)
        for check in trial.checks:
            yield dataclasses.replace(check, detail=f"{name.qualname}: {check.detail}")
    if evidence.suite is not None:
        yield check_tests(scene, files, evidence.suite, evidence.decoys)
