"""What a process is like beside the values that a call returns: settings of the interpreter and of libraries, and who changed them.

`remember` before the tree's code is imported, `told` afterwards. The host compares the candidate's answer with the original's.
"""

import builtins
import decimal
import gc
import hashlib
import locale
import os
import random
import signal
import sys
import types
import warnings

from codeopt_inside import canon, given_files, values, watch

_watched = {}
_NUMPY_ERRORS = {"divide": "warn", "over": "warn", "under": "ignore", "invalid": "warn"}
_TABLES = ("codeopt_inside.canon._PLAIN", "codeopt_inside.canon._BY_NAME")  # to add to one is to change it
_STATE_NODES = 50_000
_MOST_BYTES = 16_000_000
_FUNCTIONS = (types.FunctionType, types.BuiltinFunctionType, type)


def _short(value):
    """Name a value by the hash of its text; paths that mean nothing (see `canon.hide`) are left out of it."""
    return hashlib.sha256(canon.atom(repr(value)).encode("utf-8", "backslashreplace")).hexdigest()[:16]


def _places():
    """Yield the namespaces whose functions must stay as they are: the standard library's, codeopt's own, and this program's."""
    for name, module in list(sys.modules.items()):
        top = name.partition(".")[0]
        if isinstance(module, types.ModuleType) and (top in sys.stdlib_module_names or top in ("codeopt_inside", "__main__")):
            yield name, module.__dict__
    # What encodes and sends results is reached through these classes and tables.
    for module in ("codeopt_inside.frames", "codeopt_inside.canon", "codeopt_inside.calls", "copyreg"):
        for name, value in list(vars(sys.modules.get(module, types)).items()):
            if isinstance(value, type) and value.__module__ == module:
                yield "%s.%s" % (module, name), value.__dict__
            elif type(value) is dict and not name.startswith("__"):
                yield "%s.%s" % (module, name), value


def _mark(value):
    """Name the very object, and of a Python function also what it runs."""
    if type(value) is types.FunctionType:
        return id(value), id(value.__code__), id(value.__defaults__)
    return (id(value),)


def _functions(space):
    return {name: value for name, value in list(space.items()) if isinstance(value, _FUNCTIONS)}


def remember():
    """Keep which functions and classes the names of the standard library mean now."""
    for place, space in _places():
        # The objects are kept alive, so that no later one can have their numbers.
        _watched[place] = {name: (value, _mark(value)) for name, value in _functions(space).items()}


def patched():
    """Return the names that mean something else than when `remember` was called."""
    spaces = dict(_places())
    found = []
    for place, known in _watched.items():
        space = spaces.get(place, {})
        for name, (value, mark) in known.items():
            if space.get(name) is not value or _mark(value) != mark:
                found.append("%s.%s" % (place, getattr(name, "__name__", name)))
        if place in _TABLES:
            found += ["%s.%s" % (place, getattr(name, "__name__", name)) for name in space if name not in known]
    return sorted(found)


def _numpy():
    numpy = sys.modules.get("numpy")
    if numpy is None or not hasattr(numpy, "geterr"):
        return {}
    found = {} if numpy.geterr() == _NUMPY_ERRORS else {"numpy.geterr": str(numpy.geterr())}
    found["numpy.printoptions"] = _short(sorted(numpy.get_printoptions().items(), key=str))
    return found


def _torch():
    torch = sys.modules.get("torch")
    if torch is None or not hasattr(torch, "get_default_dtype"):
        return {}
    found = {} if torch.get_default_dtype() is torch.float32 else {"torch.default_dtype": str(torch.get_default_dtype())}
    found["torch.num_threads"] = str(torch.get_num_threads())
    found["torch.grad_enabled"] = str(torch.is_grad_enabled())
    return found


def _children():
    try:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return "none"
    return "some"


def _descriptors():
    found = []
    for name in os.listdir("/proc/self/fd"):
        try:
            kind = os.readlink("/proc/self/fd/" + name)
        except OSError:
            continue
        found.append(kind.partition(":[")[0] if ":[" in kind else kind)
    return _short(sorted(found))


