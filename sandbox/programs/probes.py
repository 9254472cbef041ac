"""Attacks that `codeopt doctor --sandbox` makes on a sandbox from inside: `python probes.py NAME [ARGUMENT]`.

A probe says in one line what happened, and ends with status 0 when the sandbox held and 1 when it did not. Those of `DEEDS` never end by
themselves, or say nothing: the host looks at what becomes of them.
"""

import contextlib
import ctypes
import errno
import mmap
import os
import platform
import resource
import signal
import socket
import stat
import struct
import sys
import time

LIBC = ctypes.CDLL(None, use_errno=True)
PLACES = ("/work", "/work/tree", "/work/out", "/work/home", "/tmp", "/dev/shm", "/dev/mqueue")  # noqa: S108 - what can be written
PLACES = [place for place in PLACES if os.path.isdir(place)]
AFAR = "192.0.2.1"  # an address that nobody has
NEW_USER = 0x10000000
# Numbers of x86-64, and those of the machines that came later, which share one table.
CALLS = {
    "ptrace": (101, 117), "mount": (165, 40), "umount2": (166, 39), "unshare": (272, 97), "setns": (308, 268), "keyctl": (250, 219),
    "add_key": (248, 217), "bpf": (321, 280), "userfaultfd": (323, 282), "io_uring_setup": (425, 425), "perf_event_open": (298, 241),
    "process_vm_readv": (310, 270), "process_vm_writev": (311, 271), "kcmp": (312, 272), "pidfd_getfd": (438, 438), "chroot": (161, 51),
    "open_by_handle_at": (304, 265), "init_module": (175, 105), "finit_module": (313, 273), "delete_module": (176, 106),
    "kexec_load": (246, 104), "clock_settime": (227, 112), "settimeofday": (164, 170), "adjtimex": (159, 171), "syslog": (103, 116),
    "swapon": (167, 224), "reboot": (169, 142), "quotactl": (179, 60), "fsopen": (430, 430), "open_tree": (428, 428),
    "pivot_root": (155, 41),
    "shmget": (29, 194), "semget": (64, 190), "msgget": (68, 186), "mq_open": (240, 180), "fanotify_init": (300, 262), "acct": (163, 89),
}  # fmt: skip


def tcp():
    return refused(lambda: socket.create_connection((AFAR, 80), timeout=2), "connected")


def udp():
    def send():
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.sendto(b"secret", (AFAR, 53))

    return refused(send, "sent")


def dns():
    return refused(lambda: socket.getaddrinfo("example.com", 80), "resolved")


def engine():
    for path in ("/var/run/docker.sock", "/run/docker.sock", "/run/containerd/containerd.sock", "/run/podman/podman.sock"):
        with socket.socket(socket.AF_UNIX) as client:
            if client.connect_ex(path) == 0:
                return False, path + " answers"
    return True, "no socket of an engine is there"


def interfaces():
    names = sorted(name for _, name in socket.if_nameindex())
    return names in ([], ["lo"]), " ".join(names)


def capabilities():
    head, sets = struct.pack("Ii", 0x20080522, 0), ctypes.create_string_buffer(24)
    LIBC.capget(head, sets)
    bounding = sum(LIBC.prctl(23, number, 0, 0, 0) == 1 for number in range(64))
    held = os.getuid() != 0 and not any(sets.raw) and not bounding
    return held, f"user {os.getuid()}, capabilities {sets.raw.hex().lstrip('0') or 0}, {bounding} could be gained"


def no_new_privileges():
    value = LIBC.prctl(39, 0, 0, 0, 0)
    return value == 1, f"no_new_privs is {value}"


def system_calls():
    allowed = []
    for name, numbers in CALLS.items():
        ctypes.set_errno(0)
        done = LIBC.syscall(numbers[platform.machine() != "x86_64"], 0, 0, 0, 0, 0, 0)
        # What the kernel does not have cannot be misused.
        if done != -1 or ctypes.get_errno() not in (errno.EPERM, errno.ENOSYS):
            allowed.append(name)
    return not allowed, "allowed: " + " ".join(allowed) if allowed else f"{len(CALLS)} calls denied"


