"""Loads the module of a recorded function as the workload did, and meets the raw function while it is defined."""

import importlib
import importlib.util
import os
import sys

from codeopt_inside import hook


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
