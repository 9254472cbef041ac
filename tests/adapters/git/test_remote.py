"""Git over the network, against git's own server behind GitHub's rules; what both code hosts have in common is in the conformance suite."""

from __future__ import annotations

import asyncio
import dataclasses
import logging
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from codeopt.adapters.git import CommitPlan, Remote, commit_on_branch, open_repository
from codeopt.errors import ForgeRefused, ForgeUnavailable
from codeopt.model.access import GitAccess, Secret
from tests.conformance.forge_suite import FILES, WIDGETS, scene_on
from tests.github_server.client import forge_on
from tests.github_server.faults import Fault, Trouble
from tests.github_server.host import GitHubServer

BREAKING = [Fault.ERROR, Fault.BAD_GATEWAY, Fault.UNAVAILABLE, Fault.SECONDARY_429, Fault.RESET, Fault.CUT_OFF]


@pytest.fixture
def server(tmp_path):
    with GitHubServer(tmp_path / "host") as opened:
        yield opened


@pytest.fixture
def scene(server, tmp_path):
    return scene_on(server, forge_on(server), tmp_path)


def remote(scene, *, push=False):
    """Return the way to the repository, with pauses that take no time."""
    return Remote(asyncio.run(scene.forge.git_access(WIDGETS, push=push)), sleep=lambda _: None)


def test_a_patch_goes_from_a_clone_to_a_branch_of_the_host(scene, tmp_path):
    """The whole way: clone, commit past the working tree, push."""
    base = remote(scene).clone(tmp_path / "checkout", ref="refs/heads/main")
    repository = open_repository(tmp_path / "checkout")
    assert (repository.commit, repository.dirty) == (base, False)
    plan = CommitPlan(message="Make f faster", files={"widgets.py": b"def f():\n    return 3\n"})
    before = {"widgets.py": FILES["widgets.py"].encode()}
    commit = commit_on_branch(repository, "codeopt/new", [plan], base=base, before=before)
    remote(scene, push=True).push(tmp_path / "checkout", branch="codeopt/new", commit=commit, expected=None)
    assert scene.origin.read("codeopt/new", "widgets.py") == b"def f():\n    return 3\n"
    assert scene.origin.git("rev-list", "--count", f"{base}..{commit}").strip() == b"1"


def test_a_shallow_clone_is_enough_to_commit_on(scene, tmp_path):
    for number in range(3):
        scene.origin.commit({"n": str(number)})
    base = remote(scene).clone(tmp_path / "checkout", ref="refs/heads/main", depth=1)
    origin = scene.origin.git("rev-list", "--count", "main").strip()
    assert origin == b"4"
    plan = CommitPlan(message="m", files={"n": b"new"})
    commit = commit_on_branch(open_repository(tmp_path / "checkout"), "codeopt/n", [plan], base=base, before={"n": b"2"})
    remote(scene, push=True).push(tmp_path / "checkout", branch="codeopt/n", commit=commit, expected=None)
    assert scene.origin.git("rev-list", "--count", "codeopt/n").strip() == b"5"


def test_a_commit_is_fetched_by_its_name_and_a_fork_s_by_its_pull_request(scene, server, tmp_path):
    fork = server.add_repository("eve/widgets", FILES)
    sha = fork.commit({"evil.py": "1\n"}, branch="feature")
    number = server.add_pull_request("acme/widgets", author="eve", branch="feature", fork="eve/widgets")
    checkout = tmp_path / "checkout"
    head = remote(scene).clone(checkout, ref="refs/heads/main")
    assert remote(scene).fetch(checkout, ref=f"refs/pull/{number}/head") == sha
    assert remote(scene).fetch(checkout, ref=sha) == sha
    assert open_repository(checkout).commit == head
    assert not (checkout / "evil.py").exists()


