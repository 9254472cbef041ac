"""Who the App is, and the tokens that it works with: each for one repository and one purpose, kept in memory and made anew before its end.

A token for the API cannot push, and one that reads code can do nothing else.
"""

from __future__ import annotations

import asyncio
import enum
import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from githubkit.auth import AppAuthStrategy, BaseAuthStrategy, TokenAuthStrategy

from codeopt.adapters.github.api import Api
from codeopt.adapters.github.call import Call
from codeopt.adapters.github.faults import Refusal
from codeopt.adapters.github.pace import Gate
from codeopt.adapters.github.wire import App, Installation, TokenJson
from codeopt.errors import ConfigError, ForgeRefused
from codeopt.model.access import Secret
from codeopt.model.forge import RepositoryName

__all__ = ["AppCredentials", "AppKey", "Me", "Purpose", "RepositoryToken", "Token", "Tokens"]

_NOT_FOUND = 404
_UNPROCESSABLE = 422
# A token is not begun with when it ends within this.
_MARGIN_S = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class AppCredentials:
    """What GitHub knows an App by: its number (or client id), and its private key in PEM form."""

    app_id: str
    private_key: Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class Me:
    """The App's number, and the login that what it writes stands under."""

    app_id: int
    login: str


class Purpose(enum.Enum):
    """What a token is for. The permissions together are those of the manifest."""

    API = "api"
    READ_CODE = "read code"
    WRITE_CODE = "write code"

    @property
    def permissions(self) -> Mapping[str, str]:
        """The least that serves it."""
        return _PERMISSIONS[self]


_PERMISSIONS: Mapping[Purpose, Mapping[str, str]] = {
    Purpose.API: {"checks": "write", "contents": "read", "issues": "write", "metadata": "read", "pull_requests": "write"},
    Purpose.READ_CODE: {"contents": "read", "metadata": "read"},
    Purpose.WRITE_CODE: {"contents": "write", "metadata": "read"},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """An installation token and its end, in seconds since 1970."""

    secret: Secret
    expires_s: float


class AppKey:
    """Credentials of the App itself: a signed token of ten minutes, good for asking who it is and for tokens of installations."""

    def __init__(self, app: AppCredentials, gate: Gate) -> None:
        """Keep the key.

        Raises:
            ConfigError: it is no key, or there is no number.
        """
        self.gate = gate
        self._strategy = AppAuthStrategy(_app_id(app), _pem(app))

    async def strategy(self) -> BaseAuthStrategy:
        """Return what signs."""
        return self._strategy

    def spoiled(self) -> bool:
        """Say that there is no better key."""
        return False


class Tokens:
    """The tokens of all repositories that are worked on."""

    def __init__(self, api: Api, key: AppKey) -> None:
        """Begin without any."""
        self._api = api
        self._key = key
        self._me: Me | None = None
        self._installations: dict[str, int] = {}
        self._tokens: dict[tuple[str, Purpose], Token] = {}
        self._locks: defaultdict[tuple[str, Purpose], asyncio.Lock] = defaultdict(asyncio.Lock)

    async def me(self) -> Me:
        """Say who the App is; asked once.

        Raises:
            ForgeUnavailable: it cannot be asked now.
            ForgeRefused: the key is not taken.
        """
        if self._me is None:
            app = await self._api.read(App, Call(method="GET", route="/app"), self._key)
            self._me = Me(app_id=app.id, login=f"{app.slug}[bot]")
        return self._me

    async def token(self, repository: RepositoryName, purpose: Purpose, *, lasting_s: float = _MARGIN_S) -> Token:
        """Return a token for one repository that lasts for so long still.

        Raises:
            ForgeUnavailable: none can be had now.
            ForgeRefused: the App is not installed on the repository, or lacks a permission.
        """
        place = (str(repository).casefold(), purpose)
        async with self._locks[place]:
            kept = self._tokens.get(place)
            if kept is None or kept.expires_s - self._api.clock.now_s() < lasting_s:
                self._tokens[place] = kept = await self._made(repository, purpose)
            return kept

    def forget(self, repository: RepositoryName, purpose: Purpose) -> bool:
        """Drop a token that was not taken, and the installation with it: the App may have been removed and installed again."""
        self._installations.pop(str(repository).casefold(), None)
        return self._tokens.pop((str(repository).casefold(), purpose), None) is not None

    async def _made(self, repository: RepositoryName, purpose: Purpose) -> Token:
        known = str(repository).casefold() in self._installations
        try:
            return await self._asked(repository, purpose)
        except Refusal as refusal:
            self._installations.pop(str(repository).casefold(), None)
            if refusal.status != _NOT_FOUND or not known:
                raise self._told(refusal, repository, purpose) from refusal
        # The installation that was known is gone; there may be a new one.
        return await self._made(repository, purpose)

    async def _asked(self, repository: RepositoryName, purpose: Purpose) -> Token:
        call = Call(
            method="POST",
            route="/app/installations/{installation_id}/access_tokens",
            values={"installation_id": await self._installation(repository)},
            body={"repositories": [repository.name], "permissions": dict(purpose.permissions)},
            repeatable=True,  # a token too many harms nobody
        )
        made = await self._api.read(TokenJson, call, self._key)
        return Token(secret=Secret(made.token), expires_s=made.expires_at.timestamp())

    async def _installation(self, repository: RepositoryName) -> int:
        place = str(repository).casefold()
        if place not in self._installations:
            values = {"owner": repository.owner, "repo": repository.name}
            call = Call(method="GET", route="/repos/{owner}/{repo}/installation", values=values)
            self._installations[place] = (await self._api.read(Installation, call, self._key)).id
        return self._installations[place]

    def _told(self, refusal: Refusal, repository: RepositoryName, purpose: Purpose) -> ForgeRefused:
        if refusal.status == _NOT_FOUND:
            return ForgeRefused(f"{self._api.host.web_url}: the App is not installed on {repository}; install it from the App's page")
        if refusal.status == _UNPROCESSABLE:
            wanted = ", ".join(f"{name}: {level}" for name, level in purpose.permissions.items())
            return ForgeRefused(
                f"{self._api.host.web_url}: no token for {repository} ({refusal.said}); let the installation include it, and accept the"
                f" permissions {wanted}"
            )
        return refusal


class RepositoryToken:
    """Credentials for the API of one repository."""

    def __init__(self, tokens: Tokens, repository: RepositoryName, gate: Gate) -> None:
        """Keep what is needed to get a token; nothing is sent."""
        self.gate = gate
        self._tokens = tokens
        self._repository = repository

    async def strategy(self) -> BaseAuthStrategy:
        """Return the token that is good now, a new one where need be."""
        return TokenAuthStrategy((await self._tokens.token(self._repository, Purpose.API)).secret.reveal())

    def spoiled(self) -> bool:
        """Drop the token; the next one is new."""
        return self._tokens.forget(self._repository, Purpose.API)


def _app_id(app: AppCredentials) -> str:
    if not re.fullmatch(r"[A-Za-z0-9.]{1,100}", app.app_id):
        raise ConfigError(f"{app.app_id[:40]!r} is no id of a GitHub App; copy the number from the App's page")
    return app.app_id


def _pem(app: AppCredentials) -> str:
    text = app.private_key.reveal()
    try:
        key = load_pem_private_key(text.encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, RSAPrivateKey):
        # Nothing of the text is shown, nor kept as a cause: it may be most of a key.
        raise ConfigError("the private key of the GitHub App is no RSA key in PEM form; download one from the App's page")
    return text
