"""Reads repositories: what they are at, who may do what, single files."""

from __future__ import annotations

import base64
import binascii
import re

from codeopt.adapters.github.api import Api, Credentials
from codeopt.adapters.github.call import Call
from codeopt.adapters.github.faults import Refusal, unreadable
from codeopt.adapters.github.wire import ContentJson, ContentsJson, PermissionJson, RefJson, RepositoryJson
from codeopt.errors import ForgeRefused
from codeopt.model.forge import Permission, RepositoryInfo, RepositoryName

__all__ = ["branch_head", "permission", "read_file", "read_repository"]

_NOT_FOUND = 404
_EMPTY = 409
_LOGIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}(\[bot\])?")
_LEVELS = {level.value: level for level in Permission}


async def read_repository(api: Api, credentials: Credentials, repository: RepositoryName) -> RepositoryInfo:
    """Return what a repository is at."""
    call = Call(method="GET", route="/repos/{owner}/{repo}", values=_values(repository))
    found = await api.read(RepositoryJson, call, credentials)
    return RepositoryInfo(
        name=RepositoryName.parse(found.full_name),
        default_branch=found.default_branch,
        head_sha=await branch_head(api, credentials, repository, found.default_branch),
        private=found.private,
        archived=found.archived,
    )


async def permission(api: Api, credentials: Credentials, repository: RepositoryName, login: str) -> Permission:
    """Return what a person may do; NONE for nobody, and for a level that is unknown here."""
    if not _LOGIN.fullmatch(login):
        return Permission.NONE
    values = {**_values(repository), "username": login}
    call = Call(method="GET", route="/repos/{owner}/{repo}/collaborators/{username}/permission", values=values)
    try:
        found = await api.read(PermissionJson, call, credentials)
    except Refusal as refusal:
        if refusal.status == _NOT_FOUND:
            return Permission.NONE
        raise
    return _LEVELS.get(found.permission, Permission.NONE)


async def branch_head(api: Api, credentials: Credentials, repository: RepositoryName, branch: str) -> str | None:
    """Return the commit that a branch is at; None when there is no such branch, or no commit at all."""
    call = Call(method="GET", route="/repos/{owner}/{repo}/git/ref/{ref}", values={**_values(repository), "ref": f"heads/{branch}"})
    try:
        found = await api.read(RefJson, call, credentials)
    except Refusal as refusal:
        if refusal.status in {_NOT_FOUND, _EMPTY}:
            return None
        raise
    return found.object.sha


async def read_file(
    api: Api, credentials: Credentials, repository: RepositoryName, path: str, *, ref: str, limit_bytes: int
) -> bytes | None:
    """Return a file; None when it is not there, or is no file.

    Raises:
        ForgeRefused: it is too large.
    """
    if {"", ".", ".."} & set(path.split("/")):
        return None  # no path of a file; and on its way a URL would be shortened by such parts
    call = Call(
        method="GET", route="/repos/{owner}/{repo}/contents/{path}", values={**_values(repository), "path": path}, query={"ref": ref}
    )
    try:
        found = (await api.read(ContentsJson, call, credentials)).root
    except Refusal as refusal:
        if refusal.status == _NOT_FOUND:
            return None
        raise
    if not isinstance(found, ContentJson) or found.type != "file":
        return None
    if found.size > limit_bytes or found.encoding != "base64":
        raise ForgeRefused(f"{repository}: {path} has {found.size:,} bytes, and {limit_bytes:,} are read; make it smaller")
    try:
        return base64.b64decode(found.content or "")
    except binascii.Error as error:
        raise unreadable(error).error(f"{api.host.api_url}: GET {call.path}") from None


def _values(repository: RepositoryName) -> dict[str, str | int]:
    return {"owner": repository.owner, "repo": repository.name}
