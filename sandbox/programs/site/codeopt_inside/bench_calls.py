"""A function's recorded calls as a benchmark: one round makes all of them, on arguments that were rebuilt before."""

import os
import sys

from codeopt_inside import bench_seat, calls, given_files
from codeopt_inside.load import load

MOST_BYTES = 48_000_000
MOST_ROUNDS = 5_000


class Rounds(bench_seat.Work):
    """Rounds over all calls; lazy results are forced, exceptions are results. Each batch has its own arguments: calls may change them."""

    def __init__(self, function, recorded):
        super().__init__(function)
        self.recorded = recorded
        self.most = max(1, min(MOST_ROUNDS, MOST_BYTES // sum(map(len, recorded))))

    def prepare(self, count):
        self.batch = [calls.loaded(data) for _ in range(count) for data in self.recorded]

    def run(self, count, begin, end):
        make, function = calls.make, self.function
        batch = self.batch
        begin()
        for arguments, keywords in batch:
            make(function, arguments, keywords)
        end()
        self.made += count

    def clear(self):
        self.batch = None
        if given_files.any_laid():
            given_files.cleared(os.getpid())

    def outcomes(self):
        return [self._outcome(data) for data in self.recorded]

    def _outcome(self, data):
        call = calls.loaded(data)
        raised, value = calls.make(self.function, *call)
        if not raised:
            return "returned"
        return "raised %s" % type(value.error if type(value) is calls.Forced else value).__qualname__


def run(spec, seat, joined):
    sys.argv = [spec["path"], *spec["argv"]]
    function = load(spec)
    recorded = calls.split(joined)
    if not recorded:
        raise bench_seat.ProblemError("there are no calls to make")
    for data in recorded:
        call = calls.loaded(data)
        if type(call) is calls.Unloadable:
            raise bench_seat.ProblemError("a call cannot be rebuilt: %s" % call.note)
    seat.sit(Rounds(function, recorded))