@pytest.mark.parametrize("fault", BREAKING, ids=lambda fault: fault.name)
@pytest.mark.parametrize("operation", ["git/info-refs", "git/git-upload-pack"])
def test_a_fetch_that_breaks_is_made_again(scene, server, tmp_path, operation, fault, caplog):
    caplog.set_level(logging.INFO, "codeopt.adapters.git.remote")
    server.service.troubles[:] = [Trouble(fault=fault, operation=operation)]
    head = remote(scene).clone(tmp_path / "checkout", ref="refs/heads/main")
    assert head == scene.origin.head("refs/heads/main")
    assert not server.service.troubles
    levels = [record.levelno for record in caplog.records]
    # A connection that is reset while it is used again, curl makes anew by itself.
    assert levels == [logging.WARNING, logging.INFO] or (fault is Fault.RESET and levels == [logging.INFO])
    assert all("\n" not in record.getMessage() for record in caplog.records)


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("fault", BREAKING, ids=lambda fault: fault.name)
def test_a_push_whose_answer_is_lost_is_looked_for_before_it_is_made_again(scene, server, tmp_path, fault, after):
    checkout = tmp_path / "checkout"
    head = remote(scene).clone(checkout, ref="refs/heads/main")
    way = remote(scene, push=True)
    server.service.troubles[:] = [Trouble(fault=fault, operation="git/git-receive-pack", after=after)]
    way.push(checkout, branch="codeopt/pushed", commit=head, expected=None)
    assert scene.origin.head("refs/heads/codeopt/pushed") == head


@pytest.mark.parametrize("fault", BREAKING, ids=lambda fault: fault.name)
def test_a_host_that_stays_broken_is_an_error_of_one_line(scene, server, tmp_path, fault):
    way = remote(scene)
    server.service.troubles[:] = [Trouble(fault=fault, operation="git/info-refs", times=100)]
    with pytest.raises(ForgeUnavailable, match="try again later") as caught:
        way.clone(tmp_path / "checkout", ref="refs/heads/main")
    assert "\n" not in str(caught.value)
    assert 100 - server.service.troubles[0].times == 3


def test_a_host_that_is_gone_is_told(tmp_path):
    access = GitAccess(url="http://127.0.0.1:1/a/b.git", username="x", password=Secret("p"), expires_s=None, may_push=False)
    with pytest.raises(ForgeUnavailable, match=r"127\.0\.0\.1"):
        Remote(access, sleep=lambda _: None).head("main")


@pytest.mark.parametrize("ref", ["refs/heads/none", "refs/pull/9/head", "0" * 40])
def test_what_is_not_there_is_refused_at_once(scene, server, tmp_path, ref):
    with pytest.raises(ForgeRefused):
        remote(scene).clone(tmp_path / "checkout", ref=ref)


NO_REFS = ("main", "-x", "--upload-pack=evil", "refs/heads/a:refs/heads/b", "+refs/heads/a", "refs/heads/*", "refs/heads/a b", "HEAD")


@pytest.mark.parametrize("ref", NO_REFS)
def test_only_refs_and_commits_are_asked_for(scene, tmp_path, ref):
    with pytest.raises(ValueError, match="neither a ref"):
        remote(scene).clone(tmp_path / "checkout", ref=ref)


def test_a_token_that_has_ended_asks_for_a_new_one(scene, server, tmp_path):
    access = asyncio.run(scene.forge.git_access(WIDGETS, push=False))
    server.hub.shift_s += 4000
    ended = dataclasses.replace(access, expires_s=1.0)
    with pytest.raises(ForgeUnavailable, match="come to its end"):
        Remote(ended, sleep=lambda _: None).clone(tmp_path / "one", ref="refs/heads/main")
    with pytest.raises(ForgeRefused, match="App is installed"):
        Remote(dataclasses.replace(access, expires_s=None), sleep=lambda _: None).clone(tmp_path / "two", ref="refs/heads/main")


