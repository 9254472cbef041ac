"""What a sandbox costs: seconds to open, to close and to run nothing, and the echo of a frame, for Docker and local.

Usage: python benchmarks/sandbox/run.py [TIMES]. Docker is left out where there is no engine. `docker run` is the yardstick.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from codeopt.adapters.docker import DockerProvider
from codeopt.adapters.local import LocalProvider
from codeopt.assets import programs_dir
from codeopt.errors import SandboxUnavailable
from codeopt.model.work import Command, Environment
from codeopt.ports import Sandbox, SandboxProvider

__all__ = ["main"]

ENVIRONMENT = Environment(
    python="3.11", requirements=(), installs_project=False, import_roots=(".",), declared_by=(), key="codeopt-benchmark"
)
ECHO = "import os\nwhile data := os.read(0, 1 << 16):\n while data: data = data[os.write(1, data):]"
FRAMES = 2000
FILES = 200


def timed(act: Callable[[], object]) -> float:
    """Return the seconds that something takes."""
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


@contextmanager
def snapshot() -> Iterator[Path]:
    """A repository of a usual size: 200 files of 5 kB."""
    with tempfile.TemporaryDirectory() as folder:
        for number in range(FILES):
            (Path(folder) / f"module_{number}.py").write_text("# a line of a comment\n" * 230)
        yield Path(folder)


def show(name: str, values: list[float], *, scale: float = 1.0, unit: str = "s", digits: int = 3) -> None:
    """Print one line of the table."""
    ordered = sorted(value * scale for value in values)
    middle, most = statistics.median(ordered), ordered[int(len(ordered) * 0.95)]
    print(f"  {name:<28} median {middle:9.{digits}f} {unit}   95% {most:9.{digits}f} {unit}   n={len(ordered)}")


def echoes(sandbox: Sandbox) -> list[float]:
    """Return the seconds of round trips of a small frame."""
    with sandbox.open_channel(Command(argv=(sandbox.python, "-I", "-S", "-c", ECHO), timeout_s=600.0)) as channel:

        def turn() -> None:
            channel.send(b"0123456789abcdef")
            channel.receive(timeout_s=10.0)

        turn()
        return [timed(turn) for _ in range(FRAMES)]


def measure(provider: SandboxProvider, times: int) -> None:
    """Print what a provider's sandboxes cost."""
    provider.prepare(ENVIRONMENT)
    print(f"{provider.name}: {provider.machine()}")
    opens, closes, runs, channels = [], [], [], []
    for _ in range(times):
        entered = provider.open({})
        start = time.perf_counter()
        sandbox = entered.__enter__()
        opens.append(time.perf_counter() - start)
        runs += [timed(lambda s=sandbox: s.run(Command(argv=("true",), timeout_s=60.0))) for _ in range(3)]
        channels.append(timed(lambda s=sandbox: channel_once(s)))
        closes.append(timed(lambda e=entered: e.__exit__(None, None, None)))
    show("open", opens)
    show("run `true`", runs)
    show("channel: open, echo, close", channels)
    show("close", closes)
    with provider.open({}) as sandbox:
        show("echo of 16 bytes", echoes(sandbox), scale=1e6, unit="us", digits=0)


def channel_once(sandbox: Sandbox) -> None:
    """Open a channel, use it once, and leave it."""
    with sandbox.open_channel(Command(argv=("cat",), timeout_s=60.0)) as channel:
        channel.send(b"x")
        channel.receive(timeout_s=10.0)


def yardstick(image: str, times: int) -> None:
    """Print what the plainest container costs."""
    argv = ["docker", "run", "--rm", "--network", "none", image, "true"]
    try:
        values = [timed(lambda: subprocess.run(argv, check=True)) for _ in range(times)]
    except (OSError, subprocess.SubprocessError) as error:
        print(f"  no `docker run`: {error}")
        return
    show("plain `docker run --rm true`", values)


def main() -> None:
    """Measure local first, then Docker."""
    times = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    with snapshot() as folder:
        local = LocalProvider(folder, programs_dir())
        try:
            measure(local, times)
        finally:
            local.close()
        try:
            docker = DockerProvider(folder, programs_dir(), run="benchmark")
        except SandboxUnavailable as error:
            print(f"docker: left out, {error}")
            return
        try:
            measure(docker, times)
            yardstick(str(docker.image), times)
        finally:
            docker.close()


if __name__ == "__main__":
    main()
