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
        atexit.register(sampler.finish)

    begin()
    os.register_at_fork(after_in_child=begin)


def _record(spec):
    from codeopt_inside import hook
    from codeopt_inside.recorder import Recorder

    recorder = Recorder(spec["tree"], spec["out"], spec["targets"])
    hook.install(recorder.files(), recorder.met)
    atexit.register(recorder.finish)
