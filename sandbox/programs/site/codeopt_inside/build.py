"""Builds calls from plans: recorded calls with values changed at places, as `codeopt/model/plan.py` describes them.

Runs on the original's side only. A plan that cannot be carried out makes no call. Values that recorded calls hold are never changed in
place, so that what two places share stays shared wherever a plan does not speak of it.
"""

import base64
import collections
import json
import pickle

from codeopt_inside import byvalue, change, change_array, change_flow, given_files, passing, values, varied_files

_LARGEST = 4_000_000
_MOST_BUILT = 16_000_000
_LONGEST = 1_000_000
_MOST_OTHERS = 48
_MOST_KEPT = 8_000_000


class PlanError(Exception):
    """A plan that cannot be carried out."""


def built(pickles, plans):
    """Return (number of the plan, pickle) of every new call; `plans` are JSON: `call`, and `changes` of `place` and `value`."""
    known, made, recorded, left = set(pickles), [], _Recorded(pickles), _MOST_BUILT
    for number, plan in enumerate(plans):
        try:
            data = passing.again(_Builder(recorded, plan["call"]).call(plan["changes"]), _Pickler)
        except Exception:  # noqa: S112 - a value with ideas of its own, or a plan that does not fit it
            continue
        if data not in known and len(data) <= min(_LARGEST, left):
            known.add(data)
            made.append((number, data))
            left -= len(data)
    return made


class _Pickler(byvalue.Pickler):
    """Keeps how arrays lie in memory, which numpy's own pickles do not."""

    def reducer_override(self, value):
        reduced = change_array.reduced(value) if values.is_array(value) else NotImplemented
        return super().reducer_override(value) if reduced is NotImplemented else reduced


class _Recorded:
    """The recorded calls, to be loaded as they are needed."""

    def __init__(self, pickles):
        self.pickles = pickles
        self.kept = {} if sum(map(len, pickles)) <= _MOST_KEPT else None

    def fresh(self, number):
        """Return a call that nobody else has."""
        if not 0 <= number < len(self.pickles):
            raise PlanError("no such call")
        return pickle.loads(self.pickles[number])

    def shown(self, number):
        """Return a call to copy out of."""
        if self.kept is None:
            return self.fresh(number)
        if number not in self.kept:
            self.kept[number] = self.fresh(number)
        return self.kept[number]

    def after(self, number):
        """Yield the numbers of other calls, starting behind one, and that one last."""
        start = min(number + 1, len(self.pickles))
        return [*range(start, len(self.pickles)), *range(start)][-_MOST_OTHERS:]


class _Builder:
    """Builds one call. Of each other call that it takes from there is one copy, so that what is one object there is one here."""

    def __init__(self, recorded, number):
        self.recorded, self.number = recorded, number
        arguments, keywords = recorded.fresh(number)
        self.folder = given_files.folder_of(keywords)
        self.roots = {"args": list(arguments), "kwargs": dict(keywords)}
        self.givers = {}

    def giver(self, number):
        if number not in self.givers:
            self.givers[number] = self.recorded.fresh(number)
        return self.givers[number]

    def call(self, changes):
        for each in changes:
            if each["place"] == ["files"]:
                self.change_files(*json.loads(each["value"]))
                continue
            kind, at, *steps = each["place"]
            recipe = json.loads(each["value"]) if isinstance(each["value"], str) else each["value"]
            root = self.roots[kind]
            if recipe[0] == "drop":
                # What stands behind a position would move up.
                if kind == "args" and at != len(root) - 1:
                    raise PlanError("not the last position")
                root.pop(at)
            elif kind == "args" and at == len(root) and not steps:
                root.append(self.made(recipe, None, each["place"]))
            else:
                old = root.get(at) if kind == "kwargs" else root[at]
                root[at] = self.put(old, steps, recipe, each["place"])
        return tuple(self.roots["args"]), self.roots["kwargs"]

    def change_files(self, name):
        if self.folder is None or not varied_files.changed(self.folder, name):
            raise PlanError("no text file")

    def put(self, holder, steps, recipe, place):
        """Return `holder` with what the recipe makes at the end of the steps."""
        if not steps:
            return self.made(recipe, holder, place)
        return change.replaced(holder, steps[0], self.put(change.inner(holder, steps[0]), steps[1:], recipe, place))

    def made(self, recipe, old, place):
        """Return the value of a recipe, put in the place of `old`."""
        kind, *rest = recipe
        if kind == "do":
            for operation, *words in rest:
                old = self.done(operation, words, old, place)
            return old
        if kind == "of":
            return self.found(self.giver(rest[0]), rest[1])
        if kind == "at":
            return self.found((self.roots["args"], self.roots["kwargs"]), rest[0])
        return value(recipe)

    def found(self, call, place):
        kind, at, *steps = place
        held = call[0][at] if kind == "args" else call[1][at]
        for step in steps:
            held = change.inner(held, step)
        return held

    def done(self, operation, words, old, place):
        """Return what an operation makes of a value; of what yields items, it is done to them."""
        words = [value(word) if isinstance(word, list) else word for word in words]
        if values.is_array(old):
            return change_array.OPERATIONS[operation](old, *words)
        held = change_flow.items(old) if change_flow.is_flow(old) else old
        new = self.changed(operation, words, held, lambda: self.others(place, type(old)))
        if hasattr(new, "__len__") and len(new) > _LONGEST:
            raise PlanError("too long")
        return new if held is old or operation == "as" else change_flow.like(old, new)

    def changed(self, operation, words, old, others):
        if operation in change.WITH_OTHERS:
            return change.WITH_OTHERS[operation](old, others(), *words)
        return change.OPERATIONS[operation](old, *words)

    def others(self, place, kind):
        """Return what other calls have at the argument of a place, or in it: values of one type, this call's own last."""
        found = []
        for number in self.recorded.after(self.number):
            try:
                held = self.found(self.recorded.shown(number), place)
            except Exception:  # noqa: S112 - a call without such an argument
                continue
            if type(held) is kind:
                found.append(change_flow.items(held) if change_flow.is_flow(held) else held)
        return found


def value(recipe):
    """Return the value that a literal spells."""
    kind, *rest = recipe
    return _LITERALS[kind](*rest)


def _values(recipes):
    return [value(recipe) for recipe in recipes]


_LITERALS = {
    "none": lambda: None,
    "bool": bool,
    "int": lambda text: int(text, 16),
    "float": float.fromhex,
    "complex": lambda real, imaginary: complex(value(real), value(imaginary)),
    "str": str,
    "bytes": base64.b64decode,
    "bytearray": lambda text: bytearray(base64.b64decode(text)),
    "range": lambda *ends: range(*_values(ends)),
    "list": _values,
    "tuple": lambda recipes: tuple(_values(recipes)),
    "set": lambda recipes: set(_values(recipes)),
    "frozenset": lambda recipes: frozenset(_values(recipes)),
    "dict": lambda pairs: {value(key): value(item) for key, item in pairs},
    "deque": lambda recipes: collections.deque(_values(recipes)),
}
