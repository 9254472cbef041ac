"""What every sandbox does with programs that speak in frames."""

from __future__ import annotations

import time

import pytest

from codeopt.errors import ContestantError
from codeopt.ports import SandboxProvider
from tests.conformance.sandbox_scene import python, said

__all__ = ["CHANNEL_CHECKS", "ECHO", "GREEDY", "TALK_CHECKS"]

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
        # The two streams are not ordered: the last of the errors may come after the frame, at the latest with the end of the program.
        channel.send(b"go")
        with pytest.raises(ContestantError, match="status 0"):
            channel.receive(timeout_s=60.0)
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


CHANNEL_CHECKS = (
    echoes_frames,
    refuses_an_oversized_frame,
    respects_the_callers_limit,
)
TALK_CHECKS = (
    notices_that_the_program_ended,
    waits_no_longer_than_told,
    the_commands_time_bounds_the_channel,
    errors_do_not_block_a_channel,
    leaving_a_channel_kills_its_program,
    two_channels_speak_in_turn,
)
