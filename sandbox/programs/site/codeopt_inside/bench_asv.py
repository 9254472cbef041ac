"""Benchmarks of asv: functions `time_*` of modules below a folder, and methods `time_*` of their classes, for each of their parameters.

Where asv is read here: names, parameters, setup, teardown and setup_cache are asv's own. The setup runs before each batch; a benchmark that
says `number` has state that only so many calls may use, so a batch holds no more.
"""

import collections
import importlib
import importlib.machinery
import inspect
import itertools
import os
import pickle
import pkgutil
import re
import sys
import tempfile

from codeopt_inside import bench_seat, calls

_TIMED = re.compile(r"Time[A-Z_].+|time_.+")
_ADDRESS = re.compile(r"^(<.*) at 0x[\da-fA-F]+(>)$")

# `sources` are where attributes are looked up: the function, the instance of its class, the module.
Entry = collections.namedtuple("Entry", ("name", "function", "sources", "line"))  # noqa: PYI024 - as quick to import as it gets


def listed(spec):
    folder = os.path.join(os.path.realpath(spec["tree"]), spec["folder"])
    os.chdir(tempfile.mkdtemp(prefix="asv-", dir=spec["out"]))
    sys.meta_path.insert(0, Finder(folder))
    met, problems = {}, []
    for name in modules(folder, problems):
        path = os.path.relpath(os.path.realpath(sys.modules[name].__file__), os.path.realpath(spec["tree"]))
        for entry in entries(sys.modules[name], problems):
            try:
                names = [_named(entry, ids) for ids in itertools.product(*_ids(_parameters(entry)))]
            except Exception as error:
                problems.append("%s: %s" % (entry.name, bench_seat.line(error)))
                continue
            for each in names:
                met.setdefault(each, [path, entry.line])
    return [[name, *where] for name, where in met.items()], problems


def run(spec, seat, _recorded):
    # A name that two files give has the path in front.
    wanted = spec["name"].split(spec["path"] + "::")[-1]
    folder, module = located(os.path.join(os.path.realpath(spec["tree"]), spec["path"]), wanted)
    os.chdir(tempfile.mkdtemp(prefix="asv-", dir=spec["out"]))
    sys.meta_path.insert(0, Finder(folder))
    problems = []
    for entry in entries(importlib.import_module(module), problems):
        if wanted.startswith(entry.name):
            parameters = _parameters(entry)
            for ids, values in zip(itertools.product(*_ids(parameters)), itertools.product(*parameters)):  # noqa: B905 - Python 3.8
                if _named(entry, ids) == wanted:
                    seat.sit(Timed(entry, values))
                    return
    raise bench_seat.ProblemError("; ".join(problems[:3]) or "there is no such benchmark")


def located(path, name):
    """Return the folder of benchmarks that a file belongs to, and the file's module: a name begins with the module's path in there."""
    parts = path[: -len(".py")].split(os.sep)
    if parts[-1] == "__init__":
        parts.pop()
    depths = [depth for depth in range(1, len(parts) - 1) if name.startswith(".".join(parts[-depth:]) + ".")]
    depth = max(depths, default=None)
    if depth is None:
        depth = 0 if path.endswith("__init__.py") else 1
    folder = parts[: len(parts) - depth]
    return os.sep.join(folder), ".".join(parts[len(folder) - 1 :])


class Finder:
    """Finds the package of benchmarks by the name of its folder, without a place on the import path for what lies beside it."""

    def __init__(self, folder):
        self.name, self.above = os.path.basename(folder), os.path.dirname(folder)

    def find_spec(self, fullname, _path=None, target=None):
        return importlib.machinery.PathFinder.find_spec(fullname, [self.above], target) if fullname == self.name else None


def modules(folder, problems):
    """Import all modules below a folder, and return the names of those that can be."""
    waiting, names = [os.path.basename(folder)], []
    while waiting:
        name = waiting.pop(0)
        try:
            module = importlib.import_module(name)
        except BaseException as error:
            problems.append("%s: %s" % (name, bench_seat.line(error)))
            continue
        if getattr(module, "__file__", None):
            names.append(name)
        waiting += [inner for _, inner, _ in pkgutil.iter_modules(getattr(module, "__path__", ()), name + ".")]
    return names


