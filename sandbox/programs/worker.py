"""The worker: makes recorded calls of one function again, as the host asks over a pipe of frames.

The same program is the referee (on the original tree) and the contestant (on the candidate's); it does not know which. It is told
neither what is expected, nor whether a batch is measured: the clock is the host's. Each timed batch runs in a fresh child, so that
nothing that one batch leaves in memory meets the next.

Requests: `replay` {calls, limit}: one message for each call. `time` {calls, repeat}: answers `prepared`, waits for
`go`, answers `done`, waits for `show` {positions, limit}, answers the digests. The end of the input ends the worker.
"""

import gc
import importlib
import importlib.util
import json
import os
import pickle
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "site"))

from codeopt_inside import calls, canon, frames, hook


def load(spec):
    """Import the target's module as the workload did, and return the raw function."""
    path = os.path.realpath(os.path.join(spec["tree"], spec["path"]))
    met = {}

    def meet(_path, _qualname, _ordinal, function):
        met["function"] = function
        return function

    hook.install({path: {(spec["qualname"], spec["ordinal"])}}, meet)
    own = sys.path[:]
    sys.path[:] = spec["import_path"] + [entry for entry in own if entry not in spec["import_path"]]
    if spec["main"]:
        sys.modules["__main__"] = importlib.import_module(spec["main"])
    elif spec["module"] == "__main__":
        _load_script(path)
    else:
        importlib.import_module(spec["module"])
    if "function" not in met:
        raise LookupError("%s is not defined when %s is imported" % (spec["qualname"], spec["module"]))
    return met["function"]


def _load_script(path):
    """Import a script the way `multiprocessing` does: not as `__main__`, but answering to that name for pickles."""
    spec = importlib.util.spec_from_file_location("__mp_main__", path)
    names = next(finder for finder in sys.meta_path if isinstance(finder, hook.MarkingFinder)).targets[path]
    spec.loader = hook.MarkingLoader("__mp_main__", path, names)
    module = importlib.util.module_from_spec(spec)
    sys.modules["__mp_main__"] = sys.modules["__main__"] = module
    spec.loader.exec_module(module)


def replay(pipe, function, recorded, request):
    for number in request["calls"]:
        pipe.send(calls.told(number, recorded[number], function, request["limit"]))


def run_batch(function, batch):
    """Make every call of a batch, lazy results forced; returns (raised, value) for each."""
    make = calls.make
    return [make(function, arguments, keywords) for arguments, keywords in batch]


def timed(pipe, function, recorded, request):
    """Run in the child: unpickle, say `prepared`, wait, work, say `done`, and show the results that are asked for."""
    batch = [pickle.loads(recorded[number]) for _ in range(request["repeat"]) for number in request["calls"]]
    gc.collect()
    gc.freeze()
    # Once for the batch: seeding costs more than many a call, and would hide what the call gains.
    calls.seed()
    pipe.send({"prepared": len(batch)})
    pipe.receive()
    results = run_batch(function, batch)
    pipe.send({"done": len(results)})
    question = pipe.receive()
    digests = []
    for position in question["positions"]:
        raised, value = results[position]
        try:
            digests.append(canon.digest(calls.encoded(*batch[position], raised, value, question["limit"])))
        except canon.OpaqueError:
            digests.append("")
    pipe.send({"digests": digests})


def in_child(pipe, function, recorded, request):
    child = os.fork()
    if child == 0:
        status = 1
        try:
            timed(pipe, function, recorded, request)
            status = 0
        finally:
            os._exit(status)
    _, status = os.waitpid(child, 0)
    if status:
        pipe.send({"failed": "a batch ended early", "status": status})


def main():
    pipe = frames.take_over()
    spec = json.loads(sys.argv[1])
    sys.argv = [spec["path"], *spec["argv"]]
    canon.hide([(spec["tree"], "{tree}"), (os.path.dirname(spec["calls"]), "{out}"), (tempfile.gettempdir(), "{tmp}")])
    try:
        recorded = calls.read(spec["calls"])
        function = load(spec)
    except BaseException as error:
        pipe.send({"failed": "import", "error": ("%s: %s" % (type(error).__name__, error)).splitlines()[0][:500]})
        return
    pipe.send({"ready": len(recorded)})
    handlers = {"replay": replay, "time": in_child}
    while True:
        request = pipe.receive()
        if request is None:
            return
        handlers[request["op"]](pipe, function, recorded, request)


if __name__ == "__main__":
    main()
