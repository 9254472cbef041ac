"""The ways in which a test can be made to fail: expectations of its own that are changed, and statements that cannot succeed."""

from __future__ import annotations

import ast
import random
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

__all__ = ["Change", "doubt", "failure"]

LETTERS = "abcdefghijklmnopqrstuvwxyz"
WORDS = ("order", "total", "state", "shape", "result", "length", "value", "names", "items", "parts")
OTHER_KINDS = 1 / 6
LONGEST_LITERAL = 400
# Calls such as `assert_equal(a, b)` and `self.assertEqual(a, b)`: what is compared with what.
COMPARING = frozenset(
    {
        "assert_allclose",
        "assert_array_equal",
        "assert_equal",
        "assert_frame_equal",
        "assert_series_equal",
        "assertCountEqual",
        "assertDictEqual",
        "assertEqual",
        "assertListEqual",
        "assertSequenceEqual",
        "assertSetEqual",
        "assertTupleEqual",
    }
)
TRUTH = frozenset({"assertFalse", "assertTrue"})


class Change(NamedTuple):
    """Lines `start` to `end` (from 0, half-open) of a module become `lines`."""

    start: int
    end: int
    lines: list[bytes]


class _Swap(NamedTuple):
    """An expression, and what is written before and after it, or in its place."""

    node: ast.expr
    before: bytes = b""
    after: bytes = b""
    instead: bytes | None = None


def doubt(body: Sequence[ast.stmt], lines: Sequence[bytes], rng: random.Random) -> Change | None:
    """Change what one assertion of a test expects; None when it has none that is surely reached and can be changed.

    The number of lines stays.
    """
    swaps = [swap for statement in body for swap in _swaps(statement, rng)]
    # An expectation that is changed also finds what agrees with everything; one that is denied is the second choice.
    changed = [swap for swap in swaps if swap.before != DENIED]
    chosen = rng.choice(changed or swaps) if swaps else None
    return _written(chosen, lines) if chosen else None


def failure(rng: random.Random, *, with_self: bool) -> tuple[bytes, list[bytes]]:
    """Return a statement that raises, and the lines that it needs at the end of the module.

    `with_self` says that it stands in a method that uses the assertions of `unittest`.
    """
    if rng.random() < OTHER_KINDS:
        return rng.choice(_OTHER)(rng).encode(), []
    if with_self and rng.random() < 0.5:  # noqa: PLR2004 - one time in two
        left, right = rng.choice(_UNEQUAL)(rng)
        return f"self.assertEqual({left}, {right})".encode(), []
    if rng.random() < 1 / 3:
        return _by_helper(rng)
    left, right = rng.choice(_UNEQUAL)(rng)
    return f"assert {left} == {right}".encode(), []


DENIED = b"not ("


def _swaps(statement: ast.stmt, rng: random.Random) -> Iterator[_Swap]:
    if isinstance(statement, ast.Assert):
        yield from _asserted(statement.test, rng)
    elif isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        called = statement.value.func
        name = called.attr if isinstance(called, ast.Attribute) else called.id if isinstance(called, ast.Name) else ""
        values = statement.value.args
        if name in COMPARING and len(values) >= 2 and not any(isinstance(value, ast.Starred) for value in values[:2]):  # noqa: PLR2004
            yield from _unequal(values[0], values[1], rng)
        elif name in TRUTH and values and not isinstance(values[0], ast.Starred):
            yield _Swap(values[0], DENIED, b")")


def _asserted(test: ast.expr, rng: random.Random) -> Iterator[_Swap]:
    if not isinstance(test, ast.Compare):
        yield _Swap(test, DENIED, b")")
    elif len(test.ops) == 1 and isinstance(test.ops[0], ast.Eq):
        yield from _unequal(test.left, test.comparators[0], rng)
    elif all(isinstance(op, ast.Eq | ast.Is | ast.In | ast.NotEq | ast.IsNot | ast.NotIn) for op in test.ops):
        # Others compare sizes and times: a test that only just passes would only just fail.
        yield _Swap(test, DENIED, b")")