def entries(module, problems):
    """Yield the benchmarks of a module, parameters aside."""
    prefix = module.__name__.split(".", 1)[1:]
    for name, value in list(vars(module).items()):
        if name.startswith("_"):
            continue
        if inspect.isfunction(value):
            if _is_timed(value, name):
                yield _entry(value, [value, module], [*prefix, value.__name__])
        elif inspect.isclass(value) and not inspect.isabstract(value):
            yield from _methods(value, module, prefix, problems)


def _methods(cls, module, prefix, problems):
    for name, function in inspect.getmembers(cls, inspect.isroutine):
        if not (inspect.isfunction(function) or inspect.ismethod(function)) or not _is_timed(function, name):
            continue
        try:
            instance = cls()
            bound = getattr(instance, name)
        except Exception as error:
            problems.append("%s: %s" % (".".join([*prefix, cls.__name__]), bench_seat.line(error)))
            return
        yield _entry(bound, [bound, instance, module], [*prefix, cls.__name__, name])


def _is_timed(function, name):
    name = getattr(function, "benchmark_name", name).split(".")[-1]
    return bool(_TIMED.match(name)) and not getattr(function, "skip_benchmark", False)


def _entry(function, sources, words):
    name = getattr(function, "benchmark_name", None) or ".".join(words)
    code = getattr(inspect.unwrap(function), "__code__", None)
    here = code is not None and os.path.realpath(code.co_filename) == os.path.realpath(sources[-1].__file__)
    return Entry(name, function, sources, code.co_firstlineno if here else 0)


def _first(sources, name, default):
    return next((getattr(source, name) for source in sources if getattr(source, name, None) is not None), default)


def _every(sources, name):
    """Return the attributes of this name, in whatever case it is written."""
    return [getattr(source, key) for source in sources for key in dir(source) if key.lower() == name and getattr(source, key) is not None]


def _parameters(entry):
    parameters = list(_first(entry.sources, "params", []))
    if parameters and not isinstance(parameters[0], (tuple, list)):
        return [parameters]
    return [list(values) for values in parameters]


def _ids(parameters):
    """Return how the values of each parameter are shown: without addresses, and numbered where two look the same."""
    shown = [[_ADDRESS.sub(r"\1\2", repr(value)) for value in values] for values in parameters]
    for ids in shown:
        often = {name for name, count in collections.Counter(ids).items() if count > 1}
        numbers = collections.defaultdict(itertools.count)
        ids[:] = ["%s (%d)" % (name, next(numbers[name])) if name in often else name for name in ids]
    return shown


def _named(entry, ids):
    return "%s(%s)" % (entry.name, ", ".join(ids)) if ids else entry.name


class Timed(bench_seat.Work):
    """A benchmark with one choice of its parameters."""

    def __init__(self, entry, values):
        self.sources = entry.sources
        if tuple(values) in [tuple(skipped) for skipped in _first(self.sources, "skip_params", [])]:
            raise bench_seat.SkippedError("its author skips these parameters")
        self.setups, self.teardowns = _every(self.sources, "setup")[::-1], _every(self.sources, "teardown")
        super().__init__(entry.function, self._cache() + tuple(values))
        self.is_set_up = False
        self.prepare(0)
        # The setup may say how many calls one setup is for.
        self.most = int(_first(self.sources, "number", 0)) or None

    def _cache(self):
        """Return what is made once for all, as another process would get it; nothing where there is nothing."""
        make = _first(self.sources, "setup_cache", None)
        if make is None:
            return ()
        for setup in self.setups:
            if not inspect.ismethod(setup) and _takes_nothing(setup):
                setup()
        cache = pickle.loads(pickle.dumps(make()))
        return () if cache is None else (cache,)

    def prepare(self, _count):
        if self.is_set_up:
            for teardown in self.teardowns:
                teardown(*self.args)
        self.is_set_up = True
        calls.seed()
        try:
            for setup in self.setups:
                setup(*self.args)
        except NotImplementedError as error:
            raise bench_seat.SkippedError("its setup raises %s" % bench_seat.line(error)) from None


def _takes_nothing(setup):
    try:
        inspect.signature(setup).bind()
    except TypeError:
        return False
    return True
