"""A thousand candidates through one provider, honest, hostile and crashing, and what is left of them: nothing.

Usage: python benchmarks/sandbox/thousand.py [CANDIDATES [THREADS]]. Ends with status 1 when something is left, or when a candidate had an
end that it must not have. Needs Docker.
"""

from __future__ import annotations

import random
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import docker
from docker.client import DockerClient

from codeopt.adapters.docker import DockerProvider
from codeopt.assets import programs_dir
from codeopt.errors import ContestantError, SandboxUnavailable
from codeopt.model.work import Command, Environment
from codeopt.ports import Sandbox

__all__ = ["KINDS", "Inventory", "Tally", "main", "use"]

ENVIRONMENT = Environment(
    python="3.11", requirements=(), installs_project=False, import_roots=(".",), declared_by=(), key="codeopt-benchmark"
)
MEMORY_BYTES = 256 * 1024**2
RUN = "thousand"
USERS = {10001, 10002}
FRESH = "import os, top; print(top.LEVEL, sorted(os.listdir('/tmp')), sorted(os.listdir('/work')), sorted(os.listdir('/work/out')))"
EXPECTED = "{} [] ['home', 'out', 'tree'] []"


def honest(sandbox: Sandbox) -> str:
    """Work, write files, and be renewed in between."""
    sandbox.write({f"{sandbox.out}/inputs": b"1" * 100_000})
    result = sandbox.run(Command(argv=(sandbox.python, "-c", "print(len(open('/work/out/inputs').read()))"), timeout_s=60.0))
    sandbox.renew()
    return "right" if result.stdout == b"100000\n" else f"wrong: {result}"


def hostile(name: str, *arguments: str, timeout_s: float = 60.0) -> Callable[[Sandbox], str]:
    """Return what runs one of the attacks in `sandbox/programs/probes.py`."""

    def act(sandbox: Sandbox) -> str:
        argv = (sandbox.python, "-I", "-S", f"{sandbox.tools}/probes.py", name, *arguments)
        result = sandbox.run(Command(argv=argv, timeout_s=timeout_s))
        return "timed out" if result.timed_out else f"status {result.status}"

    return act


def crashing(sandbox: Sandbox) -> str:
    """End by a signal."""
    return f"status {sandbox.run(Command(argv=(sandbox.python, '-c', 'import os; os.abort()'), timeout_s=60.0)).status}"


def babbling(sandbox: Sandbox) -> str:
    """Say something that is no frame, over a channel, and go on."""
    with sandbox.open_channel(
        Command(argv=(sandbox.python, "-c", "print('no frame' * 1000, flush=True); input()"), timeout_s=60.0)
    ) as channel:
        try:
            channel.receive(timeout_s=10.0)
        except ContestantError:
            return "refused"
    return "received"


