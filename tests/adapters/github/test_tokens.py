"""Tokens are made for one repository and one purpose, and made anew before their end or when they are not taken."""

from __future__ import annotations

import asyncio
import time

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat

from codeopt.adapters.github import AppCredentials, GitHubForge, Timing
from codeopt.adapters.github.manifest import PERMISSIONS
from codeopt.adapters.github.tokens import Purpose
from codeopt.errors import ConfigError, ForgeRefused, ForgeUnavailable
from codeopt.model.access import Secret
from codeopt.model.forge import RepositoryName
from tests.conformance.forge_suite import NAME, WIDGETS
from tests.github_server.client import HurriedTransport, forge_on
from tests.github_server.keys import PRIVATE_PEM, PUBLIC_PEM

API = {"checks": "write", "contents": "read", "issues": "write", "metadata": "read", "pull_requests": "write"}


def asked(server):
    """Return what tokens were asked for."""
    return [call.body for call in server.service.seen if call.operation == "apps/create-installation-access-token"]


def test_each_token_is_for_one_repository_and_its_purpose(scene, server):
    server.add_repository("acme/other", {"a": "b"})

    async def story():
        await scene.forge.branch_head(WIDGETS, "main")
        await scene.forge.branch_head(RepositoryName(owner="acme", name="other"), "main")
        await scene.forge.git_access(WIDGETS, push=False)
        await scene.forge.git_access(WIDGETS, push=True)

    asyncio.run(story())
    assert asked(server) == [
        {"repositories": ["widgets"], "permissions": API},
        {"repositories": ["other"], "permissions": API},
        {"repositories": ["widgets"], "permissions": {"contents": "read", "metadata": "read"}},
        {"repositories": ["widgets"], "permissions": {"contents": "write", "metadata": "read"}},
    ]


def test_all_purposes_together_are_what_the_manifest_asks_for():
    together = {}
    for purpose in Purpose:
        for permission, level in purpose.permissions.items():
            together[permission] = max(together.get(permission, ""), level)
    assert together == PERMISSIONS
    assert Purpose.API.permissions["contents"] == "read", "what talks to the API cannot push"


def test_a_token_serves_until_shortly_before_its_end(scene, clock, server):
    async def story():
        for _ in range(3):
            await asyncio.gather(*[scene.forge.branch_head(WIDGETS, "main") for _ in range(4)])
        assert len(asked(server)) == 1
        await clock.sleep(3600 - 310)
        await scene.forge.branch_head(WIDGETS, "main")
        assert len(asked(server)) == 1
        await clock.sleep(20)
        await scene.forge.branch_head(WIDGETS, "main")
        assert len(asked(server)) == 2

    asyncio.run(story())
    assert 401 not in {call.status for call in server.service.seen}


def test_git_gets_a_token_that_lasts(scene, clock):
    async def story():
        first = await scene.forge.git_access(WIDGETS, push=False)
        await clock.sleep(3600 - 850)
        second = await scene.forge.git_access(WIDGETS, push=False)
        assert second.password != first.password
        assert second.expires_s - clock.now_s() >= 900

    asyncio.run(story())


@pytest.mark.parametrize("operation", ["pulls/list", "pulls/create"])
def test_a_token_that_ends_in_the_middle_is_replaced_and_nothing_is_done_twice(server, scene, operation):
    """The client's clock is an hour late, so that it does not see the end coming."""
    from tests.conformance.forge_suite import draft

    class Late:
        def now_s(self):
            return time.time() - 4000

        async def sleep(self, _seconds):
            await asyncio.sleep(0)

    forge = forge_on(server, clock=Late())

    async def story():
        await forge.permission(WIDGETS, "ada")
        server.service.before[operation] = server.hub.tokens.clear
        return await forge.open_pull_request(WIDGETS, draft())

    number = asyncio.run(story()).number
    statuses = [call.status for call in server.service.seen if call.operation == operation]
    assert statuses[:2] == [401, 200 if operation == "pulls/list" else 201]
    assert [pull.number for pull in server.pull_requests(NAME)] == [number]


