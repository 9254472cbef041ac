"""No token, no signed key and no private key in any log, error, argument of a program or file."""

from __future__ import annotations

import asyncio
import base64
import logging
import os
import subprocess
import traceback
from pathlib import Path

import pytest

from codeopt.adapters.git import Remote
from codeopt.errors import CodeoptError
from codeopt.model.access import Secret
from tests.conformance.forge_suite import BRANCH, NAME, WIDGETS, check_run, draft
from tests.github_server.faults import Fault, Trouble
from tests.github_server.keys import PRIVATE_PEM

GIT = """#!/bin/sh
{ printf 'ARGS'; printf ' %s' "$@"; printf '\\n'; tr '\\0' '\\n' < /proc/$$/environ; } >> "$RECORD.$$"
exec REAL "$@"
"""


def secrets_of(server):
    """Return every secret of a test: tokens, what the App signed, its key, and how git sends tokens."""
    tokens = set(server.hub.tokens)
    signed = {call.headers.get("authorization", "").partition(" ")[2] for call in server.service.seen} - {""}
    basic = {base64.b64encode(f"x-access-token:{token}".encode()).decode() for token in tokens}
    return {*tokens, *signed, *basic, *(line for line in PRIVATE_PEM.splitlines() if len(line) > 40)}


def assert_clean(text, server, *, what):
    found = secrets_of(server)
    assert len(found) > 10
    assert not [secret[:12] for secret in found if secret in text], what


async def everything(scene):
    """Do a bit of all, through faults; return what was raised."""
    raised = []
    number = scene.host.add_issue(NAME)
    comment = scene.host.add_comment(NAME, number, author="ada", body="hi")
    from codeopt.model.forge import Reaction

    calls = [
        lambda: scene.forge.repository(WIDGETS),
        lambda: scene.forge.open_pull_request(WIDGETS, draft()),
        lambda: scene.forge.put_comment(WIDGETS, number, key="k", body="b"),
        lambda: scene.forge.put_check(WIDGETS, check_run(scene, count=3)),
        lambda: scene.forge.react(WIDGETS, comment, Reaction.EYES),
        lambda: scene.forge.read_file(WIDGETS, "widgets.py", ref="main"),
        lambda: scene.forge.pull_request(WIDGETS, 99_999),
    ]
    faults = [None, *(fault for fault in Fault if fault is not Fault.LATE)]
    for fault in faults:
        for call in calls:
            scene.host.service.troubles[:] = [Trouble(fault=fault, times=100, wait_s=3)] if fault else []
            try:
                await call()
            except CodeoptError as error:
                raised.append(error)
        scene.host.service.troubles.clear()
        await scene.forge._clock.sleep(5000)
    return raised


def test_logs_and_errors_hold_no_secret(scene, server, caplog):
    caplog.set_level(logging.DEBUG)
    raised = asyncio.run(everything(scene))
    assert len(raised) > 40
    assert "httpcore" in {record.name.partition(".")[0] for record in caplog.records}, "the network's own log is looked at, too"
    assert_clean(caplog.text, server, what="the log")
    shown = "".join("".join(traceback.format_exception(error, chain=True)) + repr(error) for error in raised)
    assert_clean(shown, server, what="errors")
    records = "".join(repr(vars(record)) for record in caplog.records)
    assert_clean(records, server, what="the log's fields")


def test_objects_show_no_secret(scene, server):
    access = asyncio.run(scene.forge.git_access(WIDGETS, push=True))
    shown = repr((access, scene.forge, vars(scene.forge), server.credentials, Remote(access), vars(scene.forge._tokens)))
    assert_clean(shown, server, what="representations")


@pytest.fixture
def recorded(tmp_path, monkeypatch):
    """A git on PATH that notes its arguments and environment, and runs the real one."""
    real = subprocess.run(["which", "git"], capture_output=True, text=True, check=True).stdout.strip()
    folder = tmp_path / "bin"
    folder.mkdir()
    program = folder / "git"
    # The record's place is written into it: git as codeopt runs it gets no variable of ours.
    program.write_text(GIT.replace("REAL", real).replace("$RECORD", str(tmp_path / "record")))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    return lambda: [path.read_text(errors="replace") for path in sorted(tmp_path.glob("record.*"))]


def test_git_leaves_no_trace_of_the_token(scene, server, tmp_path, recorded, caplog):
    caplog.set_level(logging.DEBUG)
    lists = []
    server.service.at_git = lambda: lists.append(all_arguments())
    reading, writing = [asyncio.run(scene.forge.git_access(WIDGETS, push=push)) for push in (False, True)]
    checkout = tmp_path / "checkout"
    Remote(reading).clone(checkout, ref="refs/heads/main")
    head = Remote(reading).fetch(checkout, ref=f"refs/heads/{BRANCH}")
    Remote(writing).push(checkout, branch="codeopt/pushed", commit=head, expected=None)
    assert len(lists) >= 6
    assert all("git-remote-http" in each for each in lists)
    assert_clean("\n".join(lists), server, what="arguments of all programs, while git talks to the host")
    files = b"\n".join(path.read_bytes() for path in checkout.rglob("*") if path.is_file())
    assert server.service.url.encode() in files
    assert_clean(files.decode(errors="replace"), server, what="files of the clone")
    assert "Authorization" not in (checkout / ".git" / "config").read_text()
    assert_clean(caplog.text, server, what="the log")
    calls = recorded()
    assert_clean("\n".join(call.splitlines()[0] for call in calls), server, what="arguments of git")
    told = {verb_of(call) for call in calls if any(secret in call for secret in secrets_of(server))}
    assert told == {"fetch", "push"}, "nothing but what talks to the host has the token, and no checkout"
    own = [call for call in calls if f"-C {checkout} " in call.splitlines()[0]]
    assert len(own) > 5
    assert all("GIT_TERMINAL_PROMPT=0" in call for call in own)


def test_a_failing_git_shows_no_token(scene, server, tmp_path, caplog):
    caplog.set_level(logging.DEBUG)
    access = asyncio.run(scene.forge.git_access(WIDGETS, push=False))
    server.hub.tokens.clear()
    with pytest.raises(CodeoptError) as caught:
        Remote(access, sleep=lambda _: None).clone(tmp_path / "checkout", ref="refs/heads/main")
    secret = access.password.reveal()
    for text in (str(caught.value), "".join(traceback.format_exception(caught.value)), caplog.text):
        assert secret not in text
        assert base64.b64encode(f"x-access-token:{secret}".encode()).decode() not in text


def test_a_secret_that_a_host_says_back_is_hidden():
    from codeopt.adapters.git.program import GitResult
    from codeopt.model.access import GitAccess

    access = GitAccess(url="https://h/o/r.git", username="x", password=Secret("ghs_secret"), expires_s=None, may_push=False)
    basic = base64.b64encode(b"x:ghs_secret").decode()
    said = GitResult(status=128, stdout=b"", stderr=f"remote: you sent ghs_secret\nfatal: header {basic} is wrong")
    problem = Remote(access)._problem(said)
    assert "secret" not in problem.replace("(hidden)", "")
    assert basic not in problem


def all_arguments() -> str:
    """Return the command lines of all processes of this machine, as anybody may see them."""
    lines = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            lines.append(path.read_bytes().replace(b"\0", b" ").decode(errors="replace"))
        except OSError:
            continue
    return "\n".join(lines)


def verb_of(call: str) -> str:
    verbs = {"fetch", "push", "ls-remote", "checkout", "init", "rev-parse", "update-ref", "remote"}
    return next((word for word in call.splitlines()[0].split() if word in verbs), "")
