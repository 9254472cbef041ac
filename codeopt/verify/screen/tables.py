"""The names that the screen knows, as data: dotted names, attributes of anything, keywords, texts and file names.

A dotted name stands for itself and for all below it; `x.*` stands for what is below `x` alone. The longest entry wins.
"""

from __future__ import annotations

import sys

from codeopt.verify.screen.finding import FindingKind as Kind

__all__ = [
    "ATTRIBUTES",
    "BINARY_SUFFIXES",
    "DOTTED",
    "FIRST_ARGUMENTS",
    "IMPURE",
    "KEYWORDS",
    "LAZY_METHODS",
    "MUTATORS",
    "ORDINARY_METHODS",
    "PURE",
    "PURE_METHODS",
    "STATE_STORES",
    "TEST_FILES",
    "TOP_LEVEL_NAMES",
    "UNBOUND",
    "VALUE_TYPES",
    "listed",
    "meaning",
]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_DOTTED = {
    Kind.CLOCK: """
        time timeit datetime.datetime.now datetime.datetime.today datetime.datetime.utcnow datetime.date.today os.times os.clock
        resource profile cProfile pstats sched asyncio.sleep pandas.Timestamp.now pandas.Timestamp.today torch.utils.benchmark
        email.utils.localtime email.utils.formatdate email.utils.make_msgid
    """,
    Kind.STACK: """
        inspect traceback sys._getframe sys._getframemodulename sys._current_frames sys._current_exceptions sys.exc_info sys.settrace
        sys.setprofile sys.gettrace sys.getprofile sys.monitoring sys.last_traceback sys.last_exc sys.call_tracing trace bdb pdb
        threading.settrace threading.setprofile types.FrameType types.TracebackType tracemalloc builtins.breakpoint faulthandler
        dis opcode asyncio.current_task asyncio.all_tasks
    """,
    Kind.INTROSPECTION: """
        gc ctypes cffi _ctypes mmap sys.* builtins.exec builtins.eval builtins.compile builtins.__import__ builtins.globals
        builtins.locals builtins.__builtins__ builtins.getattr builtins.setattr builtins.delattr importlib imp runpy code codeop
        marshal copyreg pickle.loads pickle.load pickle.Unpickler _pickle dill cloudpickle types.FunctionType types.LambdaType
        types.CodeType types.ModuleType types.CellType types.MethodType types.new_class types.prepare_class types.DynamicClassAttribute
        builtins.help pydoc symtable codeopt_inside worker canon recorder __main__ numpy.ctypeslib numpy.f2py typing.get_type_hints
        typing.ForwardRef dataclasses.make_dataclass exception().obj operator.attrgetter operator.methodcaller _testcapi
        _xxsubinterpreters string.Formatter
    """,
    Kind.PATCHING: "builtins forbiddenfruit wrapt",
    Kind.IDENTITY: "builtins.id builtins.object.__hash__ builtins.object.__repr__ builtins.object.__str__",
    Kind.SOURCE: """
        builtins.__file__ builtins.__cached__ builtins.__loader__ builtins.__spec__ builtins.__path__ linecache pkgutil zipimport tokenize
        inspect.getsource inspect.getsourcelines inspect.getsourcefile inspect.getfile inspect.findsource importlib.resources
    """,
    Kind.ENVIRONMENT: """
        os.environ os.environb os.getenv os.getenvb os.getpid os.getppid os.uname os.cpu_count os.sched_getaffinity os.getlogin os.getuid
        os.geteuid os.getgid os.getloadavg os.sysconf os.getcwd os.getcwdb os.get_exec_path os.expandvars os.path.expandvars
        os.path.expanduser os.name sys.argv sys.orig_argv sys.flags sys.platform sys.executable sys.prefix sys.base_prefix sys._xoptions
        platform sysconfig getpass pwd grp psutil cpuinfo argparse socket.gethostname locale.getlocale site
    """,
    Kind.ENDING: """
        os._exit os.abort os.kill os.killpg sys.exit builtins.exit builtins.quit signal atexit builtins.SystemExit
        builtins.KeyboardInterrupt
    """,
    Kind.FILES: """
        builtins.open builtins.input io.open io.open_code io.FileIO io.BufferedReader io.BufferedWriter io.BufferedRandom _io codecs.open
        os.* pathlib shutil tempfile sqlite3 shelve dbm glob fileinput filecmp zipfile tarfile gzip.open bz2.open lzma.open select
        selectors fcntl termios pty tty nt posix posixpath.exists genericpath sys.stdin numpy.save numpy.savez numpy.savez_compressed
        numpy.load numpy.memmap numpy.fromfile numpy.loadtxt numpy.savetxt numpy.genfromtxt joblib.Memory joblib.dump joblib.load
        torch.save torch.load pandas.read_csv pandas.read_pickle pandas.read_parquet pickle.dump diskcache logging.FileHandler
        xml.etree.ElementTree.parse configparser netrc mimetypes plistlib wave mailbox gettext py_compile compileall zipapp tkinter
        pandas.read_json pandas.read_excel pandas.read_table numpy.DataSource venv ensurepip pyclbr modulefinder
        os.path.exists os.path.lexists os.path.isfile os.path.isdir os.path.islink os.path.ismount os.path.getsize os.path.getmtime
        os.path.getatime os.path.getctime os.path.realpath os.path.samefile os.path.sameopenfile
    """,
    Kind.NETWORK: """
        socket ssl http urllib.request urllib.robotparser requests httpx aiohttp urllib3 ftplib smtplib imaplib poplib telnetlib
        nntplib xmlrpc socketserver wsgiref websockets paramiko webbrowser asyncio.open_connection asyncio.start_server
        asyncio.open_unix_connection
    """,
    Kind.WORKERS: """
        threading _thread _threading_local concurrent multiprocessing _posixsubprocess subprocess os.fork os.forkpty os.spawnv os.spawnl
        os.spawnve os.spawnvp os.posix_spawn os.posix_spawnp os.system os.popen os.execv os.execve os.execl os.execlp os.execvp
        os.wait os.waitpid os.pipe os.sched_setaffinity os.sched_yield os.nice os.setpriority asyncio.create_task asyncio.ensure_future
        asyncio.to_thread asyncio.run asyncio.Runner asyncio.get_event_loop asyncio.get_running_loop asyncio.new_event_loop
        asyncio.run_coroutine_threadsafe asyncio.create_subprocess_exec asyncio.create_subprocess_shell joblib.Parallel joblib.delayed
        numba.prange numba.set_num_threads threadpoolctl torch.set_num_threads torch.set_num_interop_threads torch.multiprocessing
        mkl.set_num_threads dask ray trio anyio.to_thread anyio.from_thread gevent greenlet eventlet numexpr.set_num_threads torch.compile
    """,
    Kind.DEVICES: """
        cupy jax torch.cuda torch.device torch.mps torch.set_default_device numba.cuda pycuda pyopencl cudf tensorflow triton
        torch.get_default_device mlx
    """,
    Kind.DEFERRED: "weakref.finalize weakref.WeakMethod builtins.aiter threading.Timer asyncio.TaskGroup",
    Kind.STATE: """
        sys.setrecursionlimit sys.setswitchinterval sys.setdlopenflags sys.set_int_max_str_digits sys.set_asyncgen_hooks
        sys.set_coroutine_origin_tracking_depth sys.addaudithook gc.disable gc.enable gc.freeze gc.set_threshold gc.collect
        warnings.filterwarnings warnings.simplefilter warnings.catch_warnings warnings.resetwarnings locale.setlocale decimal.setcontext
        decimal.getcontext decimal.localcontext decimal.DefaultContext decimal.BasicContext numpy.seterr numpy.seterrcall numpy.errstate
        numpy.set_printoptions numpy.printoptions numpy.setbufsize torch.set_default_dtype torch.set_default_tensor_type torch.backends
        torch.set_float32_matmul_precision torch.use_deterministic_algorithms torch.manual_seed torch.set_grad_enabled
        torch.set_flush_denormal torch.autocast torch.inference_mode
        random.seed random.setstate random.getstate numpy.random.seed numpy.random.set_state numpy.random.get_state
        contextlib.redirect_stdout contextlib.redirect_stderr contextlib.chdir os.chdir os.fchdir os.umask os.putenv os.unsetenv
        logging.disable logging.basicConfig logging.setLoggerClass logging.shutdown readline rlcompleter resource.setrlimit
        socket.setdefaulttimeout csv.field_size_limit re.purge codecs.register codecs.register_error pandas.set_option
    """,
    Kind.RANDOMNESS: "random secrets uuid numpy.random torch.rand torch.randn torch.randint torch.randperm os.urandom os.getrandom",
    Kind.TESTS: """
        pytest _pytest pluggy unittest doctest hypothesis nose xdist pytest_benchmark pytest_codspeed pyperf coverage numpy.testing
        test mock
    """,
}

