"""Finds the uses of what the tables name: names, attributes, calls, texts, imports."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator

from codeopt.verify.screen.finding import FindingKind as Kind
from codeopt.verify.screen.finding import Trace
from codeopt.verify.screen.names import Origin, Scope, constant_text, origins, receiver
from codeopt.verify.screen.reading import Place, Reading, imported_module
from codeopt.verify.screen.tables import ATTRIBUTES, KEYWORDS, meaning

__all__ = ["uses"]

# These are asked for by name; a plain name is as good as an attribute.
ACCESSES = frozenset({"builtins.getattr", "builtins.setattr", "builtins.delattr"})
GETTERS = frozenset({"operator.attrgetter", "operator.methodcaller"})
FIELD = re.compile(r"\{([^{}]*)\}")
DEVICE = re.compile(r"(cuda|xpu|hip)(:\d+)?")
PATHS = re.compile(r"/(proc|sys|dev|etc|tmp)(/|$)")
TEXTS = {"PYTEST_CURRENT_TEST": Kind.TESTS, "codeopt_inside": Kind.INTROSPECTION}
OFF = frozenset({"False", "None", "0", "1"})


def uses(place: Place, reading: Reading) -> Iterator[Trace]:
    """Yield what one node uses of what the tables name."""
    node = place.node
    if isinstance(node, ast.Import | ast.ImportFrom):
        yield from _imports(node, reading)
    elif isinstance(node, ast.Name):
        yield from _name(node, place)
    elif isinstance(node, ast.Attribute):
        yield from _attribute(node, place)
    elif isinstance(node, ast.Call):
        yield from _call(node, place.scope)
    elif isinstance(node, ast.MatchClass):
        yield from (_trace(ATTRIBUTES[name], f".{name}", node) for name in node.kwd_attrs if name in ATTRIBUTES)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str) and not isinstance(place.parent, ast.Expr):
        yield from _text(node.value, node)
    elif isinstance(node, ast.BinOp | ast.JoinedStr):
        yield from _text(constant_text(node) or "", node)


def _imports(node: ast.Import | ast.ImportFrom, reading: Reading) -> Iterator[Trace]:
    if isinstance(node, ast.ImportFrom) and any(alias.name == "*" for alias in node.names):
        yield Trace(Kind.HIDDEN, f"import * {imported_module(node)}", node)
    for name in [alias.name for alias in node.names] if isinstance(node, ast.Import) else [imported_module(node)]:
        if kind := meaning(reading.marked(name)):
            yield Trace(kind, f"import {name}", node, once=True)


def _name(node: ast.Name, place: Place) -> Iterator[Trace]:
    if not isinstance(node.ctx, ast.Load):
        return
    for origin in _direct(node, place.scope):
        if not origin.bare and (kind := _meaning_of_name(origin.name)) and not _is_plain_access(place, origin.name):
            yield _trace(kind, origin.name, node, place.parent)


def _meaning_of_name(name: str) -> Kind | None:
    """Return what an imported or builtin name is known for; what another package calls `perf_counter` is one."""
    owner, _, last = name.rpartition(".")
    passed_on = owner and owner.partition(".")[0] not in sys.stdlib_module_names
    return meaning(name) or (ATTRIBUTES.get(last) if passed_on else None)


def _direct(node: ast.Name, scope: Scope) -> Iterator[Origin]:
    """Yield what a name stands for as a builtin or by an import; what it is an alias of was seen where it was bound."""
    aliased = {origin for home in scope.homes(node.id) for origin in home.aliased[node.id]}
    yield from sorted(origins(node, scope) - aliased)


def _attribute(node: ast.Attribute, place: Place) -> Iterator[Trace]:
    found = False
    for origin in sorted(origins(node, place.scope)):
        known = meaning(origin.name) if not origin.bare else None
        above = {meaning(each.name) for each in origins(node.value, place.scope) if not each.bare}
        if known and known not in above and not _is_plain_access(place, origin.name):
            found = True
            yield _trace(known, origin.name, node, place.parent)
        found = found or bool(known or above - {None})
    if not found:
        yield from _attribute_name(node.attr, node, place)


def _attribute_name(attr: str, node: ast.expr, place: Place) -> Iterator[Trace]:
    kind = ATTRIBUTES.get(attr)
    if attr in {"now", "today"} and isinstance(place.parent, ast.Call) and place.parent.func is node:
        kind = Kind.CLOCK
    if kind and not (attr == "__setattr__" and _sets_own(place)):
        yield _trace(kind, f".{attr}", node, place.parent)


def _sets_own(place: Place) -> bool:
    """Whether a call is `object.__setattr__(self, "name", value)`: a store to the method's own instance."""
    call, owner = place.parent, place.node.value if isinstance(place.node, ast.Attribute) else None
    if not isinstance(call, ast.Call) or owner is None or not call.args:
        return False
    unbound = any(origin.name == "builtins.object" for origin in origins(owner, place.scope))
    bound = isinstance(owner, ast.Call) and not owner.args and getattr(owner.func, "id", "") == "super"
    name = constant_text(call.args[int(unbound)]) if len(call.args) > int(unbound) else None
    own = bound or (unbound and isinstance(call.args[0], ast.Name) and call.args[0].id == receiver(place.scope))
    return own and name is not None and not name.startswith("__")


