"""Knows which functions a patch changes, and learns of those that it changes beside its target when the first such patch comes."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from codeopt.app.project import Project
from codeopt.app.survey import Survey
from codeopt.model.code import Function, TargetName
from codeopt.model.patch import Candidate
from codeopt.patching.apply import apply
from codeopt.ports import Sandbox
from codeopt.syntax.parse import parse_file
from codeopt.trial.judge import Evidence

__all__ = ["Touched", "touched_functions"]


class Touched:
    """Widens the evidence to the functions that candidates change; `referee` is an open sandbox of one core on the original tree."""

    def __init__(self, survey: Survey, project: Project, evidence: Evidence, *, files: Mapping[str, bytes], referee: Sandbox) -> None:
        """Begin with what was learnt of the targets."""
        self._survey = survey
        self._project = project
        self._evidence = evidence
        self._files = files
        self._referee = referee

    def evidence(self, candidate: Candidate) -> tuple[Evidence, tuple[TargetName, ...]]:
        """Return the evidence with all functions in it that the candidate changes, and the names of those beside its target.

        Raises:
            PatchError: the patch does not apply.
        """
        after = apply(candidate.patch, self._files)
        versions = {path: (self._files[path], text) for path, text in after.items() if path in self._files}
        names = tuple(each.name for each in touched_functions(self._project, versions) if each.name != candidate.target.name)
        for name in names:
            self._learn(name)
        return self._evidence, names

    def _learn(self, name: TargetName) -> None:
        if name in self._evidence.recordings:
            return
        recordings, expected = self._survey.learn((name,), self._referee)
        self._evidence = dataclasses.replace(
            self._evidence,
            recordings={**self._evidence.recordings, **recordings},
            expected={**self._evidence.expected, **expected},
        )


def touched_functions(project: Project, versions: Mapping[str, tuple[bytes, bytes]]) -> tuple[Function, ...]:
    """Return the functions of the original whose source changes, in source order; a nested one counts as its outermost.

    One that the patch deletes is left out: it cannot be called any more, and whether anybody should is for the tests to say.
    """
    found: dict[TargetName, Function] = {}
    for path, (before, after) in versions.items():
        patched = parse_file(path, after)
        new = {function.name: function.source_sha for function in patched.functions}
        for function in parse_file(path, before).functions:
            if new.get(function.name) != function.source_sha:
                outer = project.index.at_line(path, function.def_line)
                # Of a file that no longer parses nothing is known: the verdict says what is wrong with it.
                if outer is not None and (outer.name in new or patched.problem is not None):
                    found[outer.name] = outer
    return tuple(found.values())
