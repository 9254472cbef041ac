"""`datetime.strptime(text, "%Y-%m-%d")`, and its like with hours, minutes, seconds and microseconds, reads by `fromisoformat`.

A helper at the top of the file takes texts that look exactly as the format writes them; all others go to `strptime` as before, so that
what it takes and what it raises stays.

Left to the verifier: programs that replace `datetime` while they run, and a class of their own of that name.
"""

from __future__ import annotations

import libcst as cst

from codeopt.patching.imports import Import
from codeopt.rules.changes import Changes
from codeopt.rules.rule import Rewrite, Rule
from codeopt.rules.view import View

__all__ = ["RULE"]

_DIRECTIVES = {"%Y": r"\d{4}", "%m": r"\d\d", "%d": r"\d\d", "%H": r"\d\d", "%M": r"\d\d", "%S": r"\d\d", "%f": r"\d{6}"}
_DAY = "%Y-%m-%d"
_TIMES = ("%H:%M", "%H:%M:%S", "%H:%M:%S.%f")
_FORMATS = frozenset({_DAY, *(f"{_DAY}{between}{time}" for between in (" ", "T") for time in _TIMES)})
_HELPER = """def {name}(text):
    if type(text) is str and {look}.fullmatch(text):
        try:
            return {datetime}.fromisoformat(text)
        except ValueError:
            pass
    return {datetime}.strptime(text, {format!r})
"""


def _rewrite(view: View) -> Rewrite | None:
    expressions = view.package("re")
    if expressions is None or not view.is_builtin("type", "str", "ValueError"):
        return None
    names: dict[tuple[str, str], tuple[str, str]] = {}
    changes = Changes(view=view)
    for node in view.nodes:
        found = _call(view, node)
        if found is None:
            continue
        if found not in names:
            taken = [name for pair in names.values() for name in pair]
            names[found] = (view.new_name("_read_time", taken=taken), view.new_name("_TIME_RE", taken=taken))
        changes.replace(node, _Replacement(names[found][0]))
    constants = [text for (owner, given), made in names.items() for text in _constants(owner, given, made, expressions.text)]
    return Rewrite(module=changes.applied(), imports=expressions.imports, constants=tuple(constants)) if names else None


class _Replacement:
    """Makes the new call of the old one, in whose argument other calls may have been replaced."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __call__(self, call: cst.Call) -> cst.CSTNode:
        first = call.args[0].with_changes(comma=cst.MaybeSentinel.DEFAULT)
        return call.with_changes(func=cst.Name(self._name), args=[first])


def _call(view: View, node: cst.CSTNode) -> tuple[str, str] | None:
    """Return the class whose `strptime` a node calls with a known format, and the format."""
    match node:
        case cst.Call(
            func=cst.Attribute(value=owner, attr=cst.Name(value="strptime")),
            args=[cst.Arg(keyword=None, star=""), cst.Arg(keyword=None, star="", value=cst.SimpleString() as given)],
        ) if given.evaluated_value in _FORMATS and _is_datetime(view, view.text(owner)):
            return view.text(owner), str(given.evaluated_value)
        case _:
            return None


def _is_datetime(view: View, text: str) -> bool:
    item = {"datetime": Import(name="datetime", origin="datetime"), "datetime.datetime": Import(name="datetime")}.get(text)
    return item in view.facts.imports and "datetime" not in view.facts.enclosing and not view.bindings("datetime")


def _constants(owner: str, given: str, made: tuple[str, str], expressions: str) -> tuple[str, str]:
    helper, look = made
    pattern = given.replace(".", r"\.")
    for directive, digits in _DIRECTIVES.items():
        pattern = pattern.replace(directive, digits)
    return (
        f'{look} = {expressions}.compile(r"{pattern}", {expressions}.ASCII)\n',
        _HELPER.format(name=helper, look=look, datetime=owner, format=given),
    )


RULE = Rule(name="iso-datetime", version=1, summary="reads times of the ISO form without strptime", rewrite=_rewrite)
