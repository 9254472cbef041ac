"""Keeps the arguments of real calls while a workload runs: wraps each target as it is met.

Nested calls of one target (recursion) belong to the outer call. What is kept, and when it is copied, `target.py` says.
"""

import functools
import inspect
import os
import sys
import time

from codeopt_inside.target import Target


class Recorder:
    """Wraps each target as it is met, and writes what was kept at exit."""

    def __init__(self, tree, out, names):
        self.out = out
        self.tree = tree
        self.names = names
        self.reset()

    def reset(self):
        """Begin anew, as in a forked child: what the parent kept is the parent's to write."""
        fresh = [Target(os.path.realpath(os.path.join(self.tree, n["path"])), n["qualname"], n["ordinal"]) for n in self.names]
        for target, old in zip(fresh, getattr(self, "targets", ())):  # noqa: B905 - Python 3.9 has no strict
            target.module, target.main = old.module, old.main
        self.targets = fresh

    def files(self):
        files = {}
        for target in self.targets:
            files.setdefault(target.path, set()).add((target.qualname, target.ordinal))
        return files

    def met(self, path, qualname, ordinal, function):
        real = os.path.realpath(path)
        for index, target in enumerate(self.targets):
            if (target.path, target.qualname, target.ordinal) == (real, qualname, ordinal):
                target.module = function.__module__
                spec = getattr(sys.modules.get("__main__"), "__spec__", None)
                target.main = spec.name if target.module == "__main__" and spec is not None else None
                return self.wrapped(function, index)
        return function

    def wrapped(self, function, index):
        """Return a function of the same kind that records; kinds matter to decorators and frameworks."""
        for is_kind, wrap in _WRAPPERS:
            if is_kind(function):
                return functools.wraps(function)(wrap(self, index, function))
        return functools.wraps(function)(_plain(self, index, function))

    def finish(self):
        for index, target in enumerate(self.targets):
            if target.seen:
                target.write(self.out, index)


def _begun(target, arguments, keywords):
    """Return the call that is kept, if it is, and the arguments to call with."""
    call = target.begun(arguments, keywords)
    if call is not None and call.given is not None:
        (arguments, keywords), call.given = call.given, None
    return call, arguments, keywords


def _plain(recorder, index, function):
    def recorded(*arguments, **keywords):
        target = recorder.targets[index]
        if getattr(target.active, "inside", False):
            return function(*arguments, **keywords)
        target.active.inside = True
        try:
            call, arguments, keywords = _begun(target, arguments, keywords)
            start = time.perf_counter()
            try:
                result = function(*arguments, **keywords)
            except BaseException as error:
                target.failed(call, error, arguments, keywords)
                raise
            finally:
                target.seconds += time.perf_counter() - start
            target.returned(call)
            return result
        finally:
            target.active.inside = False

    return recorded


def _generator(recorder, index, function):
    def recorded(*arguments, **keywords):
        target = recorder.targets[index]
        call, arguments, keywords = _begun(target, arguments, keywords)
        try:
            result = yield from function(*arguments, **keywords)
        except GeneratorExit:
            raise
        except BaseException as error:
            target.failed(call, error, arguments, keywords)
            raise
        target.returned(call)
        return result

    return recorded


def _coroutine(recorder, index, function):
    async def recorded(*arguments, **keywords):
        target = recorder.targets[index]
        call, arguments, keywords = _begun(target, arguments, keywords)
        start = time.perf_counter()
        try:
            result = await function(*arguments, **keywords)
        except BaseException as error:
            target.failed(call, error, arguments, keywords)
            raise
        finally:
            target.seconds += time.perf_counter() - start
        target.returned(call)
        return result

    return recorded


def _async_generator(recorder, index, function):
    async def recorded(*arguments, **keywords):
        _, arguments, keywords = _begun(recorder.targets[index], arguments, keywords)
        async for item in function(*arguments, **keywords):
            yield item

    return recorded


_WRAPPERS = (
    (inspect.iscoroutinefunction, _coroutine),
    (inspect.isasyncgenfunction, _async_generator),
    (inspect.isgeneratorfunction, _generator),
)
