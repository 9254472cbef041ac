"""What untrusted code finds in a sandbox: nothing to take, and nowhere to go."""

from __future__ import annotations

import pytest

from codeopt.model.work import Command

pytestmark = pytest.mark.docker

STATUS = "print(dict(line.split(':\\t') for line in open('/proc/self/status').read().splitlines() if ':\\t' in line)[{!r}])"
DENIED = """
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
calls = dict(ptrace=(101, 0, 0, 0, 0), unshare=(272, 0x10000000), mount=(165, 0, 0, 0, 0, 0), keyctl=(250, 0, 0),
             bpf=(321, 0, 0, 0), io_uring_setup=(425, 1, 0), userfaultfd=(323, 0), perf_event_open=(298, 0, 0, 0, 0, 0),
             setns=(308, 0, 0), process_vm_readv=(310, 1, 0, 0, 0, 0, 0), open_by_handle_at=(304, 0, 0, 0),
             kexec_load=(246, 0, 0, 0, 0), add_key=(248, 0, 0, 0, 0, 0), request_key=(249, 0, 0, 0, 0),
             process_vm_writev=(311, 1, 0, 0, 0, 0, 0), kcmp=(312, 1, 1, 0, 0, 0), pidfd_getfd=(438, 0, 0, 0),
             move_mount=(429, 0, 0, 0, 0, 0), fsopen=(430, 0, 0), open_tree=(428, 0, 0, 0), umount2=(166, 0, 0),
             pivot_root=(155, 0, 0), chroot=(161, 0), init_module=(175, 0, 0, 0), finit_module=(313, 0, 0, 0),
             delete_module=(176, 0, 0), clock_settime=(227, 0, 0), settimeofday=(164, 0, 0), adjtimex=(159, 0),
             clock_adjtime=(305, 0, 0), iopl=(172, 3), ioperm=(173, 0, 1, 1), modify_ldt=(154, 0, 0, 0), syslog=(103, 3, 0, 0),
             quotactl=(179, 0, 0, 0, 0), acct=(163, 0), swapon=(167, 0, 0), reboot=(169, 0, 0, 0, 0),
             io_uring_enter=(426, 0, 0, 0, 0, 0, 0), io_uring_register=(427, 0, 0, 0, 0), fanotify_init=(300, 0, 0),
             name_to_handle_at=(303, 0, 0, 0, 0, 0), lookup_dcookie=(212, 0, 0, 0), personality=(135, 0x0040000),
             process_madvise=(440, 0, 0, 0, 0, 0), kexec_file_load=(320, 0, 0, 0, 0, 0),
             clone_new_user=(56, 0x10000011, 0, 0, 0, 0), clone_new_net=(56, 0x40000011, 0, 0, 0, 0),
             prlimit_of_another=(302, 1, 7, 0, 0), shmget=(29, 0, 4096, 0o1600), shmat=(30, 0, 0, 0), shmctl=(31, 0, 0, 0),
             semget=(64, 0, 1, 0o1600), semop=(65, 0, 0, 0), semctl=(66, 0, 0, 0), semtimedop=(220, 0, 0, 0, 0),
             msgget=(68, 0, 0o1600), msgsnd=(69, 0, 0, 0, 0), msgrcv=(70, 0, 0, 0, 0, 0), msgctl=(71, 0, 0, 0),
             mq_open=(240, b"/q", 0o102, 0o600, 0), mq_unlink=(241, b"/q"), mq_timedsend=(242, 0, 0, 0, 0, 0))
for name, arguments in calls.items():
    result = libc.syscall(*arguments)
    if (result, ctypes.get_errno()) != (-1, 1):
        print(name, result, ctypes.get_errno())
"""


def test_it_is_an_unprivileged_user_with_no_capabilities(say):
    assert say("import os; print(os.getuid(), os.getgid(), os.getgroups())") == "10001 10001 [10001]"
    for field in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
        assert int(say(STATUS.format(field)), 16) == 0, field
    assert say(STATUS.format("NoNewPrivs")) == "1"
    assert say(STATUS.format("Seccomp")) == "2"


def test_dangerous_system_calls_are_denied(say):
    assert say(DENIED) == ""


def test_threads_and_processes_still_work(say):
    code = """
import multiprocessing, subprocess, threading
def double(x): return 2 * x
if __name__ == "__main__":
    seen = []
    thread = threading.Thread(target=seen.append, args=(1,)); thread.start(); thread.join()
    context = multiprocessing.get_context("fork")
    with context.Pool(2) as pool: seen += pool.map(double, [1, 2])
    with context.Lock(), context.Semaphore(2): queue = context.Queue(); queue.put(7); seen.append(queue.get())
    print(seen, subprocess.run(["true"]).returncode)
"""
    assert say(code) == "[1, 2, 4, 7] 0"


