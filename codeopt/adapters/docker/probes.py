"""Attacks on a sandbox, tried on the user's own engine: what each tries, what happened, and whether the sandbox held.

Most are made by `sandbox/programs/probes.py` and tell by themselves; those that end a program, or a container, are judged by what is left.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from codeopt.errors import ContestantError, SandboxUnavailable
from codeopt.model.work import Command, ExecResult
from codeopt.ports import Sandbox, SandboxProvider

__all__ = ["Probed", "probe"]

_USUAL = frozenset({"HOME", "HOSTNAME", "LANG", "LC_ALL", "LC_CTYPE", "PATH", "PYTHONHASHSEED", "PYTHONPATH", "TMPDIR", "PWD"})
_SECONDS = 60.0
_FLOOD_MB = 1000
_KEPT_BYTES = 1_000_000
_TELLING = {
    "tcp": "connect to another machine",
    "udp": "send a datagram to another machine",
    "dns": "resolve a name",
    "interfaces": "find a network interface besides loopback",
    "engine": "reach the socket of a container engine",
    "capabilities": "find a privilege of the user or the container",
    "no_new_privileges": "gain privileges by running a program",
    "system_calls": "ptrace, mount, bpf, io_uring, keys, clocks, modules, System V memory",
    "namespaces": "make a user namespace",
    "foreign_calls": "make system calls of another architecture",
    "first_process": "read, stop or kill the first process",
    "limits_of_others": "impose limits on the first process",
    "neighbours": "see processes of others",
    "writing": "write outside its own folders",
    "devices": "make or open devices",
    "clock": "set the clock",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Probed:
    """One attack: its name, what it tries, what happened, and whether the sandbox held."""

    name: str
    tries: str
    saw: str
    held: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Judged:
    """An attack; `judge` makes it and says whether the sandbox held, and what was seen."""

    name: str
    tries: str
    judge: Callable[[SandboxProvider, Sandbox], tuple[bool, str]]


def probe(provider: SandboxProvider, environ: Mapping[str, str]) -> Iterator[Probed]:
    """Attack sandboxes of a prepared provider, and tell of one attack after the other. `environ` is the host's environment.

    Raises:
        SandboxUnavailable: no sandbox can be opened.
    """
    telling = [_Judged(name=name, tries=tries, judge=_telling(name)) for name, tries in _TELLING.items()]
    secret = _Judged(name="environment", tries="find the host's environment", judge=lambda _, sandbox: _environment(sandbox, environ))
    for judged in (*telling, secret, *_JUDGED):
        held, saw = _judge(provider, judged)
        yield Probed(name=judged.name, tries=judged.tries, saw=saw, held=held)


def _judge(provider: SandboxProvider, judged: _Judged) -> tuple[bool, str]:
    """Make an attack, and look whether a later sandbox is fresh. A sandbox may be given up for what a program does, and never lost."""
    with provider.open({}) as sandbox:
        try:
            held, saw = judged.judge(provider, sandbox)
        except ContestantError as error:
            held, saw = True, f"given up: {error}"
        except SandboxUnavailable as error:
            held, saw = False, str(error)
    with provider.open({}) as sandbox:
        after = _attack(sandbox, "remains")
    return held and after.status == 0, saw if after.status == 0 else _said(after)


def _telling(name: str) -> Callable[[SandboxProvider, Sandbox], tuple[bool, str]]:
    def judge(_: SandboxProvider, sandbox: Sandbox) -> tuple[bool, str]:
        result = _attack(sandbox, name)
        return result.status == 0, _said(result)

    return judge


def _environment(sandbox: Sandbox, environ: Mapping[str, str]) -> tuple[bool, str]:
    seen = dict(line.partition("=")[::2] for line in _attack(sandbox, "environment").stdout.decode(errors="replace").splitlines())
    known = sorted(name for name in environ if name not in _USUAL and seen.get(name) == environ[name])
    return not known, f"it has {' '.join(known)}" if known else f"{len(seen)} variables, none of the host's"


def _links(_: SandboxProvider, sandbox: Sandbox) -> tuple[bool, str]:
    _attack(sandbox, "links", sandbox.out)
    paths = ("passwd", "first", "pipe", "tree/codeopt", "../tree/codeopt")
    read = [path for path in paths if sandbox.read(f"{sandbox.out}/{path}", limit_bytes=100_000) is not None]
    return not read, f"the host read {' '.join(read)}" if read else "the host reads none of them"


def _forks(_: SandboxProvider, sandbox: Sandbox) -> tuple[bool, str]:
    result = _attack(sandbox, "forks", timeout_s=3.0)
    sandbox.renew()
    return _is_fresh(sandbox, f"bounded, and ended after {result.seconds:.0f} s")


def _memory(_: SandboxProvider, sandbox: Sandbox) -> tuple[bool, str]:
    result = _attack(sandbox, "memory")
    return result.status not in {None, 0}, f"ended with status {result.status}"


def _disk(_: SandboxProvider, sandbox: Sandbox) -> tuple[bool, str]:
    result = _attack(sandbox, "disk")
    sandbox.renew()
    return _is_fresh(sandbox, f"full after {_number(result) >> 20} MiB")


def _inodes(_: SandboxProvider, sandbox: Sandbox) -> tuple[bool, str]:
    result = _attack(sandbox, "inodes")
    sandbox.renew()
    return _is_fresh(sandbox, f"full after {_number(result)} files")


def _output(_: SandboxProvider, sandbox: Sandbox) -> tuple[bool, str]:
    result = sandbox.run(replace(_command(sandbox, "output", str(_FLOOD_MB)), output_limit_bytes=_KEPT_BYTES))
    return len(result.stdout) <= _KEPT_BYTES and result.status == 0, f"{len(result.stdout)} bytes kept"


def _frame(_: SandboxProvider, sandbox: Sandbox) -> tuple[bool, str]:
    with sandbox.open_channel(_command(sandbox, "frame")) as channel:
        try:
            channel.receive(timeout_s=_SECONDS)
        except ContestantError as error:
            return True, str(error)
    return False, "it was received"


def _survivor(_: SandboxProvider, sandbox: Sandbox) -> tuple[bool, str]:
    _attack(sandbox, "survive", sandbox.out)
    sandbox.renew()
    return _is_fresh(sandbox, "gone")


def _smother(_: SandboxProvider, sandbox: Sandbox) -> tuple[bool, str]:
    result = _attack(sandbox, "smother", timeout_s=3.0)
    sandbox.renew()
    return _is_fresh(sandbox, "nothing is started beside it" if result.timed_out else "gone")


def _leavings(_: SandboxProvider, sandbox: Sandbox) -> tuple[bool, str]:
    _attack(sandbox, "leave")
    sandbox.renew()
    held, saw = _is_fresh(sandbox, "nothing is left, neither after renewal nor in the next sandbox")
    _attack(sandbox, "leave")
    return held, saw


def _apart(provider: SandboxProvider, sandbox: Sandbox) -> tuple[bool, str]:
    _attack(sandbox, "survive", sandbox.out)
    with provider.open({}) as other:
        return _is_fresh(other, "neither its processes nor its files are seen")


_JUDGED = (
    _Judged(name="links", tries="have the host follow links and read pipes", judge=_links),
    _Judged(name="fork_bomb", tries="fork without end", judge=_forks),
    _Judged(name="memory_bomb", tries="use memory without end", judge=_memory),
    _Judged(name="full_disk", tries="fill every folder", judge=_disk),
    _Judged(name="many_files", tries="make files without end", judge=_inodes),
    _Judged(name="flood", tries=f"write {_FLOOD_MB} MB of output", judge=_output),
    _Judged(name="huge_frame", tries="announce a frame of 4 GB", judge=_frame),
    _Judged(name="survivor", tries="outlive the program that started it", judge=_survivor),
    _Judged(name="smother", tries="stop other programs while they are started", judge=_smother),
    _Judged(name="leavings", tries="leave files, attributes, processes, connections", judge=_leavings),
    _Judged(name="another_sandbox", tries="see into a sandbox that is open at the same time", judge=_apart),
)


def _is_fresh(sandbox: Sandbox, saw: str) -> tuple[bool, str]:
    result = _attack(sandbox, "remains")
    return result.status == 0, saw if result.status == 0 else _said(result)


def _attack(sandbox: Sandbox, name: str, *arguments: str, timeout_s: float = _SECONDS) -> ExecResult:
    return sandbox.run(_command(sandbox, name, *arguments, timeout_s=timeout_s))


def _command(sandbox: Sandbox, name: str, *arguments: str, timeout_s: float = _SECONDS) -> Command:
    return Command(argv=(sandbox.python, "-I", "-S", f"{sandbox.tools}/probes.py", name, *arguments), timeout_s=timeout_s)


def _number(result: ExecResult) -> int:
    return int(result.stdout) if result.stdout.strip().isdigit() else 0


def _said(result: ExecResult) -> str:
    lines = (result.stdout + b"\n" + result.stderr).decode(errors="replace").strip().splitlines()
    return lines[-1][:200] if lines else f"ended with status {result.status}"
