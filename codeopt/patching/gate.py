"""Knows whether Python accepts a source. Nothing that is compiled is ever run."""

from __future__ import annotations

import ast
import io
import tokenize
import warnings

from codeopt.errors import PatchError

__all__ = ["compile_problem", "parse_python"]

# What the compiler raises for text that is no Python, besides SyntaxError: null bytes, unknown encodings, and nesting that is too deep.
_REFUSALS = (ValueError, LookupError, OverflowError, RecursionError, MemoryError)


def compile_problem(path: str, source: bytes) -> str | None:
    """Return one line that says why Python does not accept the source; None when it does."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            # compile() takes bytes that are no text where the interpreter refuses the file
            encoding, _ = tokenize.detect_encoding(io.BytesIO(source).readline)
            source.decode(encoding)
            compile(source, path, "exec", dont_inherit=True)
    except SyntaxError as error:
        return f"{path}:{error.lineno or 1}: {_one_line(error.msg)}"
    except _REFUSALS as error:
        return f"{path}: {type(error).__name__}: {_one_line(str(error)) or 'the code is too deeply nested'}"
    return None


def parse_python(source: str | bytes, where: str) -> ast.Module:
    """Return the syntax tree of a source; `where` names it in the error.

    Raises:
        PatchError: Python does not accept it.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(source)
    except SyntaxError as error:
        raise PatchError(f"{where} does not parse: line {error.lineno or 1}: {_one_line(error.msg)}") from error
    except _REFUSALS as error:
        raise PatchError(f"{where} does not parse: {type(error).__name__}: {_one_line(str(error))}") from error


def _one_line(text: str | None) -> str:
    return " ".join((text or "").split())
