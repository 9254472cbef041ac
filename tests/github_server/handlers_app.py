"""Answers to the App itself, and about repositories."""

from __future__ import annotations

import base64
from typing import Any

from tests.github_server.asked import Asked, Refused, Reply, paged, required_repository
from tests.github_server.shapes import repository
from tests.github_server.state import APP_ID, GRANTED, RepositoryState, stamp

__all__ = ["HANDLERS"]

_LEGACY = {"maintain": "write", "triage": "read"}


def get_app(asked: Asked) -> Reply:
    owner = asked.hub.user("ada")
    return Reply(
        status=200, body={"id": APP_ID, "slug": "codeopt", "name": "codeopt", "owner": owner, "permissions": GRANTED, "events": ["push"]}
    )


def get_installation(asked: Asked) -> Reply:
    return Reply(status=200, body=_installation(asked, _installed(asked)))


def list_installations(asked: Asked) -> Reply:
    one_of_each = {each.installation: each for each in asked.hub.repositories.values() if each.installation is not None}
    return paged(asked, [_installation(asked, there) for there in one_of_each.values()])


def list_repositories(asked: Asked) -> Reply:
    reach = asked.token.repositories if asked.token else frozenset()
    found = [repository(asked.hub, there) for name, there in asked.hub.repositories.items() if name in reach]
    return paged(asked, found, within="repositories")


def create_token(asked: Asked) -> Reply:
    """A token for the named repositories of the installation, with no more permissions than were granted."""
    number = int(asked.values["installation_id"])
    reachable = [each for each in asked.hub.repositories.values() if each.installation == number]
    if not reachable:
        raise Refused(404, "Not Found")
    if asked.hub.suspended:
        raise Refused(403, "This installation has been suspended")
    names = asked.body.get("repositories", [each.name for each in reachable])
    chosen = [each for each in reachable if each.name.casefold() in {name.casefold() for name in names}]
    if len(chosen) != len(names):
        raise Refused(422, "There is at least one repository that does not exist or is not accessible to the parent installation.")
    wanted = dict(asked.body.get("permissions", chosen[0].granted))
    for permission, level in wanted.items():
        if chosen[0].granted.get(permission) not in {level, "write"}:
            raise Refused(422, "The permissions requested are not granted to this installation.")
    token = asked.hub.issue_token(number, frozenset(each.full_name.casefold() for each in chosen), wanted)
    return Reply(
        status=201,
        body={
            "token": token.text,
            "expires_at": stamp(token.expires_s),
            "permissions": wanted,
            "repository_selection": "selected",
            "repositories": [repository(asked.hub, each) for each in chosen],
        },
    )


def get_repository(asked: Asked) -> Reply:
    return Reply(status=200, body=repository(asked.hub, required_repository(asked)))


def get_ref(asked: Asked) -> Reply:
    there = required_repository(asked)
    ref = f"refs/{asked.values['ref']}"
    if not there.origin.git("for-each-ref"):
        raise Refused(409, "Git Repository is empty.")
    commit = there.origin.head(ref)
    if commit is None:
        raise Refused(404, "Not Found")
    url = f"{asked.hub.base_url}/repos/{there.full_name}/git"
    named = {"type": "commit", "sha": commit, "url": f"{url}/commits/{commit}"}
    return Reply(status=200, body={"ref": ref, "node_id": "", "url": f"{url}/{ref}", "object": named})


def get_content(asked: Asked) -> Reply:
    there, path = required_repository(asked), asked.values["path"]
    ref = asked.query.get("ref", there.default_branch)
    content = there.origin.read(ref, path)
    if content is None:
        return _folder(asked, there, ref, path)
    small = len(content) <= 1_000_000
    return Reply(
        status=200,
        body={
            "type": "file",
            "encoding": "base64" if small else "none",
            # In lines, as GitHub sends it.
            "content": base64.encodebytes(content).decode() if small else "",
            "size": len(content),
            "name": path.rpartition("/")[2],
            "path": path,
            "sha": "0" * 40,
        },
    )


def get_permission(asked: Asked) -> Reply:
    there, login = required_repository(asked), asked.values["username"]
    if login.casefold() not in there.roles and login.casefold() not in asked.hub.users:
        raise Refused(404, f"{login} is not a user")
    role = there.roles.get(login.casefold(), "none" if there.private else "read")
    user = {**asked.hub.user(login), "role_name": role}
    return Reply(status=200, body={"permission": _LEGACY.get(role, role), "role_name": role, "user": user})


def _folder(asked: Asked, there: RepositoryState, ref: str, path: str) -> Reply:
    commit = there.origin.head(f"refs/heads/{ref}") or there.origin.head(ref)
    listed = there.origin.git("ls-tree", "-z", "--name-only", commit, "--", f"{path}/").decode() if commit else ""
    entries: list[dict[str, Any]] = [
        {"type": "file", "size": 1, "name": name.rpartition("/")[2], "path": name, "sha": "0" * 40} for name in listed.split("\0") if name
    ]
    if not entries:
        raise Refused(404, "Not Found")
    return Reply(status=200, body=entries)


def _installation(asked: Asked, there: RepositoryState) -> dict[str, Any]:
    return {
        "id": there.installation,
        "app_id": APP_ID,
        "app_slug": "codeopt",
        "account": asked.hub.user(there.full_name.partition("/")[0]),
        "permissions": there.granted,
        "repository_selection": "selected",
        "events": [],
        "suspended_at": stamp(asked.hub.now_s()) if asked.hub.suspended else None,
    }


def _installed(asked: Asked) -> RepositoryState:
    found = asked.hub.repository(f"{asked.values['owner']}/{asked.values['repo']}")
    if found is None or found.installation is None:
        raise Refused(404, "Not Found")
    return found


# Operation -> (the permission that a token needs, its level, the handler); no permission where the App itself asks.
HANDLERS = {
    "apps/get-authenticated": ("", "", get_app),
    "apps/get-repo-installation": ("", "", get_installation),
    "apps/list-installations": ("", "", list_installations),
    "apps/list-repos-accessible-to-installation": ("metadata", "read", list_repositories),
    "apps/create-installation-access-token": ("", "", create_token),
    "repos/get": ("metadata", "read", get_repository),
    "git/get-ref": ("contents", "read", get_ref),
    "repos/get-content": ("contents", "read", get_content),
    "repos/get-collaborator-permission-level": ("metadata", "read", get_permission),
}
