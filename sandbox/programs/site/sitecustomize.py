"""Runs at the start of every Python process of a workload: starts what CODEOPT_INSIDE asks for, then the sitecustomize that it hides."""

import importlib.util
import os
import sys


def _hidden():
    """Execute the next sitecustomize on the path, as Python would have done without this one."""
    here = os.path.dirname(os.path.abspath(__file__))
    for entry in sys.path:
        path = os.path.join(entry or ".", "sitecustomize.py")
        if os.path.abspath(entry or ".") != here and os.path.isfile(path):
            spec = importlib.util.spec_from_file_location("codeopt_hidden_sitecustomize", path)
            spec.loader.exec_module(importlib.util.module_from_spec(spec))
            return


_hidden()
if os.environ.get("CODEOPT_INSIDE"):
    from codeopt_inside.start import start

    start(os.environ["CODEOPT_INSIDE"])
