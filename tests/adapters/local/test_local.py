"""What is peculiar to the local sandbox: it must not harm the machine by accident."""

from __future__ import annotations

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
