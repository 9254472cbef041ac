"""Tries all accepted patches of a run together: each was proven alone."""

from __future__ import annotations

from codeopt.adapters.store.wire import wire
from codeopt.agent import summary
from codeopt.app.shipping import Shipping
from codeopt.errors import PatchError
from codeopt.model.evidence import Check, CheckKind
from codeopt.model.patch import Candidate, Patch
from codeopt.model.report import Combined
from codeopt.model.work import SuiteRun
from codeopt.patching.versions import merge
from codeopt.ports import Reporter, Sandbox, Store
from codeopt.trial.scene import Scene
from codeopt.trial.suite import run_suite
from codeopt.trial.workload import race_workload
from codeopt.verify.judgement import judge, timing_check, workload_check
from codeopt.verify.suites import judge_suite

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


def combine(scene: Scene, store: Store, *, suite: SuiteRun | None, referee: Sandbox, shipping: Shipping, reporter: Reporter) -> None:
    """Where more than one patch was accepted, run tests and workload on all of them together and keep the verdict."""
    candidates = accepted(store)
    if len(candidates) < 2 or store.value(KEY) is not None:  # noqa: PLR2004 - one alone needs no company
        return
    reporter.stage("confirm", f"{len(candidates)} accepted patches together")
    try:
        patch = merge([candidate.patch for candidate in candidates])
        found = _together(scene, patch, suite=suite, referee=referee, shipping=shipping)
    except PatchError as error:
        check = Check(kind=CheckKind.PATCH, passed=False, detail=f"the accepted patches do not apply together: {error}")
        found = Combined(verdict=judge([check]), diff="", workload=None)
    store.put_value(KEY, wire(Combined).pack(found))


def _together(scene: Scene, patch: Patch, *, suite: SuiteRun | None, referee: Sandbox, shipping: Shipping) -> Combined:
    checks = [Check(kind=CheckKind.PATCH, passed=True, detail="the accepted patches apply together to a clean copy")]
    diff = shipping.patch_diff(patch)
    with scene.provider.open(shipping.checkout(patch)) as sandbox:
        if suite is not None:
            checks.append(judge_suite(suite, run_suite(scene, sandbox)))
            if checks[-1].passed is not True:
                return Combined(verdict=judge(checks), diff=diff, workload=None)
        result = race_workload(scene, referee, sandbox, seed=int(patch.sha[:16], 16))
    if result.failure:
        failed = Check(kind=CheckKind.TESTS, passed=False, detail=result.failure)
        return Combined(verdict=judge([*checks, failed]), diff=diff, workload=None)
    checks += [workload_check(result.comparison), timing_check(result.comparison, min_speedup=1.0, subject="the whole workload")]
    return Combined(verdict=judge(checks, comparison=result.comparison), diff=diff, workload=result.comparison)