# What lies below an entry above and is harmless.
_FINE = """
    builtins.* os.path os.fspath os.sep os.altsep os.pathsep os.linesep os.curdir os.pardir os.extsep os.devnull os.PathLike os.fsencode
    os.fsdecode os.error os.strerror sys.intern sys.maxsize sys.maxunicode sys.version_info sys.version sys.hexversion sys.byteorder
    sys.float_info sys.int_info sys.hash_info sys.implementation sys.stdout sys.stderr sys.getrecursionlimit sys.float_repr_style
    time.struct_time urllib.parse http.HTTPStatus numpy.random.Generator types.TracebackType tokenize.TokenError
    pathlib.PurePath pathlib.PurePosixPath pathlib.PureWindowsPath importlib.abc uuid.UUID random.Random concurrent.futures.Future
    threading.Lock threading.RLock threading.local argparse.Namespace platform.python_version
"""

DOTTED: dict[str, Kind | None] = {name: kind for kind, names in _DOTTED.items() for name in _words(names)} | dict.fromkeys(_words(_FINE))

# Attributes that mean one thing whatever they are taken from.
_ATTRIBUTES = {
    Kind.CLOCK: """
        perf_counter perf_counter_ns monotonic monotonic_ns process_time process_time_ns thread_time thread_time_ns time_ns
        clock_gettime clock_gettime_ns utcnow getrusage default_timer st_atime st_mtime st_ctime st_mtime_ns
    """,
    Kind.STACK: """
        __traceback__ tb_frame tb_next tb_lasti tb_lineno gi_frame gi_code gi_yieldfrom cr_frame cr_code cr_await cr_origin ag_frame
        ag_code ag_await f_back f_locals f_globals f_builtins f_code f_lineno f_lasti f_trace _getframe _getframemodulename
        _current_frames exc_info settrace setprofile get_stack get_coro
    """,
    Kind.INTROSPECTION: """
        __globals__ __closure__ __code__ __builtins__ __subclasses__ __bases__ __base__ __mro__ mro __getattribute__ __reduce__
        __reduce_ex__ __self__ __func__ __wrapped__ __defaults__ __kwdefaults__ __init_subclass__ __subclasshook__ cell_contents
        __import__ __objclass__ __getstate__ __setstate__ co_consts co_code co_names cache_info cache_clear getrefcount get_referrers
        get_objects get_referents import_module _getobject attrgetter methodcaller __array_interface__ __cuda_array_interface__
    """,
    Kind.PATCHING: "__setattr__ __delattr__ __set__ __delete__ monkeypatch __instancecheck__",
    Kind.SOURCE: "__file__ __cached__ __loader__ __spec__ __path__ co_filename getsource getsourcelines getsourcefile",
    Kind.ENVIRONMENT: "environ environb getenv getpid",
    Kind.ENDING: "_exit",
    Kind.FILES: """
        read_text write_text read_bytes write_bytes iterdir rglob tofile fromfile memmap fileno unlink rmdir symlink_to hardlink_to lstat
        to_csv to_pickle to_parquet
    """,
    Kind.NETWORK: "urlopen create_connection open_connection",
    Kind.WORKERS: """
        run_in_executor to_thread create_task ensure_future start_new_thread prange get_event_loop set_num_threads
        run_coroutine_threadsafe ThreadPoolExecutor ProcessPoolExecutor Popen
    """,
    Kind.DEVICES: "cuda",
    Kind.DEFERRED: "call_soon call_later call_at call_soon_threadsafe add_done_callback",
    Kind.STATE: "setLevel addHandler removeHandler addFilter setrecursionlimit set_default_dtype set_printoptions seterr setswitchinterval",
}
ATTRIBUTES: dict[str, Kind] = {name: kind for kind, names in _ATTRIBUTES.items() for name in _words(names)}

