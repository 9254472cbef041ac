"""The attacks of `codeopt doctor --sandbox` are held off, and are told when they are not."""

from __future__ import annotations

import os

import pytest

from codeopt.adapters.docker.layout import PYTHON, TOOLS
from codeopt.adapters.docker.probes import probe

pytestmark = pytest.mark.docker


def test_every_attack_is_held_off(make_provider):
    found = list(probe(make_provider(), os.environ))
    assert [one for one in found if not one.held] == []
    assert len(found) >= 25
    assert len({one.name for one in found}) == len(found)


@pytest.mark.parametrize("name", ["capabilities", "no_new_privileges", "system_calls", "writing", "devices", "limits_of_others"])
def test_an_attack_on_an_open_container_is_told(make_provider, name):
    provider = make_provider()
    run = ["sh", "-c", f"{PYTHON} -I -S {TOOLS}/probes.py {name}; echo status $?"]
    options = {"user": "0:0", "network_mode": "none", "security_opt": ["seccomp=unconfined"]}
    said = provider._client.containers.run(provider.image, run, init=True, remove=True, **options).decode()
    assert said.splitlines()[-1] == "status 1", said


def test_leavings_are_told(make_provider):
    from codeopt.adapters.docker.probes import _attack

    with make_provider().open({}) as sandbox:
        assert _attack(sandbox, "remains").status == 0
        _attack(sandbox, "leave")
        assert _attack(sandbox, "remains").status == 1
