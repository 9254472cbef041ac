"""What every sandbox tells of its programs: the processor time that they have used, and the most memory that they have held.

Programs burn by their own clock, which a loaded machine does not hurry: the lower bounds are exact, and the upper ones wide.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from codeopt.ports import Channel, Sandbox, SandboxProvider
from tests.conformance.sandbox_channels import FRAMES
from tests.conformance.sandbox_scene import python, said

__all__ = ["METER_CHECKS"]

BURNT_S = 0.3
SLACK_S = 0.03  # what a system may not have counted yet, and what it tells in hundredths of a second
HELD_BYTES = 50_000_000
BURN = f"""
import time
def burn():
    end = time.process_time() + {BURNT_S}
    while time.process_time() < end: pass
"""
# Each frame is a statement; what it has done is told when it is done.
SERVANT = FRAMES + BURN + "import os, threading\nsend(b'here')\nwhile True: exec(receive().decode(), globals()); send(b'done')"
FORK = """
wake, waker = os.pipe()
ready, teller = os.pipe()
child = os.fork()
if child == 0:
    burn()
    os.write(teller, b'x')
    os.read(wake, 1)
    os._exit(0)
os.read(ready, 1)
"""
WAIT = "os.write(waker, b'x'); os.waitpid(child, 0)"
GRANDCHILD = """
child = os.fork()
if child == 0:
    if os.fork() == 0:
        burn()
        os._exit(0)
    os.wait()
    os._exit(0)
