"""Benchmarks of pyperf scripts: the script runs as `__main__`, with a stand-in for pyperf that takes the seat and starts no process."""

import argparse
import asyncio
import importlib
import importlib.machinery
import itertools
import os
import platform
import runpy
import sys
import time
import timeit
import types

from codeopt_inside import bench_seat

COMMAND = "bench_command starts a program: make it the workload of a check instead"


def listed(spec):
    found, problems, script = {}, [], _script(spec)

    def meet(name, _make, skipped=""):
        if skipped:
            problems.append("%s: %s: %s" % (spec["path"], name, skipped))
        else:
            found.setdefault(name, _line(script))

    try:
        _run_script(script, meet)
    except bench_seat.ProblemError as error:
        problems.append("%s: %s" % (spec["path"], error))
    return [[name, spec["path"], line] for name, line in found.items()], problems


def run(spec, seat, _recorded):
    # A name that two files give has the path in front.
    wanted = spec["name"].split(spec["path"] + "::")[-1]

    def meet(name, make, skipped=""):
        if name == wanted and not seat.taken:
            if skipped:
                raise bench_seat.SkippedError(skipped)
            seat.sit(make())
            # What comes after in the script gets other benchmarks ready.
            raise Over

    try:
        _run_script(_script(spec), meet)
    except Over:
        return
    raise bench_seat.ProblemError("the script makes no benchmark of this name")


class Over(BaseException):
    """Leaves the script: no exception of its own."""


def _script(spec):
    return os.path.join(os.path.realpath(spec["tree"]), spec["path"])


def _run_script(path, meet):
    sys.modules["pyperf"] = StandIn(meet)
    sys.argv = [path]
    sys.path.insert(0, os.path.dirname(path))
    try:
        runpy.run_path(path, run_name="__main__")
    except (bench_seat.ProblemError, Over):
        raise
    except SystemExit as ending:
        if ending.code not in (None, 0):
            raise bench_seat.ProblemError("the script ends with status %s" % (ending.code,)) from None
    except BaseException as error:
        raise bench_seat.ProblemError(bench_seat.line(error)) from None


def _line(path):
    """Return the line of the script that is being run."""
    frame = sys._getframe(1)
    while frame is not None and os.path.realpath(frame.f_code.co_filename) != path:
        frame = frame.f_back
    return frame.f_lineno if frame is not None else 0


class StandIn(types.ModuleType):
    """What scripts need of pyperf; the rest is the real one's, where it is installed."""

    perf_counter = staticmethod(time.perf_counter)

    def __init__(self, meet):
        super().__init__("pyperf")
        real = importlib.machinery.PathFinder.find_spec("pyperf")
        self.__path__ = [] if real is None else list(real.submodule_search_locations or ())
        self.Runner = type("Runner", (Runner,), {"_meet": staticmethod(meet)})

    @staticmethod
    def python_implementation():
        return platform.python_implementation().lower()

    @staticmethod
    def python_has_jit():
        return False

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        if not self.__path__:
            raise AttributeError("pyperf.%s: pyperf is not installed in the sandbox" % name)
        real = vars(self).get("_real")
        if real is None:
            del sys.modules["pyperf"]
            try:
                self._real = real = importlib.import_module("pyperf")
            finally:
                sys.modules["pyperf"] = self
        return getattr(real, name)


class Options(argparse.Namespace):
    """The options of a script that was given none; those of pyperf itself are not set."""

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)


class Runner:
    """pyperf's runner, which meets each benchmark; `inner_loops` are no matter, since both sides have the same."""

    def __init__(self, *_args, metadata=None, program_args=None, _argparser=None, **_settings):
        self.metadata = dict(metadata or {})
        self.program_args = program_args or (sys.argv[0],)
        self.argparser = _argparser or argparse.ArgumentParser()
        self.args = None

    def parse_args(self, args=None):
        if self.args is None or args is not None:
            self.args = Options(**vars(self.argparser.parse_known_args(args)[0]))
        return self.args

    def is_worker(self):
        return True

    def bench_func(self, name, func, *args, **_settings):
        self._meet(name, lambda: bench_seat.Work(func, args))

    def bench_time_func(self, name, time_func, *args, **_settings):
        self._meet(name, lambda: Loops(time_func, args))

    def bench_async_func(self, name, func, *args, loop_factory=None, **_settings):
        self._meet(name, lambda: Awaited(func, args, loop_factory))

    def timeit(self, name, stmt=None, setup="pass", teardown="pass", globals=None, **_settings):  # noqa: A002 - as pyperf has it
        del teardown
        stmt = name if stmt is None else stmt
        self._meet(name, lambda: bench_seat.Work(stmt) if callable(stmt) else Statement(stmt, setup, globals))

    def bench_command(self, name, _command):
        self._meet(name, None, skipped=COMMAND)


class Loops(bench_seat.Work):
    """A function that makes so many calls itself. What it does before them is in the time, once a batch; its own clock is not read."""

    def run(self, count, begin, end):
        begin()
        seconds = self.function(count, *self.args)
        end()
        self.keep(None, count, seconds)


class Awaited(bench_seat.Work):
    """A coroutine function: the calls of a batch are awaited one after the other in a loop that runs already."""

    def __init__(self, function, args, factory):
        super().__init__(function, args)
        self.loop = (factory or asyncio.new_event_loop)()
        asyncio.set_event_loop(self.loop)

    def run(self, count, begin, end):
        self.loop.run_until_complete(self._many(count, begin, end))

    async def _many(self, count, begin, end):
        function, args, result = self.function, self.args, None
        times = itertools.repeat(None, count)
        begin()
        start = time.perf_counter()
        for _ in times:
            result = await function(*args)
        self.keep(result, count, time.perf_counter() - start)
        end()


class Statement(bench_seat.Work):
    """A statement of `timeit`, in one function with its setup, which runs once."""

    FRAME = """
def inner(_codeopt_times):
    {setup}
    while True:
        for _codeopt_time in _codeopt_times:
            {stmt}
            pass
        _codeopt_times = yield
"""

    def __init__(self, stmt, setup, namespace):
        super().__init__(None)
        source = self.FRAME.format(setup=timeit.reindent(_text(setup), 4), stmt=timeit.reindent(_text(stmt), 12))
        made = {}
        exec(compile(source, "<pyperf timeit>", "exec"), {} if namespace is None else namespace, made)  # noqa: S102 - as timeit does
        self.rounds = made["inner"](())
        next(self.rounds)

    def run(self, count, begin, end):
        send, times = self.rounds.send, itertools.repeat(None, count)
        begin()
        start = time.perf_counter()
        send(times)
        self.keep(None, count, time.perf_counter() - start)
        end()


def _text(statement):
    return statement if isinstance(statement, str) else "\n".join(statement)
