"""Pickles functions and classes that their name does not lead to by what they are made of: lambdas, closures, classes of a function's own.

What is written is read by `pickle.loads` wherever this module can be imported, by the same Python. A function gets the globals of the
module that it came from, if it uses any; where that is a script that nobody will load again, it brings along those that it uses. What was
read this way is noted in `values.given`, so that it can be compared: it is the same on both sides, whatever a candidate made of the code.
"""

import abc
import builtins
import dis
import functools
import hashlib
import importlib
import io
import marshal
import os
import pickle
import sys
import types

from codeopt_inside import handles, values

_CODES = 1024
_GLOBAL = frozenset({"LOAD_GLOBAL", "LOAD_NAME", "STORE_GLOBAL", "DELETE_GLOBAL"})
_OURS = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
# What the interpreter makes for every class by itself.
_MADE = frozenset({"__dict__", "__weakref__", "__slots__", "__module__", "__qualname__", "_abc_impl"})
_METACLASSES = (type, abc.ABCMeta)
# Marks globals that came along with functions.
_BROUGHT = "__given__"
_codes = {}
_read_codes = {}


def dumps(value, script=False):
    """Return the pickle of a value; `script`: what the running script defines must be in it, for it is read where no script was loaded."""
    buffer = io.BytesIO()
    Pickler(buffer, script).dump(value)
    return buffer.getvalue()


class Pickler(pickle.Pickler):
    """Pickles what `pickle` refuses because its name does not lead to it."""

    def __init__(self, buffer, script=False):
        super().__init__(buffer, 4)
        self.script = script
        self.spaces = {}

    def reducer_override(self, value):
        cls = type(value)
        reducer = _REDUCERS.get(id(cls)) or (_class if issubclass(cls, type) else _singleton)
        return reducer(self, value)

    def is_named(self, value):
        """Tell whether the name of a function or class will lead to it where the pickle is read."""
        if self.script and value.__module__ in values.MAINS:
            return False
        return values.leads(value.__module__, value.__qualname__, value)

    def home(self, function, names):
        """Return whose globals a function uses: a module's, by name, those that it brings along, or None: only what is built in."""
        space = function.__globals__
        if all(name == "__name__" or (name not in space and hasattr(builtins, name)) for name in names):
            return None
        name = space.get("__name__")
        if _BROUGHT in space or (self.script and name in values.MAINS):
            return self.spaces.setdefault(id(space), {_BROUGHT: True, "__name__": name})
        if getattr(sys.modules.get(name), "__dict__", None) is not space:
            raise pickle.PicklingError("the globals of %s belong to no module" % function.__qualname__)
        return name


def _written(code):
    """Return the bytes of a code object, the same ones whenever it is asked for, and the names of globals that it uses."""
    return (_codes.get(id(code)) or _noted(code, marshal.dumps(code)))[:2]


def _read(data):
    return _read_codes.get(data) or _noted(marshal.loads(data), data)[2]  # noqa: S302 - as with pickles


def _noted(code, data):
    if len(_codes) > _CODES:
        _codes.clear()
        _read_codes.clear()
    _read_codes[data] = code
    # The code is kept, so that no other can have its number.
    _codes[id(code)] = (data, frozenset(_global_names(code)), code)
    return _codes[id(code)]


def _global_names(code):
    for instruction in dis.get_instructions(code):
        if instruction.opname in _GLOBAL:
            yield instruction.argval
    for constant in code.co_consts:
        if type(constant) is types.CodeType:
            yield from _global_names(constant)


def _function(pickler, value):
    if pickler.is_named(value):
        return NotImplemented
    code, names = _written(value.__code__)
    home, space = pickler.home(value, names), value.__globals__
    made = (code, home, value.__module__, value.__name__, value.__qualname__, value.__closure__ or ())
    brought = {name: space[name] for name in names if name in space and name != "__name__"} if type(home) is dict else {}
    state = ([_content(cell) for cell in value.__closure__ or ()], value.__defaults__, value.__kwdefaults__, value.__dict__, brought)
    return rebuilt, made, state, None, None, filled


def _content(cell):
    try:
        return (cell.cell_contents,)
    except ValueError:
        return ()