def _written():
    """Return what the files hold that code of the tree has written, but for those that are compared call by call."""
    paths = [path for path in sorted(watch.written) if given_files.FOLDER.search(path) is None]
    if not paths:
        return {}
    # Slow to import, and few trees need it.
    from codeopt_inside import left_files

    found = {"which files it writes": ", ".join(values.unplaced(path) for path in paths)}
    for path in paths:
        found["the file %s" % values.unplaced(path)] = left_files.digest(path)[:16] if _is_small(path) else "no file to compare"
    return found


def _is_small(path):
    return os.path.isfile(path) and os.path.getsize(path) <= _MOST_BYTES


def _umask():
    mask = os.umask(0)
    os.umask(mask)
    return oct(mask)


def aim(function, module, qualname):
    """Say whether the name of a target leads to the function that is called for it."""
    found = sys.modules.get(module)
    for part in qualname.split("."):
        space = getattr(found, "__dict__", {})
        found = space.get(part)
    if found is function or getattr(found, "__func__", None) is function or getattr(found, "fget", None) is function:
        return "the function itself"
    wrapped, seen = found, 0
    while wrapped is not None and seen < 20:  # noqa: PLR2004 - nobody stacks more decorators
        wrapped, seen = getattr(wrapped, "__wrapped__", None), seen + 1
        if wrapped is function:
            return "something that wraps it"
    return "something else"


def public_state(module):
    """Return what the public names of a module and of its classes hold, by name, as text; what cannot be compared as data is left out."""
    found = {}
    for name, value in _public(vars(sys.modules.get(module, types.ModuleType("gone")))):
        try:
            found["`%s` of its module" % name] = canon.digest(canon.encode([value], _STATE_NODES))[:16]
        except Exception:  # noqa: S112 - a value with ideas of its own about being copied says nothing
            continue
    return found


def _public(space):
    """Yield the names of values, and those of classes as `Class.name`."""
    for name, value in list(space.items()):
        if _is_held(name, value):
            yield name, value
        elif isinstance(value, type) and not name.startswith("_") and value.__module__ == space.get("__name__"):
            yield from (("%s.%s" % (name, inner), held) for inner, held in list(vars(value).items()) if _is_shared(inner, held))


def _is_shared(name, value):
    """Whether what a class holds is one value for all its objects."""
    return _is_held(name, value) and not isinstance(value, (staticmethod, classmethod)) and not hasattr(type(value), "__get__")


def _is_held(name, value):
    """Whether a name is public and holds a value: no function, class or module."""
    return not (name.startswith("_") or isinstance(value, (*_FUNCTIONS, types.ModuleType)))


def told():
    """Return everything by name, as text."""
    handlers = {number.name: signal.getsignal(number) for number in signal.valid_signals() if isinstance(number, signal.Signals)}
    return {
        "sys.getrecursionlimit()": str(sys.getrecursionlimit()),
        "sys.getswitchinterval()": str(sys.getswitchinterval()),
        "gc.isenabled()": str(gc.isenabled()),
        "gc.get_threshold()": str(gc.get_threshold()),
        "gc.callbacks": str(len(gc.callbacks)),
        "warnings.filters": _short([(f[0], str(f[1]), f[2].__qualname__, str(f[3]), f[4]) for f in warnings.filters]),
        "locale": str(locale.setlocale(locale.LC_ALL)),
        "the decimal context": repr(decimal.getcontext()),
        "signal handlers": _short(sorted((name, str(getattr(how, "__qualname__", how))) for name, how in handlers.items())),
        "the trace function": str(sys.gettrace() is not None or sys.getprofile() is not None),
        "the number of threads": str(len(sys._current_frames())),
        "child processes": _children(),
        "open files": _descriptors(),
        "os.environ": _short(sorted(os.environ.items())),
        "the working directory": _short(os.getcwd() if os.path.isdir(".") else "gone"),
        "the umask": _umask(),
        "sys.path": _short(sys.path),
        "the import system": _short(watch.finder_names()),
        "names of builtins": _short(sorted(vars(builtins))),
        "the state of `random`": _short(random.getstate()),
        "standard streams": str([getattr(stream, "name", type(stream).__name__) for stream in (sys.stdin, sys.stderr)]),
        "functions of the standard library": ", ".join(patched()[:20]) or "untouched",
        **_written(),
        **_numpy(),
        **_torch(),
    }
