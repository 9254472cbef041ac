"""Mutants of a function: another program each, on the same lines, and nothing else of the file touched."""

from __future__ import annotations

import ast
import types
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codeopt.errors import TargetError
from codeopt.mutation import mutants
from codeopt.mutation.place import definitions

ALMANAC = Path(__file__).resolve().parents[1] / "adversarial" / "repo" / "almanac"

SHAPES = '''\
"""Shapes that text is easily broken in."""
from __future__ import annotations

import functools, logging

log = logging.getLogger(__name__)


def long(first, second=(1,
                        2), *rest: int, **named) -> list[int]:
    """Do much.

    >>> long(1) < 2
    """
    total = (first +
             second[0]  # a comment with ) and "
             - 1)
    text = f"""{first + 1!r:>{second[0]}} and
    {total < 3}""" + "tail"
    if (total <
            first) and \\
            rest:
        return [text,
                *rest]; total = 2
    log.info("done %s", total + 1)
    return sum(
        value * 2
        for value in rest
        if value > 0
    ), [*rest], text[1:
                     first]


class Outer:
    @functools.lru_cache(maxsize=1)
    def method(self, x):
        return super().__hash__() + x if x else -x

    @property
    def size(self):
        return self.__size + 1

    @size.setter
    def size(self, value):
        self.__size = value - 1; return None

    class Inner:
        def method(self, x): return x and not self


def outer(scale):
    limit = 3
    def inner(x):
        nonlocal limit
        limit -= 1
        return x * scale if x in (1, 2) else [inner(y) for y in range(x)]
    return inner

async def flows(source):
    async for item in source:
        async with item as held:
            yield await held + 1
    try:
        match source:
            case [1, -2, *others] if others:
                yield others[0]
            case {"k": 3}:
                yield 3
    except (ValueError, KeyError) as error:
        raise RuntimeError(f"no {error}" "at all") from error
    finally:
        del source[0]

def first(x): return x<1 or(x)is None or not x
'''
FILES = {path.name: path.read_bytes() for path in sorted(ALMANAC.glob("*.py"))}
FILES["shapes.py"] = SHAPES.encode()
FILES["windows.py"] = SHAPES.replace("\n", "\r\n").encode()
FILES["own.py"] = (Path(__file__).resolve().parents[2] / "codeopt" / "mutation" / "place.py").read_bytes()


def functions():
    for name, data in FILES.items():
        seen = Counter()
        for qualname, node in definitions(ast.parse(data)):
            yield name, qualname, seen[qualname], node
            seen[qualname] += 1


FUNCTIONS = list(functions())


def codes(code):
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield constant
            yield from codes(constant)


@pytest.mark.filterwarnings("ignore::SyntaxWarning")
@pytest.mark.parametrize(("name", "qualname", "ordinal", "node"), FUNCTIONS, ids=[":".join(map(str, one[:3])) for one in FUNCTIONS])
def test_each_mutant_is_another_program_within_the_function(name, qualname, ordinal, node):
    data = FILES[name]
    lines = data.splitlines(keepends=True)
    before = {code.co_firstlineno: code for code in codes(compile(data, name, "exec"))}
    inside = range(node.body[0].lineno, node.end_lineno + 1)
    programs = {data}
    for mutant in mutants(name, data, qualname, ordinal, most=1000, seed="s"):
        after = mutant.source.splitlines(keepends=True)
        differing = {number for number, (old, new) in enumerate(zip(lines, after, strict=True), 1) if old != new}
        assert differing
        assert differing <= set(inside)
        assert min(differing) == mutant.line
        assert mutant.before != mutant.after
        assert mutant.source not in programs
        programs.add(mutant.source)
        assert ast.dump(ast.parse(mutant.source)) != ast.dump(ast.parse(data))
        own = [code for code in codes(compile(mutant.source, name, "exec")) if code.co_name == node.name]
        same_place = [code for code in own if code.co_firstlineno in before and before[code.co_firstlineno].co_name == node.name]
        assert [code.co_freevars for code in same_place] == [before[code.co_firstlineno].co_freevars for code in same_place]


def test_most_functions_have_many_mutants():
    made = [len(mutants(name, FILES[name], qualname, ordinal, most=30, seed="s")) for name, qualname, ordinal, _ in FUNCTIONS]
    assert min(made) >= 1
    assert sum(count >= 20 for count in made) > len(made) / 4


