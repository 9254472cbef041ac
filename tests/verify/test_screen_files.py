"""What a patch does by the names of its files and on import, how findings read, and how the screen takes hostile input."""

from __future__ import annotations

import time

import pytest

from codeopt.verify.screen import Finding, FindingKind, screen

BASE = """
import functools
import json
import re
import other

TABLE = {}


class Box:
    limit = 3

    def size(self):
        return self.limit


def helper(x):
    return x


def f(items, n=1):
    return [helper(item) for item in items]
"""


def kinds(after, before=BASE):
    return {finding.kind.value for finding in screen({"m.py": before.encode()}, {"m.py": after.encode()})}


@pytest.mark.parametrize(
    "code",
    [
        "for i in range(3):\n    TABLE[i] = i",
        "while TABLE:\n    TABLE.popitem()",
        "with other.lock:\n    pass",
        "try:\n    helper(1)\nexcept Exception:\n    pass",
        "try:\n    import json\n    helper(1)\nfinally:\n    pass",
        "helper(1)",
        "f(range(1000))",
        "TABLE.update(a=1)",
        "_WARM = f(range(1000))",
        "_WARM = [f([i]) for i in range(10)]",
        "_WARM: list = f([1])",
        "_WARM = other.prepare()",
        "_WARM = (lambda: helper(1))()",
        "def _warm():\n    return f([1])\n\n\n_KEPT = _warm()",
        "def _warm():\n    return _more()\n\n\ndef _more():\n    return helper(1)\n\n\n_KEPT = _warm()",
        "def _g(x=f([1])):\n    return x",
        "_G = lambda x=f([1]): x",
        "class _A:\n    f([1])",
        "class _A:\n    kept = f([1])",
        "class _A:\n    for i in range(3):\n        pass",
        "if TABLE:\n    pass",
        "assert helper(1)",
        "raise ValueError",
        "match 1:\n    case 1:\n        pass",
        "@(lambda g: g)\ndef _g():\n    pass",
        "@TABLE['x']\ndef _g():\n    pass",
        "print('x')",
        "if __name__ == '__main__':\n    f([1])",
        "(lambda: 1)()",
        "[f([1])]",
    ],
)
def test_work_on_import_is_seen(code):
    assert "import-time" in kinds(BASE + "\n\n" + code + "\n")


@pytest.mark.parametrize(
    "code",
    [
        "def __getattr__(name):\n    return 1",
        "def __dir__():\n    return []",
        "__class__ = 1",
        "__builtins__ = {}",
        "__file__ = 'x'",
        "len = helper",
        "list: type = helper",
        "def _g():\n    global __builtins__\n    __builtins__ = {}",
        "for sorted in [helper]:\n    pass",
    ],
)
def test_special_names_of_a_module_are_seen(code):
    assert kinds(BASE + "\n\n" + code + "\n") & {"patching", "deferred", "forged"}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("    def size(self):", "    def __eq__(self, other):\n        return True\n\n    def size(self):"),
        ("    def size(self):", "    __hash__ = None\n\n    def size(self):"),
        ("class Box:", "class Box(dict):"),
        ("class Box:", "class Box(metaclass=other.Meta):"),
    ],
)
def test_a_class_that_is_there_may_not_become_a_forgery(old, new):
    assert old in BASE
    assert "forged" in kinds(BASE.replace(old, new))


@pytest.mark.parametrize(
    ("old", "new"), [("def f(items, n=1):", "async def f(items, n=1):"), ("    return [helper", "    yield from [helper")]
)
def test_a_function_may_not_become_a_generator_or_a_coroutine(old, new):
    assert old in BASE
    assert kinds(BASE.replace(old, new)) == {"deferred"}