# Keywords of calls that spread work, when they are not plainly off.
KEYWORDS = frozenset({"parallel", "n_jobs", "num_workers", "workers", "nthreads", "num_threads", "n_threads", "max_workers"})

# Stores to these are settings of the process.
STATE_STORES = frozenset(
    {"sys.stdout", "sys.stderr", "sys.stdin", "sys.path", "sys.displayhook", "sys.excepthook", "sys.dont_write_bytecode"}
)

MUTATORS = frozenset(
    {"add", "append", "appendleft", "clear", "discard", "extend", "extendleft", "insert", "move_to_end", "pop", "popitem", "popleft"}
    | {"remove", "reverse", "setdefault", "sort", "update", "difference_update", "intersection_update", "symmetric_difference_update"}
    | {"__setitem__", "__delitem__", "__ior__", "__iadd__", "fill", "resize", "setflags", "itemset", "put", "register"}
)

# Functions that change their first argument.
FIRST_ARGUMENTS = frozenset(
    {f"operator.{name}" for name in ("setitem", "delitem", "iadd", "ior", "iand", "iconcat", "isub", "ixor", "__setitem__", "__delitem__")}
    | {"functools.update_wrapper", "heapq.heappush", "heapq.heappop", "heapq.heapify", "heapq.heapreplace", "bisect.insort"}
    | {"bisect.insort_left", "bisect.insort_right", "random.shuffle", "numpy.copyto", "numpy.put", "numpy.place", "numpy.putmask"}
    | {f"builtins.{kind}.{name}" for kind in ("dict", "list", "set", "bytearray") for name in MUTATORS}
    | {f"collections.{kind}.{name}" for kind in ("OrderedDict", "Counter", "defaultdict", "deque") for name in MUTATORS}
)