@given(st.sampled_from(FUNCTIONS), st.integers(0, 12), st.text(max_size=3))
@settings(max_examples=50, deadline=None)
def test_they_are_few_as_asked_for_and_the_seed_decides(function, most, seed):
    name, qualname, ordinal, _ = function
    found = mutants(name, FILES[name], qualname, ordinal, most=most, seed=seed)
    assert len(found) <= most
    assert found == mutants(name, FILES[name], qualname, ordinal, most=most, seed=seed)
    assert found == mutants(name, FILES[name], qualname, ordinal, most=most + 5, seed=seed)[: len(found)]


def test_another_seed_chooses_others():
    chosen = [mutants("shapes.py", SHAPES.encode(), "long", 0, most=10, seed=seed) for seed in "ab"]
    assert chosen[0] != chosen[1]


def test_they_are_spread_over_kinds_and_lines():
    found = mutants("intervals.py", FILES["intervals.py"], "merge", 0, most=20, seed="s")
    assert len({mutant.operator for mutant in found}) >= 12
    assert len({mutant.line for mutant in found}) >= 8
    assert max(Counter(mutant.line for mutant in found).values()) <= 5


@given(st.text(alphabet="abc+-*/<>=()[]{}:,. \n\t'\"\\f#1", max_size=60))
@settings(max_examples=200, deadline=None)
@pytest.mark.filterwarnings("ignore")
def test_any_function_that_compiles_has_mutants_that_compile(text):
    source = "def f(a, b, c):\n " + text.replace("\n", "\n ") + "\n a\n"
    try:
        compile(source, "f.py", "exec")
    except (SyntaxError, ValueError):
        return
    for mutant in mutants("f.py", source.encode(), "f", 0, most=10, seed="s"):
        compile(mutant.source, "f.py", "exec")
        assert mutant.source.count(b"\n") == source.count("\n")


def test_of_several_definitions_of_a_name_the_one_that_is_meant_is_changed():
    source = SHAPES.encode()
    lines = [{mutant.line for mutant in mutants("s.py", source, "Outer.size", ordinal, most=50, seed="s")} for ordinal in (0, 1)]
    assert lines[0]
    assert lines[1]
    assert max(lines[0]) < min(lines[1])


@pytest.mark.parametrize(("qualname", "ordinal"), [("nothing", 0), ("Outer.size", 2), ("Outer", 0)])
def test_a_function_that_is_not_there_is_an_error(qualname, ordinal):
    with pytest.raises(TargetError, match=r"shapes\.py has no function"):
        mutants("shapes.py", SHAPES.encode(), qualname, ordinal, most=1, seed="s")


@pytest.mark.parametrize(
    "source", [b"def f(:\n", b"x = '\0'\n", b"# coding: none\n", b"def f(): return '\xe9'\n", b"class C:\n    return 1\n    def f(): 1\n"]
)
def test_a_file_that_is_not_python_is_an_error(source):
    with pytest.raises(TargetError, match=r"m\.py does not compile"):
        mutants("m.py", source, "C.f" if b"class" in source else "f", 0, most=1, seed="s")


@pytest.mark.parametrize(
    "source",
    [
        "# coding: latin-1\ndef f(a):\n    return a + 'é'\n".encode("latin-1"),
        b"\xef\xbb\xbfdef f(a):\r\n    return a + '\xc3\xa9'\r\n",
        b"def f(a):\r    return a + '\xc3\xa9'\r",
        "def f(a):\n\f    return 'é', a + 'é', '\x85\u2028'".encode(),
    ],
)
def test_encoding_and_line_ends_stay(source):
    found = mutants("m.py", source, "f", 0, most=50, seed="s")
    assert found
    for mutant in found:
        head, end = source[:9], source[-1:]
        assert mutant.source[:9] == head
        assert mutant.source.count(b"\n") == source.count(b"\n")
        assert mutant.source.count(b"\r") == source.count(b"\r")
        assert (mutant.source[-1:] in b"\r\n") == (end in b"\r\n")
        compile(mutant.source, "m.py", "exec")


def test_long_code_is_shown_where_it_differs():
    body = " + ".join(f"number_{count}" for count in range(30))
    found = mutants("m.py", f"def f(x):\n    return {body} * 7\n".encode(), "f", 0, most=100, seed="s")
    for mutant in found:
        assert max(len(mutant.before), len(mutant.after)) <= 70
        assert mutant.before != mutant.after


def test_a_function_in_which_nothing_can_be_changed_has_none():
    assert mutants("m.py", b"def f(x):\n    '''Nothing.'''\n", "f", 0, most=9, seed="s") == ()
    assert mutants("m.py", b"def f(x):\n    pass\n", "f", 0, most=9, seed="s") == ()
