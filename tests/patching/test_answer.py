"""Whole functions in the answers of chat models."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeopt.errors import PatchError
from codeopt.patching.answer import parse_answer
from codeopt.patching.apply import apply

SOURCE = '''"""Module."""

import os

LIMIT = 3


def helper(x):
    return x


def find(xs: list[int], *, limit: int = LIMIT) -> list[int]:
    """Find them."""
    out = []
    for x in xs:
        if x not in out:
            out.append(x)
    return out[:limit]


class Box:
    """A box."""

    size = 1

    @property
    def area(self) -> int:
        return sum([1 for _ in range(self.size)])

    @area.setter
    def area(self, value: int) -> None:
        self.size = len([1 for _ in range(value)])


AFTER = find([1])
'''
BODY = "    return list(dict.fromkeys(xs))[:limit]\n"
GOOD = f"def find(xs: list[int], *, limit: int = LIMIT) -> list[int]:\n{BODY}"


def _result(answer: str, request) -> str:
    files = dict(request.files)
    return apply(parse_answer(answer, request), files)[request.files[0][0]].decode()


def _problem(answer: str, request) -> str:
    with pytest.raises(PatchError) as caught:
        parse_answer(answer, request)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def _fenced(code: str) -> str:
    return f"Here you are:\n\n```python\n{code}```\n\nIt is linear.\n"


@pytest.fixture
def find(request_for):
    return request_for(SOURCE, "find")


EXPECTED = SOURCE.replace(SOURCE[SOURCE.index("    out = []") : SOURCE.index("\n\nclass Box")], BODY)


@pytest.mark.parametrize(
    "answer",
    [
        _fenced(GOOD),
        GOOD,
        f"Sure!\n\n{GOOD}\nHope it helps.\n",
        f"<think>\n```python\ndef find(): pass\n```\n</think>\n{_fenced(GOOD)}",
        f"~~~\n{GOOD}~~~",
        _fenced(GOOD).replace("\n", "\r\n"),
        _fenced(f"def find(xs, *, limit=LIMIT):\n{BODY}"),
        _fenced(f'def find(xs, *, limit=LIMIT):\n    """Another docstring."""\n{BODY}'),
        _fenced("def find(xs, *, limit=LIMIT): return list(dict.fromkeys(xs))[:limit]\n"),
        _fenced("def find(xs, *, limit=LIMIT):\n\treturn list(dict.fromkeys(xs))[:limit]\n"),
        _fenced("  def find(xs, *, limit=LIMIT):\n    return list(dict.fromkeys(xs))[:limit]\n"),
        _fenced(
            f"import os\nfrom typing import List\nLIMIT = 4\n\ndef helper(x):\n    return x + 1\n\n{GOOD}\n"
            "if __name__ == '__main__':\n    print(find([1]))\n"
        ),
        _fenced(f"{GOOD}\nassert find([1, 1]) == [1]\nprint(find([]))\nresult = find([2])\n"),
        _fenced("find([1])\n") + _fenced(GOOD),
        _fenced(GOOD) + "Use it so:\n" + _fenced("from app import find\nfind([1, 2])\n"),
        "The original was\n" + _fenced(SOURCE[SOURCE.index("def find") : SOURCE.index("class Box")]) + "and now\n" + _fenced(GOOD),
        _fenced(GOOD) + "instead of\n" + _fenced(SOURCE[SOURCE.index("def find") : SOURCE.index("class Box")]),
        _fenced(GOOD) + "and then\n```python\nfind([1",
        _fenced(f"from __future__ import annotations\n{GOOD}"),
        _fenced(SOURCE.replace(SOURCE[SOURCE.index("    out = []") : SOURCE.index("\n\nclass Box")], BODY)),
    ],
)
def test_the_function_is_taken_and_all_else_stays(find, answer):
    assert _result(answer, find) == EXPECTED


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("I am sorry.", "holds no code"),
        ("", "holds no code"),
        ("```python\n```", "holds no code"),
        ("x" * 200_001, "answer too long"),
        (f"```python\n{GOOD}", "cut off inside its code"),
        ("<think>\nhm", "cut off inside its reasoning"),
        (_fenced("def other():\n    return 1\n"), "does not define `find`"),
        (_fenced("def find(xs, *, limit=LIMIT)\n    return xs\n"), "the answer does not parse: line 1"),
        (_fenced(GOOD.replace("limit:", "maximum:")), "signature changed: `def find(xs, *, limit=LIMIT)` became"),
        (_fenced(GOOD.replace("= LIMIT", "= 4")), "signature changed"),
        (_fenced(GOOD.replace("*, ", "")), "signature changed"),
        (_fenced(f"async {GOOD}"), "signature changed"),
        (_fenced(f"import functools\n@functools.lru_cache(maxsize=None)\n{GOOD}"), "adds a decorator: @functools.lru_cache(maxsize=None)"),
        (_fenced(SOURCE), "the answer is the original code"),
        (
            _fenced(SOURCE[SOURCE.index("def find") : SOURCE.index("class Box")].replace('"""Find them."""', "# quick\n")),
            "the answer is the original code",
        ),
        (_fenced("def find(xs, *, limit=LIMIT):\n    # ... as before\n    return xs\n"), "leaves code out"),
        (
            _fenced("def find(xs, *, limit=LIMIT):\n    out = set()\n    # the rest of the function is unchanged\n    return xs\n"),
            "leaves code out",
        ),
        (_fenced("def find(xs, *, limit=LIMIT):\n    ...\n"), "leaves code out"),
        (_fenced('def find(xs, *, limit=LIMIT):\n    """Doc."""\n'), "leaves the function's body out"),
        (
            _fenced("def sorted(x):\n    return x\n\ndef find(xs, *, limit=LIMIT):\n    return sorted(xs)\n"),
            "redefines the built-in `sorted`",
        ),
        (
            _fenced("import re as helper\ndef find(xs, *, limit=LIMIT):\n    return helper.sub('a', 'b', xs)\n"),
            "would change what `helper` means",
        ),
        (_fenced("def find(xs, *, limit=LIMIT):\n    return (yield\n"), "does not parse"),
        (_fenced("def find(xs, *, limit=LIMIT):\n    break\n"), "does not compile"),
        (_fenced("def find(xs, *, limit=LIMIT):\n    x = 1\x00\n"), "does not parse"),
        (_fenced("def find(xs, *, limit=LIMIT):\n    return " + "(" * 3000 + "1" + ")" * 3000 + "\n"), "does not parse"),
    ],
)
def test_a_useless_answer_gives_its_reason(find, answer, reason):
    assert reason in _problem(answer, find)


def test_new_imports_and_helpers_are_added_where_they_belong(find):
    code = (
        "import os\nimport re\nfrom collections import Counter as Count, deque\n\n"
        "# a pattern\n_PATTERN = re.compile('x')\n_N = 2\n_UNUSED = 1\n\n\n"
        "def _key(x):\n    return _PATTERN, _N, x\n\n\ndef find(xs, *, limit=LIMIT):\n    return Count(map(_key, xs))\n"
    )
    result = _result(_fenced(code), find)
    assert "import os\nimport re\nfrom collections import Counter as Count\n\nLIMIT = 3\n" in result
    helpers = "# a pattern\n_PATTERN = re.compile('x')\n\n\n_N = 2\n\n\ndef _key(x):\n    return _PATTERN, _N, x\n"
    assert f"    return x\n\n\n{helpers}\n\ndef find(xs: list" in result
    assert "_UNUSED" not in result
    assert "deque" not in result


def test_a_table_is_taken_with_the_loop_that_fills_it(find):
    table = "_T = {}\nfor i in range(3):\n    _T[i] = i\n\n"
    code = f"{table}def find(xs, *, limit=LIMIT):\n    return [_T[x] for x in xs]\n\nfor i in range(3):\n    print(_T)\n"
    result = _result(_fenced(code), find)
    assert "_T = {}\n\n\nfor i in range(3):\n    _T[i] = i\n\n\ndef find" in result
    assert "print" not in result


def test_short_constants_stand_together_and_demonstrations_are_left_out(find):
    code = "A = 1\nB = A\n'a note'\nB\n\ndef find(xs, *, limit=LIMIT):\n    return [A, B, *xs]\n"
    assert "\n\n\nA = 1\nB = A\n\n\ndef find" in _result(_fenced(code), find)


def test_a_function_in_an_if_of_the_answer_is_found(find):
    answer = f"if LIMIT:\n    LIMIT = 4\n{GOOD}"
    assert _result(_fenced(answer), find) == EXPECTED


@pytest.mark.parametrize(
    ("used", "statement"),
    [
        ("defaultdict(list)", "from collections import defaultdict"),
        ("list(accumulate(xs, add))", "from itertools import accumulate"),
        ("list(accumulate(xs, add))", "from operator import add"),
        ("bisect(xs, limit)", "from bisect import bisect"),
        ("bisect.bisect(xs, limit)", "import bisect"),
        ("heapq.nlargest(limit, xs)", "import heapq"),
    ],
)
def test_what_everybody_imports_and_the_answer_forgot_is_imported(used, statement, find):
    result = _result(_fenced(f"def find(xs, *, limit=LIMIT):\n    return {used}\n"), find)
    assert statement in result.partition("LIMIT")[0].splitlines()


def test_a_name_that_the_answer_or_the_file_has_is_not_imported(find):
    body = "    deque = list\n    return deque(helper(x) for x in xs)\n"
    assert _result(_fenced(f"def find(xs, *, limit=LIMIT):\n{body}"), find).count("import") == 1
    own = _fenced("def tee(xs):\n    return xs\n\ndef find(xs, *, limit=LIMIT):\n    return tee(xs)[:limit]\n")
    assert _result(own, find).count("import") == 1


def test_a_name_that_nobody_knows_is_left_as_it_is(find):
    assert _result(_fenced("def find(xs, *, limit=LIMIT):\n    return unheard(xs)\n"), find).count("import") == 1


def test_an_import_of_a_fence_of_its_own_is_taken(find):
    result = _result(_fenced("import bisect\n") + _fenced("def find(xs, *, limit=LIMIT):\n    return bisect.bisect(xs, limit)\n"), find)
    assert "import os\nimport bisect\n" in result


AREA = "        return self.size\n"


@pytest.mark.parametrize(
    "answer",
    [
        f"class Box:\n    @property\n    def area(self):\n{AREA}",
        f"class Box:\n    size = 1\n    @property\n    def area(self):\n{AREA}\n    @area.setter\n    def area(self, x):\n        pass\n",
        f"    @property\n    def area(self) -> int:\n{AREA}",
        "@property\ndef area(self):\n    return self.size\n",
        "def area(self):\n  return self.size\n",
        f"def area(self):\n{AREA}",
    ],
)
def test_a_method_is_taken_from_its_class_or_alone(request_for, answer):
    result = _result(_fenced(answer), request_for(SOURCE, "Box.area"))
    assert result == SOURCE.replace("        return sum([1 for _ in range(self.size)])\n", AREA)


def test_the_ordinal_chooses_among_functions_of_one_name(request_for):
    both = (
        f"class Box:\n    @property\n    def area(self):\n{AREA}\n    @area.setter\n    def area(self, value):\n        self.size = value\n"
    )
    request = request_for(SOURCE, "Box.area", ordinal=1)
    expected = SOURCE.replace("len([1 for _ in range(value)])", "value")
    assert _result(_fenced(both), request) == expected
    assert _result(_fenced("@area.setter\ndef area(self, value):\n    self.size = value\n"), request) == expected


def test_a_new_member_of_the_class_is_refused(request_for):
    answer = "class Box:\n    def _n(self):\n        return 1\n    @property\n    def area(self):\n        return self._n()\n"
    assert "needs a new member `_n` of class Box" in _problem(_fenced(answer), request_for(SOURCE, "Box.area"))


def test_a_nested_function_is_taken_from_its_outer_one(request_for):
    source = "def outer():\n    y = 1\n    def inner(x):\n        return x + 0\n    return inner\n"
    answer = "def outer():\n    def inner(x):\n        return x\n    return inner\n"
    assert _result(_fenced(answer), request_for(source, "outer.inner")) == source.replace("x + 0", "x")


def test_a_stale_span_is_an_error(request_for):
    request = request_for(SOURCE, "find")
    stale = replace(request, files=(("app.py", b"\n\n" + request.source),))
    with pytest.raises(PatchError, match=r"app\.py:"):
        parse_answer(_fenced(GOOD), stale)


_PIECES = [
    "def find(xs, *, limit=LIMIT):\n",
    BODY,
    "```python\n",
    "```\n",
    "    ",
    "<think>",
    "</think>\n",
    "import re\n",
    '"""',
    "(",
    "class A:\n",
    "\x00",
    "é",
    "\n",
    "@x\n",
]


@given(st.lists(st.sampled_from(_PIECES), max_size=12).map("".join))
def test_any_answer_is_a_patch_that_compiles_or_a_patch_error(request_for, answer):
    request = request_for(SOURCE, "find")
    with suppress(PatchError):
        compile(apply(parse_answer(answer, request), dict(request.files))["app.py"], "app.py", "exec")