def namespaces():
    done = LIBC.syscall(*((56,) if platform.machine() == "x86_64" else (220,)), NEW_USER | signal.SIGCHLD, 0, 0, 0, 0)
    if done == 0:
        os._exit(0)
    return done == -1, "a user namespace was made" if done != -1 else "clone: " + os.strerror(ctypes.get_errno())


def foreign_calls():
    """Calls by the doors of other architectures, which a filter may have forgotten: each in a child, which may be killed for it."""
    if platform.machine() != "x86_64":
        return True, "there are none on this machine"
    ways = {"32 bit": b"\xb8\x14\x00\x00\x00\xcd\x80\xc3", "x32": b"\xb8\x27\x00\x00\x40\x0f\x05\xc3"}  # getpid, by int 0x80 and as x32
    through = [name for name, code in ways.items() if answers(code)]
    return not through, "answered: " + " ".join(through) if through else "neither 32-bit nor x32 calls are answered"


def answers(code):
    child = os.fork()
    if child == 0:
        page = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
        page.write(code)
        call = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(page)))
        os._exit(0 if call() == os.getpid() else 1)
    return os.waitpid(child, 0)[1] == 0


def first_process():
    paths = ["/proc/1/" + name for name in ("mem", "environ", "maps", "fd/0", "root/x", "cwd/x")]
    opened = [path for path in paths if opens(path, os.O_RDONLY) or opens(path, os.O_RDWR)]
    for number in (signal.SIGKILL, signal.SIGSTOP, signal.SIGTERM, signal.SIGINT):
        try:
            os.kill(1, number)
        except PermissionError:
            continue
    time.sleep(0.2)
    with open("/proc/1/stat") as file:
        state = file.read().rpartition(")")[2].split()[0]
    alive = state in "SRI"
    return alive and not opened, "opened " + " ".join(opened) if opened else "closed, and alive after signals"


def limits_of_others():
    return refused(lambda: resource.prlimit(1, resource.RLIMIT_CPU, (1, 1)), "limited the first process")


def neighbours():
    seen = [pid for pid in os.listdir("/proc") if pid.isdigit() and int(pid) not in (1, os.getpid())]
    owners = {os.stat("/proc/" + pid).st_uid for pid in seen}
    return len(seen) <= 3 and owners <= {os.getuid()}, f"{len(seen)} other processes, users {sorted(owners)}"  # noqa: PLR2004 - the shell's


def writing():
    places = ("/", "/etc", "/usr", "/usr/lib", "/bin", "/opt/codeopt", "/opt/env", "/opt/keeper", "/pristine", "/var", "/root", "/home",
              "/sys", "/sys/fs/cgroup", "/proc/sys/kernel", "/dev", "/boot")  # fmt: skip
    written = [place for place in places if opens(place + "/codeopt-probe", os.O_WRONLY | os.O_CREAT)]
    written += [path for path in ("/proc/sys/kernel/core_pattern", "/proc/sysrq-trigger", "/etc/passwd") if opens(path, os.O_WRONLY)]
    return not written, "written: " + " ".join(written) if written else f"{len(places)} places are closed"


def devices():
    def make():
        os.mknod("/tmp/disk", stat.S_IFBLK | 0o600, os.makedev(8, 0))  # noqa: S108 - in the sandbox

    names = [name for name in os.listdir("/dev") if stat.S_ISBLK(os.lstat("/dev/" + name).st_mode)]
    names += [name for name in ("mem", "kmem", "kmsg", "port", "fuse", "kvm") if opens("/dev/" + name, os.O_RDONLY)]
    held, saw = refused(make, "made a disk")
    return held and not names, saw if not names else "there are " + " ".join(names)


def clock():
    return refused(lambda: time.clock_settime(time.CLOCK_REALTIME, 0.0), "set the clock")


def environment():
    print("\n".join(f"{name}={value}" for name, value in os.environ.items()))
    sys.exit(0)


