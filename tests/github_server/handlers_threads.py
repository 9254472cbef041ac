"""Answers about pull requests, comments, reactions and check runs."""

from __future__ import annotations

from tests.github_server import shapes
from tests.github_server.asked import Asked, Refused, Reply, invalid, paged, required_repository, required_thread
from tests.github_server.state import APP_LOGIN, CheckState, CommentState, PullState, RepositoryState

__all__ = ["HANDLERS"]

_BODY_CHARACTERS = 65_536
_ANNOTATIONS = 50


def get_pull(asked: Asked) -> Reply:
    return Reply(status=200, body=shapes.pull(asked.hub, *required_thread(asked, "pull_number", pull=True)))


def list_pulls(asked: Asked) -> Reply:
    """The newest first; `head` is a filter only where it is `owner:branch`."""
    there, state = required_repository(asked), asked.query.get("state", "open")
    owner, _, branch = asked.query.get("head", "").partition(":")
    found = [
        thread
        for thread in reversed(there.threads.values())
        if thread.head
        and state in {"all", thread.state}
        and (not branch or (thread.head == branch and (thread.head_repository or "").casefold().startswith(f"{owner}/".casefold())))
    ]
    return paged(asked, [shapes.pull(asked.hub, there, thread) for thread in found])


def create_pull(asked: Asked) -> Reply:
    there = required_repository(asked)
    head, base = str(asked.body["head"]), str(asked.body["base"])
    head_sha, base_sha = there.origin.head(f"refs/heads/{head}"), there.origin.head(f"refs/heads/{base}")
    for name, commit in (("head", head_sha), ("base", base_sha)):
        if commit is None:
            raise invalid("PullRequest", field=name)
    if any(each.state == "open" and (each.head, each.base) == (head, base) for each in there.threads.values()):
        owner = there.full_name.partition("/")[0]
        raise invalid("PullRequest", code="custom", message=f"A pull request already exists for {owner}:{head}.")
    if not there.origin.git("rev-list", "-n", "1", f"{base_sha}..{head_sha}"):
        raise invalid("PullRequest", code="custom", message=f"No commits between {base} and {head}")
    _check_lengths("PullRequest", title=str(asked.body["title"]), body=str(asked.body.get("body", "")))
    thread = PullState(
        number=asked.hub.number(),
        login=APP_LOGIN,
        title=str(asked.body["title"]),
        body=str(asked.body.get("body", "")),
        created_s=asked.hub.now_s(),
        head=head,
        head_repository=there.full_name,
        head_sha=str(head_sha),
        base=base,
        base_sha=str(base_sha),
    )
    there.threads[thread.number] = thread
    return Reply(status=201, body=shapes.pull(asked.hub, there, thread))


def update_pull(asked: Asked) -> Reply:
    there, thread = required_thread(asked, "pull_number", pull=True)
    _check_lengths("PullRequest", title=str(asked.body.get("title", "t")), body=str(asked.body.get("body", "")))
    for name, value in asked.of("title", "body", "state").items():
        setattr(thread, name, value)
    thread.closed_s = asked.hub.now_s() if thread.state == "closed" else None
    return Reply(status=200, body=shapes.pull(asked.hub, there, thread))


def list_issues(asked: Asked) -> Reply:
    there, state = required_repository(asked), asked.query.get("state", "open")
    creator = asked.query.get("creator", "")
    found = [
        thread
        for thread in reversed(there.threads.values())
        if state in {"all", thread.state} and (not creator or creator.casefold() == thread.login.casefold())
    ]
    return paged(asked, [shapes.issue(asked.hub, there, thread) for thread in found])


def list_comments(asked: Asked) -> Reply:
    there, thread = required_thread(asked, "issue_number", pull=False)
    found = [each for each in there.comments.values() if each.issue == thread.number]
    return paged(asked, [shapes.comment(asked.hub, there, each) for each in found])


def create_comment(asked: Asked) -> Reply:
    there, thread = required_thread(asked, "issue_number", pull=False)
    _check_lengths("IssueComment", title="t", body=str(asked.body["body"]))
    made = CommentState(id=asked.hub.number(), issue=thread.number, login=APP_LOGIN, body=str(asked.body["body"]))
    there.comments[made.id] = made
    return Reply(status=201, body=shapes.comment(asked.hub, there, made))


def update_comment(asked: Asked) -> Reply:
    there, found = _comment(asked)
    _check_lengths("IssueComment", title="t", body=str(asked.body["body"]))
    found.body = str(asked.body["body"])
    return Reply(status=200, body=shapes.comment(asked.hub, there, found))


def delete_comment(asked: Asked) -> Reply:
    there, found = _comment(asked)
    del there.comments[found.id]
    return Reply(status=204)


def list_reactions(asked: Asked) -> Reply:
    _, found = _comment(asked)
    wanted = asked.query.get("content")
    return paged(asked, [_reaction(asked, each) for each in found.reactions if wanted in {None, each[2]}])


