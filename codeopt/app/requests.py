"""Builds the questions to proposers: the function, what surrounds it, and what was observed of it."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import replace

from codeopt.app.project import Project
from codeopt.model.calls import Expected
from codeopt.model.code import Function, Target, TargetName
from codeopt.model.patch import Candidate
from codeopt.model.proposal import ProposalRequest
from codeopt.model.work import Attempt, Profile, Recording
from codeopt.patching.apply import apply
from codeopt.rules.hints import hints_for
from codeopt.syntax.context import context_of
from codeopt.syntax.hot import hot_lines
from codeopt.syntax.parse import parse_file
from codeopt.syntax.text import unindented
from codeopt.syntax.traits import traits_of
from codeopt.trial.profiling import line_seconds
from codeopt.trial.scene import Scene

__all__ = ["Questions"]

OBSERVED = 3
_QUICK_S = 30.0  # of a workload that takes longer nobody waits for another profile


class Questions:
    """Makes a `ProposalRequest` for a target; the same arguments give the same request."""

    def __init__(
        self,
        project: Project,
        profile: Profile,
        *,
        expected: Mapping[TargetName, Expected],
        recordings: Mapping[TargetName, Recording],
        growth: Mapping[TargetName, tuple[tuple[int, float], ...]],
        scene: Scene,
    ) -> None:
        """Keep what requests are made of."""
        self._scene = scene
        self._project = project
        self._profile = profile
        self._expected = expected
        self._recordings = recordings
        self._growth = growth
        self._files = scene.files
        self._known: dict[Target, ProposalRequest] = {}

    def request(self, target: Target, attempts: Sequence[Attempt], samples: int, seed: int) -> ProposalRequest:
        """Ask for `samples` patches of `target`, given what earlier attempts came to."""
        known = self._known.get(target)
        if known is None:
            known = self._known[target] = self._about(target)
        return replace(known, attempts=tuple(attempts), samples=samples, seed=seed)

    def _about(self, target: Target) -> ProposalRequest:
        """Return what all questions about a target have in common."""
        function = self._project.index.find(str(target.name))
        source = self._files[target.name.path]
        lines = next((row.lines for row in self._profile.rows if row.name == target.name), ())
        recording = self._recordings.get(target.name)
        context = context_of(self._project.index, function, self._files.__getitem__, edges=self._profile.edges)
        paths = dict.fromkeys((target.name.path, *(callee.function.name.path for callee in context.callees)))
        return ProposalRequest(
            target=target,
            function=function,
            files=tuple((path, self._files[path]) for path in paths),
            context=context,
            line_seconds=lines,
            observed=self._observed(target.name),
            calls=recording.seen if recording else 0,
            each_s=recording.each_s if recording else 0.0,
            growth=self._growth.get(target.name, ()),
            traits=_shares(traits_of(source, function), dict(lines)),
            modules=self._modules,
            hints=hints_for(source, function),
        )

    def code(self, candidate: Candidate) -> str:
        """Return the target function as a candidate leaves it, at the margin; empty where it cannot be found any more."""
        source, function = self._changed(candidate)
        return unindented(source, function.span) if function else ""

    def timings(self, candidate: Candidate) -> tuple[str, ...]:
        """Return the lines of a candidate on which its time is spent; none where that takes long, or cannot be seen.

        Raises:
            SandboxUnavailable: the sandbox was lost.
        """
        source, function = self._changed(candidate)
        if function is None or self._profile.total_s > _QUICK_S:
            return ()
        lines = line_seconds(self._scene, apply(candidate.patch, self._files), candidate.target.name.path)
        return hot_lines(source, function.span, lines)

    def _changed(self, candidate: Candidate) -> tuple[bytes, Function | None]:
        """Return the target's file and function as a candidate leaves them."""
        path = candidate.target.name.path
        source = apply(candidate.patch, self._files).get(path, b"")
        found: Sequence[Function] = parse_file(path, source).functions
        return source, next((function for function in found if function.name == candidate.target.name), None)

    @functools.cached_property
    def _modules(self) -> frozenset[str]:
        imported = (name.module for file in self._project.index.files.values() for name in file.imported)
        return frozenset(module.partition(".")[0] for module in imported if not module.startswith("."))

    def _observed(self, name: TargetName) -> tuple[str, ...]:
        expected = self._expected.get(name)
        if expected is None:
            return ()
        longest = sorted(expected.answers, key=lambda answer: (-len(answer.given), answer.call))[:OBSERVED]
        return tuple(f"({answer.given}) {answer.status} {answer.shown}" for answer in longest)


def _shares(traits: Mapping[str, Sequence[int]], seconds: Mapping[int, float]) -> tuple[tuple[str, float], ...]:
    """Return each trait with the share of the measured time that lies on its lines; 1 where nothing was measured."""
    total = sum(seconds.values())
    return tuple((trait, sum(seconds.get(line, 0.0) for line in lines) / total if total > 0 else 1.0) for trait, lines in traits.items())