def links():
    for name, target in {"passwd": "/etc/passwd", "tree": "/work/tree", "first": "/proc/1/environ"}.items():
        os.symlink(target, sys.argv[2] + "/" + name)
    os.mkfifo(sys.argv[2] + "/pipe")


def forks():
    while True:
        with contextlib.suppress(OSError):
            os.fork()


def memory():
    held = []
    while True:
        held.append(bytearray(b"x" * 10_000_000))


def disk():
    full = 0
    for place in ("/work", "/tmp", "/dev/shm"):  # noqa: S108 - as above
        try:
            with open(place + "/full", "wb", buffering=0) as file:
                while True:
                    full += file.write(bytes(1 << 20))
        except OSError:
            continue
    print(full)


def inodes():
    made = 0
    while opens(f"/tmp/{made}", os.O_CREAT | os.O_WRONLY):  # noqa: S108 - as above
        made += 1
    print(made)


def output():
    chunk = b"x" * (1 << 20)
    for _ in range(int(sys.argv[2])):
        os.write(1, chunk)


def frame():
    os.write(1, struct.pack(">I", 0xFFFFFFF0))
    time.sleep(600)


def leave():
    """Leave something of every kind: files with and without permissions, deep folders, attributes, daemons, what is shared by name."""
    for place in PLACES:
        for name in ("left", ".left", "-rf", "a\nb"):
            try:
                os.close(os.open(place + "/" + name, os.O_CREAT | os.O_WRONLY, 0))
                os.setxattr(place, "user.left", b"1")
            except OSError:
                continue
    os.makedirs("/work/" + "/".join(["deep"] * 500))
    os.mkdir("/tmp/locked", 0)  # noqa: S108 - as above
    daemon("os.mkdir('/tmp/back') if not os.path.exists('/tmp/back') else None; time.sleep(0.01)")


def survive():
    daemon("open(sys.argv[2] + '/beat', 'a').write('.'); time.sleep(0.01)")


def smother():
    """Stop every other process of the user as soon as it is there, among them those that are just being started."""
    daemon("[os.kill(int(pid), signal.SIGSTOP) for pid in os.listdir('/proc') if pid.isdigit() and int(pid) not in (1, os.getpid())]")


def daemon(deed):
    """Fork twice, leave the session, close everything, and do something for ever."""
    if os.fork() == 0:
        os.setsid()
        if os.fork():
            os._exit(0)
        for number in (signal.SIGHUP, signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)
        os.closerange(0, 64)
        code = compile(deed, "daemon", "exec")
        while True:
            try:
                exec(code)  # noqa: S102 - ours
            except OSError:
                continue
    os.wait()


def remains():
    """Say what is there that a fresh sandbox does not have."""
    found = []
    for place in PLACES:
        known = {"/work": {"tree", "out", "home"}}.get(place, set())
        if place != "/work/tree":
            found += [f"{place}/{name!r}" for name in os.listdir(place) if name not in known]
        try:
            found += [f"{name} of {place}" for name in os.listxattr(place) if name.startswith("user.")]
        except OSError:
            continue
    found += [f"process {pid}" for pid in os.listdir("/proc") if pid.isdigit() and int(pid) not in (1, os.getpid())]
    for name in ("tcp", "tcp6", "udp"):
        with open("/proc/net/" + name) as file:
            found += [f"{name} {line.split()[1]}" for line in file.readlines()[1:]]
    return not found, "left: " + " ".join(found)[:150] if found else "nothing is left"


def opens(path, flags):
    try:
        os.close(os.open(path, flags | os.O_CLOEXEC | os.O_NONBLOCK))
    except OSError:
        return False
    return True


def refused(deed, done):
    try:
        deed()
    except OSError as error:
        return True, error.strerror or type(error).__name__
    return False, done


if __name__ == "__main__":
    told = globals()[sys.argv[1]]()
    if told is not None:
        print(told[1])
        sys.exit(0 if told[0] else 1)
