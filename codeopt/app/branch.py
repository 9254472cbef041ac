"""`--branch`: the accepted patches as commits, without touching the work tree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from codeopt.adapters.git import CommitPlan, Repository, commit_on_branch, open_repository, require_branch_free
from codeopt.adapters.store.runs import find_run
from codeopt.adapters.store.sqlite import SqliteStore
from codeopt.app.combine import accepted
from codeopt.errors import StoreError
from codeopt.model.evidence import Outcome
from codeopt.model.patch import Candidate, Patch
from codeopt.model.report import CandidateReport, Report
from codeopt.patching.apply import apply
from codeopt.patching.versions import merge

__all__ = ["branch_of", "branch_of_one", "candidate_of", "require_free"]


def require_free(repo: Path, branch: str) -> None:
    """Check before the work begins that the branch can be made.

    Raises:
        RepositoryError: the name is taken or is no branch name.
    """
    require_branch_free(open_repository(repo), branch)


def branch_of(repo: Path, report: Report, branch: str) -> str:
    """Make a branch with one commit for each accepted patch, on the commit that the run began with, and say so in a line.

    Patches that fail together are not committed together: then the one with the highest gain stands alone.

    Raises:
        RepositoryError: the branch cannot be made, or a file was not committed when the run began; nothing has changed.
    """
    if not report.accepted:
        return f"no patch was accepted: branch {branch} was not made"
    repository = open_repository(repo)
    folder = find_run(repository.root, report.info.run)
    with SqliteStore(folder, read_only=True) as store:
        chosen = _chosen(report, accepted(store))
    tip = _committed(repository, folder, report, chosen, branch)
    aside = "" if len(chosen) == len(report.accepted) else " (the accepted patches fail together: only the best is committed)"
    moved = repository.commit != report.info.commit
    since = f"; HEAD has moved since: it starts at {report.info.commit[:12]}, where the run began" if moved else ""
    return f"branch {branch} at {tip[:12]} holds {len(chosen)} accepted patches{aside}{since}"


def branch_of_one(repo: Path, report: Report, candidate: Candidate, branch: str) -> str:
    """Make a branch with the commit of one accepted candidate, on the commit that the run began with, and return the commit's name.

    Raises:
        RepositoryError: the branch cannot be made, or a file was not committed when the run began; nothing has changed.
    """
    repository = open_repository(repo)
    told = next(one for one in report.candidates if one.key == candidate.key)
    return _committed(repository, find_run(repository.root, report.info.run), report, [(candidate, told)], branch)


def candidate_of(repo: Path, report: Report, key: str) -> Candidate:
    """Return a candidate of a run.

    Raises:
        StoreError: the run holds no such candidate.
    """
    folder = find_run(open_repository(repo).root, report.info.run)
    with SqliteStore(folder, read_only=True) as store:
        found = store.candidate(key)
    if found is None:
        raise StoreError(f"{folder}: holds no candidate {key}: run again")
    return found


def _committed(
    repository: Repository, folder: Path, report: Report, chosen: Sequence[tuple[Candidate, CandidateReport]], branch: str
) -> str:
    """Make the branch with a commit for each candidate, and return the name of the last one; `folder` is that of the run."""
    plans, patches = list[CommitPlan](), list[Patch]()
    before: Mapping[str, bytes] = {}
    for candidate, told in chosen:
        patches.append(candidate.patch)
        patch = merge(patches)
        before = {path: (folder / "tree" / path).read_bytes() for path in patch.paths}
        plans.append(CommitPlan(message=_message(told), files=apply(patch, before)))
    return commit_on_branch(repository, branch, plans, base=report.info.commit, before=before)


def _chosen(report: Report, candidates: tuple[Candidate, ...]) -> list[tuple[Candidate, CandidateReport]]:
    told = {one.key: one for one in report.candidates}
    pairs = [(candidate, told[candidate.key]) for candidate in candidates]
    together = report.combined is None or report.combined.verdict.outcome not in {Outcome.WRONG, Outcome.UNVERIFIABLE, Outcome.SLOWER}
    return pairs if together else [max(pairs, key=lambda pair: _gain(pair[1]))]


def _gain(told: CandidateReport) -> float:
    return told.verdict.workload.ratio if told.verdict.workload else 0.0


def _message(told: CandidateReport) -> str:
    comparison = told.verdict.comparison
    figure = f" ({comparison.ratio:.2f}x)" if comparison else ""
    checks = "\n".join(f"- {check.kind}: {check.detail}" for check in told.verdict.checks)
    return f"Make {told.target.name.qualname} faster{figure}\n\n{told.target.name.path}\n\nProven by codeopt:\n{checks}\n"
