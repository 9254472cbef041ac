"""Rules for single calls: compiled-pattern, early-exit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("code", "made", "expected"),
    [
        (r're.match(r"\d", s)', r're.compile(r"\d")', "_F_RE.match(s)"),
        ('re.search("a", s, re.I)', 're.compile("a", re.I)', "_F_RE.search(s)"),
        ('re.findall("a", s, flags=re.I | re.M)', 're.compile("a", re.I | re.M)', "_F_RE.findall(s)"),
        ('re.sub("a", "b", s)', 're.compile("a")', '_F_RE.sub("b", s)'),
        ('re.sub("a", "b", s, 1, re.S)', 're.compile("a", re.S)', '_F_RE.sub("b", s, 1)'),
        ('re.sub("a", flags=re.S, repl="b", string=s, count=2)', 're.compile("a", re.S)', '_F_RE.sub(repl="b", string=s, count=2)'),
        ('re.split("a" "b", s, maxsplit=1)', 're.compile("a" "b")', "_F_RE.split(s, maxsplit=1)"),
        ('re.compile(b"a").match(s)', 're.compile(b"a")', "_F_RE.match(s)"),
    ],
)
def test_a_literal_pattern_is_compiled_at_the_top(rewrite, code, made, expected):
    after = rewrite("compiled-pattern", f"import re\n\n\ndef f(s):\n    return {code}\n")
    assert after == f"import re\n\n\n_F_RE = {made}\n\n\ndef f(s):\n    return {expected}\n"


def test_equal_patterns_share_a_constant_and_others_do_not(rewrite):
    code = 're.sub("a", "b", re.sub("c", "d", s)), re.match("a", s)'
    after = rewrite("compiled-pattern", f"import re\n\n_F_RE = 1\n\ndef f(s):\n    return {code}\n")
    assert '_F_RE_2 = re.compile("a")\n_F_RE_3 = re.compile("c")\n' in after
    assert 'return _F_RE_2.sub("b", _F_RE_3.sub("d", s)), _F_RE_2.match(s)' in after


def test_a_constant_stands_before_the_class_and_is_not_mangled(rewrite):
    source = 'import re\n\n# about A\nclass A:\n    def __f__(self, s):\n        return re.match("a", s)\n'
    after = rewrite("compiled-pattern", source, "__f__")
    assert '_F_RE = re.compile("a")\n\n\n# about A\nclass A:\n' in after


@pytest.mark.parametrize(
    "code",
    [
        "re.match(p, s)",
        're.match(f"{p}", s)',
        're.match("(", s)',
        're.match("[[a]", s)',
        're.match("a", s, p)',
        're.match("a", s, re.L)',
        're.match("a", s, re.NOPE)',
        're.match("a", s, re.DEBUG)',
        're.match("a", *s)',
        're.match("a", **s)',
        're.match(pattern="a", string=s)',
        're.escape("a")',
        'x.re.match("a", s)',
    ],
)
def test_a_pattern_that_is_not_certain_is_left_alone(rewrite, code):
    assert rewrite("compiled-pattern", f"import re\n\ndef f(s, p):\n    return {code}\n") is None


@pytest.mark.parametrize("head", ["", "import regex as re\n", "from x import re\n", "if X:\n    import re\n"])
def test_another_re_is_left_alone(rewrite, head):
    assert rewrite("compiled-pattern", f'{head}def f(s):\n    return re.match("a", s)\n') is None
    assert rewrite("compiled-pattern", f'import re\n{head}def f(s, re):\n    return re.match("a", s)\n') is None


@given(st.text("abA1 \n"))
def test_compiled_pattern_changes_no_result(versions, outcome, text):
    code = r're.sub(r"(?P<x>a+)|\d", r"<\g<x>>", s, 2, re.I), re.split(r"\s", s, 1), [m.span() for m in re.finditer("b", s)]'
    old, new = versions("compiled-pattern", f"import re\n\n\ndef f(s):\n    return {code}\n")
    assert outcome(old, text) == outcome(new, text)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("any([x > 1 for x in xs])", "any(x > 1 for x in xs)"),
        ("all([len(x) for x in g(xs) if x.strip()],)", "all(len(x) for x in g(xs) if x.strip())"),
        ("any([\n        x.y[0]\n        for x in xs\n    ])", "any(\n        x.y[0]\n        for x in xs\n    )"),
    ],
)
def test_a_list_that_is_only_asked_becomes_a_generator(rewrite, code, expected):
    assert rewrite("early-exit", f"def f(xs):\n    return {code}\n") == f"def f(xs):\n    return {expected}\n"


@pytest.mark.parametrize(
    "code",
    [
        "any([g(x) for x in xs])",
        "any([x.pop() for x in xs])",
        "any([(y := x) for x in xs])",
        "sum([x for x in xs])",
        "any([1, 2])",
        "any([x for y in xs for x in g(y)])",
        "any({x for x in xs})",
        "any(x for x in xs)",
        "self.any([x for x in xs])",
    ],
)
def test_a_list_that_may_do_something_is_made(rewrite, code):
    assert rewrite("early-exit", f"def f(self, xs):\n    return {code}\n") is None


def test_an_any_of_the_file_is_left_alone(rewrite):
    assert rewrite("early-exit", "from numpy import any\ndef f(xs):\n    return any([x for x in xs])\n") is None
    assert rewrite("early-exit", "def f(xs, len):\n    return any([len(x) for x in xs])\n") is None


@given(st.lists(st.integers(0, 2)))
def test_early_exit_changes_no_result(versions, outcome, xs):
    for code in ("any([x > 1 for x in xs])", "all([x for x in xs if x < 2])"):
        old, new = versions("early-exit", f"def f(xs):\n    return {code}\n")
        assert outcome(old, xs) == outcome(new, xs)