def test_there_is_no_network(say):
    code = """
import socket
names = sorted(name for _, name in socket.if_nameindex())
def reach(family, address):
    try:
        socket.socket(family).connect(address)
    except OSError as error:
        return type(error).__name__
    return "connected"
print(names == ["lo"], reach(socket.AF_INET, ("1.1.1.1", 80)) != "connected", reach(40, (2, 1)))
"""
    assert say(code) == "True True PermissionError"


def test_only_its_own_folders_can_be_written(say, sandbox):
    code = """
import os, sys
for folder in ("/", "/etc", "/usr/lib", "/opt/env", "/opt/codeopt", "/opt/codeopt/site", "/var/tmp", "/root"):
    try:
        open(folder + "/x", "w")
    except OSError:
        continue
    print(folder)
for folder in ("/work/tree", "/work/out", "/work/home", "/tmp", "/dev/shm"):
    open(folder + "/x", "w").close()
"""
    assert say(code) == ""


def test_the_tools_cannot_be_altered(say, sandbox):
    code = f"""
import os
path = {sandbox.tools!r} + "/worker.py"
for change in (lambda: open(path, "a"), lambda: os.unlink(path), lambda: os.chmod(path, 0o777), lambda: os.rename(path, path + "x")):
    try:
        change()
    except OSError:
        continue
    print("changed")
print(os.stat(path).st_uid)
"""
    assert say(code) == "0"


def test_the_first_process_cannot_be_touched(say, sandbox):
    code = """
import os, resource, signal
paths = ["/proc/1/" + name for name in ("mem", "environ", "fd/0", "fd/1", "cwd/x", "root/work/x", "maps", "stack")]
attacks = [lambda path=path: open(path, "r+b") for path in paths] + [lambda path=path: open(path, "rb").read() for path in paths]
attacks += [lambda: open("/proc/1/oom_score_adj", "r+b"), lambda: open("/proc/1/comm", "r+b")]
attacks += [lambda: os.listdir("/proc/1/fd"), lambda: resource.prlimit(1, resource.RLIMIT_CPU, (0, 0))]
for attack in attacks:
    try:
        print("touched", attack())
    except OSError:
        continue
for number in set(signal.Signals) - {signal.SIGCHLD}:
    os.kill(1, number)
print(open("/proc/1/stat").read().split()[2] in "SR")
"""
    assert say(code) == "True"
    sandbox.renew()
    assert say("print('alive')") == "alive"


def test_programs_in_the_tmpfs_can_be_executed(say):
    code = "import os, subprocess; open('p', 'w').write('#!/bin/sh\\necho ran'); os.chmod('p', 0o755); print(subprocess.getoutput('./p'))"
    assert say(code) == "ran"


def test_the_environment_holds_nothing_of_the_hosts(say):
    names = set(say("import os; print(' '.join(os.environ))").split())
    ours = {"PATH", "HOME", "TMPDIR", "LANG", "PYTHONHASHSEED", "PYTHONPATH", "HOSTNAME", "LC_CTYPE"}
    of_the_python_image = {"GPG_KEY", "PYTHON_VERSION", "PYTHON_SHA256", "PYTHON_PIP_VERSION", "PYTHON_SETUPTOOLS_VERSION"}
    assert names - of_the_python_image <= ours


def test_zombies_are_reaped(say, sandbox):
    orphans = "import os\nfor _ in range(20):\n if os.fork() == 0:\n  if os.fork() == 0: os._exit(0)\n  os._exit(0)\n os.wait()"
    say(orphans)
    count = """
import os, time
def zombies():
    found = 0
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            found += ") Z " in open(f"/proc/{pid}/stat").read()
        except OSError:
            pass
    return found
deadline = time.monotonic() + 10
while zombies() and time.monotonic() < deadline:
    time.sleep(0.05)
print(zombies())
"""
    assert say(count) == "0"


def test_double_forked_children_die_with_their_command(sandbox):
    daemon = """
import os, sys, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.close(0); os.close(1); os.close(2)
        while True:
            with open(sys.argv[1] + "/beats", "a") as file:
                file.write(".")
            time.sleep(0.02)
    os._exit(0)
time.sleep(600)
"""
    for timeout_s in (1.0, 5.0, 25.0):
        assert sandbox.run(Command(argv=(sandbox.python, "-c", daemon, sandbox.out), timeout_s=timeout_s)).timed_out
        # A busy machine may not have come so far in the first second.
        if first := sandbox.read(f"{sandbox.out}/beats", limit_bytes=1_000_000):
            break
    assert first
    assert sandbox.read(f"{sandbox.out}/beats", limit_bytes=1_000_000) == first