def test_a_token_that_reads_cannot_push_and_one_of_another_repository_sees_nothing(scene, server, tmp_path):
    server.add_repository("acme/other", {"a": "b"})
    access = asyncio.run(scene.forge.git_access(WIDGETS, push=False))
    head = Remote(access).clone(tmp_path / "checkout", ref="refs/heads/main")
    with pytest.raises(ForgeRefused, match="403"):
        Remote(dataclasses.replace(access, may_push=True)).push(tmp_path / "checkout", branch="codeopt/x", commit=head, expected=None)
    with pytest.raises(ForgeRefused, match="not found"):
        Remote(dataclasses.replace(access, url=access.url.replace("widgets", "other"))).head("main")
    assert scene.origin.head("refs/heads/codeopt/x") is None


def test_a_push_that_touches_workflows_is_refused_by_the_host_too(scene, tmp_path):
    checkout = tmp_path / "checkout"
    remote(scene).clone(checkout, ref="refs/heads/main")
    scene.origin.commit({".github/workflows/ci.yml": "on: push\n"}, branch="evil", parent=scene.origin.head("refs/heads/main"))
    commit = remote(scene).fetch(checkout, ref="refs/heads/evil")
    with pytest.raises(ForgeRefused, match="refusing to allow a GitHub App to create or update workflow"):
        remote(scene, push=True).push(checkout, branch="codeopt/evil", commit=commit, expected=None)
    assert scene.origin.head("refs/heads/codeopt/evil") is None


def test_a_redirect_is_not_followed(scene, server, tmp_path):
    """Not even to a place that would be let in: where the access is for is not for an answer to say."""
    access = asyncio.run(scene.forge.git_access(WIDGETS, push=False))

    class Elsewhere(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(301)
            self.send_header("Location", server.service.url + self.path)
            self.end_headers()

        def log_message(self, *_):
            pass

    with HTTPServer(("127.0.0.1", 0), Elsewhere) as moved:
        thread = threading.Thread(target=moved.serve_forever)
        thread.start()
        try:
            url = f"http://127.0.0.1:{moved.server_address[1]}/acme/widgets.git"
            asked = []
            server.service.at_git = lambda: asked.append(1)
            with pytest.raises((ForgeRefused, ForgeUnavailable)):
                Remote(dataclasses.replace(access, url=url), sleep=lambda _: None).head("main")
            assert asked == []
        finally:
            moved.shutdown()
            thread.join()


def test_nothing_of_the_user_s_git_takes_part(scene, server, tmp_path, monkeypatch):
    home = tmp_path / "home"
    home.mkdir()
    stolen = tmp_path / "stolen"
    (home / ".gitconfig").write_text(
        f'[credential]\n\thelper = "!cat >> {stolen}; true"\n[url "http://127.0.0.1:1/"]\n\tinsteadOf = {server.service.url}/\n'
        f"[core]\n\thooksPath = {home}/hooks\n[init]\n\ttemplateDir = {home}/template\n"
    )
    for folder in ("hooks", "template/hooks"):
        (home / folder).mkdir(parents=True)
        for hook in ("post-checkout", "pre-push", "reference-transaction"):
            (home / folder / hook).write_text(f"#!/bin/sh\nenv >> {stolen}\n")
            (home / folder / hook).chmod(0o755)
    monkeypatch.setenv("HOME", str(home))
    head = remote(scene).clone(tmp_path / "checkout", ref="refs/heads/main")
    remote(scene, push=True).push(tmp_path / "checkout", branch="codeopt/x", commit=head, expected=None)
    assert not stolen.exists()


def test_a_clone_needs_an_empty_place(scene, tmp_path):
    (tmp_path / "checkout").mkdir()
    (tmp_path / "checkout" / "widgets.py").write_text("mine\n")
    from codeopt.errors import RepositoryError

    with pytest.raises(RepositoryError):
        remote(scene).clone(tmp_path / "checkout", ref="refs/heads/main")
    assert (tmp_path / "checkout" / "widgets.py").read_text() == "mine\n"