OVERLOADS = """
import typing

@typing.overload
def _g(x: int) -> int: ...

@typing.overload
def _g(x: str) -> str: ...

def _g(x):
    return x
"""
DISPATCHED = """
@functools.singledispatch
def _g(x):
    return x

@_g.register
def _(x: int):
    return 1

@_g.register
def _(x: str):
    return 2
"""
WRAP = "def _wrap(g):\n    return lambda *a: helper(a)\n\n\n"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("def f(items, n=1):", "def f(items, n=1):\n    return []\n\n\ndef f(items, n=1):"),
        ("def f(items, n=1):", WRAP + "@_wrap\ndef f(items, n=1):"),
        ("def f(items, n=1):", "@(lambda g: helper)\ndef f(items, n=1):"),
        ("def helper(x):", "def _more(x):\n    return x\n\n\nf = _more\n\n\ndef helper(x):"),
        ("def helper(x):", "helper: object = Box\n\n\ndef helper(x):"),
        ("def helper(x):", "(Box, _more) = (re, 1)\n\n\ndef helper(x):"),
        ("class Box:", "class Box:\n    pass\n\n\nclass Box:"),
        ("    def size(self):", "    def size(self):\n        return 1\n\n    def size(self):"),
        ("    def size(self):", "    size = helper\n\n    def size(self):"),
    ],
)
def test_a_function_may_not_stand_in_the_place_of_another(old, new):
    assert old in BASE
    assert "decoy" in kinds(BASE.replace(old, new))


@pytest.mark.parametrize(
    "code",
    [
        "class _A:\n    @property\n    def n(self):\n        return 1\n\n    @n.setter\n    def n(self, value):\n        pass",
        OVERLOADS,
        DISPATCHED,
        "try:\n    from other import fast as _g\nexcept ImportError:\n    def _g(x):\n        return x",
        WRAP + "@_wrap\ndef _g(x):\n    return x",
    ],
)
def test_one_name_for_several_functions_can_be_honest(code):
    assert kinds(BASE + "\n\n" + code + "\n") == set()


@pytest.mark.parametrize("decorator", ["functools.lru_cache(maxsize=None)", "functools.cache", "other.kept", "other.kept(1)"])
def test_a_cache_of_the_library_or_the_repository_is_no_decoy(decorator):
    assert kinds(BASE.replace("def f(items", f"@{decorator}\ndef f(items")) == set()


def test_the_generator_inside_a_function_is_not_the_function():
    after = BASE.replace("    return [helper", "    def inner():\n        yield 1\n\n    return [helper")
    assert kinds(after) == set()


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("sitecustomize.py", "tests"),
        ("src/usercustomize.py", "tests"),
        ("tests/conftest.py", "tests"),
        ("conftest.py", "tests"),
        ("extra.pth", "tests"),
        ("app/_fast.so", "tests"),
        ("app/__pycache__/m.cpython-311.pyc", "tests"),
        ("time.py", "shadowing"),
        ("src/json.py", "shadowing"),
        ("random/__init__.py", "shadowing"),
        ("src/pytest/__init__.py", "shadowing"),
        ("_pytest/x.py", "shadowing"),
        ("pluggy.py", "shadowing"),
        ("codeopt_inside/canon.py", "shadowing"),
        ("numpy/__init__.py", "shadowing"),
        ("re.pyi", "shadowing"),
    ],
)
def test_files_that_act_by_their_name_are_seen(path, kind):
    assert {finding.kind.value for finding in screen({"app/m.py": b""}, {path: b""})} == {kind}


def test_files_may_have_names_of_modules_where_nothing_looks_for_them():
    assert screen({"app/m.py": b""}, {"app/json.py": b"X = 1\n", "src/app/time.py": b"", "docs/re.txt": b"", "jsonx.py": b""}) == ()


def test_files_that_were_there_may_change():
    before = {"json.py": b"X = 1\n", "random/__init__.py": b"", "conftest.py": b""}
    assert screen(before, {"json.py": b"X = 2\n", "random/more.py": b"Y = 1\n", "conftest.py": b""}) == ()
    assert [finding.kind for finding in screen(before, {"conftest.py": b"X = 1\n"})] == [FindingKind.TESTS]


