"""Finds inputs that take different ways through a function, by CrossHair, where the environment has it.

Runs on the original's side only, in a fork. CrossHair runs the function on values that stand for all of a type, asks a solver which ones
lead further at each condition, and makes plain values of them in the end.
"""

import contextlib
import importlib.util
import inspect
import os
import pickle
import struct
import tempfile

from codeopt_inside.bounded import bounded

MOST = 64
MORE_BYTES = 4 << 30
# The solver may not be interrupted by itself: it is given less than there is.
SHARE = 0.7
PATH_S = 2.0
PROTOCOL = 4
_HEAD = struct.Struct(">I")
_REST, _OTHERS, _COROUTINE, _ASYNC_GENERATOR, _GENERATOR = 0x04, 0x08, 0x80, 0x200, 0x20


def found(function, seconds, positional=MOST):
    """Return pickles of (arguments, keywords); none where CrossHair is missing or cannot treat the function.

    So many arguments are given by position, the others by name.
    """
    if not _is_treatable(function) or importlib.util.find_spec("crosshair") is None:
        return []
    with tempfile.TemporaryFile() as kept:
        # What was found is kept as it comes: the fork may have to be ended in the middle of the next.
        bounded(lambda: _explored(function, seconds * SHARE, positional, kept.fileno()), seconds, MORE_BYTES)
        kept.seek(0)
        return list(dict.fromkeys(_frames(kept.read())))


def _is_treatable(function):
    """Whether it has parameters, all of them annotated, and is not asynchronous."""
    code = function.__code__
    count = code.co_argcount + code.co_kwonlyargcount + bool(code.co_flags & _REST) + bool(code.co_flags & _OTHERS)
    names = code.co_varnames[:count]
    return bool(names) and set(names) <= set(function.__annotations__) and not code.co_flags & (_COROUTINE | _ASYNC_GENERATOR)


def _explored(function, seconds, positional, descriptor):
    # What another release of it, or a strange function, raises here costs no more than what was not found yet.
    with contextlib.suppress(BaseException):
        _explore(function, seconds, positional, descriptor)
    return b""


def _explore(function, seconds, positional, descriptor):
    import crosshair.core_and_libs  # noqa: F401 - it registers what stands for the built-in types
    from crosshair.auditwall import engage_auditwall
    from crosshair.core import deep_realize, explore_paths
    from crosshair.fnutil import resolve_signature
    from crosshair.options import DEFAULT_OPTIONS, AnalysisOptionSet
    from crosshair.statespace import RootNode
    from crosshair.tracers import NoTracing

    made = []

    def run(given):
        result = function(*given.args, **given.kwargs)
        if function.__code__.co_flags & _GENERATOR:
            for _ in result:
                pass

    def keep(space, given, *_):
        space.detach_path()
        given = deep_realize(given)
        with NoTracing():
            _keep(_in_mode(given, positional), descriptor, made)
        return len(made) >= MOST

    options = DEFAULT_OPTIONS.overlay(AnalysisOptionSet(per_condition_timeout=seconds, per_path_timeout=PATH_S))
    signature = resolve_signature(function)
    # Nothing that the function does with made-up values reaches a file.
    engage_auditwall()
    explore_paths(run, signature, options, RootNode(), keep)


def _in_mode(given, positional):
    """Return the arguments and keywords of a call in which so many are given by position, or as few more as there must be."""
    arguments = list(given.args)
    kinds = [(name, parameter.kind) for name, parameter in given.signature.parameters.items()]
    named = [name if kind is inspect.Parameter.POSITIONAL_OR_KEYWORD else None for name, kind in kinds]
    first = len(arguments)
    while positional < first <= len(named) and named[first - 1] is not None:
        first -= 1
    keywords = dict(zip(named[first:], arguments[first:]))  # noqa: B905 - Python 3.9
    return tuple(arguments[:first]), {**keywords, **given.kwargs}


def _keep(call, descriptor, made):
    try:
        data = pickle.dumps(call, PROTOCOL)
    except Exception:
        return
    # What still stands for other values would need it wherever it is loaded.
    if b"crosshair" in data:
        return
    made.append(data)
    os.write(descriptor, _HEAD.pack(len(data)) + data)


def _frames(data):
    """Yield the whole frames of what may end in the middle of one."""
    at = 0
    while len(data) - at >= _HEAD.size:
        (length,) = _HEAD.unpack_from(data, at)
        at += _HEAD.size + length
        if at > len(data):
            return
        yield data[at - length : at]
