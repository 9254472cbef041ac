"""What every sandbox does. A check takes an open provider of `SNAPSHOT`, or a factory of such providers, and fails by assertion.

`SECRET` is the name of a variable that the caller has put into the host's environment.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from codeopt.errors import ContestantError, SandboxUnavailable
from codeopt.model.work import Command, Environment
from codeopt.ports import Sandbox, SandboxProvider

__all__ = ["CHANNEL_CHECKS", "ENVIRONMENT", "FILE_CHECKS", "LIFE_CHECKS", "RUN_CHECKS", "SECRET", "SNAPSHOT"]

Make = Callable[[], AbstractContextManager[SandboxProvider]]

SECRET = "CODEOPT_TEST_SECRET"
SNAPSHOT = {"src/greeting.py": b"WORD = 'hello'\n", "top.py": b"LEVEL = 0\n", "run.sh": b"#!/bin/sh\necho ran\n"}
ENVIRONMENT = Environment(
    python="3.11", requirements=(), installs_project=False, import_roots=("src", "."), declared_by=(), key="codeopt-tests"
)

FRAMES = """
import os, struct, sys
def exactly(count):
    data = b""
    while len(data) < count:
        chunk = os.read(0, count - len(data))
        if not chunk:
            sys.exit(0)
        data += chunk
    return data
def receive():
    return exactly(struct.unpack(">I", exactly(4))[0])
def send(data):
    view = memoryview(struct.pack(">I", len(data)) + data)
    while view:
        view = view[os.write(1, view):]