# Classes whose methods are called on their first argument, and modules whose functions have the names of mutators.
UNBOUND = (
    {f"builtins.{kind}" for kind in ("dict", "list", "set", "bytearray", "frozenset", "str", "bytes", "object", "type", "tuple")}
    | {f"collections.{kind}" for kind in ("OrderedDict", "Counter", "defaultdict", "deque", "UserDict", "ChainMap")}
    | {"numpy.char", "numpy.strings", "numpy.ma", "numpy.core.defchararray"}
)

VALUE_TYPES = frozenset(
    {
        f"builtins.{name}"
        for name in _words("list dict str bytes int float complex bool tuple set frozenset bytearray type range memoryview")
    }
    | {"builtins.BaseException", "builtins.property", "builtins.super", "builtins.classmethod", "builtins.staticmethod"}
    | {"numpy.*", "pandas.*", "torch.*", "decimal.*", "fractions.*", "datetime.*", "array.*", "types.*", "abc.ABCMeta", "enum.EnumMeta"}
    | {f"collections.{name}" for name in _words("OrderedDict Counter defaultdict deque UserDict UserList UserString ChainMap")}
    | {"pathlib.*", "io.*", "collections.abc.*", "numbers.*", "uuid.UUID", "re.*", "functools.partial", "weakref.*"}
)

