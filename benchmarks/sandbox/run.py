"""What a sandbox costs: seconds per candidate in a warm container, next to a fresh container and to a plain `docker run`; and its parts.

Usage: python benchmarks/sandbox/run.py [TIMES]. Docker is left out where there is no engine. What is compared is measured in turn, one of
each in every round, so that a busy machine is busy for all; medians are what counts.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
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
OVERLAY = {"module_7.py": b"def f(x):\n    return x + 1\n" * 200}
TRUE = Command(argv=("true",), timeout_s=60.0)
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
    print(f"  {name:<48} median {middle:9.{digits}f} {unit}   95% {most:9.{digits}f} {unit}   n={len(ordered)}")


def in_turn(acts: Mapping[str, Callable[[], object]], times: int) -> None:
    """Time each once without counting it, then all of them round by round, and print what each took."""
    for act in acts.values():
        act()
    seconds: dict[str, list[float]] = {name: [] for name in acts}
    for _ in range(times):
        for name, act in acts.items():
            seconds[name].append(timed(act))
    for name, values in seconds.items():
        show(name, values)


def echoes(sandbox: Sandbox) -> list[float]:
    """Return the seconds of round trips of a small frame."""
    with sandbox.open_channel(Command(argv=(sandbox.python, "-I", "-S", "-c", ECHO), timeout_s=600.0)) as channel:

        def turn() -> None:
            channel.send(b"0123456789abcdef")
            channel.receive(timeout_s=10.0)

        turn()
        return [timed(turn) for _ in range(FRAMES)]


def candidate(provider: SandboxProvider, overlay: Mapping[str, bytes]) -> None:
    """Open a sandbox, run nothing in it, and close it."""
    with provider.open(overlay) as sandbox:
        sandbox.run(TRUE)


def channel_once(sandbox: Sandbox) -> None:
    """Open a channel, use it once, and leave it."""
    with sandbox.open_channel(Command(argv=("cat",), timeout_s=60.0)) as channel:
        channel.send(b"x")
        channel.receive(timeout_s=10.0)


def parts(provider: SandboxProvider, times: int) -> None:
    """Print what the operations of an open sandbox cost."""
    with provider.open(OVERLAY) as sandbox:

        def renewed() -> None:
            sandbox.run(TRUE)
            sandbox.renew()

        in_turn({"run `true`": lambda: sandbox.run(TRUE), "run `true`, renew": renewed}, times)
        sandbox.renew()
        in_turn({"renew": sandbox.renew, "channel: open, echo, leave": lambda: channel_once(sandbox)}, times)
        show("echo of 16 bytes", echoes(sandbox), scale=1e6, unit="us", digits=0)


def docker_run(image: str) -> None:
    """Run `true` in a container of the plainest kind."""
    subprocess.run(["docker", "run", "--rm", "--network", "none", image, "true"], check=True)


def measure_docker(folder: Path, times: int) -> None:
    """Print the seconds per candidate of every way, and the parts of the warm one."""
    with (
        closing(DockerProvider(folder, programs_dir(), run="benchmark")) as warm,
        closing(DockerProvider(folder, programs_dir(), run="benchmark", idle=0)) as fresh,
    ):
        warm.prepare(ENVIRONMENT)
        fresh.prepare(ENVIRONMENT)
        print(f"docker: {warm.machine()}, load {os.getloadavg()[0]:.1f}")
        ways = {
            "a candidate in a warm container": lambda: candidate(warm, OVERLAY),
            "a candidate in a fresh container": lambda: candidate(fresh, OVERLAY),
            "plain `docker run --rm true`, no tree": lambda: docker_run(str(warm.image)),
        }
        in_turn(ways, times)
        parts(warm, times)


def main() -> None:
    """Measure local first, then Docker."""
    times = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    with snapshot() as folder:
        with closing(LocalProvider(folder, programs_dir())) as local:
            local.prepare(ENVIRONMENT)
            print(f"local: {local.machine()}, load {os.getloadavg()[0]:.1f}")
            in_turn({"a candidate": lambda: candidate(local, OVERLAY)}, times)
            parts(local, times)
        try:
            measure_docker(folder, times)
        except SandboxUnavailable as error:
            print(f"docker: left out, {error}")


if __name__ == "__main__":
    main()
