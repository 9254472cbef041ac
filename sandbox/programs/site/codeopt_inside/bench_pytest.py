"""Benchmarks that are tests: those with a `benchmark` fixture, and whole tests that are marked as benchmarks.

pytest runs in this process with a plug-in of codeopt's, and with the repository's own configuration as far as it does not time, distribute
or repeat tests. A name is the test's path in the tree and what pytest calls it in that file.
"""

import inspect
import io
import os
import sys

from codeopt_inside import bench_seat, calls

try:
    import pytest
except ImportError:
    raise bench_seat.ProblemError("pytest is not installed in the sandbox") from None

from codeopt_inside import bench_options
from codeopt_inside.bench_fixture import Fixture

FIXTURES = frozenset({"benchmark", "codspeed_benchmark"})
MARKS = ("benchmark", "codspeed_benchmark", "codspeed")
# Nothing is captured: what N calls print would be kept. Whatever selects tests in the repository's options is taken back.
ARGUMENTS = ("-q", "-s", "--tb=short", "--maxfail=0", "-m", "", "-k", "")


def listed(spec):
    lister = Lister(spec["tree"])
    status = _main(spec, [lister], ["--collect-only", "--continue-on-collection-errors", *spec["paths"]])
    if status and not lister.problems and not lister.found:
        lister.problems.append(status)
    return lister.found, lister.problems


def run(spec, seat, _recorded):
    sitter = Sitter(spec, seat)
    status = _main(spec, [sitter], [spec["path"]])
    if sitter.skipped:
        raise bench_seat.SkippedError(sitter.skipped)
    if sitter.problems:
        raise bench_seat.ProblemError(sitter.problems[0])
    if not sitter.met:
        raise bench_seat.ProblemError(status or "there is no such test")
    if not seat.left:
        raise bench_seat.ProblemError("the test ends without a call of its benchmark")


def _main(spec, plugins, words):
    """Run pytest in this process; returns what it complains about before it begins, empty when it begins."""
    # As `python -m pytest` does.
    sys.path.insert(0, spec["tree"])
    sys.argv = ["pytest", *words]
    errors, sys.stderr = sys.stderr, io.StringIO()
    said = sys.stderr
    try:
        arguments = [*ARGUMENTS, "-o", "cache_dir=%s/pytest-cache" % spec["out"], *words]
        pytest.main(arguments, plugins=[*plugins, bench_options])
    finally:
        sys.stderr = errors
    return _complaint(said.getvalue())


def _complaint(text):
    """Return the line of pytest's that says what is wrong: marked as the error, or the last one."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    marked = [line[2:].strip() for line in lines if line.startswith("E ")]
    said = [line for line in lines if ": error: " in line]
    return (marked or said or lines or [""])[-1]


def is_benchmark(item):
    if FIXTURES.intersection(getattr(item, "fixturenames", ())):
        return True
    return any(item.get_closest_marker(name) for name in MARKS)


class Plugin:
    """What listing and running have in common; `problems` are one line each."""

    def __init__(self, tree):
        self.tree = os.path.realpath(tree)
        self.problems = []
        self.stderr = sys.stderr

    def pytest_addoption(self, parser, pluginmanager):
        bench_options.switch_off(pluginmanager)
        bench_options.declare(parser)

    @pytest.hookimpl(tryfirst=True)
    def pytest_load_initial_conftests(self, early_config):
        # Not before: pytest wants to see plug-ins before they are imported.
        bench_options.add_hooks(early_config.pluginmanager)

    @pytest.hookimpl(tryfirst=True)
    def pytest_configure(self, config):
        bench_options.add_markers(config)
        # For whoever asks: benchmarks are neither skipped nor called but once.
        config.option.benchmark_skip = config.option.benchmark_disable = False

    def pytest_sessionstart(self):
        # From here on problems come as reports, and what the tests say is not to be kept.
        sys.stderr = self.stderr

    def pytest_collectreport(self, report):
        if report.failed or (report.skipped and report.nodeid):
            self.problems.append("%s: %s" % (report.nodeid or "collection", _reason(report)))

    def pytest_internalerror(self, excinfo):
        self.problems.append("pytest fails: %s" % bench_seat.line(excinfo.value))

    def place(self, item):
        """Return where an item stands in the tree."""
        path = os.path.realpath(str(getattr(item, "path", None) or item.fspath))
        return os.path.relpath(path, self.tree).replace(os.sep, "/")

    def name(self, item):
        """Return the item's name: pytest's own begins at its root, which depends on what is collected."""
        return "::".join([self.place(item), *item.nodeid.split("::")[1:]])


def _reason(report):
    """Return one line that says why something failed or was skipped."""
    what = report.longrepr
    if isinstance(what, tuple):
        return str(what[2])
    crash = getattr(what, "reprcrash", None)
    if crash is not None:
        return crash.message.strip().splitlines()[0]
    lines = [line.strip() for line in str(what).splitlines() if line.strip()]
    marked = [line[1:].strip() for line in lines if line.startswith("E ")]
    return (marked or lines or ["no reason is given"])[-1]


class Lister(Plugin):
    """Names the benchmarks that are collected."""

    def __init__(self, tree):
        super().__init__(tree)
        self.found = []

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items):
        met = {}
        for item in items:
            if is_benchmark(item):
                met.setdefault(self.name(item), [self.place(item), (item.location[1] or 0) + 1])
        self.found = [[name, *where] for name, where in met.items()]


class Sitter(Plugin):
    """Runs one test, whose benchmark takes the seat."""

    def __init__(self, spec, seat):
        super().__init__(spec["tree"])
        self.wanted, self.seat = spec["name"], seat
        self.met, self.skipped = False, ""

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items):
        items[:] = [item for item in items if self.name(item) == self.wanted and is_benchmark(item)][:1]
        self.met = bool(items)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self):
        # Libraries that were loaded with the tests have generators of their own.
        calls.seed()

    @pytest.fixture
    def codspeed_benchmark(self, request):
        return Fixture(self.seat, request.node)

    @pytest.fixture
    def benchmark(self, codspeed_benchmark):
        return codspeed_benchmark

    @pytest.fixture
    def benchmark_weave(self, benchmark):
        return benchmark.weave

    @pytest.hookimpl(tryfirst=True)
    def pytest_pyfunc_call(self, pyfuncitem):
        if FIXTURES.intersection(pyfuncitem.fixturenames):
            return None
        if inspect.iscoroutinefunction(pyfuncitem.obj):
            raise bench_seat.SkippedError("a whole test that is a coroutine is not timed: no event loop is its own")
        arguments = {name: pyfuncitem.funcargs[name] for name in pyfuncitem._fixtureinfo.argnames}
        self.seat.sit(bench_seat.Work(pyfuncitem.obj, (), arguments))
        return True

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(self, call):
        error = None if call.excinfo is None else call.excinfo.value
        if isinstance(error, bench_seat.SkippedError):
            self.skipped = str(error)
        elif isinstance(error, bench_seat.ProblemError):
            self.problems.append(str(error))

    def pytest_runtest_logreport(self, report):
        if report.skipped and not self.seat.left:
            self.skipped = self.skipped or getattr(report, "wasxfail", "") or _reason(report)
        elif report.failed:
            self.problems.append(_reason(report) if report.when == "call" else "%s: %s" % (report.when, _reason(report)))
