"""The first process of a sandbox: it ends all others, and puts back what they changed, when the host says so.

It runs as the user whose programs it ends, because only such a one may end them without any privilege. None of them can end, stop or
alter it: the kernel spares the first process of a container the signals of the others, and its memory and its files are closed to
them from its first moment on, before any of them has run.

The host speaks over standard input, a line at a time, and is answered with a line, `ok` or what went wrong:

    end         end every other process, and wait until none is left
    scrub       and empty every place that can be written
    over N      take the archive of N bytes that follows, without its end, to be laid over the tree, and compile what is in it
    renew       scrub, and lay the tree anew, with what goes over it

It ends with its input, and the container with it: whoever kills the host leaves nothing running.
"""

import contextlib
import ctypes
import os
import select
import signal
import sys
import time

WORK, TREE, PRISTINE, BUILT = "/work", "/work/tree", "/pristine/tree.tar", "/opt/env/codeopt-built.tar"
PLACES = (WORK, "/tmp", "/dev/shm", "/dev/mqueue")  # noqa: S108 - all that can be written in a sandbox
WRITABLE = [place for place in PLACES if os.path.isdir(place)]  # gVisor has no queues
ENVIRONMENT = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8"}
ENDING_S = 10.0
COMPILING_S = 10
SOURCE_BYTES = 5_000_000
END = bytes(1024)  # of an archive
PR_SET_DUMPABLE = 4


class NotDoneError(Exception):
    """What the host is told."""


def main():
    ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # which means that the first process does not even notice
    os.umask(0o022)
    ended, ending = os.pipe()
    os.set_blocking(ending, False)
    os.set_blocking(ended, False)
    signal.set_wakeup_fd(ending, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    sys.path.insert(0, os.path.dirname(__file__))
    usual = traces()
    overlay = b""
    answer("ok")
    while True:
        ready, _, _ = select.select([0, ended], [], [])
        if ended in ready:
            os.read(ended, 1 << 16)
            reap()
        if 0 in ready:
            try:
                overlay = obey(line(), overlay, usual)
                answer("ok")
            except NotDoneError as problem:
                answer(str(problem))
            except OSError as error:
                answer("the keeper met: " + str(error))


def obey(words, overlay, usual):
    if words[0] == "over":
        return with_bytecode(exactly(int(words[1])))
    end_all()
    if words[0] != "end":
        empty()
    if words[0] == "scrub" and traces() != usual:
        raise NotDoneError("programs left their mark on the container")
    if words[0] == "renew":
        fill(overlay)
    return overlay


def end_all():
    """One call ends all others, whatever their session, and a fork in progress fails. A last system call may take a moment to return."""
    deadline = time.monotonic() + ENDING_S
    while True:
        with contextlib.suppress(ProcessLookupError):
            os.kill(-1, signal.SIGKILL)
        reap()
        if not any(name.isdigit() and name != "1" for name in os.listdir("/proc")):
            return
        if time.monotonic() > deadline:
            raise NotDoneError("programs cannot be ended")
        time.sleep(0.001)


def empty():
    if spawn("find", *WRITABLE, "-mindepth", "1", "-delete", quiet=True):
        # What has no permissions is given them first.
        spawn("chmod", "-fR", "u+rwx", *WRITABLE, quiet=True)
        if spawn("find", *WRITABLE, "-mindepth", "1", "-delete"):
            raise NotDoneError("what programs left cannot be removed")


def fill(overlay):
    try:
        for name in ("tree", "out", "home"):
            os.mkdir(WORK + "/" + name)
    except OSError as error:
        raise NotDoneError("the folders cannot be made: " + str(error)) from None
    # What installing the project made lies under the snapshot, as it does in the repository.
    built = os.path.exists(BUILT) and spawn("tar", "-xf", BUILT, "-C", TREE)
    if built or spawn("tar", "-xf", PRISTINE, "-C", WORK) or (overlay and unpack(overlay)):
        raise NotDoneError("the repository does not fit into the sandbox")


def unpack(archive):
    held = os.memfd_create("overlay")
    try:
        view = memoryview(archive)
        while view:
            view = view[os.write(held, view) :]
        os.lseek(held, 0, os.SEEK_SET)
        return spawn("tar", "-xf", "-", "-C", WORK, stdin=held)
    finally:
        os.close(held)


def with_bytecode(archive):
    """Return an archive with its bytecode and its end. What compiles it is a process of its own: a source may bring down the compiler."""
    if not archive:
        return b""
    from bytecode import compiled

    held = os.memfd_create("bytecode")
    child = os.fork()
    if child == 0:
        try:
            os.closerange(0, held)
            signal.alarm(COMPILING_S)
            with open(held, "wb") as target:
                target.write(compiled(archive + END, room=SOURCE_BYTES, seconds=COMPILING_S / 2))
                target.flush()
                os._exit(0)
        finally:
            os._exit(1)
    done = os.waitpid(child, 0)[1] == 0
    with open(held, "rb") as made:
        made.seek(0)
        return archive + (made.read() if done else b"") + END


def spawn(program, *arguments, stdin=None, quiet=False):
    """Run a program to its end and return its status; nobody else is there to disturb it."""
    nothing = os.open(os.devnull, os.O_RDWR)
    actions = [(os.POSIX_SPAWN_DUP2, nothing if stdin is None else stdin, 0), (os.POSIX_SPAWN_DUP2, nothing, 1)]
    actions += [(os.POSIX_SPAWN_DUP2, nothing, 2)] if quiet else []
    try:
        child = os.posix_spawnp(program, [program, *arguments], ENVIRONMENT, file_actions=actions, setsigdef=[signal.SIGPIPE])
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    finally:
        os.close(nothing)


def reap():
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def traces():
    """What cannot be put back: what others of the user could impose on this process, and that memory ran out."""
    manners = (os.getpriority(os.PRIO_PROCESS, 0), os.sched_getscheduler(0), os.sched_getaffinity(0))
    kills = []
    for path in ("/sys/fs/cgroup/memory/memory.oom_control", "/sys/fs/cgroup/memory.events"):
        with contextlib.suppress(OSError), open(path) as file:
            kills += [said for said in file if said.startswith("oom_kill ")]
    return (*manners, *kills)


def line():
    said = b""
    while not said.endswith(b"\n"):
        byte = os.read(0, 1)
        if not byte:
            sys.exit(0)
        said += byte
    return said.decode().split()


def exactly(count):
    data = bytearray()
    while len(data) < count:
        chunk = os.read(0, min(count - len(data), 1 << 20))
        if not chunk:
            sys.exit(0)
        data += chunk
    return bytes(data)


def answer(text):
    os.write(1, (" ".join(text.split()) + "\n").encode())


if __name__ == "__main__":
    main()
