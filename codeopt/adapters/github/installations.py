"""Lists the repositories that the App is installed on, installation by installation, with tokens that can do nothing but list."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from githubkit.auth import BaseAuthStrategy, TokenAuthStrategy

from codeopt.adapters.github.api import Api, Credentials
from codeopt.adapters.github.call import Call
from codeopt.adapters.github.pace import Gate
from codeopt.adapters.github.wire import InstallationJson, RepositoriesJson, TokenJson
from codeopt.errors import ForgeRefused
from codeopt.model.access import Secret
from codeopt.model.forge import InstalledRepository, RepositoryName

__all__ = ["installed_repositories"]

_LOG = logging.getLogger(__name__)
_PERMISSIONS = {"metadata": "read"}


async def installed_repositories(api: Api, key: Credentials, gate: Callable[[str], Gate]) -> Sequence[InstalledRepository]:
    """Return the repositories, by name, without those that are archived; `gate` is that of an account.

    An installation that refuses, as one does that is being removed, is logged and passed over.

    Raises:
        ForgeUnavailable: they cannot be listed now.
        ForgeRefused: the key is not taken.
    """
    installations = Call(method="GET", route="/app/installations")
    found: list[InstalledRepository] = []
    async for page in api.pages(list[InstallationJson], installations, key):
        for one in page:
            if one.suspended_at is None:
                found += await _of_installation(api, one, _ListingToken(api, key, one, gate))
    return sorted(found, key=lambda each: str(each.name).casefold())


async def _of_installation(api: Api, installation: InstallationJson, token: _ListingToken) -> Sequence[InstalledRepository]:
    call = Call(method="GET", route="/installation/repositories")
    try:
        names = [
            RepositoryName.parse(each.full_name)
            async for page in api.pages(RepositoriesJson, call, token)
            for each in page.repositories
            if not each.archived
        ]
    except ForgeRefused as refusal:
        _LOG.warning("the repositories of installation %d are not listed: %s", installation.id, refusal)
        return ()
    return [InstalledRepository(name=name, installation=installation.id) for name in names]


class _ListingToken:
    """Credentials for all repositories of an installation, with no right but to see that they are there; gone with the list."""

    def __init__(self, api: Api, key: Credentials, installation: InstallationJson, gate: Callable[[str], Gate]) -> None:
        login = installation.account.login if installation.account else ""
        self.gate = gate(login.casefold() or f"installation {installation.id}")
        self._api, self._key, self._installation = api, key, installation.id
        self._token: Secret | None = None

    async def strategy(self) -> BaseAuthStrategy:
        """Return the token, made at the first call."""
        if self._token is None:
            call = Call(
                method="POST",
                route="/app/installations/{installation_id}/access_tokens",
                values={"installation_id": self._installation},
                body={"permissions": _PERMISSIONS},
                repeatable=True,  # a token too many harms nobody
            )
            self._token = Secret((await self._api.read(TokenJson, call, self._key)).token)
        return TokenAuthStrategy(self._token.reveal())

    def spoiled(self) -> bool:
        """Drop the token; the next one is new."""
        held, self._token = self._token is not None, None
        return held
