"""Profiles the workload in a sandbox and maps the time to functions of the repository."""

from __future__ import annotations

import json
import textwrap
from collections import defaultdict
from collections.abc import Mapping

from pydantic import TypeAdapter

from codeopt.errors import WorkloadError
from codeopt.model.code import TargetName
from codeopt.model.work import CallSite, ExecResult, Profile, ProfileRow
from codeopt.ports import Sandbox
from codeopt.syntax.index import CodeIndex
from codeopt.trial.files import listing
from codeopt.trial.scene import Scene
from codeopt.trial.suite import last_line

__all__ = ["line_seconds", "profile", "require_success"]

Place = tuple[str, int, str]
SHOWN = 80
# Of a short run few samples are taken, and where they fall is chance: it is run again until there are enough, or it has cost enough.
ENOUGH_SAMPLES = 400
ENOUGH_S = 4.0
MOST_RUNS = 5


class _Raw:
    """The sampler's reports of all processes, added up."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.samples = 0
        self.own: defaultdict[Place, float] = defaultdict(float)
        self.total: defaultdict[Place, float] = defaultdict(float)
        self.lines: defaultdict[tuple[str, int], float] = defaultdict(float)
        self.edges: defaultdict[tuple[Place, Place], float] = defaultdict(float)

    def add(self, text: bytes) -> None:
        report = _REPORT.validate_python(json.loads(text))
        self.seconds += float(str(report["seconds"]))
        self.samples += int(str(report["samples"]))
        for path, line, name, own, total in _FUNCTIONS.validate_python(report["functions"]):
            self.own[path, line, name] += own
            self.total[path, line, name] += total
        for path, line, seconds in _LINES.validate_python(report["lines"]):
            self.lines[path, line] += seconds
        for path, line, name, other_path, other_line, other_name, seconds in _EDGES.validate_python(report["edges"]):
            self.edges[(path, line, name), (other_path, other_line, other_name)] += seconds

    def of_one(self, runs: int) -> _Raw:
        """Return the times of one of several equal runs; samples are counted together, since all of them tell of it."""
        one = _Raw()
        one.seconds, one.samples = self.seconds / runs, self.samples
        one.own.update({place: seconds / runs for place, seconds in self.own.items()})
        one.total.update({place: seconds / runs for place, seconds in self.total.items()})
        one.lines.update({place: seconds / runs for place, seconds in self.lines.items()})
        one.edges.update({places: seconds / runs for places, seconds in self.edges.items()})
        return one


_REPORT: TypeAdapter[Mapping[str, object]] = TypeAdapter(Mapping[str, object])
_FUNCTIONS = TypeAdapter(list[tuple[str, int, str, float, float]])
_LINES = TypeAdapter(list[tuple[str, int, float]])
_EDGES = TypeAdapter(list[tuple[str, int, str, str, int, str, float]])


def require_success(scene: Scene, result: ExecResult) -> None:
    """Raise when the workload does not do what it should on the original code.

    Raises:
        WorkloadError: it failed or took too long.
    """
    words = textwrap.shorten(" ".join(scene.workload.argv), SHOWN, placeholder=" ...")
    if result.timed_out:
        raise WorkloadError(f"the workload `{words}` did not end within {scene.limits.workload_s:.0f} s: raise workload_timeout")
    if result.status != 0:
        raise WorkloadError(f"the workload `{words}` ends with status {result.status} on the original code: {last_line(result)}")


def profile(scene: Scene, index: CodeIndex, *, tolerate_failure: bool = False) -> Profile:
    """Run the workload under the sampler, a short one several times, and return where the time of one run goes.

    `tolerate_failure` is for tests of which some may fail.

    Raises:
        WorkloadError: the workload fails, or runs no Python that could be sampled.
    """
    raw = _Raw()
    runs = 0
    while runs < MOST_RUNS and raw.samples < ENOUGH_SAMPLES and raw.seconds < ENOUGH_S:
        with scene.provider.open({}) as sandbox:
            result = sandbox.run(scene.command(sandbox, scene.workload.argv, scene.limits.workload_s, mode="profile"))
            if not (tolerate_failure and result.status == 1):
                require_success(scene, result)
            _collect(scene, sandbox, raw)
        runs += 1
    if not raw.samples:
        raise WorkloadError(
            f"the workload `{' '.join(scene.workload.argv)}` ran no Python code that could be sampled: give another --workload"
        )
    return _mapped(raw.of_one(runs), index)


def line_seconds(scene: Scene, files: Mapping[str, bytes], path: str) -> tuple[tuple[int, float], ...]:
    """Run the workload once under the sampler with other `files`, and return the own time of one file's lines; nothing where it fails.

    Raises:
        SandboxUnavailable: the sandbox was lost.
    """
    with scene.provider.open(files) as sandbox:
        result = sandbox.run(scene.command(sandbox, scene.workload.argv, scene.limits.workload_s, mode="profile"))
        raw = _Raw()
        if result.ok:
            _collect(scene, sandbox, raw)
    return tuple(sorted((line, seconds) for (where, line), seconds in raw.lines.items() if where == path))


def _collect(scene: Scene, sandbox: Sandbox, raw: _Raw) -> None:
    for path in listing(scene, sandbox, "profile-"):
        text = sandbox.read(path, limit_bytes=scene.limits.read_bytes)
        if text:
            raw.add(text)


def _mapped(raw: _Raw, index: CodeIndex) -> Profile:
    names = {place: _name(place, index) for place in raw.total}
    own: defaultdict[TargetName, float] = defaultdict(float)
    total: defaultdict[TargetName, float] = defaultdict(float)
    for place, name in names.items():
        if name is not None:
            own[name] += raw.own[place]
            total[name] = max(total[name], raw.total[place])
    lines = _lines_by_function(raw, index)
    rows = [
        ProfileRow(name=name, own_s=own[name], total_s=min(total[name], raw.seconds), lines=tuple(sorted(lines[name].items())))
        for name in sorted(total, key=lambda name: -total[name])
    ]
    return Profile(total_s=raw.seconds, samples=raw.samples, rows=tuple(rows), edges=_edges(raw, names))


def _name(place: Place, index: CodeIndex) -> TargetName | None:
    path, line, code_name = place
    if code_name == "<module>":
        return None
    function = index.at_line(path, line)
    return function.name if function else None


def _lines_by_function(raw: _Raw, index: CodeIndex) -> Mapping[TargetName, dict[int, float]]:
    lines: defaultdict[TargetName, dict[int, float]] = defaultdict(dict)
    for (path, line), seconds in raw.lines.items():
        function = index.at_line(path, line)
        if function is not None:
            lines[function.name][line] = seconds
    return lines


def _edges(raw: _Raw, names: Mapping[Place, TargetName | None]) -> tuple[CallSite, ...]:
    seconds: defaultdict[tuple[TargetName, TargetName], float] = defaultdict(float)
    for (caller, callee), spent in raw.edges.items():
        above, below = names.get(caller), names.get(callee)
        if above is not None and below is not None and above != below:
            seconds[above, below] += spent
    return tuple(
        CallSite(caller=caller, callee=callee, seconds=spent)
        for (caller, callee), spent in sorted(seconds.items(), key=lambda pair: -pair[1])
    )