"""
ECHO = FRAMES + "while True: send(receive())"
GREEDY = FRAMES + "receive(); os.write(1, struct.pack('>I', 1_000_000_000)); receive()"
MORTAL = FRAMES + "send(b'last words'); sys.exit(7)"
SILENT = "import time; time.sleep(600)"
CHATTY = FRAMES + "sys.stderr.write('x' * 300_000 + 'the end'); sys.stderr.flush(); send(b'done'); receive()"


def python(sandbox: Sandbox, code: str, *args: str, timeout_s: float = 60.0) -> Command:
    """Return a command for a program given as text."""
    return Command(argv=(sandbox.python, "-c", code, *args), timeout_s=timeout_s)


def said(sandbox: Sandbox, code: str, *args: str) -> str:
    """Run a program that must succeed, and return what it said."""
    result = sandbox.run(python(sandbox, code, *args))
    assert result.ok, result
    return result.stdout.decode().strip()


# Commands


def reports_status_and_both_streams(provider: SandboxProvider) -> None:
    code = "import sys; print('out'); print('err', file=sys.stderr); sys.exit(3)"
    with provider.open({}) as sandbox:
        result = sandbox.run(python(sandbox, code))
    assert (result.status, result.stdout, result.stderr) == (3, b"out\n", b"err\n")
    assert not result.ok
    assert not result.timed_out
    assert result.seconds > 0


def feeds_stdin_to_its_end(provider: SandboxProvider) -> None:
    code = "import sys; data = sys.stdin.buffer.read(); print(len(data), set(data))"
    with provider.open({}) as sandbox:
        command = Command(argv=(sandbox.python, "-c", code), timeout_s=60.0, stdin=b"\0" * 3_000_000)
        assert sandbox.run(command).stdout == b"3000000 {0}\n"


def a_program_may_ignore_its_stdin(provider: SandboxProvider) -> None:
    with provider.open({}) as sandbox:
        command = Command(argv=(sandbox.python, "-c", "print('done')"), timeout_s=60.0, stdin=b"x" * 3_000_000)
        assert sandbox.run(command).stdout == b"done\n"


def passes_env_and_cwd(provider: SandboxProvider) -> None:
    code = "import os; print(os.environ['GIVEN'], os.path.relpath(os.getcwd(), os.environ['ROOT']))"
    with provider.open({}) as sandbox:
        command = Command(argv=(sandbox.python, "-c", code), timeout_s=60.0, env=(("GIVEN", "a b"), ("ROOT", sandbox.tree)), cwd="src")
        assert sandbox.run(command).stdout == b"a b src\n"


def hides_the_hosts_environment(provider: SandboxProvider) -> None:
    with provider.open({}) as sandbox:
        seen = said(sandbox, "import os; print(dict(os.environ))")
    assert SECRET not in seen
    assert "codeopt-secret-value" not in seen


def imports_the_tree_by_its_roots(provider: SandboxProvider) -> None:
    with provider.open({}) as sandbox:
        assert said(sandbox, "import greeting, top; print(greeting.WORD, top.LEVEL)") == "hello 0"


def finds_its_own_python_first(provider: SandboxProvider) -> None:
    with provider.open({}) as sandbox:
        result = sandbox.run(Command(argv=("python", "-c", "import sys, pytest; print(sys.executable)"), timeout_s=60.0))
        assert result.stdout.decode().strip() == said(sandbox, "import sys; print(sys.executable)")


def says_that_a_program_is_missing(provider: SandboxProvider) -> None:
    with provider.open({}) as sandbox:
        result = sandbox.run(Command(argv=("no-such-program",), timeout_s=60.0))
    assert result.status in {126, 127}
    assert b"no-such-program" in result.stdout + result.stderr


def says_how_a_signal_ended_it(provider: SandboxProvider) -> None:
    with provider.open({}) as sandbox:
        assert sandbox.run(python(sandbox, "import os; os.kill(os.getpid(), 9)")).status == 137


def waits_for_a_program_that_closes_its_output(provider: SandboxProvider) -> None:
    code = "import os, sys, time; os.close(1); os.close(2); time.sleep(0.5); os._exit(5)"
    with provider.open({}) as sandbox:
        assert sandbox.run(python(sandbox, code)).status == 5


def kills_what_outlasts_its_time(provider: SandboxProvider) -> None:
    # A grandchild counts on in a file; it must stop with its grandparent.
    child = "import time\nwhile True:\n open('{out}/ticks', 'a').write('.')\n time.sleep(0.02)"
    code = "import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', sys.argv[1]]); print('on', flush=True); time.sleep(600)"
    with provider.open({}) as sandbox:
        result = sandbox.run(python(sandbox, code, child.format(out=sandbox.out), timeout_s=2.0))
        assert (result.status, result.timed_out, result.ok) == (None, True, False)
        assert result.stdout == b"on\n"
        first = sandbox.read(f"{sandbox.out}/ticks", limit_bytes=10_000_000)
        time.sleep(0.3)
        assert first
        assert sandbox.read(f"{sandbox.out}/ticks", limit_bytes=10_000_000) == first
        assert said(sandbox, "print('still here')") == "still here"


def bounds_output_without_blocking(provider: SandboxProvider) -> None:
    code = "import sys; sys.stdout.write('o' * 5_000_000); sys.stderr.write('e' * 5_000_000); sys.exit(4)"
    with provider.open({}) as sandbox:
        command = Command(argv=(sandbox.python, "-c", code), timeout_s=60.0, output_limit_bytes=1000)
        result = sandbox.run(command)
    assert result.status == 4
    assert result.truncated
    assert len(result.stdout) + len(result.stderr) == 1000


def whole_output_is_not_called_truncated(provider: SandboxProvider) -> None:
    with provider.open({}) as sandbox:
        command = Command(argv=(sandbox.python, "-c", "print('x' * 999)"), timeout_s=60.0, output_limit_bytes=1000)
        result = sandbox.run(command)
    assert not result.truncated
    assert len(result.stdout) == 1000


# Files


def files_come_back_as_they_went_in(provider: SandboxProvider) -> None:
    data = bytes(range(256)) * 4000
    with provider.open({}) as sandbox:
        sandbox.write({f"{sandbox.out}/a": data, f"{sandbox.out}/deep/er/b": b""})
        assert sandbox.read(f"{sandbox.out}/a", limit_bytes=len(data)) == data
        assert sandbox.read(f"{sandbox.out}/deep/er/b", limit_bytes=0) == b""


def a_later_write_wins(provider: SandboxProvider) -> None:
    with provider.open({}) as sandbox:
        sandbox.write({f"{sandbox.out}/a": b"first, and longer"})
        sandbox.write({f"{sandbox.out}/a": b"second"})
        assert sandbox.read(f"{sandbox.out}/a", limit_bytes=100) == b"second"


def what_cannot_be_read_is_none(provider: SandboxProvider) -> None:
    with provider.open({}) as sandbox:
        sandbox.write({f"{sandbox.out}/large": b"x" * 11})
        assert sandbox.read(f"{sandbox.out}/missing", limit_bytes=10) is None
        assert sandbox.read(f"{sandbox.out}/large", limit_bytes=10) is None
        assert sandbox.read(sandbox.out, limit_bytes=10) is None


def files_stay_within_out(provider: SandboxProvider) -> None:
    with provider.open({}) as sandbox:
        for path in (f"{sandbox.tree}/top.py", f"{sandbox.out}/../tree/top.py", "/etc/passwd"):
            assert sandbox.read(path, limit_bytes=100_000) is None, path
        with pytest.raises(ValueError, match="out"):
            sandbox.write({f"{sandbox.tree}/top.py": b"LEVEL = 1\n"})


def programs_see_written_files(provider: SandboxProvider) -> None:
    with provider.open({}) as sandbox:
        sandbox.write({f"{sandbox.out}/given": b"42"})
        said(
            sandbox,
            "import sys; n = int(open(sys.argv[1] + '/given').read()); open(sys.argv[1] + '/taken', 'w').write(str(n + 1))",
            sandbox.out,
        )
        assert sandbox.read(f"{sandbox.out}/taken", limit_bytes=10) == b"43"


def links_are_not_followed(provider: SandboxProvider) -> None:
    code = """