def test_tokens_that_are_never_taken_are_an_error_and_no_loop(scene, server):
    class Forgetful(dict):
        def get(self, _key, _default=None):
            return None

    server.hub.tokens = Forgetful()
    with pytest.raises(ForgeRefused, match=r"credentials are refused \(Bad credentials\)"):
        asyncio.run(scene.forge.branch_head(WIDGETS, "main"))
    assert len(asked(server)) == 2


def test_an_app_that_was_removed_and_installed_again_is_found(scene, server):
    async def story():
        await scene.forge.branch_head(WIDGETS, "main")
        server.uninstall(NAME)
        with pytest.raises(ForgeRefused, match="not installed"):
            await scene.forge.branch_head(WIDGETS, "main")
        server.state(NAME).installation = 99_001
        assert await scene.forge.branch_head(WIDGETS, "main")
        server.state(NAME).installation = 99_002
        server.hub.tokens.clear()
        assert await scene.forge.branch_head(WIDGETS, "main")

    asyncio.run(story())


def test_a_permission_that_was_not_granted_is_named(scene, server):
    server.state(NAME).granted["checks"] = "read"
    with pytest.raises(ForgeRefused, match=r"not granted.*accept the permissions.*checks: write") as caught:
        asyncio.run(scene.forge.branch_head(WIDGETS, "main"))
    assert "\n" not in str(caught.value)


def test_a_suspended_installation_is_told(scene, server):
    server.hub.suspended = True
    with pytest.raises(ForgeRefused, match="suspended"):
        asyncio.run(scene.forge.branch_head(WIDGETS, "main"))


def test_a_key_of_another_app_is_told(server):
    key = rsa.generate_private_key(public_exponent=65_537, key_size=2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    forge = GitHubForge(
        AppCredentials(app_id="4711", private_key=Secret(pem)), api_url=server.api_url, transport=HurriedTransport(server.service)
    )
    with pytest.raises(ForgeRefused, match="check its id and private key, and this machine's clock"):
        asyncio.run(forge.branch_head(WIDGETS, "main"))


def test_the_app_signs_with_rs256_for_less_than_ten_minutes(scene, server):
    asyncio.run(scene.forge.branch_head(WIDGETS, "main"))
    (first, *_) = server.service.seen
    token = first.headers["authorization"].removeprefix("Bearer ")
    assert jwt.get_unverified_header(token)["alg"] == "RS256"
    claims = jwt.decode(token, PUBLIC_PEM, algorithms=["RS256"])
    assert claims["iss"] == "4711"
    assert claims["exp"] - claims["iat"] <= 600


def pem_of(key, password=None):
    encryption = BestAvailableEncryption(password) if password else NoEncryption()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption).decode()


@pytest.mark.parametrize(
    "pem",
    [
        "",
        "no key",
        PUBLIC_PEM,
        PRIVATE_PEM[:-200],
        pem_of(ec.generate_private_key(ec.SECP256R1())),
        pem_of(rsa.generate_private_key(public_exponent=65_537, key_size=2048), b"password"),
    ],
    ids=["empty", "text", "public", "cut off", "elliptic", "encrypted"],
)
def test_what_is_no_key_is_told_without_showing_any_of_it(pem):
    with pytest.raises(ConfigError, match="no RSA key in PEM form") as caught:
        GitHubForge(AppCredentials(app_id="1", private_key=Secret(pem)))
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None
    assert not any(line in str(caught.value) for line in pem.split() if len(line) > 8)


@pytest.mark.parametrize("app_id", ["", " ", "my app", "12\n34", "Iv1.abc/d"])
def test_what_is_no_id_is_told(app_id):
    with pytest.raises(ConfigError, match="no id of a GitHub App"):
        GitHubForge(AppCredentials(app_id=app_id, private_key=Secret(PRIVATE_PEM)))


def test_no_token_is_asked_for_while_the_host_is_down(server, scene):
    from tests.github_server.faults import Fault, Trouble

    server.service.troubles[:] = [Trouble(fault=Fault.ERROR, operation="apps/create-installation-access-token", times=100)]
    with pytest.raises(ForgeUnavailable, match="500"):
        asyncio.run(scene.forge.branch_head(WIDGETS, "main"))
    assert len(asked(server)) == Timing().attempts
