"""The `benchmark` fixture as suites for pytest-benchmark and pytest-codspeed use it: it takes the seat with what it is given."""

import inspect
import os
import time

from codeopt_inside import bench_seat

MOST_SETS = 1_000
SETS_BYTES = 256_000_000
SETS_S = 1.0
WEAVING = "benchmark.weave times calls that others make: give the function to benchmark() instead"


class Fixture:
    """One per test. `stats` is there once the calls are made, and knows of one of them."""

    enabled, disabled, skipped, has_error, cprofile = True, False, False, False, None

    def __init__(self, seat, node):
        self._seat = seat
        self.name, self.fullname = node.name, node.nodeid
        call = getattr(node, "callspec", None)
        self.param, self.params = (None, None) if call is None else (call.id, call.params)
        mark = node.get_closest_marker("benchmark")
        self.group = None if mark is None else mark.kwargs.get("group")
        self.extra_info, self.options = {}, {}
        self.stats = None

    def __call__(self, function_to_benchmark, *args, **kwargs):
        return self._sit(bench_seat.Work(function_to_benchmark, args, kwargs))

    def pedantic(self, target, args=(), kwargs=None, setup=None, teardown=None, rounds=1, warmup_rounds=0, iterations=1):
        planned = warmup_rounds + rounds * iterations
        if setup is None and teardown is None:
            return self._sit(bench_seat.Work(target, args, kwargs, planned=planned))
        if setup and iterations > 1:
            raise ValueError("Can't use more than 1 `iterations` with a `setup` function.")
        return self._sit(Sets(target, args, kwargs or {}, setup, teardown, planned))

    def _sit(self, work):
        if inspect.iscoroutinefunction(work.function):
            raise bench_seat.ProblemError("the fixture is given a coroutine function, and nobody awaits what it returns")
        result = self._seat.sit(work)
        self.stats = Stats(work.seconds)
        return result

    def weave(self, *_args, **_kwargs):
        raise bench_seat.ProblemError(WEAVING)

    patch = weave


class Stats:
    """What a test may look up about the last calls that were made, as if they had been one round."""

    rounds = iterations = 1
    stddev = iqr = 0.0

    def __init__(self, seconds):
        self.min = self.max = self.mean = self.median = self.total = seconds
        self.data = [seconds]
        self.ops = 1 / seconds if seconds else 0.0

    @property
    def stats(self):
        return self

    def __getitem__(self, name):
        return getattr(self, name)


class Sets(bench_seat.Work):
    """Each call has a setup before it, a teardown behind it, or both; neither is timed.

    Where the setup makes arguments, a batch can hold as many calls as there is room for arguments. Where it does something else, each
    call needs it done just before, and a batch holds one.
    """

    def __init__(self, function, args, keywords, setup, teardown, planned):
        super().__init__(function, args, keywords, planned)
        self.setup, self.teardown, self.sets = setup, teardown, []
        self.most = 1 if teardown else self._room()

    def _room(self):
        """Say how many sets of arguments can be made at once, by what the second one takes: the first pays for imports as well."""
        if self._made() is None:
            return 1
        before, start = _resident_bytes(), time.perf_counter()
        kept = self._made()
        seconds, grown = time.perf_counter() - start, _resident_bytes() - before
        del kept
        return max(1, min(MOST_SETS, int(SETS_S / max(seconds, 1e-6)), SETS_BYTES // max(grown, 1)))

    def _made(self):
        """Return what the setup makes; None where it makes no arguments."""
        made = self.setup() if self.setup else None
        if made and (self.args or self.keywords):
            raise TypeError("Can't use `args` or `kwargs` if `setup` returns the arguments.")
        return made or None

    def prepare(self, count):
        self.sets = [self._made() or (self.args, self.keywords) for _ in range(count)]

    def run(self, count, begin, end):
        function, sets, result = self.function, self.sets, None
        begin()
        start = time.perf_counter()
        for args, keywords in sets:
            result = function(*args, **keywords)
        self.keep(result, count, time.perf_counter() - start)
        end()

    def clear(self):
        if self.teardown:
            for args, keywords in self.sets:
                self.teardown(*args, **keywords)
        self.sets = []


def _resident_bytes():
    """Return how much memory this process holds; 0 where the system does not tell."""
    try:
        with open("/proc/self/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0