def _call(node: ast.Call, scope: Scope) -> Iterator[Trace]:
    called = {origin.name for origin in origins(node.func, scope)}
    if called & ACCESSES and len(node.args) > 1:
        kinds = [(meaning(origin.name), origin.name) for origin in sorted(origins(node, scope))]
        yield from (_trace(kind, name, node) for kind, name in kinds if kind)
        yield from _asked(node, [] if any(kind for kind, _ in kinds) else node.args[1:2])
    if called & GETTERS:
        yield from _asked(node, node.args if "operator.attrgetter" in called else node.args[:1])
    if "builtins.vars" in called and not node.args:
        yield _trace(Kind.INTROSPECTION, "builtins.vars", node)
    if "numpy.datetime64" in called and any(constant_text(each) in {"now", "today"} for each in node.args):
        yield _trace(Kind.CLOCK, "numpy.datetime64", node)
    if "weakref.ref" in called and len(node.args) + len(node.keywords) > 1:
        yield _trace(Kind.DEFERRED, "weakref.ref(_, _)", node)
    if isinstance(node.func, ast.Attribute) and node.func.attr == "join":
        yield from _text(constant_text(node) or "", node)
    for keyword in node.keywords:
        if keyword.arg in KEYWORDS and not (isinstance(keyword.value, ast.Constant) and repr(keyword.value.value) in OFF):
            yield _trace(Kind.WORKERS, f"{keyword.arg}=", keyword)


def _asked(node: ast.Call, names: list[ast.expr]) -> Iterator[Trace]:
    for name in names:
        text = constant_text(name)
        for part in text.split(".") if text else ():
            if part in ATTRIBUTES:
                yield _trace(ATTRIBUTES[part], f".{part}", node)


def _is_plain_access(place: Place, name: str) -> bool:
    """Whether a reference to `getattr` or `attrgetter` is a call of it with plain names, which are looked at as attributes."""
    call = place.parent
    if not isinstance(call, ast.Call) or call.func is not place.node:
        return False
    if name in ACCESSES:
        return len(call.args) > 1 and constant_text(call.args[1]) is not None
    if name in GETTERS:
        asked = call.args if name == "operator.attrgetter" else call.args[:1]
        return bool(asked) and all(constant_text(each) is not None for each in asked)
    return False


def _reaches(field: str) -> bool:
    """Whether a field of a format looks at an attribute that is not for reading (`{0.__class__}`)."""
    names = re.split(r"[.\[\]!:]", field)[1:]
    return "." in field and any(name.startswith("__") or name in ATTRIBUTES for name in names)


def _text(text: str, node: ast.expr) -> Iterator[Trace]:
    kind = TEXTS.get(text)
    if text in ATTRIBUTES and "_" in text:
        kind = ATTRIBUTES[text]
    elif any(_reaches(field) for field in FIELD.findall(text)):
        kind = Kind.INTROSPECTION
    elif DEVICE.fullmatch(text):
        kind = Kind.DEVICES
    elif PATHS.match(text):
        kind = Kind.FILES
    if kind:
        yield _trace(kind, repr(text), node)


def _trace(kind: Kind, form: str, node: ast.AST, parent: ast.AST | None = None) -> Trace:
    """Make a trace that shows the call where the node is what is called."""
    return Trace(kind, form, parent if isinstance(parent, ast.Call) and parent.func is node else node)