import os, sys
out, tree = sys.argv[1:]
os.symlink("/etc/passwd", out + "/file")
os.symlink(tree, out + "/folder")
os.symlink(out + "/real", out + "/inner")
os.mkfifo(out + "/pipe")
"""
    with provider.open({}) as sandbox:
        said(sandbox, code, sandbox.out, sandbox.tree)
        for name in ("file", "folder/top.py", "pipe"):
            assert sandbox.read(f"{sandbox.out}/{name}", limit_bytes=100_000) is None, name


def the_overlay_lies_over_the_snapshot(provider: SandboxProvider) -> None:
    with provider.open({"src/greeting.py": b"WORD = 'bye'\n", "new/file.py": b"", "run.sh": b"#!/bin/sh\necho ran anew\n"}) as sandbox:
        assert said(sandbox, "import greeting, top; print(greeting.WORD, top.LEVEL)") == "bye 0"
        assert said(sandbox, "import os; print(os.path.exists('new/file.py'))") == "True"
        # What could be executed still can.
        assert sandbox.run(Command(argv=("./run.sh",), timeout_s=60.0)).stdout == b"ran anew\n"


def the_overlay_stays_in_the_tree(provider: SandboxProvider) -> None:
    for path in ("../out/x", "/etc/x", "src/../../x"):
        with pytest.raises(ValueError, match="leaves"), provider.open({path: b""}):
            pass


def every_sandbox_has_a_fresh_tree(provider: SandboxProvider) -> None:
    with provider.open({"top.py": b"LEVEL = 1\n"}) as sandbox:
        said(sandbox, "open('leaving', 'w').write('x'); open('src/greeting.py', 'w').write('WORD = 1')")
        sandbox.write({f"{sandbox.out}/leaving": b"x"})
    with provider.open({}) as sandbox:
        assert said(sandbox, "import greeting, top, os; print(greeting.WORD, top.LEVEL, os.path.exists('leaving'))") == "hello 0 False"
        assert sandbox.read(f"{sandbox.out}/leaving", limit_bytes=10) is None


def two_sandboxes_live_side_by_side(provider: SandboxProvider) -> None:
    with provider.open({"top.py": b"LEVEL = 1\n"}) as first, provider.open({"top.py": b"LEVEL = 2\n"}) as second:
        first.write({f"{first.out}/a": b"1"})
        assert second.read(f"{second.out}/a", limit_bytes=10) is None
        assert (said(first, "import top; print(top.LEVEL)"), said(second, "import top; print(top.LEVEL)")) == ("1", "2")


def the_tools_are_there(provider: SandboxProvider) -> None:
    with provider.open({}) as sandbox:
        assert said(sandbox, "import os, sys; print(os.path.isfile(sys.argv[1] + '/worker.py'))", sandbox.tools) == "True"


# Channels


def echoes_frames(provider: SandboxProvider) -> None:
    big = bytes(range(250)) * 20_000
    with provider.open({}) as sandbox, sandbox.open_channel(python(sandbox, ECHO)) as channel:
        for frame in (b"small", b"", big, b"after"):
            channel.send(frame)
            assert channel.receive(timeout_s=60.0) == frame
        for number in range(5):
            channel.send(b"%d" % number)
        assert [channel.receive(timeout_s=60.0) for _ in range(5)] == [b"0", b"1", b"2", b"3", b"4"]


def refuses_an_oversized_frame(provider: SandboxProvider) -> None:
    with provider.open({}) as sandbox, sandbox.open_channel(python(sandbox, GREEDY)) as channel:
        channel.send(b"go")
        with pytest.raises(ContestantError, match="1000000000 bytes"):
            channel.receive(timeout_s=60.0)


def respects_the_callers_limit(provider: SandboxProvider) -> None:
    with provider.open({}) as sandbox, sandbox.open_channel(python(sandbox, ECHO)) as channel:
        channel.send(b"x" * 101)
        with pytest.raises(ContestantError, match="101 bytes"):
            channel.receive(timeout_s=60.0, limit_bytes=100)


def notices_that_the_program_ended(provider: SandboxProvider) -> None:
    with provider.open({}) as sandbox, sandbox.open_channel(python(sandbox, MORTAL)) as channel:
        assert channel.receive(timeout_s=60.0) == b"last words"
        with pytest.raises(ContestantError, match="status 7"):
            channel.receive(timeout_s=60.0)
        with pytest.raises(ContestantError, match="status 7"):
            channel.send(b"x" * 10_000_000)


def waits_no_longer_than_told(provider: SandboxProvider) -> None:
    with provider.open({}) as sandbox:
        with sandbox.open_channel(python(sandbox, SILENT)) as channel, pytest.raises(ContestantError, match="in time"):
            channel.receive(timeout_s=0.2)
        assert said(sandbox, "print('still here')") == "still here"


def the_commands_time_bounds_the_channel(provider: SandboxProvider) -> None:
    with provider.open({}) as sandbox, sandbox.open_channel(python(sandbox, SILENT, timeout_s=0.5)) as channel:
        with pytest.raises(ContestantError, match="in time"):
            channel.receive(timeout_s=600.0)
        # What a program does not read must not hold the host up either.
        with pytest.raises(ContestantError, match="in time"):
            channel.send(b"x" * 10_000_000)


def errors_do_not_block_a_channel(provider: SandboxProvider) -> None:
    with provider.open({}) as sandbox, sandbox.open_channel(python(sandbox, CHATTY)) as channel:
        assert channel.receive(timeout_s=60.0) == b"done"
        tail = channel.stderr_tail  # type: ignore[attr-defined]
        assert len(tail) <= 20_000
        assert tail.endswith("the end")


def leaving_a_channel_kills_its_program(provider: SandboxProvider) -> None:
    code = FRAMES + "import subprocess\nsubprocess.Popen([sys.executable, '-c', sys.argv[1]])\nsend(receive())\nreceive()"
    child = "import time\nwhile True:\n open('{out}/ticks', 'a').write('.')\n time.sleep(0.02)"
    with provider.open({}) as sandbox:
        with sandbox.open_channel(python(sandbox, code, child.format(out=sandbox.out))) as channel:
            channel.send(b"ready?")
            channel.receive(timeout_s=60.0)
            for _ in range(200):
                if sandbox.read(f"{sandbox.out}/ticks", limit_bytes=10_000_000):
                    break
                time.sleep(0.05)
        first = sandbox.read(f"{sandbox.out}/ticks", limit_bytes=10_000_000)
        time.sleep(0.3)
        assert first
        assert sandbox.read(f"{sandbox.out}/ticks", limit_bytes=10_000_000) == first


def two_channels_speak_in_turn(provider: SandboxProvider) -> None:
    with provider.open({}) as sandbox, sandbox.open_channel(python(sandbox, ECHO)) as first:
        with sandbox.open_channel(python(sandbox, ECHO)) as second:
            first.send(b"1")
            second.send(b"2")
            assert (second.receive(timeout_s=60.0), first.receive(timeout_s=60.0)) == (b"2", b"1")
        first.send(b"3")
        assert first.receive(timeout_s=60.0) == b"3"


# Life and death


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


def names_its_machine(make: Make) -> None:
    with make() as provider:
        machine = provider.machine()
        assert machine.cpu
        assert machine.cores >= 1
        assert machine.python.startswith("3.")
        assert machine == provider.machine()


RUN_CHECKS = (
    reports_status_and_both_streams,
    feeds_stdin_to_its_end,
    a_program_may_ignore_its_stdin,
    passes_env_and_cwd,
    hides_the_hosts_environment,
    imports_the_tree_by_its_roots,
    finds_its_own_python_first,
    says_that_a_program_is_missing,
    says_how_a_signal_ended_it,
    waits_for_a_program_that_closes_its_output,
    kills_what_outlasts_its_time,
    bounds_output_without_blocking,
    whole_output_is_not_called_truncated,
    programs_see_written_files,
    links_are_not_followed,
    the_overlay_lies_over_the_snapshot,
    the_overlay_stays_in_the_tree,
    every_sandbox_has_a_fresh_tree,
    two_sandboxes_live_side_by_side,
    the_tools_are_there,
    errors_do_not_block_a_channel,
    leaving_a_channel_kills_its_program,
    the_commands_time_bounds_the_channel,
    two_channels_speak_in_turn,
    waits_no_longer_than_told,
    notices_that_the_program_ended,
)
FILE_CHECKS = (files_come_back_as_they_went_in, a_later_write_wins, what_cannot_be_read_is_none, files_stay_within_out)
CHANNEL_CHECKS = (echoes_frames, refuses_an_oversized_frame, respects_the_callers_limit)
LIFE_CHECKS = (closes_twice, does_nothing_once_closed, a_left_sandbox_does_nothing, a_closed_provider_ends_its_channels, names_its_machine)
