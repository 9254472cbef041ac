"""Knows how many pull requests a repository gets, and which are never offered again; and how one is called, so that it is found again."""

from __future__ import annotations

import hashlib
import math
import re
import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime

from codeopt.bot.policy import Policy
from codeopt.model.code import TargetName
from codeopt.model.forge import BRANCH_PREFIX, OwnPullRequest, PullRequestState
from codeopt.model.patch import Patch

__all__ = ["Quota", "branch_name", "pull_request_key"]

_WEEK_S = 7 * 86400.0
_DIGITS = 16
_LONGEST_SLUG = 40
_KEY = re.compile(rf"pr:([0-9a-f]{{{_DIGITS}}}):[0-9a-f]{{{_DIGITS}}}")


def pull_request_key(target: TargetName, patch: Patch) -> str:
    """Return the key of the pull request that makes a change to a function; the same wherever in the file the change falls."""
    change = [part for edit in patch.edits for part in (edit.path.encode(), edit.before, edit.after)]
    return f"pr:{_digest(str(target).encode())}:{_digest(*change)}"


def branch_name(target: TargetName, patch: Patch) -> str:
    """Return the name of the branch that such a pull request comes from: readable, and one for each key."""
    plain = unicodedata.normalize("NFKD", target.qualname).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain)[:_LONGEST_SLUG].strip("-") or "function"
    return f"{BRANCH_PREFIX}{slug}-{_digest(pull_request_key(target, patch).encode())}"


class Quota:
    """What a repository's pull requests of codeopt's own leave room for. Pull requests that were taken are counted in."""

    def __init__(self, own: Sequence[OwnPullRequest], policy: Policy, now_s: float) -> None:
        """Count from the moment `now_s`, in seconds since 1970."""
        self._own, self._policy, self._now_s = tuple(own), policy, now_s
        self._taken: set[str] = set()

    def existing(self, key: str) -> OwnPullRequest | None:
        """Return the open pull request of this very key: what a repeat of a job finds of its first attempt, and goes on with."""
        return next((one for one in self._own if one.key == key and one.state is PullRequestState.OPEN), None)

    def taken(self, key: str) -> None:
        """Count a pull request that was opened just now; one that was there before counts no more for it."""
        if not any(one.key == key for one in self._own):
            self._taken.add(key)

    def exhausted(self) -> str | None:
        """Say in one line why no pull request at all may be opened; None where one may."""
        return self._week() or self._open()

    def refusal(self, key: str) -> str | None:
        """Say in one line why no pull request of this key may be opened; None where one may.

        One that is open under this key is a reason as well: ask for `existing` first.
        """
        return self._known(key) or self._same_function(key) or self._week() or self._open()

    def _known(self, key: str) -> str | None:
        same = [one for one in self._own if one.key == key]
        if found := next((one for one in same if one.state is PullRequestState.OPEN), None):
            return f"#{found.number} with this very change is open"
        if found := next((one for one in same if one.state is PullRequestState.MERGED), None):
            return f"#{found.number} with this very change was merged"
        if same:
            return f"#{same[0].number} with this very change was closed; codeopt does not open it again"
        return "a pull request with this very change was opened just now" if key in self._taken else None

    def _same_function(self, key: str) -> str | None:
        target = _target(key)
        for one in self._own:
            if one.state is PullRequestState.OPEN and one.key is not None and _target(one.key) == target:
                return f"#{one.number} is open for this function"
        if target in map(_target, self._taken):
            return "a pull request for this function was opened just now"
        return None

    def _week(self) -> str | None:
        most = self._policy.pull_requests_per_week
        since = sorted(one.created_s for one in self._own if one.created_s > self._now_s - _WEEK_S) + [self._now_s] * len(self._taken)
        if len(since) < most:
            return None
        if not most:
            return "the repository takes no pull requests (pull_requests_per_week = 0)"
        # So many must be more than a week old that one less than all that are allowed remains.
        free_s = since[len(since) - most] + _WEEK_S
        return f"{len(since)} of {most} pull requests of this week are used, the next may be opened on {_moment(free_s)}"

    def _open(self) -> str | None:
        most = self._policy.open_pull_requests
        count = sum(one.state is PullRequestState.OPEN for one in self._own) + len(self._taken)
        if count < most:
            return None
        if not most:
            return "the repository takes no pull requests (open_pull_requests = 0)"
        return f"{count} of {most} pull requests are open; codeopt waits until one is merged or closed"


def _digest(*parts: bytes) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return digest.hexdigest()[:_DIGITS]


def _target(key: str) -> str:
    """Return the part of a key that is the function's; another kind of key is its own function."""
    found = _KEY.fullmatch(key)
    return found[1] if found else key


def _moment(seconds: float) -> str:
    """Write the first full minute that is not before a time."""
    at = datetime.fromtimestamp(math.ceil(seconds / 60) * 60, tz=UTC)
    return f"{at:%A} {at.day} {at:%B %H:%M} UTC"
