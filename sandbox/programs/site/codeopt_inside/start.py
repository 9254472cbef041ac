"""What `sitecustomize` starts in every Python process of a workload, as CODEOPT_INSIDE asks."""

import atexit
import json
import os


def start(text):
    """Start the sampler or the recorder; a forked child starts anew."""
    spec = json.loads(text)
    if spec["mode"] == "profile":
        _profile(spec)
    elif spec["mode"] == "record":
        _record(spec)


def _profile(spec):
    from codeopt_inside.sampler import Sampler

    def begin():
        sampler = Sampler(spec["tree"], spec["out"])
        sampler.start()
        _at_exit(sampler.finish)

    begin()
    os.register_at_fork(after_in_child=begin)


def _record(spec):
    from codeopt_inside import hook
    from codeopt_inside.recorder import Recorder

    recorder = Recorder(spec["tree"], spec["out"], spec["targets"])
    hook.install(recorder.files(), recorder.met)
    _at_exit(recorder.finish)
    os.register_at_fork(after_in_child=recorder.reset)


def _at_exit(finish):
    """Call `finish` once when this process ends, also a child of `multiprocessing`, which leaves without running atexit."""
    from multiprocessing import util

    done = set()

    def once():
        if os.getpid() not in done:
            done.add(os.getpid())
            finish()

    atexit.register(once)
    util.register_after_fork(util, lambda _: util.Finalize(None, once, exitpriority=100))