def create_reaction(asked: Asked) -> Reply:
    """One of a kind from each account: the same again is answered with what is there."""
    _, found = _comment(asked)
    content = str(asked.body["content"])
    known = next((each for each in found.reactions if each[1:] == (APP_LOGIN, content)), None)
    made = known or (asked.hub.number(), APP_LOGIN, content)
    if known is None:
        found.reactions.append(made)
    return Reply(status=200 if known else 201, body=_reaction(asked, made))


def delete_reaction(asked: Asked) -> Reply:
    _, found = _comment(asked)
    left = [each for each in found.reactions if each[0] != int(asked.values["reaction_id"])]
    if len(left) == len(found.reactions):
        raise Refused(404, "Not Found")
    found.reactions[:] = left
    return Reply(status=204)


def list_checks(asked: Asked) -> Reply:
    there = required_repository(asked)
    sha = there.origin.head(asked.values["ref"])
    found = [run for run in there.checks.values() if run.head_sha == sha and asked.query.get("check_name") in {None, run.name}]
    if asked.query.get("filter", "latest") == "latest":
        found = list({run.name: run for run in found}.values())
    return paged(asked, [shapes.check(asked.hub, there, run) for run in found], within="check_runs")


def create_check(asked: Asked) -> Reply:
    there = required_repository(asked)
    sha = str(asked.body["head_sha"])
    if there.origin.head(sha) is None:
        raise Refused(422, f"No commit found for SHA: {sha}")
    made = CheckState(id=asked.hub.number(), name=str(asked.body["name"]), head_sha=sha, external_id=str(asked.body.get("external_id", "")))
    _fill_check(made, asked)
    there.checks[made.id] = made
    return Reply(status=201, body=shapes.check(asked.hub, there, made))


def get_check(asked: Asked) -> Reply:
    return Reply(status=200, body=shapes.check(asked.hub, *_check(asked)))


def update_check(asked: Asked) -> Reply:
    there, run = _check(asked)
    _fill_check(run, asked)
    return Reply(status=200, body=shapes.check(asked.hub, there, run))


def _fill_check(run: CheckState, asked: Asked) -> None:
    output = asked.body.get("output", {})
    if len(output.get("annotations", ())) > _ANNOTATIONS:
        raise invalid("CheckRun", field="annotations")
    run.status = str(asked.body.get("status", run.status))
    if "conclusion" in asked.body:
        run.status, run.conclusion = "completed", str(asked.body["conclusion"])
    elif run.status == "completed" and run.conclusion is None:
        raise invalid("CheckRun", field="conclusion", code="missing_field")
    run.title, run.summary = str(output.get("title", run.title)), str(output.get("summary", run.summary))
    run.text = str(output.get("text", run.text))
    run.annotations += output.get("annotations", ())


def _check(asked: Asked) -> tuple[RepositoryState, CheckState]:
    there = required_repository(asked)
    found = there.checks.get(int(asked.values["check_run_id"]))
    if found is None:
        raise Refused(404, "Not Found")
    return there, found


def _comment(asked: Asked) -> tuple[RepositoryState, CommentState]:
    there = required_repository(asked)
    found = there.comments.get(int(asked.values["comment_id"]))
    if found is None:
        raise Refused(404, "Not Found")
    return there, found


def _reaction(asked: Asked, reaction: tuple[int, str, str]) -> dict[str, object]:
    number, login, content = reaction
    return {"id": number, "node_id": "", "user": asked.hub.user(login), "content": content, "created_at": "2026-01-01T00:00:00Z"}


def _check_lengths(resource: str, *, title: str, body: str) -> None:
    if not title.strip() or len(title) > 256:
        raise invalid(resource, field="title", code="custom", message="title is too long (maximum is 256 characters)")
    if len(body) > _BODY_CHARACTERS:
        raise invalid(resource, field="body", code="custom", message="body is too long (maximum is 65536 characters)")


HANDLERS = {
    "pulls/get": ("pull_requests", "read", get_pull),
    "pulls/list": ("pull_requests", "read", list_pulls),
    "pulls/create": ("pull_requests", "write", create_pull),
    "pulls/update": ("pull_requests", "write", update_pull),
    "issues/list-for-repo": ("issues", "read", list_issues),
    "issues/list-comments": ("issues", "read", list_comments),
    "issues/create-comment": ("issues", "write", create_comment),
    "issues/update-comment": ("issues", "write", update_comment),
    "issues/delete-comment": ("issues", "write", delete_comment),
    "reactions/list-for-issue-comment": ("issues", "read", list_reactions),
    "reactions/create-for-issue-comment": ("issues", "write", create_reaction),
    "reactions/delete-for-issue-comment": ("issues", "write", delete_reaction),
    "checks/list-for-ref": ("checks", "read", list_checks),
    "checks/create": ("checks", "write", create_check),
    "checks/get": ("checks", "read", get_check),
    "checks/update": ("checks", "write", update_check),
}
