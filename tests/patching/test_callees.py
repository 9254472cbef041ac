"""Answers that change functions of other files together with the target."""

from __future__ import annotations

import ast
from dataclasses import replace

import pytest

from codeopt.errors import PatchError
from codeopt.model.proposal import Callee, CodeContext
from codeopt.patching.answer import parse_answer
from codeopt.patching.apply import apply

SOURCE = """from pkg.table import lookup, other


def total(xs):
    out = 0
    for x in xs:
        out = out + lookup(x)
    return out + other(1)
"""
TABLE = '''"""Names."""

NAMES = ["a", "b"]


def lookup(x):
    """Return where a name is."""
    for at, name in enumerate(NAMES):
        if name == x:
            return at
    return -1


def other(x):
    return x + 0


def third(x):
    return x
'''
TOTAL = "def total(xs):\n    return sum(map(lookup, xs)) + other(1)\n"
LOOKUP = "def lookup(x):\n    return NAMES.index(x) if x in NAMES else -1\n"
COUNTED = "import bisect\n\n\ndef lookup(x):\n    return bisect.bisect(NAMES, x)\n\n\ndef other(x):\n    return x\n"


@pytest.fixture
def request_of(request_for):
    def build(*names, files=("pkg/table.py",)):
        request = request_for(SOURCE, "total", path="pkg/app.py", others=dict.fromkeys(files, TABLE.encode()))
        callees = [request_for(TABLE, name, path="pkg/table.py").function for name in names]
        return replace(request, context=CodeContext(callees=tuple(Callee(function=each, text="") for each in callees)))

    return build


def result(answer, request):
    return {path: data.decode() for path, data in apply(parse_answer(answer, request), dict(request.files)).items()}


def fenced(*parts):
    return "```python\n" + "\n\n".join(parts) + "```\n"


def test_a_callee_may_change_with_the_target(request_of):
    after = result(fenced(TOTAL, LOOKUP), request_of("lookup"))
    assert "return sum(map(lookup, xs)) + other(1)\n" in after["pkg/app.py"]
    assert '"""Return where a name is."""\n    return NAMES.index(x) if x in NAMES else -1\n\n\ndef other' in after["pkg/table.py"]
    assert "def lookup" not in after["pkg/app.py"]


def test_a_callee_may_change_alone(request_of):
    request = request_of("lookup")
    assert [change.path for change in parse_answer(fenced(SOURCE.partition("\n\n\n")[2], LOOKUP), request).edits] == ["pkg/table.py"]


def test_several_callees_of_one_file_and_their_imports(request_of):
    after = result(fenced(TOTAL, COUNTED), request_of("lookup", "other"))["pkg/table.py"]
    names = [node.name for node in ast.parse(after).body if isinstance(node, ast.FunctionDef)]
    assert names == ["lookup", "other", "third"]
    assert after.startswith('"""Names."""\n\nimport bisect\n')
    assert "return bisect.bisect(NAMES, x)" in after
    assert "def other(x):\n    return x\n" in after


def test_what_was_not_shown_stays(request_of):
    after = result(fenced(TOTAL, LOOKUP, "def third(x):\n    return 3\n"), request_of("other"))
    assert set(after) == {"pkg/app.py"}


def test_a_callee_keeps_its_header(request_of):
    with pytest.raises(PatchError, match="lookup"):
        parse_answer(fenced(TOTAL, LOOKUP.replace("(x)", "(x, y)")), request_of("lookup"))


def test_an_answer_that_changes_neither_is_none(request_of):
    with pytest.raises(PatchError, match="original code"):
        parse_answer(fenced(SOURCE.partition("\n\n\n")[2]), request_of("lookup"))


def block(path, old, new):
    return f"{path}\n<<<<<<< SEARCH\n{old}=======\n{new}>>>>>>> REPLACE\n"


BLOCK = block(
    "pkg/table.py", "    for at, name in enumerate(NAMES):\n        if name == x:\n            return at\n", "    NAMES.index(x)\n"
)


def test_blocks_may_change_a_callee(request_of):
    answer = block("pkg/app.py", "        out = out + lookup(x)\n", "        out += lookup(x)\n") + BLOCK
    after = result(answer, request_of("lookup"))
    assert "out += lookup(x)" in after["pkg/app.py"]
    assert "    NAMES.index(x)\n    return -1\n" in after["pkg/table.py"]


@pytest.mark.parametrize(
    ("names", "answer", "why"),
    [
        ((), BLOCK, "may not be changed"),
        (("other",), BLOCK, "outside the body of `other`"),
        (("lookup",), block("pkg/table.py", "    return x + 0\n", "    return x\n"), "outside the body of `lookup`"),
        (("lookup",), block("pkg/table.py", 'NAMES = ["a", "b"]\n', 'NAMES = ["b", "a"]\n'), "outside the body of `lookup`"),
        (("lookup",), block("pkg/table.py", "def lookup(x):\n", "def lookup(x, y=1):\n"), "lookup"),
    ],
)
def test_blocks_change_nothing_else_of_that_file(request_of, names, answer, why):
    with pytest.raises(PatchError, match=why):
        parse_answer(answer, request_of(*names))


def test_blocks_may_change_several_callees(request_of):
    answer = BLOCK + block("pkg/table.py", "    return x + 0\n", "    return x\n")
    after = result(answer, request_of("lookup", "other"))
    assert "def other(x):\n    return x\n" in after["pkg/table.py"]
