"""Processes that are gone, or odd, are no trouble: what is there is counted."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest

from codeopt.adapters.processes import family, peak_bytes, reaped_s, tells_families, used_s

TICK = 1 / os.sysconf("SC_CLK_TCK")
NEVER = 2**22 + 1  # larger than any process number
pytestmark = pytest.mark.skipif(not tells_families(), reason="families are not told here")


@pytest.fixture
def parent():
    """A program with a child that a thread of it started; both wait."""
    code = """
import subprocess, sys, threading
def start():
    child = subprocess.Popen([sys.executable, "-c", "print(1, flush=True); input()"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    child.stdout.readline()
    print(child.pid, flush=True)
    child.wait()
threading.Thread(target=start, daemon=True).start()
input()
"""
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout
        yield process.pid, int(process.stdout.readline())
        process.kill()


def test_the_child_of_any_thread_is_family(parent):
    pid, child = parent
    assert family(pid) == [pid, child]


def test_a_family_has_used_what_its_members_have(parent):
    pid, child = parent
    assert used_s(pid) > used_s(child) > 0


def test_the_time_of_this_process_is_what_its_own_clock_says():
    before = time.process_time()
    used = used_s(os.getpid())
    assert used >= before
    assert reaped_s(b"") == 0.0


def test_a_process_that_was_not_waited_for_has_still_used_its_time():
    child = os.posix_spawn(sys.executable, [sys.executable, "-c", "sum(range(10**6))"], os.environ)
    os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)
    unreaped = used_s(child)
    _, _, usage = os.wait4(child, 0)
    assert unreaped > 0
    assert unreaped == pytest.approx(usage.ru_utime + usage.ru_stime, abs=2e-5)


def test_a_process_that_is_gone_has_nothing():
    assert family(NEVER) == [NEVER]
    assert used_s(NEVER) == 0.0
    assert peak_bytes([NEVER]) is None
    assert peak_bytes([]) is None


def test_the_time_of_children_is_read_behind_any_name():
    fields = ["S", *["0"] * 12, "150", "50", *["7"] * 20]
    for name in ("python", "a) b (c", "x ) 1 2 3"):
        assert reaped_s(f"42 ({name}) {' '.join(fields)}\n".encode()) == pytest.approx(200 * TICK)
    assert reaped_s(b"42 (short) S 1 2") == 0.0


def test_the_peak_is_that_of_the_largest(parent):
    pid, child = parent
    assert peak_bytes([pid, NEVER, child]) == max(peak_bytes([pid]) or 0, peak_bytes([child]) or 0)
