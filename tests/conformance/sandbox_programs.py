"""What every sandbox does with commands."""

from __future__ import annotations

import json
import time

import pytest

from codeopt.model.work import Command
from codeopt.ports import SandboxProvider
from tests.conformance.sandbox_scene import SECRET, python, said

__all__ = ["RUN_CHECKS"]


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
    code = "import subprocess, sys, time; print('on', flush=True); subprocess.Popen([sys.executable, '-c', sys.argv[1]]); time.sleep(600)"
    with provider.open({}) as sandbox:
        for timeout_s in (1.0, 5.0, 25.0):
            result = sandbox.run(python(sandbox, code, child.format(out=sandbox.out), timeout_s=timeout_s))
            assert (result.status, result.timed_out, result.ok) == (None, True, False)
            # A busy machine may not have come so far in the first second.
            if first := sandbox.read(f"{sandbox.out}/ticks", limit_bytes=10_000_000):
                break
        assert result.stdout == b"on\n"
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


def one_core_is_shared_by_all(provider: SandboxProvider) -> None:
    if not provider.isolates:
        pytest.skip("a sandbox that isolates nothing holds no program to a core")
    code = """
import os
try:
    os.sched_setaffinity(0, range(os.cpu_count()))
except OSError:
    pass
print(sorted(os.sched_getaffinity(0)))
"""
    with provider.open({}, cores=1) as first, provider.open({}, cores=1) as second, provider.open({}) as free:
        assert len(json.loads(said(first, code))) == 1
        assert said(first, code) == said(second, code)
        assert len(json.loads(said(free, code))) == provider.machine().cores


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
    one_core_is_shared_by_all,
)
