"""Sits at one benchmark of a repository and makes its calls as the host asks over a pipe of frames; or lists what there is to sit at.

First the host sends what is wanted; for recorded calls their joined pickles follow. `list` is answered by `benchmarks` and `problems`.
`run` gets the benchmark ready, as its own framework would, and says `ready`; then requests: `batch` {calls}: answers `prepared`, waits for
the host's word, makes the calls in a tight loop, answers `done`, so that the clock is the host's and sees nothing but the loop. `reach`:
makes one call and tells which functions of the tree ran, and which of its files are imported. `sample` {calls}: makes calls and tells where
their time went. `outcomes`: how each recorded call ends. `end`: what stands behind the benchmark runs, a test's asserts for one, and
`ended` is answered.

What goes wrong is told in one line, as `failed`, or as `skipped` where the benchmark does not want to run here, and ends the program.
"""

import importlib
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "site"))

from codeopt_inside import bench_seat, calls, frames


def main():
    pipe = frames.take_over()
    spec = pipe.receive()
    if spec is None:
        return
    recorded = pipe.receive_bytes() if spec["kind"] == "calls" else None
    # What the repository prints goes nowhere.
    os.dup2(1, 2)
    # The repository may have a `bench.py` of its own: the folder of this one is no place to import from.
    site = sys.path[0]
    del sys.path[:2]
    if site not in sys.path:
        sys.path.append(site)
    pipe.send(answered(pipe, spec, recorded))
    # Threads that the benchmark left behind must not keep the program.
    os._exit(0)


def answered(pipe, spec, recorded):
    """Do what is wanted, and return the last message."""
    try:
        kind = importlib.import_module("codeopt_inside.bench_" + spec["kind"])
        # Data that is drawn at random is the same on both sides.
        calls.seed()
        if spec["op"] == "list":
            found, problems = kind.listed(spec)
            return {"benchmarks": found, "problems": problems}
        kind.run(spec, bench_seat.Seat(pipe, spec["tree"]), recorded)
    except bench_seat.SkippedError as error:
        return {"skipped": bench_seat.line(error)}
    except BaseException as error:
        return {"failed": bench_seat.line(error)}
    return {"ended": 1}


if __name__ == "__main__":
    main()
