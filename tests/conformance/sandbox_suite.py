"""What every sandbox does.

A check takes an open provider of `SNAPSHOT`, prepared for `ENVIRONMENT`, and fails by assertion; those of `LIFE_CHECKS` take a factory
of such providers. `MEMORY_CHECKS` hold for a sandbox that runs nothing, too, if it is given programs that do what `ECHO` and `GREEDY` do.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from codeopt.errors import SandboxUnavailable
from codeopt.ports import SandboxProvider
from tests.conformance.sandbox_channels import CHANNEL_CHECKS, ECHO, GREEDY, TALK_CHECKS
from tests.conformance.sandbox_files import FILE_CHECKS, TREE_CHECKS
from tests.conformance.sandbox_meters import METER_CHECKS
from tests.conformance.sandbox_programs import RUN_CHECKS
from tests.conformance.sandbox_renewal import RENEWAL_CHECKS, RENEWAL_MEMORY_CHECKS
from tests.conformance.sandbox_scene import ENVIRONMENT, SECRET, SNAPSHOT, python

__all__ = ["ECHO", "ENVIRONMENT", "GREEDY", "LIFE_CHECKS", "MEMORY_CHECKS", "PROGRAM_CHECKS", "SECRET", "SNAPSHOT"]

Make = Callable[[], AbstractContextManager[SandboxProvider]]


def closes_twice(make: Make) -> None:
    with make() as provider:
        provider.close()
        provider.close()


def does_nothing_once_closed(make: Make) -> None:
    with make() as provider, provider.open({}) as sandbox:
        provider.close()
        for attempt in (
            lambda: sandbox.run(python(sandbox, "")),
            lambda: sandbox.write({f"{sandbox.out}/a": b""}),
            lambda: sandbox.read(f"{sandbox.out}/a", limit_bytes=1),
            lambda: sandbox.open_channel(python(sandbox, ECHO)).__enter__(),
            sandbox.renew,
            lambda: provider.open({}).__enter__(),
        ):
            with pytest.raises(SandboxUnavailable):
                attempt()


def a_left_sandbox_does_nothing(make: Make) -> None:
    with make() as provider:
        with provider.open({}) as sandbox:
            pass
        with pytest.raises(SandboxUnavailable):
            sandbox.run(python(sandbox, ""))


def a_closed_provider_ends_its_channels(make: Make) -> None:
    with make() as provider, provider.open({}) as sandbox, sandbox.open_channel(python(sandbox, ECHO)) as channel:
        provider.close()
        with pytest.raises(SandboxUnavailable):
            channel.receive(timeout_s=10.0)


def tells_nothing_once_closed(make: Make) -> None:
    with make() as provider, provider.open({}) as sandbox:
        sandbox.cpu_s()
        provider.close()
        assert sandbox.peak_bytes() is None
        assert sandbox.cpu_s() is None


def names_its_machine(make: Make) -> None:
    with make() as provider:
        machine = provider.machine()
        assert machine.cpu
        assert machine.cores >= 1
        assert machine.python.startswith("3.")
        assert machine == provider.machine()


PROGRAM_CHECKS = (*RUN_CHECKS, *TREE_CHECKS, *TALK_CHECKS, *RENEWAL_CHECKS, *METER_CHECKS)
MEMORY_CHECKS = (*FILE_CHECKS, *CHANNEL_CHECKS, *RENEWAL_MEMORY_CHECKS)
LIFE_CHECKS = (
    closes_twice,
    does_nothing_once_closed,
    a_left_sandbox_does_nothing,
    a_closed_provider_ends_its_channels,
    tells_nothing_once_closed,
    names_its_machine,
)
