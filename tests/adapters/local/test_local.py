"""What is peculiar to the local sandbox: it must not harm the machine by accident."""

from __future__ import annotations

import os
import threading

import pytest

from codeopt.adapters.local import LocalProvider
from codeopt.errors import ContestantError, SandboxUnavailable
from codeopt.model.work import Command


@pytest.fixture
def snapshot(tmp_path):
    folder = tmp_path / "snapshot"
    folder.mkdir()
    (folder / "a.py").write_text("A = 1\n")
    return folder


@pytest.fixture
def provider(snapshot, tmp_path):
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    provider = LocalProvider(snapshot, tmp_path, scratch=scratch)
    yield provider
    provider.close()
    assert list(scratch.iterdir()) == []


def test_it_says_what_it_is(provider):
    assert (provider.name, provider.isolates) == ("local", False)


def test_an_overlay_is_not_written_through_a_link_out_of_the_tree(provider, snapshot, tmp_path):
    victim = tmp_path / "victim"
    victim.mkdir()
    (snapshot / "linked").symlink_to(victim)
    with pytest.raises(ValueError, match="leaves"), provider.open({"linked/a.py": b"x"}):
        pass
    assert list(victim.iterdir()) == []


def test_an_overlay_replaces_a_link_not_what_it_points_to(provider, snapshot, tmp_path):
    victim = tmp_path / "victim.py"
    victim.write_text("untouched")
    (snapshot / "linked.py").symlink_to(victim)
    with provider.open({"linked.py": b"new"}) as sandbox:
        result = sandbox.run(Command(argv=(sandbox.python, "-c", "print(open('linked.py').read())"), timeout_s=60.0))
    assert result.stdout == b"new\n"
    assert victim.read_text() == "untouched"


def test_the_snapshot_is_never_changed(provider, snapshot):
    with provider.open({"a.py": b"A = 2\n"}) as sandbox:
        sandbox.run(Command(argv=(sandbox.python, "-c", "open('a.py', 'w').write(''); open('b', 'w').write('')"), timeout_s=60.0))
    assert {path.name: path.read_text() for path in snapshot.iterdir()} == {"a.py": "A = 1\n"}


def test_children_that_hold_the_output_open_do_not_hold_the_command_up(provider):
    code = "import subprocess, sys; subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']); print('done')"
    with provider.open({}) as sandbox:
        result = sandbox.run(Command(argv=(sandbox.python, "-c", code), timeout_s=60.0))
    assert (result.stdout, result.ok) == (b"done\n", True)


def test_a_channel_to_a_missing_program_is_refused(provider):
    with provider.open({}) as sandbox, pytest.raises(ContestantError, match="cannot be started"):
        sandbox.open_channel(Command(argv=("no-such-program",), timeout_s=1.0)).__enter__()


def test_close_from_another_thread_ends_a_running_command(provider):
    with provider.open({}) as sandbox:
        closing = threading.Timer(0.3, provider.close)
        closing.start()
        with pytest.raises(SandboxUnavailable, match="closed"):
            sandbox.run(Command(argv=(sandbox.python, "-c", "import time; time.sleep(600)"), timeout_s=60.0))
        closing.join()


def test_a_missing_interpreter_is_told(snapshot, tmp_path):
    provider = LocalProvider(snapshot, tmp_path, python=str(tmp_path / "no-python"))
    with pytest.raises(SandboxUnavailable, match=r"interpreter .*no-python does not run"):
        provider.machine()


def test_a_missing_snapshot_is_told_and_leaves_nothing(tmp_path):
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    provider = LocalProvider(tmp_path / "missing", tmp_path, scratch=scratch)
    with pytest.raises(SandboxUnavailable, match="cannot copy"), provider.open({}):
        pass
    assert list(scratch.iterdir()) == []


def test_cores_hold_programs_and_neither_this_thread_nor_others(provider):
    usual = os.sched_getaffinity(0)
    seen = []
    with provider.open({}, cores=1) as sandbox, provider.open({}) as free:
        look = Command(argv=(sandbox.python, "-c", "import os; print(*sorted(os.sched_getaffinity(0)))"), timeout_s=60.0)
        watcher = threading.Thread(target=lambda: seen.append(free.run(look).stdout))
        watcher.start()
        for _ in range(3):
            assert sandbox.run(look).stdout == b"%d\n" % max(usual)
        watcher.join()
        assert sandbox.run(Command(argv=("no-such-program",), timeout_s=1.0)).status == 127
    assert seen == [" ".join(map(str, sorted(usual))).encode() + b"\n"]
    assert os.sched_getaffinity(0) == usual


def test_more_cores_than_there_are_means_all(provider):
    usual = os.sched_getaffinity(0)
    with provider.open({}, cores=len(usual) + 5) as sandbox:
        look = Command(argv=(sandbox.python, "-c", "import os; print(len(os.sched_getaffinity(0)))"), timeout_s=60.0)
        assert sandbox.run(look).stdout == b"%d\n" % len(usual)


def test_a_child_that_was_killed_with_its_program_has_been_counted(provider):
    code = """
import os, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", '''
import time
while time.process_time() < 0.3: pass
print(1, flush=True)
time.sleep(600)
'''], stdout=subprocess.PIPE)
child.stdout.readline()
"""
    with provider.open({}) as sandbox:
        before = sandbox.cpu_s()
        if before is None:
            pytest.skip("families are not told here")
        command = Command(argv=(sandbox.python, "-c", code + "time.sleep(600)"), timeout_s=3.0)
        assert sandbox.run(command).timed_out
        assert (sandbox.cpu_s() or 0.0) - before >= 0.3
