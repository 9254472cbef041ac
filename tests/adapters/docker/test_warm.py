"""A container that served one candidate is as good as new for the next, or it is not used again."""

from __future__ import annotations

import os
import threading
import time

import pytest

from codeopt.adapters.docker.archive import FILE_TIME
from codeopt.errors import CodeoptError, ContestantError, SandboxUnavailable
from codeopt.model.work import Command

pytestmark = pytest.mark.docker

HOG = "blocks = []\nwhile True: blocks.append(bytearray(b'x' * 10_000_000))"
BOMB = "import os\nwhile True:\n try: os.fork()\n except OSError: pass"
# Forks twice, leaves its session, and does something to every process of its user for as long as it lives.
HAUNT = """
import os, resource, signal, sys
if os.fork() == 0:
    os.setsid()
    if os.fork():
        os._exit(0)
    for stream in (0, 1, 2):
        os.close(stream)
    def others():
        return [int(name) for name in os.listdir("/proc") if name.isdigit() and int(name) != os.getpid()]
    os.mkdir("/tmp/up")
    while True:
        for pid in others():
            try:
                {deed}
            except (OSError, ValueError):
                pass
os.wait()
while not os.path.exists("/tmp/up"):
    pass
"""
EVERYWHERE = """
import os, socket
for folder in ("/work", "/work/tree", "/work/out", "/work/home", "/tmp", "/dev/shm", "/dev/mqueue"):
    for name in ("left", ".left"):
        open(folder + "/" + name, "w").close()
os.mkdir("/work/locked", 0)
os.makedirs("/tmp/" + "/".join(["deep"] * 800))
server = socket.create_server(("127.0.0.1", 4321))
client = socket.create_connection(("127.0.0.1", 4321))
peer, _ = server.accept()
peer.close(); client.close(); server.close()
"""
LOOK = """
import os
print({folder: sorted(os.listdir(folder)) for folder in ("/work", "/work/out", "/work/home", "/tmp", "/dev/shm", "/dev/mqueue")})
print([line.split()[1:4] for name in ("tcp", "tcp6", "udp", "unix") for line in open("/proc/net/" + name).read().splitlines()[1:]])
print(sorted(line.split()[0] for line in os.popen("cat /proc/[0-9]*/status") if line.startswith("Uid:\\t10001")))
print([open("/proc/sysvipc/" + kind).read().count("\\n") for kind in ("shm", "sem", "msg")])
"""


def say(sandbox, code: str, *args: str) -> str:
    result = sandbox.run(Command(argv=(sandbox.python, "-c", code, *args), timeout_s=60.0))
    assert result.ok, result
    return result.stdout.decode().strip()


def container_of(sandbox) -> str:
    return sandbox._kept.container.id


def alive(provider) -> set[str]:
    return {container.id for container in provider._client.containers.list(all=True)}


def test_a_container_is_used_again_and_gone_after_close(make_provider):
    provider = make_provider()
    seen = set()
    for _ in range(3):
        with provider.open({}) as sandbox:
            say(sandbox, "open('left', 'w')")
            seen.add(container_of(sandbox))
    assert len(seen) == 1
    assert seen <= alive(provider)
    provider.close()
    with pytest.raises(SandboxUnavailable), provider.open({}):
        pass
    assert not seen & alive(make_provider())


def test_nothing_is_left_anywhere(make_provider):
    provider = make_provider()
    with provider.open({}) as sandbox:
        first, fresh = container_of(sandbox), say(sandbox, LOOK)
        say(sandbox, EVERYWHERE)
        assert say(sandbox, LOOK) != fresh
        sandbox.renew()
        assert say(sandbox, LOOK) == fresh
        say(sandbox, EVERYWHERE)
    with provider.open({}) as sandbox:
        assert container_of(sandbox) == first
        assert say(sandbox, LOOK) == fresh


