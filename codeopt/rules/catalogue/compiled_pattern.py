"""A regular expression that is written as a literal is compiled once, at the top of the file, and not looked up in each call.

It looks for functions of the module `re`, imported at the top of the file under its own name, with a literal pattern and literal
flags. The pattern must compile here without a warning.

Left to the verifier: programs that replace functions of `re` while they run.
"""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass

import libcst as cst

from codeopt.patching.imports import Import
from codeopt.rules.changes import Changes
from codeopt.rules.rule import Rewrite, Rule
from codeopt.rules.view import View

__all__ = ["RULE"]

# Where each function takes its flags, counted from 0.
_FLAGS_AT = {"match": 2, "search": 2, "fullmatch": 2, "findall": 2, "finditer": 2, "split": 3, "sub": 4, "subn": 4, "compile": 1}
_KEYWORDS = frozenset({"string", "repl", "count", "maxsplit"})
_FLAGS = frozenset("A ASCII I IGNORECASE M MULTILINE S DOTALL X VERBOSE U UNICODE".split())  # noqa: SIM905 - reads as a list of words
_RE = Import(name="re")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Use:
    """A call of a function of `re`: `made` is the text that compiles its pattern, `rest` the arguments that a pattern's method takes."""

    call: cst.Call
    method: str
    made: str
    rest: tuple[cst.Arg, ...]


def _rewrite(view: View) -> Rewrite | None:
    if _RE not in view.facts.imports or view.bindings("re"):
        return None
    uses = [use for node in view.nodes if isinstance(node, cst.Call) and (use := _use(view, node))]
    names: dict[str, str] = {}
    changes = Changes(view=view)
    base = f"_{view.function.name.value.strip('_').upper() or 'PATTERN'}_RE"
    for use in uses:
        name = names.setdefault(use.made, view.new_name(base, taken=names.values()))
        changes.replace(use.call, _Replacement(name=name, use=use))
    constants = tuple(f"{name} = {made}\n" for made, name in names.items())
    return Rewrite(module=changes.applied(), constants=constants) if uses else None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Replacement:
    """Makes the new call of the old one, in whose arguments other calls may have been replaced."""

    name: str
    use: _Use

    def __call__(self, call: cst.Call) -> cst.CSTNode:
        if self.use.method == "compile":
            return cst.Name(self.name)
        kept = [new for old, new in zip(self.use.call.args, call.args, strict=True) if old in self.use.rest]
        arguments = [*kept[:-1], *(last.with_changes(comma=cst.MaybeSentinel.DEFAULT) for last in kept[-1:])]
        return call.with_changes(func=cst.Attribute(cst.Name(self.name), cst.Name(self.use.method)), args=arguments)


def _use(view: View, call: cst.Call) -> _Use | None:
    match call:
        case cst.Call(
            func=cst.Attribute(value=cst.Name(value="re"), attr=cst.Name(value=method)),
            args=[cst.Arg(keyword=None, star="", value=(cst.SimpleString() | cst.ConcatenatedString()) as pattern), *rest],
        ) if method in _FLAGS_AT:
            flags = [a for i, a in enumerate(rest, 1) if (i == _FLAGS_AT[method] if a.keyword is None else a.keyword.value == "flags")]
            kept = tuple(argument for argument in rest if argument not in flags)
            if any(a.star or (a.keyword is not None and a.keyword.value not in _KEYWORDS) for a in kept):
                return None
            made = _made(view, pattern, flags[0].value if flags else None)
            return _Use(call=call, method=method, made=made, rest=kept) if made else None
        case _:
            return None


def _made(view: View, pattern: cst.SimpleString | cst.ConcatenatedString, flags: cst.BaseExpression | None) -> str | None:
    """Return the text that compiles a pattern; None where it is not certain to compile."""
    value = pattern.evaluated_value
    bits = re.NOFLAG if flags is None else _evaluated(flags)
    if value is None or bits is None:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            re.compile(value, bits)
    except (re.error, ValueError, OverflowError, RecursionError, Warning):
        return None
    text = " ".join(view.text(pattern).split("\n")) if isinstance(pattern, cst.ConcatenatedString) else view.text(pattern)
    return f"re.compile({text})" if flags is None else f"re.compile({text}, {view.text(flags)})"


def _evaluated(flags: cst.BaseExpression) -> re.RegexFlag | None:
    match flags:
        case cst.Attribute(value=cst.Name(value="re"), attr=cst.Name(value=name)):
            return re.RegexFlag[name] if name in _FLAGS else None
        case cst.BinaryOperation(left=left, operator=cst.BitOr(), right=right):
            first, second = _evaluated(left), _evaluated(right)
            return None if first is None or second is None else first | second
        case _:
            return None


RULE = Rule(name="compiled-pattern", version=1, summary="compiles a literal regular expression once", rewrite=_rewrite)
