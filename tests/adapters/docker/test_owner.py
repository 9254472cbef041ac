"""Containers of dead processes are removed; those of living ones, and of others' hosts, are left alone."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeopt.adapters.docker.owner import OWNER_LABEL, Owner, labels, sweep, this_process

WORD = st.text(st.characters(codec="ascii", categories=["L", "N", "P"]), min_size=1, max_size=20)


@given(host=WORD, boot=WORD, pid=st.integers(min_value=1, max_value=2**22), start=WORD)
def test_a_label_reads_back(host, boot, pid, start):
    owner = Owner(host=host, boot=boot, pid=pid, start=start)
    assert Owner.parse(str(owner)) == owner


@pytest.mark.parametrize("text", ["", "a b c", "a b notanumber d", "a b 1 d e"])
def test_other_labels_are_nobodys(text):
    assert Owner.parse(text) is None


def test_this_process_lives():
    here = this_process()
    assert not here.is_dead(here)
    assert here == this_process()


def test_a_process_is_dead_by_start_boot_or_absence():
    here = this_process()
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    assert dataclasses.replace(here, start="1").is_dead(here)
    assert dataclasses.replace(here, boot="other").is_dead(here)
    assert dataclasses.replace(here, pid=ended.pid).is_dead(here)
    assert not dataclasses.replace(here, host="other", boot="other").is_dead(here)


@pytest.mark.docker
def test_the_sweep_removes_what_the_dead_left(docker_environment):
    import docker

    here = this_process()
    dead, alive = dataclasses.replace(here, start="1"), here
    client = docker.from_env()
    try:
        image = client.images.list(filters={"label": f"codeopt.environment={docker_environment.key}"})[0]
        made = [client.containers.create(image.id, labels=labels("sweep-test", owner), network_mode="none") for owner in (dead, alive)]
        assert sweep(client) >= 1
        left = {container.id for container in client.containers.list(all=True, filters={"label": OWNER_LABEL})}
        assert made[0].id not in left
        assert made[1].id in left
    finally:
        for container in client.containers.list(all=True, filters={"label": "codeopt.run=sweep-test"}):
            container.remove(force=True)
        client.close()


DYING = """
import os, sys
from pathlib import Path
from codeopt.adapters.docker import DockerProvider
from codeopt.assets import programs_dir
from codeopt.model.work import Command, Environment
environment = Environment(
    python="3.11", requirements=(), installs_project=False, import_roots=("src", "."), declared_by=(), key="codeopt-tests"
)
provider = DockerProvider(Path(sys.argv[1]), programs_dir(), run="dying")
provider.prepare(environment)
with provider.open({}) as sandbox:
    sandbox.run(Command(argv=("sh", "-c", "setsid sleep 1000 </dev/null >/dev/null 2>&1 &"), timeout_s=60.0))
    print(sandbox._kept.container.id, flush=True)
    os.kill(os.getpid(), 9)
"""


@pytest.mark.docker
def test_nothing_runs_on_when_the_host_is_killed(docker_environment, tmp_path):
    import docker

    told = subprocess.run([sys.executable, "-c", DYING, str(tmp_path)], capture_output=True, text=True, check=False)
    assert told.returncode == -9, told.stderr
    client = docker.from_env()
    try:
        container = client.containers.get(told.stdout.strip())
        deadline = time.monotonic() + 30
        while container.status != "exited" and time.monotonic() < deadline:
            time.sleep(0.1)
            container.reload()
        assert container.status == "exited"
        assert sweep(client) >= 1
        assert client.containers.list(all=True, filters={"label": "codeopt.run=dying"}) == []
    finally:
        client.close()