def _unequal(left: ast.expr, right: ast.expr, rng: random.Random) -> Iterator[_Swap]:
    """Yield ways to make two values that were equal unequal; a literal is changed, anything else is put into a list with a number."""
    for node in (right, left):
        instead = _other_literal(node, rng)
        if instead is not None:
            yield _Swap(node, instead=instead)
            return
    yield _Swap(right, b"[", f", {rng.randrange(2, 99)}]".encode())


def _other_literal(node: ast.expr, rng: random.Random) -> bytes | None:
    if node.end_lineno != node.lineno:
        return None
    try:
        value = ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return None
    changed = repr(_other(value, rng))
    return changed.encode() if len(changed) < LONGEST_LITERAL else None


def _other(value: object, rng: random.Random) -> object:
    """Return another value of the same type, where that is easy."""
    if isinstance(value, bool) or value is None:
        return not value
    if isinstance(value, int | float):
        # far enough for any tolerance
        return value + rng.randrange(2, 9) * (abs(value) + 1)
    if isinstance(value, str | bytes):
        letter = rng.choice(LETTERS)
        return value + letter if isinstance(value, str) else value + letter.encode()
    if isinstance(value, dict):
        return {**value, rng.choice(WORDS): rng.randrange(9)}
    if isinstance(value, set):
        return {*value, rng.choice(WORDS)}
    if isinstance(value, list | tuple):
        at = rng.randrange(len(value)) if value else 0
        part = _other(value[at], rng) if value else rng.randrange(2, 9)
        return type(value)((*value[:at], part, *value[at + 1 :]))
    return [value, rng.randrange(9)]


def _written(swap: _Swap, lines: Sequence[bytes]) -> Change:
    node = swap.node
    first, last = node.lineno - 1, (node.end_lineno or node.lineno) - 1
    head, tail = lines[first][: node.col_offset], lines[last][node.end_col_offset or 0 :]
    if swap.instead is not None:
        return Change(first, last + 1, [head + swap.instead + tail])
    text = b"".join(lines[first : last + 1])[len(head) :]
    inner = text[: len(text) - len(tail)] if tail else text
    written = head + swap.before + inner + swap.after + tail
    return Change(first, last + 1, [line + b"\n" for line in written.removesuffix(b"\n").split(b"\n")])


def _by_helper(rng: random.Random) -> tuple[bytes, list[bytes]]:
    name = f"{rng.choice(('same', 'check', 'expect', 'verify'))}_{rng.choice(WORDS)}_{''.join(rng.choices(LETTERS, k=3))}"
    left, right = rng.choice(_UNEQUAL)(rng)
    text = f'def {name}(left, right):\n    if left != right:\n        raise AssertionError(f"{{left!r}} is not {{right!r}}")\n'
    return f"{name}({left}, {right})".encode(), [text.encode()]


def _lengths(rng: random.Random) -> tuple[str, str]:
    word = "".join(rng.choices(LETTERS, k=rng.randrange(3, 9)))
    return f"len({word!r})", str(len(word) + rng.randrange(1, 5))


def _products(rng: random.Random) -> tuple[str, str]:
    factor, size = rng.randrange(2, 9), rng.randrange(2, 6)
    values = [number * factor for number in range(size)]
    values[-1] += rng.randrange(1, 4)
    return f"[number * {factor} for number in range({size})]", repr(values)


def _sums(rng: random.Random) -> tuple[str, str]:
    values = [rng.randrange(100) for _ in range(rng.randrange(2, 6))]
    return f"sum({values})", str(sum(values) + rng.randrange(1, 9))


def _sorted_words(rng: random.Random) -> tuple[str, str]:
    letters = rng.sample(LETTERS, 4)
    return f"sorted({''.join(letters)!r})", repr(sorted(letters, reverse=True))


_UNEQUAL: tuple[Callable[[random.Random], tuple[str, str]], ...] = (_lengths, _products, _sums, _sorted_words)
_OTHER: tuple[Callable[[random.Random], str], ...] = (
    lambda rng: f"int({rng.choice(WORDS)!r})",
    lambda rng: f"dict(a={rng.randrange(9)})[{rng.choice(WORDS)!r}]",
    lambda rng: f"list(range({rng.randrange(2, 5)}))[{rng.randrange(5, 20)}]",
    lambda rng: f"raise ValueError({rng.choice(WORDS)!r})",
    lambda rng: f"raise RuntimeError({rng.choice(WORDS)!r})",
)