@pytest.mark.parametrize("how", ["kill", "remove", "pause"])
def test_a_container_lost_while_idle_is_replaced(make_provider, how):
    provider = make_provider()
    with provider.open({}) as sandbox:
        first, container = container_of(sandbox), sandbox._kept.container
    {"kill": container.kill, "remove": lambda: container.remove(force=True), "pause": container.pause}[how]()
    with provider.open({}) as sandbox:
        assert container_of(sandbox) != first
        assert say(sandbox, "print(1)") == "1"
    assert first not in alive(provider)


def test_a_container_that_ran_out_of_memory_is_not_used_again(make_provider):
    provider = make_provider()
    with provider.open({}) as sandbox:
        first = container_of(sandbox)
        assert sandbox.run(Command(argv=(sandbox.python, "-c", HOG), timeout_s=60.0)).status == 137
        sandbox.renew()
        assert say(sandbox, "import top; print(top.LEVEL)") == "0"
    with provider.open({}) as sandbox:
        assert container_of(sandbox) != first
    assert first not in alive(provider)


def test_a_fork_bomb_takes_nothing_but_its_own_container(make_provider):
    provider = make_provider()
    with provider.open({}) as sandbox:
        assert sandbox.run(Command(argv=(sandbox.python, "-c", BOMB), timeout_s=1.5)).timed_out
        try:
            sandbox.renew()
            assert say(sandbox, "print('alive')") == "alive"
        except ContestantError as error:
            assert "processes" in str(error)  # noqa: PT017 - one of two good ends
    with provider.open({}) as sandbox:
        assert say(sandbox, "print('alive')") == "alive"


def test_full_folders_do_not_end_the_container(make_provider):
    fill = """
import sys
for folder in ("/work", "/tmp", "/dev/shm"):
    try:
        with open(folder + "/full", "wb", buffering=0) as file:
            while file.write(bytes(1 << 20)) == 1 << 20: pass
    except OSError:
        pass
print("filled")
"""
    provider = make_provider()
    with provider.open({}) as sandbox:
        first = container_of(sandbox)
        assert say(sandbox, fill) == "filled"
        assert say(sandbox, "print('alive')") == "alive"
        sandbox.renew()
        assert say(sandbox, "import os, top; print(os.listdir('/tmp'))") == "[]"
        say(sandbox, fill)
    with provider.open({}) as sandbox:
        assert container_of(sandbox) == first


@pytest.mark.parametrize(
    "deed",
    [
        "open(f'/proc/{pid}/mem', 'r+b').close()",
        "os.kill(pid, signal.SIGSTOP)",
        "os.kill(pid, signal.SIGKILL)",
        "os.sched_setaffinity(pid, {0}); os.setpriority(os.PRIO_PROCESS, pid, 19)",
        "resource.prlimit(pid, resource.RLIMIT_NOFILE, (16, 16)); resource.prlimit(pid, resource.RLIMIT_STACK, (1 << 20, 1 << 20))",
    ],
    ids=["memory", "stop", "kill", "priority", "limits"],
)
def test_a_haunted_sandbox_is_cleaned_or_given_up(make_provider, deed):
    look = """
import os, resource
print(os.sched_getaffinity(0), os.getpriority(os.PRIO_PROCESS, 0), resource.getrlimit(resource.RLIMIT_NOFILE),
      resource.getrlimit(resource.RLIMIT_STACK), os.listdir("/tmp"))
"""
    provider = make_provider()
    with provider.open({}) as sandbox:
        usual = say(sandbox, look)
        sandbox.run(Command(argv=(sandbox.python, "-c", HAUNT.format(deed=deed)), timeout_s=3.0))
        try:
            sandbox.renew()
            assert say(sandbox, look) == usual
            sandbox.run(Command(argv=(sandbox.python, "-c", HAUNT.format(deed=deed)), timeout_s=3.0))
        except ContestantError as error:
            assert "processes" in str(error)  # noqa: PT017 - one of two good ends
    with provider.open({}) as sandbox:
        assert say(sandbox, look) == usual


