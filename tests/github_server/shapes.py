"""State as the JSON of answers: what matters; `description.complete` adds the rest."""

from __future__ import annotations

from typing import Any

from tests.github_server.state import APP_ID, CheckState, CommentState, Hub, PullState, RepositoryState, stamp

__all__ = ["check", "comment", "issue", "pull", "repository"]


def repository(hub: Hub, found: RepositoryState) -> dict[str, Any]:
    """A repository."""
    return {
        "id": found.id,
        "name": found.name,
        "full_name": found.full_name,
        "owner": hub.user(found.full_name.partition("/")[0]),
        "default_branch": found.default_branch,
        "private": found.private,
        "archived": found.archived,
        "clone_url": f"{hub.base_url}/{found.full_name}.git",
    }


def pull(hub: Hub, there: RepositoryState, thread: PullState) -> dict[str, Any]:
    """A pull request, as it is in full and in lists."""
    hub.pull(there, thread)
    head = hub.repository(thread.head_repository) if thread.head_repository else None
    return {
        **_thread(hub, there, thread),
        "merged_at": stamp(thread.merged_s) if thread.merged_s else None,
        "merge_commit_sha": None,
        "head": {
            "label": thread.head,
            "ref": thread.head,
            "sha": thread.head_sha,
            "repo": repository(hub, head) if head else None,
            "user": hub.user(thread.login),
        },
        "base": {
            "label": thread.base,
            "ref": thread.base,
            "sha": thread.base_sha,
            "repo": repository(hub, there),
            "user": hub.user(there.full_name.partition("/")[0]),
        },
        "draft": False,
    }


def issue(hub: Hub, there: RepositoryState, thread: PullState) -> dict[str, Any]:
    """An issue in a list, which may be a pull request."""
    plain = _thread(hub, there, thread)
    if not thread.head:
        return plain
    merged = stamp(thread.merged_s) if thread.merged_s else None
    links = dict.fromkeys(("url", "html_url", "diff_url", "patch_url"), plain["html_url"])
    return {**plain, "pull_request": {**links, "merged_at": merged}}


def comment(hub: Hub, there: RepositoryState, found: CommentState) -> dict[str, Any]:
    """A comment."""
    return {
        "id": found.id,
        "body": found.body,
        "user": hub.user(found.login),
        "html_url": f"{hub.base_url}/{there.full_name}/issues/{found.issue}#issuecomment-{found.id}",
        "issue_url": f"{hub.base_url}/repos/{there.full_name}/issues/{found.issue}",
    }


def check(hub: Hub, there: RepositoryState, run: CheckState) -> dict[str, Any]:
    """A check run."""
    return {
        "id": run.id,
        "name": run.name,
        "head_sha": run.head_sha,
        "external_id": run.external_id,
        "status": run.status,
        "conclusion": run.conclusion,
        "html_url": f"{hub.base_url}/{there.full_name}/runs/{run.id}",
        "app": {"id": APP_ID, "slug": "codeopt", "name": "codeopt", "owner": hub.user("ada"), "events": [], "permissions": {}},
        "output": {
            "title": run.title or None,
            "summary": run.summary or None,
            "text": run.text or None,
            "annotations_count": len(run.annotations),
            "annotations_url": f"{hub.base_url}/repos/{there.full_name}/check-runs/{run.id}/annotations",
        },
    }


def _thread(hub: Hub, there: RepositoryState, thread: PullState) -> dict[str, Any]:
    kind = "pull" if thread.head else "issues"
    return {
        "id": 1_000_000 + thread.number,
        "number": thread.number,
        "state": thread.state,
        "title": thread.title,
        "body": thread.body or None,
        "user": hub.user(thread.login),
        "created_at": stamp(thread.created_s),
        "closed_at": stamp(thread.closed_s) if thread.closed_s else None,
        "html_url": f"{hub.base_url}/{there.full_name}/{kind}/{thread.number}",
    }
