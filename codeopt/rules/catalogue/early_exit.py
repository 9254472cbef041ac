"""`any([...])` and `all([...])` stop at the first element that decides, instead of making the whole list.

It looks for list comprehensions whose elements and conditions visibly do nothing but compute: comparisons, arithmetic, attributes,
items, and calls of harmless built-in functions and string methods.

Left to the verifier: an element behind the deciding one that would have raised, attributes or operators with side effects, and an
iterator whose remaining items somebody else wants. It is
slower where no element decides early, which only measuring tells.
"""

from __future__ import annotations

import libcst as cst

from codeopt.rules.changes import Changes
from codeopt.rules.rule import Rewrite, Rule
from codeopt.rules.view import View

__all__ = ["RULE"]

_HARMLESS = frozenset(
    {"len", "isinstance", "issubclass", "abs", "bool", "int", "str", "float", "ord", "chr", "min", "max", "hash", "callable"}
)
_HARMLESS_METHODS = frozenset(
    {
        "startswith",
        "endswith",
        "lower",
        "upper",
        "strip",
        "lstrip",
        "rstrip",
        "isdigit",
        "isalpha",
        "isalnum",
        "isspace",
        "islower",
        "isupper",
    }
    | {"isnumeric", "isidentifier", "casefold", "title", "removeprefix", "removesuffix"}
)


def _rewrite(view: View) -> Rewrite | None:
    changes = Changes(view=view)
    for node in view.nodes:
        match node:
            case cst.Call(
                func=cst.Name(value=("any" | "all") as function),
                args=[cst.Arg(keyword=None, star="", value=cst.ListComp() as comprehension)],
            ) if view.is_builtin(function) and _only_computes(view, comprehension):
                changes.replace(node, _with_generator)
    return Rewrite(module=changes.applied()) if changes else None


def _only_computes(view: View, comprehension: cst.ListComp) -> bool:
    if view.has(comprehension, (cst.Await, cst.Yield, cst.NamedExpr)):
        return False
    inside = (node for node in view.nodes if isinstance(node, cst.Call) and view.holds(comprehension, node))
    source = comprehension.for_in.iter
    return all(view.holds(source, call) or _is_harmless(view, call) for call in inside)


def _is_harmless(view: View, call: cst.Call) -> bool:
    if isinstance(call.func, cst.Name):
        return call.func.value in _HARMLESS and view.is_builtin(call.func.value)
    return isinstance(call.func, cst.Attribute) and call.func.attr.value in _HARMLESS_METHODS


def _with_generator(call: cst.Call) -> cst.Call:
    comprehension = cst.ensure_type(call.args[0].value, cst.ListComp)
    generator = cst.GeneratorExp(elt=comprehension.elt, for_in=comprehension.for_in, lpar=(), rpar=())
    argument = cst.Arg(value=generator, whitespace_after_arg=comprehension.rbracket.whitespace_before)
    return call.with_changes(args=[argument], whitespace_before_args=comprehension.lbracket.whitespace_after)


RULE = Rule(name="early-exit", version=1, summary="lets any() and all() stop early", rewrite=_rewrite)
