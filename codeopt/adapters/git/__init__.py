"""Git, by its own program: opens a repository, copies its working tree, applies diffs to a copy, commits on a new branch, and pushes it.

Nothing here writes to the user's working tree, index or current branch.
"""

from __future__ import annotations

from codeopt.adapters.git.branch import CommitPlan, commit_on_branch, require_branch_free
from codeopt.adapters.git.clone import check_out, diff_between, move, sign_as, signer_of
from codeopt.adapters.git.diff import changes
from codeopt.adapters.git.remote import Remote
from codeopt.adapters.git.repository import Repository, open_repository
from codeopt.adapters.git.revision import branch_point, commits_between, export, resolve
from codeopt.adapters.git.snapshot import snapshot

__all__ = [
    "CommitPlan",
    "Remote",
    "Repository",
    "branch_point",
    "changes",
    "check_out",
    "commit_on_branch",
    "commits_between",
    "diff_between",
    "export",
    "move",
    "open_repository",
    "require_branch_free",
    "resolve",
    "sign_as",
    "signer_of",
    "snapshot",
]
