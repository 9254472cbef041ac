"""Tells the host what the tree's code does beside computing: files, sockets, processes, threads, stacks, memory.

Built on the interpreter's audit hooks, which cannot be taken out again. The first deed of each kind is sent at once, before it
happens: what has been said cannot be withdrawn by what comes after. What a library does while it is imported is its own business.
"""

import os
import sys
import threading

FILES = "uses files"
NETWORK = "uses the network"
PROCESSES = "starts or signals processes"
THREADS = "starts threads"
STACK = "reads the stack"
INTERPRETER = "reaches into the interpreter"
CODE = "makes code at run time"

_FAMILIES = (
    ("socket.", NETWORK),
    ("urllib.", NETWORK),
    ("http.client.", NETWORK),
    ("ftplib.", NETWORK),
    ("smtplib.", NETWORK),
    ("ctypes.", INTERPRETER),
    ("gc.", INTERPRETER),
    ("sqlite3.", FILES),
    ("shutil.", FILES),
    ("tempfile.", FILES),
    ("glob.", FILES),
    ("pathlib.", FILES),
    ("fcntl.", FILES),
    ("mmap.", INTERPRETER),
    ("marshal.", INTERPRETER),
    ("_thread.", THREADS),
)
_EVENTS = {
    "open": FILES,
    **dict.fromkeys(
        ("os.listdir", "os.scandir", "os.mkdir", "os.remove", "os.rename", "os.rmdir", "os.link", "os.symlink", "os.truncate", "os.chmod"),
        FILES,
    ),
    **dict.fromkeys(("os.chdir", "os.chown", "os.utime", "os.walk", "os.fwalk", "os.getxattr", "os.setxattr", "os.listxattr"), FILES),
    **dict.fromkeys(("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork", "os.forkpty"), PROCESSES),
    **dict.fromkeys(("os.kill", "os.killpg", "signal.pthread_kill", "pty.spawn"), PROCESSES),
    **dict.fromkeys(("sys._getframe", "sys._current_frames", "sys._current_exceptions", "sys.settrace", "sys.setprofile"), STACK),
    **dict.fromkeys(("sys.addaudithook", "sys.unraisablehook", "function.__new__", "code.__new__"), INTERPRETER),
    **dict.fromkeys(("exec", "compile"), CODE),
}
_RESTRICTED = {
    **dict.fromkeys(("gi_frame", "cr_frame", "ag_frame", "tb_frame", "f_locals", "f_back"), STACK),
    **dict.fromkeys(("__code__", "gi_code", "cr_code", "ag_code", "f_code", "__closure__", "__globals__"), INTERPRETER),
}
# The standard library itself looks at the stack and makes code for these; only the tree's own doing counts.
_DIRECT = frozenset({"exec", "compile", "sys._getframe", "function.__new__", "code.__new__", "object.__getattr__", "object.__setattr__"})
_LOOKERS = ("inspect.py", "traceback.py", "linecache.py", "timeit.py")
_LOADERS = ("<frozen importlib._bootstrap>", "<frozen importlib._bootstrap_external>")
_OWN = os.path.dirname(os.path.abspath(__file__))
_MODULES = {
    **dict.fromkeys(("socket", "_socket", "ssl", "http.client", "urllib.request"), NETWORK),
    **dict.fromkeys(("ctypes", "_ctypes", "gc", "mmap", "codeopt_inside"), INTERPRETER),
    **dict.fromkeys(("inspect", "traceback"), STACK),
    **dict.fromkeys(("subprocess", "multiprocessing", "concurrent.futures", "_posixsubprocess", "signal"), PROCESSES),
    **dict.fromkeys(("threading", "_thread"), THREADS),
}


_WRITING = frozenset("wax+")
_MOST_WRITTEN = 200
# Files that code of the tree has opened for writing in this process, and in those that it was forked from.
written = set()


class Watch:
    """The audit hook: `tell(kind, what)` is called once for each kind of deed of code in `tree`."""

    def __init__(self, tree, tell):
        self.tree = os.path.realpath(tree) + os.sep
        self.tell = tell
        self.told = set()
        self.written = written
        self.busy = threading.local()
        # Kept here, so that nobody can put another one in its place.
        self.get_frame = sys._getframe

    def __call__(self, event, args, above=1):
        if getattr(self.busy, "now", False):
            return
        self.busy.now = True
        try:
            kind = _kind(event, args)
            if event == "open" and _is_writing(*args):
                self.note(args[0], self.get_frame(above))
            if kind is not None and kind not in self.told:
                place = self.doer(self.get_frame(above), event in _DIRECT)
                if place is not None:
                    self.told.add(kind)
                    self.tell(kind, "%s at %s" % (event if event != "import" else "import of %s" % args[0], place))
        finally:
            self.busy.now = False

    def note(self, path, frame):
        """Remember which file code of the tree opens for writing: the host compares what it holds in the end."""
        if type(path) in (str, bytes) and len(self.written) < _MOST_WRITTEN and self.doer(frame, False) is not None:
            self.written.add(os.path.abspath(os.fsdecode(path)))

    def doer(self, frame, direct):
        """Return the tree's file and line that is behind a frame; None where an import or nothing of the tree is."""
        while frame is not None:
            name = frame.f_code.co_filename
            if name.startswith(self.tree):
                return "%s:%d" % (name[len(self.tree) :], frame.f_lineno)
            if name in _LOADERS or name.startswith(_OWN) or (direct and not name.endswith(_LOOKERS)):
                return None
            frame = frame.f_back
        return None


def _is_writing(_path, mode, flags):
    return bool(flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT) if mode is None else not _WRITING.isdisjoint(mode))


def _kind(event, args):
    if event in _EVENTS:
        return _EVENTS[event]
    if event == "object.__getattr__":
        return _RESTRICTED.get(args[1])
    if event in ("object.__setattr__", "object.__delattr__"):
        return INTERPRETER
    if event == "import":
        return _MODULES.get(args[0])
    return next((kind for prefix, kind in _FAMILIES if event.startswith(prefix)), None)


def install(tree, tell):
    """From now on call `tell(kind, what)` once for each kind of deed of code in `tree`."""
    hook = Watch(tree, tell)
    _tell_of_threads(hook)
    sys.addaudithook(hook)


def _tell_of_threads(hook):
    """Before Python 3.12 no audit event tells of a new thread."""
    import _thread

    start = _thread.start_new_thread

    def start_new_thread(function, args, kwargs=None):
        hook("_thread.start_new_thread", (), above=2)
        return start(function, args, {} if kwargs is None else kwargs)

    _thread.start_new_thread = _thread.start_new = threading._start_new_thread = start_new_thread


def finder_names():
    """Return how modules are found here, by type: import hooks of the tree's show."""
    return [type(finder).__name__ if not isinstance(finder, type) else finder.__name__ for finder in sys.meta_path] + [
        getattr(hook, "__qualname__", type(hook).__name__) for hook in sys.path_hooks
    ]
