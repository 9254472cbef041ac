"""Git over the network: clones, fetches and pushes by an access that ends, and that leaves no trace.

The credential goes to git through its environment, as a header for that one repository: it is in no argument, which every user of the
machine sees, and in no file. Files are checked out, and everything else is done, without it.
"""

from __future__ import annotations

import base64
import logging
import os
import random
import re
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from codeopt.adapters.git.program import Git, GitResult, GitTimeout
from codeopt.errors import ForgeRefused, ForgeUnavailable
from codeopt.model.access import GitAccess
from codeopt.model.forge import BRANCH_PREFIX

__all__ = ["Remote"]

_LOG = logging.getLogger(__name__)
_TIMEOUT_S = 600.0
_ATTEMPTS = 3
_BACKOFF_S = 2.0
_REF = re.compile(r"refs/(?!.*\.\.)[^\s:^~?*\[\\+]+|[0-9a-f]{40}|[0-9a-f]{64}")
# How the network is reached from here, which git as codeopt runs it does not see otherwise.
_PASSED = (
    "http_proxy", "https_proxy", "HTTPS_PROXY", "no_proxy", "NO_PROXY", "ALL_PROXY", "all_proxy",
    "GIT_SSL_CAINFO", "GIT_SSL_CAPATH", "SSL_CERT_FILE", "SSL_CERT_DIR",
)  # fmt: skip
_SETTINGS = {
    "credential.helper": "",  # nobody else's credentials are asked for, or told ours
    "gc.auto": "0",
    "http.followRedirects": "false",  # nowhere but where the access is for
    "http.lowSpeedLimit": "1000",
    "http.lowSpeedTime": "60",
    "maintenance.auto": "false",
    "push.gpgSign": "false",
}
_REFUSED = re.compile(
    r"authentication failed|could not read (username|password)|returned error: (401|403|404|410|422|451)|not found|couldn't find remote ref"
    r"|not our ref|unadvertised object|remote rejected|declined|is shallow|does not support",
    re.IGNORECASE,
)
_DENIED = re.compile(r"authentication failed|could not read (username|password)|returned error: (401|403)", re.IGNORECASE)