def test_a_program_that_begins_while_all_are_killed_is_killed_too(make_provider):
    code = "import time\nwhile True: open('/work/out/beat', 'a').write('.'); time.sleep(0.01)"
    with make_provider().open({}) as sandbox:
        for _ in range(10):
            with sandbox.open_channel(Command(argv=(sandbox.python, "-c", code), timeout_s=60.0)):
                pass
            first = sandbox.read("/work/out/beat", limit_bytes=10**7)
            time.sleep(0.05)
            assert sandbox.read("/work/out/beat", limit_bytes=10**7) == first


@pytest.fixture
def package(tmp_path):
    for name, text in {"top.py": "LEVEL = 0\ndef fail():\n    raise ValueError\n", "bad.py": "def (\n", "old.py": "AGE = 1\n"}.items():
        (tmp_path / name).write_text(text)
    os.utime(tmp_path / "old.py", (FILE_TIME, FILE_TIME))
    return tmp_path


def test_the_tree_comes_compiled(make_provider, package):
    code = """
import os, sys, traceback
import top, old
print(sorted(os.listdir("__pycache__")))
try:
    top.fail()
except ValueError:
    print([frame.filename for frame in traceback.extract_tb(sys.exc_info()[2])][1:], top.fail.__code__.co_filename)
"""
    with make_provider(package).open({}) as sandbox:
        # `bad` does not compile, and `old` is as old as overlaid files are.
        assert say(sandbox, "import os; print(os.listdir('__pycache__'))") == "['top.cpython-311.pyc']"
        written = "import os; print(os.stat('__pycache__/top.cpython-311.pyc').st_mtime_ns)"
        before = say(sandbox, written)
        assert say(sandbox, code).splitlines()[1] == "['/work/tree/top.py'] /work/tree/top.py"
        assert say(sandbox, written) == before


def test_an_overlay_is_never_shadowed_by_bytecode(make_provider, package):
    provider = make_provider(package)
    with provider.open({}) as sandbox:
        assert say(sandbox, "import old, top; print(old.AGE, top.LEVEL)") == "1 0"
    for age in (b"2", b"3"):
        # Same size and same time as the snapshot's own.
        with provider.open({"old.py": b"AGE = " + age + b"\n", "top.py": b"LEVEL = " + age + b"\n"}) as sandbox:
            for _ in range(2):
                assert say(sandbox, "import old, top; print(old.AGE, top.LEVEL)") == f"{age.decode()} {age.decode()}"
                sandbox.renew()
            assert "old.cpython" in say(sandbox, "import os; print(os.listdir('__pycache__'))")


def test_an_overlay_that_cannot_be_compiled_is_laid_all_the_same(make_provider):
    nested = b"x = " + b"(" * 5000 + b")" * 5000
    with make_provider().open({"top.py": b"def (", "nested.py": nested, "null.py": b"\0", "data.bin": b"\0"}) as sandbox:
        assert say(sandbox, "print(open('top.py').read(), len(open('nested.py').read()))") == "def ( 10004"


def test_sandboxes_may_be_opened_from_several_threads(make_provider):
    provider = make_provider()
    said, failed = [], []

    def use(number: int) -> None:
        try:
            for _ in range(3):
                with provider.open({"top.py": b"LEVEL = %d\n" % number}, cores=1 if number % 2 else None) as sandbox:
                    said.append((number, say(sandbox, "import top; print(top.LEVEL)")))
        except CodeoptError as error:
            failed.append(error)

    threads = [threading.Thread(target=use, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert sorted(said) == sorted((number, str(number)) for number in range(6) for _ in range(3))


def test_a_repository_that_does_not_fit_is_the_machines_affair(make_provider, tmp_path):
    (tmp_path / "large").write_bytes(os.urandom(1 << 20) * 150)
    with pytest.raises(SandboxUnavailable, match="more memory"), make_provider(tmp_path).open({}):
        pass
