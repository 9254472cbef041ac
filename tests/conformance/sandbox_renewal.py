"""What every sandbox does when it is renewed: it is as it was at the opening, whatever ran in it."""

from __future__ import annotations

import time

import pytest

from codeopt.ports import SandboxProvider
from tests.conformance.sandbox_channels import ECHO
from tests.conformance.sandbox_scene import python, said

__all__ = ["RENEWAL_CHECKS", "RENEWAL_MEMORY_CHECKS"]

LITTER = """
import os, sys, tempfile
out = sys.argv[1]
for folder in (os.getcwd(), out, os.environ["HOME"], tempfile.gettempdir()):
    os.makedirs(folder + "/deep/er/still")
    for name in ("left", ".hidden", "-rf", "two\\nlines", "sp ace", "*", "deep/er/still/left"):
        open(folder + "/" + name, "w").close()
    os.symlink("/etc", folder + "/link")
    os.mkfifo(folder + "/pipe")
    os.chmod(folder + "/left", 0)
    os.chmod(folder + "/deep/er/still", 0)
    os.chmod(folder + "/deep", 0)
"""
LOOK = """
import os, sys, tempfile
for folder in (sys.argv[1], os.environ["HOME"], tempfile.gettempdir()):
    print(sorted(os.listdir(folder)))
print(sorted(name for name in os.listdir(".") if name != "__pycache__"))
"""
DAEMON = """
import os, signal, sys, time
if os.fork() == 0:
    os.setsid()
    if os.fork():
        os._exit(0)
    for number in (signal.SIGHUP, signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
    for stream in (0, 1, 2):
        os.close(stream)
    while True:
        os.makedirs(sys.argv[1], exist_ok=True)
        open(sys.argv[1] + "/beat", "w").close()
        time.sleep(0.01)
os.wait()
"""


def nothing_that_a_program_left_remains(provider: SandboxProvider) -> None:
    with provider.open({}) as sandbox:
        fresh = said(sandbox, LOOK, sandbox.out)
        for _ in range(3):
            said(sandbox, LITTER, sandbox.out)
            assert said(sandbox, LOOK, sandbox.out) != fresh
            sandbox.renew()
            assert said(sandbox, LOOK, sandbox.out) == fresh


def the_snapshot_is_back(provider: SandboxProvider) -> None:
    spoil = (
        "import os; open('top.py', 'w').write('LEVEL = 9'); os.chmod('top.py', 0); os.unlink('src/greeting.py'); os.rename('src', 'other')"
    )
    with provider.open({}) as sandbox:
        said(sandbox, spoil)
        sandbox.renew()
        assert said(sandbox, "import greeting, top, os; print(greeting.WORD, top.LEVEL, os.access('run.sh', os.X_OK))") == "hello 0 True"


def the_overlay_is_back(provider: SandboxProvider) -> None:
    with provider.open({"top.py": b"LEVEL = 1\n", "new/file.py": b"N = 1\n"}) as sandbox:
        for _ in range(3):
            assert said(sandbox, "import top; from new import file; print(top.LEVEL, file.N)") == "1 1"
            said(sandbox, "import shutil; open('top.py', 'w').write('LEVEL = 2'); shutil.rmtree('new')")
            sandbox.renew()


def the_tree_may_be_gone_altogether(provider: SandboxProvider) -> None:
    with provider.open({}) as sandbox:
        said(sandbox, "import os, shutil, sys; shutil.rmtree(sys.argv[1]); shutil.rmtree(os.getcwd()); open(sys.argv[1], 'w')", sandbox.out)
        sandbox.renew()
        sandbox.write({f"{sandbox.out}/a": b"1"})
        assert said(sandbox, "import sys, top; print(top.LEVEL, open(sys.argv[1] + '/a').read())", sandbox.out) == "0 1"


def a_program_that_left_its_session_is_gone(provider: SandboxProvider) -> None:
    if not provider.isolates:
        pytest.skip("a sandbox that isolates nothing knows the programs that it started, not those that left them")
    with provider.open({}) as sandbox:
        nest = f"{sandbox.out}/nest"
        said(sandbox, DAEMON, nest)
        deadline = time.monotonic() + 60.0
        while sandbox.read(f"{nest}/beat", limit_bytes=1) is None:
            assert time.monotonic() < deadline, "the daemon never came up"
        sandbox.renew()
        assert sandbox.read(f"{nest}/beat", limit_bytes=1) is None
        # Several beats long.
        assert said(sandbox, "import os, sys, time; time.sleep(0.3); print(os.path.exists(sys.argv[1]))", nest) == "False"


def a_channel_works_after_renewal(provider: SandboxProvider) -> None:
    with provider.open({"top.py": b"LEVEL = 5\n"}) as sandbox:
        for number in (b"1", b"2", b"3"):
            with sandbox.open_channel(python(sandbox, ECHO)) as channel:
                channel.send(number)
                assert channel.receive(timeout_s=60.0) == number
            sandbox.renew()
        with sandbox.open_channel(python(sandbox, "import top\nassert top.LEVEL == 5\n" + ECHO)) as channel:
            channel.send(b"here")
            assert channel.receive(timeout_s=60.0) == b"here"


def written_files_are_gone_after_renewal(provider: SandboxProvider) -> None:
    with provider.open({}) as sandbox:
        sandbox.write({f"{sandbox.out}/given": b"1"})
        sandbox.renew()
        assert sandbox.read(f"{sandbox.out}/given", limit_bytes=10) is None
        sandbox.renew()
        sandbox.write({f"{sandbox.out}/given": b"2"})
        assert sandbox.read(f"{sandbox.out}/given", limit_bytes=10) == b"2"


def an_open_channel_forbids_renewal(provider: SandboxProvider) -> None:
    with provider.open({}) as sandbox:
        with sandbox.open_channel(python(sandbox, ECHO)) as channel:
            with pytest.raises(ValueError, match="channels"):
                sandbox.renew()
            channel.send(b"still here")
            assert channel.receive(timeout_s=60.0) == b"still here"
        sandbox.renew()


RENEWAL_CHECKS = (
    nothing_that_a_program_left_remains,
    the_snapshot_is_back,
    the_overlay_is_back,
    the_tree_may_be_gone_altogether,
    a_program_that_left_its_session_is_gone,
    a_channel_works_after_renewal,
)
RENEWAL_MEMORY_CHECKS = (
    written_files_are_gone_after_renewal,
    an_open_channel_forbids_renewal,
)