os.waitpid(child, 0)
"""
THREAD = "thread = threading.Thread(target=burn); thread.start(); thread.join()"


@contextmanager
def servant(sandbox: Sandbox) -> Iterator[Channel]:
    with sandbox.open_channel(python(sandbox, SERVANT)) as channel:
        assert channel.receive(timeout_s=60.0) == b"here"
        yield channel


def order(channel: Channel, statement: str) -> None:
    channel.send(statement.encode())
    assert channel.receive(timeout_s=60.0) == b"done"


def used_s(provider: SandboxProvider, sandbox: Sandbox) -> float:
    used = sandbox.cpu_s()
    if used is None and (provider.name == "docker" or sys.platform != "linux"):
        pytest.skip("processor time cannot be told here")
    assert used is not None
    return used


def what_a_program_burns_is_counted(provider: SandboxProvider) -> None:
    with provider.open({}) as sandbox, servant(sandbox) as channel:
        before = used_s(provider, sandbox)
        order(channel, "burn()")
        grown = used_s(provider, sandbox) - before
    assert BURNT_S - SLACK_S <= grown < 2 * BURNT_S


def what_a_command_burns_is_counted(provider: SandboxProvider) -> None:
    with provider.open({}) as sandbox:
        before = used_s(provider, sandbox)
        said(sandbox, BURN + "burn()")
        assert used_s(provider, sandbox) - before >= BURNT_S - SLACK_S


def sleeping_is_not_counted(provider: SandboxProvider) -> None:
    with provider.open({}) as sandbox, servant(sandbox) as channel:
        before = used_s(provider, sandbox)
        order(channel, f"time.sleep({BURNT_S})")
        assert 0 <= used_s(provider, sandbox) - before < BURNT_S / 2


def work_that_was_moved_is_counted(provider: SandboxProvider) -> None:
    for elsewhere in (FORK, GRANDCHILD, THREAD):
        with provider.open({}) as sandbox, servant(sandbox) as channel:
            before = used_s(provider, sandbox)
            order(channel, elsewhere)
            assert BURNT_S - SLACK_S <= used_s(provider, sandbox) - before < 2 * BURNT_S, elsewhere


def the_count_never_falls(provider: SandboxProvider) -> None:
    with provider.open({}) as sandbox:
        counts = [used_s(provider, sandbox)]
        with servant(sandbox) as channel:
            for statement in ("burn()", FORK, WAIT, "pass"):
                order(channel, statement)
                counts.append(used_s(provider, sandbox))
        counts.append(used_s(provider, sandbox))
    assert counts == sorted(counts)
    assert counts[-1] - counts[0] >= 2 * BURNT_S - SLACK_S


def two_programs_are_counted_together(provider: SandboxProvider) -> None:
    with provider.open({}) as sandbox, servant(sandbox) as first, servant(sandbox) as second:
        before = used_s(provider, sandbox)
        order(first, "burn()")
        order(second, "burn()")
        assert 2 * (BURNT_S - SLACK_S) <= used_s(provider, sandbox) - before < 4 * BURNT_S


def another_sandbox_is_not_counted(provider: SandboxProvider) -> None:
    with provider.open({}) as sandbox, provider.open({}) as other, servant(sandbox), servant(other) as channel:
        before = used_s(provider, sandbox)
        order(channel, "burn()")
        assert used_s(provider, sandbox) - before < BURNT_S / 2


def standing_in_the_queue_is_no_sleep(provider: SandboxProvider) -> None:
    """Three programs that burn side by side on one core stand in the queue for most of the time; one that sleeps does not."""
    with provider.open({}, cores=1) as sandbox, servant(sandbox) as channel:
        used_s(provider, sandbox)
        if sandbox.queued_s() is None:
            pytest.skip("queues are not told here")
        order(channel, "rivals = [os.fork() for _ in range(2)]\nif 0 in rivals: burn(); burn(); burn(); os._exit(0)")
        before = sandbox.queued_s()
        order(channel, "burn()")
        queued = (sandbox.queued_s() or 0.0) - (before or 0.0)
        order(channel, "[os.waitpid(rival, 0) for rival in rivals]")
        before = sandbox.queued_s()
        order(channel, f"time.sleep({BURNT_S})")
        slept = (sandbox.queued_s() or 0.0) - (before or 0.0)
    assert queued > BURNT_S / 2
    assert slept < queued / 2


def the_peak_is_what_a_program_once_held(provider: SandboxProvider) -> None:
    with provider.open({}) as sandbox, servant(sandbox) as channel:
        used_s(provider, sandbox)
        small = sandbox.peak_bytes()
        assert small is not None
        order(channel, f"held = bytearray({HELD_BYTES}); held[::1000] = held[::1000]")
        large = sandbox.peak_bytes()
        assert large is not None
        assert HELD_BYTES * 0.9 < large - small < HELD_BYTES * 2
        order(channel, "del held")
        assert sandbox.peak_bytes() == pytest.approx(large, rel=0.1)


def the_peak_is_of_the_largest_program_alive(provider: SandboxProvider) -> None:
    with provider.open({}) as sandbox:
        used_s(provider, sandbox)
        with servant(sandbox) as channel:
            small = sandbox.peak_bytes()
            order(channel, FORK.replace("burn()", f"held = b'x' * {HELD_BYTES}"))
            large = sandbox.peak_bytes()
            assert small is not None
            assert large is not None
            assert large - small > HELD_BYTES * 0.9
            order(channel, WAIT)
            after = sandbox.peak_bytes()
            assert after is not None
            assert after < small + HELD_BYTES // 2
        sandbox.renew()
        assert sandbox.peak_bytes() is None


def the_weather_makes_sense(provider: SandboxProvider) -> None:
    first, second = provider.weather(), provider.weather()
    if first is None and (provider.name == "docker" or sys.platform != "linux"):
        pytest.skip("the weather cannot be told here")
    assert first is not None
    assert second is not None
    assert 0 <= first.load < 10_000
    assert first.cores >= provider.machine().cores >= 1
    assert 0 < first.busy_s <= second.busy_s
    assert 0 <= first.stolen_s <= second.stolen_s
    assert first.frequency_mhz is None or 10 < first.frequency_mhz < 20_000
    assert first.containers >= 0


def programs_share_the_last_cores(provider: SandboxProvider) -> None:
    look = "import os; print(*sorted(os.sched_getaffinity(0)))"
    with provider.open({}) as sandbox:
        everywhere = said(sandbox, look).split()
    with provider.open({}, cores=1) as sandbox, provider.open({}, cores=1) as other:
        child = "import subprocess, sys; print(subprocess.check_output([sys.executable, '-c', sys.argv[1]], text=True))"
        assert said(sandbox, look) == said(other, look) == said(sandbox, child, look) == everywhere[-1]
        with sandbox.open_channel(python(sandbox, FRAMES + "import os; send(b'%d' % len(os.sched_getaffinity(0)))")) as channel:
            assert channel.receive(timeout_s=60.0) == b"1"


METER_CHECKS = (
    what_a_program_burns_is_counted,
    what_a_command_burns_is_counted,
    sleeping_is_not_counted,
    work_that_was_moved_is_counted,
    the_count_never_falls,
    two_programs_are_counted_together,
    another_sandbox_is_not_counted,
    standing_in_the_queue_is_no_sleep,
    the_peak_is_what_a_program_once_held,
    the_peak_is_of_the_largest_program_alive,
    the_weather_makes_sense,
    programs_share_the_last_cores,
)