class Remote:
    """One repository on a code host. `sleep` lets time pass between attempts."""

    def __init__(self, access: GitAccess, *, attempts: int = _ATTEMPTS, sleep: Callable[[float], object] = time.sleep) -> None:
        """Keep the access; nothing is sent."""
        self._access = access
        self._attempts = attempts
        self._sleep = sleep
        self._env = _environment(access)

    def clone(self, dest: Path, *, ref: str, depth: int | None = None) -> str:
        """Make a repository in a new or empty folder, check a ref's commit out, and return its name.

        HEAD is detached; submodules and large files kept elsewhere are not fetched. `depth` limits the history.

        Raises:
            ForgeUnavailable: the host cannot be reached, or fails; `dest` is to be removed then.
            ForgeRefused: it does not let this access in, or there is no such ref.
            RepositoryError: git is missing, or the files cannot be written.
        """
        dest.mkdir(parents=True, exist_ok=True)
        git = Git(folder=dest, env={"GIT_CONFIG_GLOBAL": "/dev/null"})
        git("init", "--quiet", "--template=", "--initial-branch=main", ".")
        git("remote", "add", "origin", self._access.url)
        commit = self.fetch(dest, ref=ref, depth=depth)
        git("checkout", "--quiet", "--detach", commit)
        return commit

    def fetch(self, into: Path, *, ref: str, depth: int | None = None) -> str:
        """Bring a ref, or a commit by its full name, into a repository, and return the commit's name.

        Raises:
            ForgeUnavailable: the host cannot be reached, or fails.
            ForgeRefused: it does not let this access in, or there is no such ref.
            RepositoryError: git is missing, or the repository cannot be written.
        """
        _check_ref(ref)
        limits = () if depth is None else (f"--depth={depth}",)
        words = ("fetch", "--quiet", "--no-tags", "--no-recurse-submodules", "--no-auto-maintenance", *limits, "--", self._access.url, ref)
        self._asked(into, words, about=ref)
        git = Git(folder=into)
        commit = git("rev-parse", "--verify", "FETCH_HEAD^{commit}").decode().strip()
        # What no ref leads to may be cleaned away.
        git("update-ref", f"refs/codeopt/{commit}", commit)
        return commit

    def head(self, branch: str) -> str | None:
        """Return the commit that a branch is at; None when there is no such branch.

        Raises:
            ForgeUnavailable: the host cannot be reached, or fails.
            ForgeRefused: it does not let this access in.
        """
        ref = f"refs/heads/{branch}"
        _check_ref(ref)
        listed = self._asked(Path("/"), ("ls-remote", "--quiet", "--", self._access.url, ref), about=ref)
        found = [line.split("\t") for line in listed.stdout.decode(errors="replace").splitlines()]
        return next((commit for commit, name in found if name == ref), None)

    def push(self, source: Path, *, branch: str, commit: str, expected: str | None) -> None:
        """Put a branch of codeopt's to a commit that a repository holds.

        That is done only where the branch is at `expected` (None: where it is not there), or at `commit` already: so a repeat changes
        nothing, and what others pushed there meanwhile is not overwritten.

        Raises:
            ForgeUnavailable: the host cannot be reached, or fails; nobody knows whether the branch was put there.
            ForgeRefused: the branch is at another commit, or the host will not have it.
            ValueError: the branch is not codeopt's.
        """
        if not branch.startswith(BRANCH_PREFIX) or not self._access.may_push:
            msg = f"{branch!r}: only branches below {BRANCH_PREFIX} are pushed, and only by an access that was asked for that"
            raise ValueError(msg)
        ref = f"refs/heads/{branch}"
        _check_ref(ref)
        lease = f"--force-with-lease={ref}:{expected or ''}"
        words = ("push", "--porcelain", "--no-verify", "--no-follow-tags", lease, "--", self._access.url, f"{commit}:{ref}")
        self._asked(source, words, about=ref, done=lambda: self._is_at(branch, commit, expected))

    def _is_at(self, branch: str, commit: str, expected: str | None) -> bool:
        there = self.head(branch)
        if there not in {commit, expected}:
            raise ForgeRefused(
                f"{self._access.url}: {branch} is at {(there or 'no commit')[:12]}, not at {(expected or 'no commit')[:12]} as expected;"
                " somebody else has pushed there, and it is left alone"
            )
        return there == commit

    def _asked(self, folder: Path, words: tuple[str, ...], *, about: str, done: Callable[[], bool] | None = None) -> GitResult:
        """Run git with the credential, again where that may help; `done` says after a failure whether it has happened all the same."""
        git = Git(folder=folder, env=self._env, timeout_s=_TIMEOUT_S)
        attempt = 0
        while True:
            attempt += 1
            started_s = time.monotonic()
            try:
                result = git.ask(*words)
            except GitTimeout:
                result = GitResult(status=1, stdout=b"", stderr=f"fatal: no end within {_TIMEOUT_S:g} s")
            problem = self._problem(result) if result.status else ""
            level = logging.WARNING if problem else logging.INFO
            ms = round(1000 * (time.monotonic() - started_s))
            _LOG.log(level, "git %s %s %s: %s in %d ms, attempt %d", words[0], self._access.url, about, problem or "done", ms, attempt)
            if not problem:
                return result
            refused = _REFUSED.search(problem) is not None
            if done is not None and not _DENIED.search(problem) and done():
                return result
            if refused or attempt >= self._attempts:
                raise self._error(problem, words[0], about, refused=refused)
            self._sleep(_BACKOFF_S * 2.0 ** (attempt - 1) * random.uniform(0.5, 1.0))  # noqa: S311 - jitter is no secret

    def _error(self, problem: str, verb: str, about: str, *, refused: bool) -> ForgeRefused | ForgeUnavailable:
        where = f"{self._access.url}: git {verb} {about}: {problem}"
        over = self._access.expires_s is not None and self._access.expires_s <= time.time()
        if over and _DENIED.search(problem):
            return ForgeUnavailable(f"{where}; the access has come to its end: ask for a new one")
        if refused:
            return ForgeRefused(f"{where}; check the name, and that the App is installed there and may do this")
        return ForgeUnavailable(f"{where}; try again later")

    def _problem(self, result: GitResult) -> str:
        # What became of each ref of a push is on standard output.
        refs = [line.split("\t")[-1] for line in result.stdout.decode(errors="replace").splitlines() if line.startswith("!")]
        text = "; ".join([*refs, *_of_remote(result.stderr), result.problem])
        password = self._access.password.reveal()
        for secret in filter(None, (password, _basic(self._access) if password else "")):
            text = text.replace(secret, "(hidden)")
        return re.sub(r"[\x00-\x20\x7f-\x9f]+", " ", text)[:400]


def _of_remote(stderr: str) -> list[str]:
    """Return what the host itself says of an error."""
    lines = [line.removeprefix("remote:").strip() for line in stderr.splitlines() if line.startswith("remote:")]
    return [line for line in lines if line][:2]


def _environment(access: GitAccess) -> Mapping[str, str]:
    settings = dict(_SETTINGS)
    if access.password:
        settings[f"http.{access.url}.extraHeader"] = f"Authorization: Basic {_basic(access)}"
    numbered = {
        name: text
        for number, (key, value) in enumerate(settings.items())
        for name, text in ((f"GIT_CONFIG_KEY_{number}", key), (f"GIT_CONFIG_VALUE_{number}", value))
    }
    passed = {name: os.environ[name] for name in _PASSED if name in os.environ}
    return {
        **passed,
        **numbered,
        "GIT_CONFIG_COUNT": str(len(settings)),
        "GIT_CONFIG_GLOBAL": "/dev/null",
        "GIT_ALLOW_PROTOCOL": urlsplit(access.url).scheme or "file",
    }


def _basic(access: GitAccess) -> str:
    return base64.b64encode(f"{access.username}:{access.password.reveal()}".encode()).decode()


def _check_ref(ref: str) -> None:
    if not _REF.fullmatch(ref):
        msg = f"{ref!r} is neither a ref (refs/...) nor the full name of a commit"
        raise ValueError(msg)
