"""Knows which variables hold pandas frames, as far as code shows it, what is read of them, and what visibly leaves them as they are."""

from __future__ import annotations

import re
from collections.abc import Sequence

import libcst as cst

from codeopt.patching.imports import Import
from codeopt.rules.uses import Reference, Use, is_target
from codeopt.rules.view import View

__all__ = ["changes_part", "column_of", "is_frame", "makes_frame", "name_for", "pandas_name", "reads_frame", "row_reader"]

# Functions of pandas, and methods of frames, that return a frame.
_MAKERS = frozenset({"DataFrame", "read_csv", "read_parquet", "read_table", "read_feather", "merge", "json_normalize"})
_DERIVERS = frozenset({"assign", "copy", "drop", "drop_duplicates", "dropna", "fillna", "head", "merge", "query", "rename", "reset_index"})
_FRAMES_FROM_FRAMES = _DERIVERS | {"set_index", "sort_index", "sort_values", "tail"}
# Arguments that make of these something else, or nothing.
_OTHERWISE = frozenset({"chunksize", "inplace", "iterator"})
_ONLY_FRAMES_HAVE = frozenset({"iterrows", "itertuples"})
_READ = frozenset({"at", "columns", "dtypes", "empty", "iat", "iloc", "index", "loc", "shape", "size"})
_READING_METHODS = frozenset({"copy", "count", "groupby", "head", "isna", "iterrows", "itertuples", "max", "mean", "min", "sum", "tail"})
_CHANGING_METHODS = frozenset({"insert", "pop", "update"})

# Gives what rows hold of some columns; where they are not made of plain values, or columns are missing or doubled, by `iterrows`.
_ROWS = """def {name}(frame, *columns):
    values = frame.to_numpy()
    plain = values.dtype.kind in "biufO" and frame.columns.is_unique and set(columns) <= set(frame.columns)
    return (
        zip(frame.index, *(values[:, frame.columns.get_loc(column)] for column in columns))
        if plain{doubt}
        else ((label, *(row[column] for column in columns)) for label, row in frame.iterrows())
    )
"""

# A row of `iterrows` is a Series of its own, which makes of a missing value one of times where it stands beside nothing but times.
_DOUBT = """ and not (any(dtype.kind in "mM" for dtype in frame.dtypes) and frame.isna().to_numpy().any())"""


def pandas_name(view: View) -> str | None:
    """Return the name by which code here says pandas; None where its file does not import it."""
    return view.alias("pandas")


def row_reader(view: View, *, by_itself: bool) -> tuple[str, str] | None:
    """Return the name and the text of a function that goes over a frame's rows; None where built-in names mean something else.

    `by_itself` says that each row is a Series that is made by itself, as `iterrows` does and `apply` does not.
    """
    name = view.new_name("_rows_of")
    text = _ROWS.format(name=name, doubt=_DOUBT if by_itself else "")
    return (name, text) if view.is_builtin("any", "set", "zip") else None


def is_frame(view: View, name: str) -> bool:
    """Whether each value that a variable gets visibly is a frame, or the one that it gets is asked for what only frames have."""
    bindings = view.bindings(name)
    if len(bindings) == 1 and any(r.use is Use.METHOD and r.method in _ONLY_FRAMES_HAVE for r in view.of(name)):
        return True
    return bool(bindings) and all(_binds_frame(view, binding, name) for binding in bindings)


def makes_frame(view: View, value: cst.BaseExpression | None) -> bool:
    """Whether an expression calls a function of pandas that returns a frame."""
    match value:
        case cst.Call(func=cst.Attribute(value=cst.Name(value=owner), attr=cst.Name(value=made)), args=arguments):
            return owner == pandas_name(view) and made in _MAKERS and not _asks_otherwise(arguments)
        case _:
            return False


def column_of(node: cst.CSTNode, name: str) -> str | None:
    """Return the text of `"c"` in `name["c"]`; None where a node is something else."""
    match node:
        case cst.Subscript(
            value=cst.Name(value=owner), slice=[cst.SubscriptElement(slice=cst.Index(value=cst.SimpleString(value=text) as key))]
        ) if owner == name and isinstance(key.evaluated_value, str):
            return text
        case _:
            return None


def name_for(view: View, base: str, column: str, *, taken: list[str]) -> str:
    """Return a new variable's name that says whose column it holds."""
    word = re.sub(r"\W+", "_", column.strip("\"'"), flags=re.ASCII).strip("_").lower()
    return view.new_name(f"{base}_{word}" if word else f"{base}_value", taken=taken)


def reads_frame(view: View, reference: Reference) -> bool:
    """Whether a place where a frame stands visibly leaves it, and each of its columns, as it is."""
    first = view.parents[reference.node]
    if isinstance(first, cst.Attribute) and first.attr.value not in _READ | _READING_METHODS:
        return False
    if _part_at(view, reference) is reference.node:
        return reference.use in {Use.LOOP, Use.MEMBER, Use.READ, Use.RETURN, Use.TRUTH}
    return not changes_part(view, reference)


def changes_part(view: View, reference: Reference) -> bool:
    """Whether a place visibly changes a part of what a variable holds: `x["a"] = 1`, `x.loc[0] += 1`, `x["a"].pop(0)`."""
    node = _part_at(view, reference)
    return node is not reference.node and (is_target(node, view.parents) or _changes(view.parents[node], node))


def _part_at(view: View, reference: Reference) -> cst.CSTNode:
    """Return the whole of `x["a"].b[0]` where `x` stands."""
    node: cst.CSTNode = reference.node
    while isinstance(outer := view.parents[node], cst.Subscript | cst.Attribute) and outer.value is node:
        node = outer
    return node


def _changes(outer: cst.CSTNode, node: cst.CSTNode) -> bool:
    """Whether a part of a frame is changed by the statement or the call that it stands in."""
    match outer:
        case cst.AugAssign(target=target):
            return target is node
        case cst.Call(func=cst.Attribute(attr=cst.Name(value=method)) as function, args=arguments) if function is node:
            return method in _CHANGING_METHODS or _asks_otherwise(arguments)
        case _:
            return False


def _binds_frame(view: View, binding: Reference, name: str) -> bool:
    parent = view.parents[binding.node]
    if binding.use is Use.PARAMETER:
        return isinstance(parent, cst.Param) and not parent.star and _says_frame(view, parent.annotation)
    assignment = view.assignment(binding.node)
    value = assignment.value if assignment is not None else None
    match value:
        case cst.Call(func=cst.Attribute(value=cst.Name(value=owner), attr=cst.Name(value=method)), args=arguments):
            derives = method in _FRAMES_FROM_FRAMES and not _asks_otherwise(arguments)
            # a variable's other values say whether it is a frame that it is made of anew
            return makes_frame(view, value) or (derives and (owner == name or is_frame(view, owner)))
        case _:
            return False


def _says_frame(view: View, annotation: cst.Annotation | None) -> bool:
    if annotation is None:
        return False
    said = annotation.annotation
    text = str(said.evaluated_value) if isinstance(said, cst.SimpleString) else view.text(said)
    direct = Import(name="DataFrame", origin="pandas") in view.facts.imports and not view.bindings("DataFrame")
    return text == f"{pandas_name(view)}.DataFrame" or (direct and text == "DataFrame")


def _asks_otherwise(arguments: Sequence[cst.Arg]) -> bool:
    return any(argument.star or (argument.keyword and argument.keyword.value in _OTHERWISE) for argument in arguments)
