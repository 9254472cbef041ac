"""SEARCH/REPLACE blocks in the answers of chat models."""

from __future__ import annotations

import pytest

from codeopt.errors import PatchError
from codeopt.patching.answer import parse_answer
from codeopt.patching.apply import apply

SOURCE = """import os


def find(xs, y=1):
    out = []
    for x in xs:
        if x not in out:
            out.append(x)
    return out


def other(xs):
    out = []
    for x in xs:
        out.append(x)
    return out
"""
HELPER = b"X = 1\nY = 2"


def _block(search: str, replace: str, *, name: str = "") -> str:
    return f"{name}<<<<<<< SEARCH\n{search}=======\n{replace}>>>>>>> REPLACE\n"


@pytest.fixture
def find(request_for):
    return request_for(SOURCE, "find", path="pkg/app.py", others={"pkg/helper.py": HELPER, "notes.txt": b"a\r\nb\r\n"})


def _files(answer: str, request) -> dict[str, str]:
    return {path: content.decode() for path, content in apply(parse_answer(answer, request), dict(request.files)).items()}


OLD = "        if x not in out:\n            out.append(x)\n"
NEW = "        out.extend([x] if x not in out else [])\n"
EXPECTED = {"pkg/app.py": SOURCE.replace(OLD, NEW)}


@pytest.mark.parametrize(
    "answer",
    [
        _block(OLD, NEW),
        f"Here:\n```python\n{_block(OLD, NEW, name='pkg/app.py' + chr(10))}```\n",
        f"**`pkg/app.py`**\n```\n{_block(OLD, NEW)}```\n",
        f"```pkg/app.py\n{_block(OLD, NEW)}```\n",
        f"# File: app.py\n{_block(OLD, NEW)}",
        _block(OLD, NEW).replace("\n", "\r\n"),
        _block(OLD.replace(":\n", ":  \n"), NEW),
        _block("if x not in out:\n    out.append(x)\n", "out.extend([x] if x not in out else [])\n"),
        _block(OLD.replace("        if", "            if").replace("   out.app", "       out.app"), "    " + NEW),
        _block("    for x in xs:\n" + OLD, "    for x in xs:\n        pass\n") + _block("        pass\n", NEW),
    ],
)
def test_a_block_changes_the_lines_that_it_finds(find, answer):
    assert _files(answer, find) == EXPECTED


def test_blocks_change_several_files(find):
    answer = f"{_block(OLD, NEW)}\npkg/helper.py\n{_block('Y = 2' + chr(10), 'Y = 3' + chr(10))}{_block('X = 1' + chr(10), '')}"
    answer += _block("b\n", "c\n", name="notes.txt\n")
    assert _files(answer, find) == {**EXPECTED, "pkg/helper.py": "Y = 3", "notes.txt": "a\r\nc\r\n"}


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (_block("    for y in xs:\n", "    pass\n"), "matches nothing"),
        (_block("    out = []\n", "    out = ()\n"), "matches 2 places"),
        (_block("out = []\n", "out = ()\n"), "matches 2 places"),
        (_block("", "x = 1\n"), "SEARCH block is empty"),
        (_block("\n", "x = 1\n"), "SEARCH block is empty"),
        (_block(OLD, NEW, name="pkg/none.py\n"), "a file that may not be changed"),
        (_block(OLD, NEW, name="../../etc/passwd.py\n"), "a file that may not be changed"),
        ("<<<<<<< SEARCH\n" + OLD, "cut off inside a SEARCH/REPLACE block"),
        ("<<<<<<< SEARCH\n" + OLD + "=======\n" + NEW, "cut off inside a SEARCH/REPLACE block"),
        (_block(OLD, NEW + "=======\n"), "a marker too many"),
        (_block(OLD, _block(OLD, NEW)), "a marker too many"),
        (_block("<<<<<<< SEARCH\n" + OLD, NEW), "a marker too many"),
        (_block(OLD, OLD), "the answer is the original code"),
        (_block("import os\n", "# quick\nimport os\n"), "the answer is the original code"),
        (_block(OLD, "        if x not in (out:\n            pass\n"), "does not parse"),
        (_block("    out = []\n    for x in xs:\n        if", "    break\n"), "cut off"),
        (_block("def find(xs, y=1):\n", "def find(xs, y=2):\n"), "signature changed"),
        (_block("def find(xs, y=1):\n", "def search(xs, y=1):\n"), "removes `find`"),
        (_block("def find(xs, y=1):\n", "@cache\ndef find(xs, y=1):\n"), "adds a decorator: @cache"),
        (_block("            out.append(x)\n    return out\n", "            break\n    continue\n"), "does not compile"),
        (_block("if x not in out:\n    out.append(x)\n", "pass\n") + _block("    pass\n  x\n", "\n"), "matches nothing"),
    ],
)
def test_a_useless_block_gives_its_reason(find, answer, reason):
    with pytest.raises(PatchError, match=reason) as caught:
        parse_answer(answer, find)
    assert "\n" not in str(caught.value)


def test_a_file_of_mixed_line_endings_is_refused(request_for):
    request = request_for("def f(x):\r\n    y = x\n    return y\n", "f")
    with pytest.raises(PatchError, match="mixes line endings"):
        parse_answer(_block("    y = x\n", "    y = [x]\n"), request)


def test_a_replacement_that_loses_its_indentation_is_refused(find):
    answer = _block("    if x not in out:\n        out.append(x)\n", "pass\n")
    with pytest.raises(PatchError, match="indented less than its SEARCH"):
        parse_answer(answer, find)