_ARITHMETIC = _words("add sub mul truediv floordiv mod pow divmod matmul and or xor lshift rshift")
# Special methods that a private class may have: what makes it, names it, calls it, shows it, and reckons with it.
ORDINARY_METHODS = frozenset(
    {"__init__", "__post_init__", "__enter__", "__exit__", "__aenter__", "__aexit__", "__call__", "__repr__", "__str__"}
    | {"__slots__", "__doc__", "__module__", "__annotations__", "__match_args__", "__qualname__", "__all__"}
    | {f"__{side}{name}__" for name in _ARITHMETIC for side in ("", "r")}
    | {"__neg__", "__pos__", "__abs__", "__invert__", "__int__", "__float__", "__index__", "__round__", "__floor__", "__ceil__"}
)
# Special methods by which a value does its work when it is looked at, or later.
LAZY_METHODS = frozenset(
    {"__del__", "__getattr__", "__getattribute__", "__iter__", "__next__", "__len__", "__getitem__", "__contains__", "__missing__"}
    | {"__await__", "__aiter__", "__anext__", "__get__", "__dir__", "__reversed__", "__length_hint__", "__set_name__"}
)

# Calls that only make a value, so that a module may make them when it is imported.
PURE = frozenset(
    {"re.compile", "re.escape", "math.*", "operator.*", "itertools.*", "functools.*", "collections.*", "typing.*", "fractions.*"}
    | {
        "decimal.Decimal",
        "string.*",
        "struct.*",
        "array.array",
        "enum.*",
        "textwrap.dedent",
        "types.MappingProxyType",
        "types.SimpleNamespace",
    }
    | {"dataclasses.*", "datetime.timedelta", "datetime.date", "datetime.datetime", "datetime.timezone", "logging.getLogger", "cmath.*"}
    | {"typing_extensions.*", "heapq.*", "bisect.*", "json.JSONEncoder", "json.JSONDecoder", "json.loads", "json.dumps", "pathlib.PurePath"}
    | {"numpy.*", "weakref.WeakKeyDictionary", "weakref.WeakValueDictionary", "statistics.*", "zlib.crc32", "hashlib.*", "unicodedata.*"}
    | {"contextvars.ContextVar", "sys.intern", "copy.*", "html.*", "difflib.*", "binascii.*", "base64.*", "graphlib.*", "uuid.UUID"}
    | {"__future__.*", "abc.*", "contextlib.*", "threading.Lock", "threading.RLock", "threading.local", "numba.*", "builtins.*"}
)
# Builtins whose calls do more than make a value.
IMPURE = frozenset({f"builtins.{name}" for name in _words("print input open exec eval compile __import__ setattr delattr breakpoint next")})
# Methods that leave their receiver alone.
PURE_METHODS = _words("""
    split rsplit splitlines join strip lstrip rstrip lower upper title casefold replace format encode decode translate maketrans items keys
    values get copy union intersection difference symmetric_difference startswith endswith zfill ljust rjust center count index find
    bit_length to_bytes from_bytes fromkeys fromhex hex astype reshape tolist group match fullmatch search finditer sub partition
    rpartition removeprefix removesuffix swapcase capitalize isdigit isalpha total_seconds _make _replace pack unpack compile T transpose
    """)

TEST_FILES = frozenset({"sitecustomize.py", "usercustomize.py", "conftest.py", "pytest.ini", "tox.ini", ".coveragerc"})
BINARY_SUFFIXES = (".pth", ".so", ".pyd", ".pyc", ".pyo", ".egg-link", ".zip", ".whl", ".egg")
TOP_LEVEL_NAMES = frozenset(sys.stdlib_module_names) | _words("""
    pytest _pytest pluggy iniconfig hypothesis numpy scipy pandas torch sklearn numba codeopt codeopt_inside canon recorder sampler suite
    worker packaging setuptools pkg_resources pip site attr attrs pygments exceptiongroup tomli
    """)


def meaning(name: str) -> Kind | None:
    """Return what a dotted name is known for: the longest entry that covers it decides."""
    if name in DOTTED:
        return DOTTED[name]
    owner = name
    while "." in owner:
        owner = owner.rpartition(".")[0]
        for entry in (f"{owner}.*", owner):
            if entry in DOTTED:
                return DOTTED[entry]
    return None


def listed(name: str, names: frozenset[str]) -> bool:
    """Whether a dotted name is in a set, by itself or by an entry `x.*`."""
    return name in names or f"{name.rpartition('.')[0]}.*" in names
