"""Runs the repository's own tests in a sandbox."""

from __future__ import annotations

import dataclasses

from codeopt.model.evidence import Check
from codeopt.model.work import Command, ExecResult, SuiteRun
from codeopt.ports import Sandbox
from codeopt.trial.outcomes import read_report
from codeopt.trial.scene import Scene
from codeopt.verify.suites import judge_suite, unsteady

__all__ = ["judge_tests", "last_line", "run_suite"]

# All tests run, also where the repository asks pytest to stop at the first that fails. Nobody reads tracebacks, and to write hundreds of
# them takes longer than the tests.
ADDOPTS = "-p codeopt_inside.suite -o cache_dir={out}/pytest-cache --maxfail=0 --tb=no"


def run_suite(scene: Scene, sandbox: Sandbox) -> SuiteRun:
    """Run the tests once and return what each did.

    pytest is told by its environment to load codeopt's plug-in; another runner is judged by its exit status alone.
    """
    report = f"{sandbox.out}/suite.jsonl"
    sandbox.write({report: b""})
    result = sandbox.run(_command(scene, sandbox, report))
    status = None if result.timed_out else result.status
    told = read_report(sandbox.read(report, limit_bytes=scene.limits.read_bytes) or b"", status)
    return SuiteRun(
        status=status,
        outcomes=tuple(sorted(told.outcomes.items())),
        seconds=result.seconds,
        tail=last_line(result),
        faults=tuple(sorted(told.faults.items())),
    )


def judge_tests(scene: Scene, sandbox: Sandbox, before: SuiteRun) -> Check:
    """Run the tests on a candidate and compare with the original's run.

    A test that fails now and then must not cost a right patch: before the patch is blamed, the original is asked once more, on a fresh
    tree, and what differs there judges nothing.
    """
    after = run_suite(scene, sandbox)
    check = judge_suite(before, after)
    if check.passed is True:
        return check
    with scene.provider.open({}) as fresh:
        again = run_suite(scene, fresh)
    known = dataclasses.replace(before, faults=before.faults + again.faults)
    return judge_suite(known, after, ignored=unsteady(before, again))


def _command(scene: Scene, sandbox: Sandbox, report: str) -> Command:
    command = scene.command(sandbox, scene.tests, scene.limits.tests_s)
    path = f"{sandbox.tools}/site:{scene.import_path(sandbox, inside=False)}"
    env = dict(command.env) | {"PYTHONPATH": path, "PYTEST_ADDOPTS": ADDOPTS.format(out=sandbox.out), "CODEOPT_SUITE": report}
    return dataclasses.replace(command, env=tuple(env.items()))


def last_line(result: ExecResult) -> str:
    """Return the last line that says something, for a one-line message."""
    for stream in (result.stderr, result.stdout):
        lines = [line.strip() for line in stream.decode(errors="replace").splitlines() if line.strip()]
        if lines:
            return lines[-1][:300]
    return "no output"
