"""A function that calls itself more than once remembers what it has worked out, for as long as the call from outside lasts.

It looks for functions of plain parameters that visibly do nothing but compute: conditions, loops, arithmetic, calls of themselves and of
harmless built-in functions, and no containers that a caller could change. Nothing is kept from one call to the next.

Left to the verifier: arguments that cannot be hashed, equal arguments of different types (1, 1.0 and True), and the depth of
recursion, which is one deeper.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import libcst as cst

from codeopt.rules.changes import Changes, statements_of
from codeopt.rules.rule import Rewrite, Rule
from codeopt.rules.safety import is_plain, kind_of
from codeopt.rules.view import View

__all__ = ["RULE"]

_HARMLESS = frozenset(
    {
        "abs",
        "bool",
        "chr",
        "divmod",
        "enumerate",
        "float",
        "int",
        "len",
        "max",
        "min",
        "ord",
        "pow",
        "range",
        "round",
        "str",
        "sum",
        "tuple",
        "zip",
    }
)
_TROUBLE = (
    cst.FunctionDef,
    cst.Lambda,
    cst.ClassDef,
    cst.Await,
    cst.Yield,
    cst.Try,
    cst.TryStar,
    cst.With,
    cst.Del,
    cst.Import,
    cst.ImportFrom,
)
_CONTAINERS = (cst.List, cst.ListComp, cst.Dict, cst.DictComp, cst.Set, cst.SetComp)
_UNHASHABLE = frozenset({"list", "dict", "set"})


def _rewrite(view: View) -> Rewrite | None:
    function, names = view.function, _parameters(view.function)
    calls = [node for node in view.nodes if isinstance(node, cst.Call) and _calls(node, function.name.value)]
    if not names or not _works_often(view, calls) or not _only_computes(view, calls) or not _may_be_keys(view, names):
        return None
    known, solve, key = (view.new_name(base) for base in ("known", f"{function.name.value}_of", "key"))
    changes = Changes(view=view)
    for call in calls:
        changes.replace(call.func, solve)
    for node in view.nodes:
        if isinstance(node, cst.Return) and node.value is not None:
            changes.replace(node.value, _Kept(known, key))
    arguments = ", ".join(names)
    texts = _Texts(
        before=f"{known} = {{}}\n",
        first=f"{key} = ({arguments},)\nif {key} in {known}:\n    return {known}[{key}]\n",
        last=f"return {solve}({arguments})\n",
    )
    return Rewrite(module=changes.applied().visit(_Wrapper(lambda made: _wrapped(made, solve, texts, view.unit))))


class _Kept:
    """Keeps a value that is returned, in which calls may have been replaced."""

    def __init__(self, known: str, key: str) -> None:
        self._known, self._key = known, key

    def __call__(self, value: cst.BaseExpression) -> cst.CSTNode:
        keeping = cst.ensure_type(cst.parse_expression(f"{self._known}.setdefault({self._key}, None)"), cst.Call)
        plain = (
            value.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
            if isinstance(value, cst.Tuple) and not value.lpar
            else value
        )
        return keeping.with_changes(args=[keeping.args[0], cst.Arg(value=plain)])


class _Texts:
    """The statements around the body of the function that is now inside."""

    def __init__(self, *, before: str, first: str, last: str) -> None:
        self.before, self.first, self.last = before, first, last


class _Wrapper(cst.CSTTransformer):
    """Makes another function of the outermost one."""

    def __init__(self, make: Callable[[cst.FunctionDef], cst.FunctionDef]) -> None:
        super().__init__()
        self._make = make

    def on_visit(self, node: cst.CSTNode) -> bool:
        """Say whether to look inside a node."""
        return not isinstance(node, cst.FunctionDef)

    def on_leave(self, original_node: cst.CSTNode, updated_node: Any) -> Any:
        """Return what takes the place of a node."""
        return self._make(updated_node) if isinstance(original_node, cst.FunctionDef) else updated_node


def _wrapped(function: cst.FunctionDef, solve: str, texts: _Texts, unit: str) -> cst.FunctionDef:
    block = cst.ensure_type(function.body, cst.IndentedBlock)
    doc, work = (block.body[:1], block.body[1:]) if function.get_docstring() is not None else ((), block.body)
    inner = cst.FunctionDef(
        name=cst.Name(solve),
        params=function.params.with_changes(params=[param.with_changes(annotation=None) for param in function.params.params]),
        body=block.with_changes(body=[*statements_of(texts.first, unit), *work]),
        leading_lines=[cst.EmptyLine(indent=False)],
    )
    last = [line.with_changes(leading_lines=[cst.EmptyLine(indent=False)]) for line in statements_of(texts.last, unit)]
    return function.with_changes(body=block.with_changes(body=[*doc, *statements_of(texts.before, unit), inner, *last], footer=[]))


def _parameters(function: cst.FunctionDef) -> list[str]:
    """Return the names of plain parameters; none where there are others, decorators, or a body on the first line."""
    params = function.params
    odd = params.kwonly_params or params.posonly_params or params.star_kwarg or not isinstance(params.star_arg, cst.MaybeSentinel)
    if odd or function.decorators or function.asynchronous or not isinstance(function.body, cst.IndentedBlock):
        return []
    return [param.name.value for param in params.params]


def _calls(call: cst.Call, name: str) -> bool:
    plain = all(not argument.keyword and not argument.star for argument in call.args)
    return plain and isinstance(call.func, cst.Name) and call.func.value == name


def _works_often(view: View, calls: list[cst.Call]) -> bool:
    return len(calls) > 1 or any(view.loops(call) for call in calls)


def _only_computes(view: View, own: list[cst.Call]) -> bool:
    if not is_plain(view) or view.has(view.function.body, (*_TROUBLE, *_CONTAINERS)):
        return False
    name = view.function.name.value
    alone = sum(reference.node.value == name for reference in view.of(name)) == len(own) and name not in _parameters(view.function)
    calls = [node for node in view.nodes if isinstance(node, cst.Call) and node not in own]
    harmless = all(isinstance(call.func, cst.Name) and call.func.value in _HARMLESS and view.is_builtin(call.func.value) for call in calls)
    targets = [node.target for node in view.nodes if isinstance(node, cst.AssignTarget | cst.AugAssign | cst.AnnAssign)]
    return alone and harmless and all(isinstance(target, cst.Name | cst.Tuple) for target in targets)


def _may_be_keys(view: View, names: Sequence[str]) -> bool:
    return all(kind_of(view, name, trust_annotation=True) not in _UNHASHABLE for name in names)


RULE = Rule(name="memoised", version=1, summary="remembers what a recursion has worked out, within one call", rewrite=_rewrite)
