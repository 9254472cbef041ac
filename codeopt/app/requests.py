"""Builds the questions to proposers: the function, what surrounds it, and what was observed of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from codeopt.app.project import Project
from codeopt.model.calls import Expected
from codeopt.model.code import Target, TargetName
from codeopt.model.proposal import ProposalRequest
from codeopt.model.work import Attempt, Profile
from codeopt.syntax.context import context_of

__all__ = ["Questions"]

OBSERVED = 3


class Questions:
    """Makes a `ProposalRequest` for a target; the same arguments give the same request."""

    def __init__(self, project: Project, profile: Profile, *, expected: Mapping[TargetName, Expected], files: Mapping[str, bytes]) -> None:
        """Keep what requests are made of."""
        self._project = project
        self._profile = profile
        self._expected = expected
        self._files = files

    def request(self, target: Target, attempts: Sequence[Attempt], samples: int, seed: int) -> ProposalRequest:
        """Ask for `samples` patches of `target`, given what earlier attempts came to."""
        function = self._project.index.find(str(target.name))
        rows = [row for row in self._profile.rows if row.name == target.name]
        return ProposalRequest(
            target=target,
            function=function,
            files=((target.name.path, self._files[target.name.path]),),
            context=context_of(self._project.index, function, self._files.__getitem__, edges=self._profile.edges),
            line_seconds=rows[0].lines if rows else (),
            observed=self._observed(target.name),
            attempts=tuple(attempts),
            samples=samples,
            seed=seed,
        )

    def _observed(self, name: TargetName) -> tuple[str, ...]:
        expected = self._expected.get(name)
        if expected is None:
            return ()
        longest = sorted(expected.answers, key=lambda answer: (-len(answer.given), answer.call))[:OBSERVED]
        return tuple(f"({answer.given}) {answer.status} {answer.shown}" for answer in longest)