def _cell(_pickler, _value):
    # Filled once the function is there that it may hold.
    return empty_cell, ()


def _class(pickler, value):
    if not value.__flags__ & values.HEAP_TYPE or type(value) not in _METACLASSES or pickler.is_named(value):
        return NotImplemented
    slots = (types.MemberDescriptorType, types.GetSetDescriptorType)
    held = {name: item for name, item in value.__dict__.items() if name not in _MADE and type(item) not in slots}
    space = {name: value.__dict__[name] for name in ("__slots__",) if name in value.__dict__}
    space.update(__module__=value.__module__, __qualname__=value.__qualname__)
    return rebuilt_class, (type(value), value.__name__, value.__bases__, space), held, None, None, furnished


def _method(_pickler, value):
    if values.holds_method(value.__self__, value.__func__):
        return NotImplemented
    return bound, (value.__func__, value.__self__)


def _generator(_pickler, value):
    state = values.standing.get(value)
    return state.reduced() if state is not None and not state.taken and not state.asked else NotImplemented


def _singleton(_pickler, value):
    """Name what `dataclasses` tells apart by identity."""
    dataclasses = sys.modules.get("dataclasses")
    if dataclasses is not None and type(value).__module__ == "dataclasses":
        for name in ("MISSING", "KW_ONLY", "_HAS_DEFAULT_FACTORY", "_FIELD", "_FIELD_CLASSVAR", "_FIELD_INITVAR"):
            if getattr(dataclasses, name, None) is value:
                return getattr, (dataclasses, name)
    return NotImplemented


_REDUCERS = {
    id(types.FunctionType): _function,
    id(types.CellType): _cell,
    id(types.MethodType): _method,
    id(types.GeneratorType): _generator,
    id(types.ModuleType): lambda _, value: (importlib.import_module, (value.__name__,)),
    id(types.MappingProxyType): lambda _, value: (proxy, (dict(value),)),
    **{id(kind): lambda _, value: handles.reduced(value) for kind in handles.KINDS},
    id(property): lambda _, value: (property, (value.fget, value.fset, value.fdel, value.__doc__)),
    id(staticmethod): lambda _, value: (staticmethod, (value.__func__,)),
    id(classmethod): lambda _, value: (classmethod, (value.__func__,)),
    id(functools.cached_property): lambda _, value: (cached, (value.func, value.attrname)),
}


def rebuilt(code, home, module, name, qualname, cells):
    """Make a function again, with cells that are still empty."""
    space = _module(home).__dict__ if type(home) is str else {"__name__": module} if home is None else home
    # Python 3.9 does not look for them by itself.
    space.setdefault("__builtins__", builtins)
    function = types.FunctionType(_read(code), space, name, None, tuple(cells))
    function.__module__, function.__qualname__ = module, qualname
    values.given[function] = hashlib.sha256(code).hexdigest()
    return function


def _module(name):
    module = sys.modules.get(name) or importlib.import_module(name)
    if name == "__main__" and os.path.dirname(os.path.abspath(getattr(module, "__file__", "") or "")) == _OURS:
        raise LookupError("a function of a script that is not loaded here")
    return module


def filled(function, state):
    """Give a function what it holds, itself included."""
    contents, function.__defaults__, function.__kwdefaults__, attributes, brought = state
    function.__globals__.update(brought)
    for cell, content in zip(function.__closure__ or (), contents):  # noqa: B905 - Python 3.9 has no strict
        if content:
            cell.cell_contents = content[0]
    function.__dict__.update(attributes)


def empty_cell():
    return types.CellType()


def rebuilt_class(metaclass, name, bases, space):
    """Make a class again, without what it holds."""
    cls = metaclass(name, bases, dict(space))
    values.given[cls] = values.type_name(cls)
    return cls


def furnished(cls, held):
    """Give a class what it holds."""
    for name, item in held.items():
        setattr(cls, name, item)


def bound(function, owner):
    return types.MethodType(function, owner)


def proxy(mapping):
    return types.MappingProxyType(mapping)


def cached(function, name):
    made = functools.cached_property(function)
    made.attrname = name
    return made
