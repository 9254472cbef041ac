"""The worker: makes recorded calls of one function again, as the host asks over a pipe of frames.

The same program is the referee (on the original tree) and the contestant (on the candidate's); it does not know which. Every batch is
the same to it: inputs arrive, a fresh child rebuilds them, waits for the host's word, makes the calls and says so. Only then is it
asked what came out, of which calls, and how precisely. So nothing tells a batch that is timed from one that is compared, the clock is the
host's, and no input is here before the batch that needs it.

First the host sends what is to be loaded. Then requests: `batch` {repeat} with the joined pickles of the calls: the child answers
`prepared`, waits for `go`, answers `done`, then questions: `show` {positions, limit, parted}, `tell` and `again` of the same; where
`parted` is true each result is told apart from its floats as well. `trace` with the same pickles: answers the arcs that were passed, and
what stayed in memory. What else may be asked is asked of the original's side alone: see `codeopt_inside/referee.py`. The end of the input
ends the worker.
"""

import asyncio  # noqa: F401 - an async call must not pay for it while it is timed
import collections
import gc
import os
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "site"))

from codeopt_inside import calls, canon, crowd, frames, seen, watch, world, worn
from codeopt_inside.children import in_child
from codeopt_inside.load import load
from codeopt_inside.printed import Printed, set_tree

# A function, and the name that shall lead to it.
Target = collections.namedtuple("Target", ("function", "module", "qualname"))  # noqa: PYI024 - as quick to import as it gets


def run_batch(function, batch, printed):
    """Make every call of a batch, lazy results forced; returns (call, raised, value) for each."""
    make, mark, tell, results = calls.make, printed.marks.append, printed.buffer.tell, []
    keep = results.append
    for call in batch:
        if type(call) is calls.Unloadable:
            keep((call, True, call))
        else:
            keep((call, *make(function, call[0], call[1])))
        mark(tell())
    return results


class Child:
    """One batch, in a process of its own."""

    def __init__(self, pipe, target, recorded, repeat):
        self.pipe, self.target, self.recorded = pipe, target, recorded
        self.function = target.function
        self.batch = [calls.loaded(data) for _ in range(repeat) for data in recorded]
        self.printed = Printed()
        self.results = []

    def run(self):
        gc.collect()
        gc.freeze()
        # Once for the batch: seeding costs more than many a call, and would hide what the call gains.
        calls.seed()
        self.printed.take()
        self.pipe.send({"prepared": len(self.batch)})
        self.pipe.receive()
        self.results = run_batch(self.function, self.batch, self.printed)
        self.pipe.send({"done": len(self.results)})
        self.printed.leave()
        while True:
            question = self.pipe.receive()
            if question is None or question["op"] == "end":
                return
            getattr(self, "_" + question["op"])(question)

    def _show(self, question):
        apart = question.get("parted", False)
        self._name([calls.named(*self.results[at], question["limit"], apart) for at in question["positions"]], apart)

    def _name(self, found, apart):
        self.pipe.send({"digests": [digest for digest, _ in found]})
        for _, part in found if apart else ():
            self.pipe.send(calls.spelled(part))

    def _tell(self, question):
        """Tell of each call, then of the process; the world is looked at first, before the telling changes it."""
        state = {**world.told(), **world.public_state(self.target.module), "the name of the target": world.aim(*self.target)}
        for at in question["positions"]:
            result, printed = self.results[at], self.printed.of(at)
            self.pipe.send(calls.told(at, self.recorded[at], result, printed, question["limit"], question.get("parted", False)))
        self.pipe.send({"world": state})

    def _again(self, question):
        looked, apart = frozenset(question["positions"]), question.get("parted", False)
        self._name(worn.named(self.function, self.recorded, self.results, looked, question["limit"], apart), apart)


def batch(pipe, target, request):
    recorded = calls.split(pipe.receive_bytes())
    in_child(pipe, lambda: Child(pipe, target, recorded, request["repeat"]).run())


def traced(pipe, target, _request):
    recorded = calls.split(pipe.receive_bytes())

    def work():
        calls.seed()
        Printed().take()
        arcs, kept = seen.seen(target.function, recorded)
        pipe.send({"arcs": arcs, "kept": kept})

    in_child(pipe, work)


def crowded(pipe, target, request):
    recorded = calls.split(pipe.receive_bytes())
    found = crowd.answered(target.function, recorded, request["positions"], request["limit"], request["seconds"])
    pipe.send({"digests": found})


def asked(pipe, target, request):
    """Answer what is asked of the original's side alone; a candidate's process never loads this."""
    from codeopt_inside import referee

    referee.ANSWERS[request["op"]](pipe, target, request)


def begin(pipe, spec):
    """Load the target; returns it, or None after saying why there is none."""
    # Only what is put off until here, so that the host can take the time of the tree's own imports.
    canon.hide([(spec["tree"], "{tree}"), (spec["out"], "{out}"), (tempfile.gettempdir(), "{tmp}"), (os.path.expanduser("~"), "{home}")])
    set_tree(spec["tree"])
    sys.argv = [spec["path"], *spec["argv"]]
    watch.install(spec["tree"], lambda kind, what: pipe.send({"did": kind, "what": what[:200]}))
    world.remember()
    pipe.send({"hello": os.getpid()})
    pipe.receive()
    try:
        function = load(spec)
    except BaseException as error:
        pipe.send({"failed": "import", "error": ("%s: %s" % (type(error).__name__, error)).splitlines()[0][:500]})
        return None
    pipe.send({"ready": 1})
    return Target(function, function.__module__, spec["qualname"])


def main():
    pipe = frames.take_over()
    spec = pipe.receive()
    target = begin(pipe, spec) if spec is not None else None
    handlers = {"batch": batch, "trace": traced, "crowd": crowded}
    while target is not None:
        request = pipe.receive()
        if request is None:
            return
        handlers.get(request["op"], asked)(pipe, target, request)


if __name__ == "__main__":
    main()