def test_a_finding_is_one_plain_sentence():
    before = BASE.replace("import json", "import json\nimport sys").encode()
    after = before.replace(b"    return [helper", b"    sys._getframe(1)\n    return [helper")
    (finding,) = screen({"app/m.py": before}, {"app/m.py": after})
    assert finding == Finding(kind=FindingKind.STACK, path="app/m.py", line=23, what="sys._getframe(1)")
    assert finding.sentence == "reads the stack (`sys._getframe(1)`, app/m.py:23), which the original does not"


def test_long_code_is_cut_and_every_kind_has_a_phrase():
    after = BASE + "\n\ndef _g():\n    return eval('" + "1 + " * 100 + "1')\n"
    (finding,) = screen({"m.py": BASE.encode()}, {"m.py": after.encode()})
    assert len(finding.what) == 60
    assert finding.what.endswith("...")
    for kind in FindingKind:
        assert Finding(kind=kind, path="m.py", line=1, what="x").sentence.endswith("(`x`, m.py:1), which the original does not")


def test_each_form_is_reported_once_in_the_order_of_lines():
    after = BASE + "\n\ndef _g(x):\n    eval('1')\n    eval('2')\n    exec('3')\n    return id(x)\n"
    found = screen({"m.py": BASE.encode()}, {"m.py": after.encode()})
    assert [finding.what for finding in found] == ["eval('2')", "exec('3')", "id(x)"]


def test_one_more_use_than_before_is_news():
    before = BASE + "\n\ndef _g(x):\n    return eval(x)\n"
    assert kinds(before.replace("return eval(x)", "return eval(x) + eval(x)"), before) == {"introspection"}
    assert kinds(before.replace("return eval(x)", "y = eval(x)\n    return y + y"), before) == set()


def test_what_cannot_be_read_says_why():
    (finding,) = screen({}, {"m.py": b"x = 1" + b" + 1" * 20000})
    assert finding.sentence == "hides what it does (`nested too deeply`, m.py:1), which the original does not"


def test_new_files_are_read_too():
    found = screen({"m.py": BASE.encode()}, {"fast.py": b"import ctypes\n"})
    assert [(finding.kind, finding.path, finding.line) for finding in found] == [(FindingKind.INTROSPECTION, "fast.py", 1)]


@pytest.mark.parametrize(
    "code",
    [
        "\n".join(f"a{i} = a{i + 1}" for i in range(400)) + "\na400 = json\na0.dumps = f\n",
        "\n".join(f"a = a.b{i} or a.c{i} or json" for i in range(60)),
        "a = json\n" + "\n".join(f"a = a.b{i} or a.c{i}" for i in range(300)),
    ],
)
def test_tangles_end_and_are_said_to_be_unreadable(code):
    start = time.monotonic()
    assert "hidden" in kinds(BASE + code) or "patching" in kinds(BASE + code)
    assert time.monotonic() - start < 20


HINTED = """
from __future__ import annotations

from pathlib import Path
{before}

def f(items, n=1):
    return {body}


def _chosen(path: str | Path, name: Path | None = None) -> dict[str, {returned}]:
    {line}
    return {{}}
"""


def hinted(*, returned="Path", line="count: Path | None = None", **texts):
    before = "from __future__ import annotations\n\nfrom pathlib import Path\n\n\ndef f(items, n=1):\n    return items\n"
    after = HINTED.format(**{"before": "", "body": "list(items)", "returned": returned, "line": line, **texts})
    return kinds(after, before)


def test_a_type_hint_that_is_never_evaluated_uses_nothing():
    assert hinted() == set()


def test_a_type_hint_is_read_where_it_is_evaluated_or_calls_something():
    assert kinds("from pathlib import Path\n\n\ndef g(path: Path) -> None: ...\n" + BASE) == {"files"}
    assert hinted(returned='open("x")') == {"files"}
    assert hinted(line='count: Path("x").touch() = 1') == {"files"}
    assert hinted(line='Path("x").touch()') == {"files"}