def killed(sandbox: Sandbox) -> str:
    """Have its container killed from outside."""
    sandbox._kept.container.kill()  # type: ignore[attr-defined]  # noqa: SLF001 - as an administrator would
    sandbox.run(Command(argv=("true",), timeout_s=60.0))
    return "ran"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of candidate: how often it comes, what it does, and the ends that it may have."""

    share: int
    act: Callable[[Sandbox], str]
    ends: frozenset[str]


KINDS: Mapping[str, Kind] = {
    "honest": Kind(share=600, act=honest, ends=frozenset({"right"})),
    "crashing": Kind(share=60, act=crashing, ends=frozenset({"status 134"})),
    "babbling": Kind(share=40, act=babbling, ends=frozenset({"refused"})),
    "fork bomb": Kind(share=40, act=hostile("forks", timeout_s=1.5), ends=frozenset({"timed out", "given up"})),
    "memory bomb": Kind(share=40, act=hostile("memory"), ends=frozenset({"status 137", "given up"})),
    "full disk": Kind(share=40, act=hostile("disk"), ends=frozenset({"status 0"})),
    "daemon": Kind(share=60, act=hostile("survive", "/work/out"), ends=frozenset({"status 0"})),
    "litter": Kind(share=40, act=hostile("leave"), ends=frozenset({"status 0"})),
    "smothering": Kind(share=20, act=hostile("smother", timeout_s=1.0), ends=frozenset({"timed out", "status 0"})),
    "flood of output": Kind(share=30, act=hostile("output", "100"), ends=frozenset({"status 0"})),
    "killed from outside": Kind(share=30, act=killed, ends=frozenset({"lost"})),
}


@dataclass(slots=True)
class Tally:
    """What became of the candidates."""

    ends: Counter[tuple[str, str]] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    seconds: Counter[str] = field(default_factory=Counter)


def use(provider: DockerProvider, names: list[str], tally: Tally) -> None:
    """Take one candidate after the other, as long as there are names, and look first whether its sandbox is fresh."""
    while names:
        name = names.pop()
        start, end = time.perf_counter(), ""
        try:
            end = _candidate(provider, KINDS[name], level=len(names))
        except ContestantError:
            end = "given up"
        except SandboxUnavailable:
            end = "lost"
        tally.seconds[name] += time.perf_counter() - start
        tally.ends[name, end] += 1
        if end not in KINDS[name].ends:
            tally.wrong.append(f"{name}: {end}")


def _candidate(provider: DockerProvider, kind: Kind, *, level: int) -> str:
    with provider.open({"top.py": f"LEVEL = {level}\n".encode()}) as sandbox:
        seen = sandbox.run(Command(argv=(sandbox.python, "-c", FRESH), timeout_s=60.0)).stdout.decode().strip()
        if seen != EXPECTED.format(level):
            return f"not fresh: {seen}"
        return kind.act(sandbox)


@dataclass(frozen=True, slots=True, kw_only=True)
class Inventory:
    """What there is on this machine that candidates could have left."""

    containers: int
    orphans: int
    files: int
    volumes: int
    images: int
    descriptors: int
    resident_mb: float
    shared_mb: float

    @classmethod
    def take(cls, client: DockerClient, run: str) -> Inventory:
        """Count: containers of a run, processes of a sandbox's users in no living container, files of codeopt's in /tmp, and so on."""
        alive = [str(container.id) for container in client.containers.list(all=True, ignore_removed=True)]
        return cls(
            containers=len(client.containers.list(all=True, filters={"label": f"codeopt.run={run}"})),
            orphans=sum(_is_orphan(path, alive) for path in Path("/proc").glob("[0-9]*")),
            files=sum(1 for path in Path(tempfile.gettempdir()).glob("codeopt-*") for _ in path.rglob("*")),
            volumes=len(client.volumes.list()),
            images=len(client.images.list()),
            descriptors=sum(1 for _ in Path("/proc/self/fd").iterdir()),
            resident_mb=_kb("/proc/self/status", "VmRSS") / 1024,
            shared_mb=_kb("/proc/meminfo", "Shmem") / 1024,
        )


def _is_orphan(path: Path, alive: list[str]) -> bool:
    try:
        return path.stat().st_uid in USERS and not any(container in (path / "cgroup").read_text() for container in alive)
    except OSError:
        return False


def _kb(path: str, name: str) -> int:
    return next(int(line.split()[1]) for line in Path(path).read_text().splitlines() if line.startswith(name + ":"))


def main() -> int:
    """Run the candidates, print what became of them and what is left, and say whether all is well."""
    count, threads = (int(word) for word in [*sys.argv[1:], "1000", "2"][:2]) if len(sys.argv) != 2 else (int(sys.argv[1]), 2)  # noqa: PLR2004
    names = [name for name, kind in KINDS.items() for _ in range(max(1, kind.share * count // 1000))]
    random.Random(0).shuffle(names)
    total, client, tally = len(names), docker.from_env(), Tally()
    client.ping()
    before = Inventory.take(client, RUN)
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "top.py").write_text("LEVEL = -1\n")
        provider = DockerProvider(Path(folder), programs_dir(), run=RUN, memory_bytes=MEMORY_BYTES, pids=64)
        try:
            provider.prepare(ENVIRONMENT)
            use(provider, ["honest"], Tally())
            start = time.monotonic()
            workers = [threading.Thread(target=use, args=(provider, names, tally)) for _ in range(threads)]
            for worker in workers:
                worker.start()
            for worker in workers:
                worker.join()
            seconds = time.monotonic() - start
        finally:
            provider.close()
    after = Inventory.take(client, RUN)
    client.close()
    print(f"{total} candidates in {threads} threads: {seconds:.0f} s")
    for (name, end), number in sorted(tally.ends.items()):
        print(f"  {name:<22} {end:<12} {number:5}   {tally.seconds[name] / max(1, number):6.2f} s each")
    for name in Inventory.__slots__:
        print(f"  {name:<12} before {getattr(before, name):10.1f}   after {getattr(after, name):10.1f}")
    for wrong in tally.wrong:
        print(f"  WRONG {wrong}")
    return 1 if tally.wrong or after.containers or after.orphans or names else 0


if __name__ == "__main__":
    sys.exit(main())
