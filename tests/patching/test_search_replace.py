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


OTHER = "def other(xs):\n    out = []\n"
HEAD = "import os\n"
TARGET = "def find(xs, y=1):\n"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (HEAD, "import os\nfrom collections import deque\n"),
        (HEAD, "import os, sys\n"),
        (HEAD, "from a import b\n\nimport os\nimport os.path\n"),
        (TARGET, "_TABLE = {1: 2}\n_A, _B = 1, 2\n\n\ndef _helper(x):\n    return x\n\n\n" + TARGET),
        (TARGET, "# new\nclass _Seen(set):\n    pass\n\n\n" + TARGET),
        (OTHER, "def _helper(x):\n    return x\n\n\n" + OTHER),
        ("    return out\n\n\n" + OTHER, "    return out\n\n\n_LATE: int = 1\n\n\n" + OTHER),
        (TARGET, TARGET + '    """Find."""\n'),
    ],
)
def test_blocks_may_add_imports_and_helpers(find, old, new):
    expected = SOURCE.replace(OLD, NEW).replace(old, new)
    assert _files(_block(OLD, NEW) + _block(old, new), find) == {"pkg/app.py": expected}


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (OTHER, "def other(xs):\n    out = list()\n", "changes `def other"),
        (OTHER, "# quick\n" + OTHER.replace("other", "another"), "changes `def other"),
        (HEAD, "", "changes `import os`"),
        (HEAD, "import os as system\n", "changes `import os`"),
        (HEAD, "import os\nfrom fast import other\n", "would change what `other` means"),
        (HEAD, "import os\nfrom fast import sorted\n", "gives the name `sorted` another meaning"),
        (HEAD, "import os\nfrom fast import *\n", r"adds `from fast import \*`"),
        (HEAD, "from __future__ import annotations\nimport os\n", "adds `from __future__"),
        (HEAD, "import os\nos.environ['A'] = '1'\n", r"adds `os.environ\['A'\]"),
        (HEAD, "import os\nos.sep = '1'\n", "adds `os.sep = '1'`"),
        (HEAD, "import os\nprint(1)\n", r"adds `print\(1\)`"),
        (TARGET, "def other(x):\n    return x\n\n\n" + TARGET, "the name `other` another meaning"),
        (TARGET, "os = None\n\n\n" + TARGET, "the name `os` another meaning"),
        (TARGET, "len = None\n\n\n" + TARGET, "the name `len` another meaning"),
        (TARGET, "_A = (other := 1)\n\n\n" + TARGET, "the name `other` another meaning"),
        (TARGET, "def __getattr__(name):\n    return 1\n\n\n" + TARGET, "the name `__getattr__` another meaning"),
        (TARGET, "_A = 1\n_A = 2\n\n\n" + TARGET, "defines `_A` twice"),
        (OTHER, "def find(xs, y=1):\n    return xs\n\n\n" + OTHER, "the name `find` another meaning"),
    ],
)
def test_blocks_may_change_nothing_else(find, old, new, reason):
    with pytest.raises(PatchError, match=reason) as caught:
        parse_answer(_block(OLD, NEW) + _block(old, new), find)
    assert "\n" not in str(caught.value)


CLASS = """class Box:
    kind = 1  # kept

    @staticmethod
    def size(x: int) -> int:
        return sum(1 for _ in range(x))

    def other(self):
        return 1
"""


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("        return 1\n", "        return 2\n"),
        ("    kind = 1  # kept\n", "    kind = 2  # kept\n"),
        ("    kind = 1  # kept\n", "    kind = 1\n"),
        ("    kind = 1  # kept\n", "    kind = 1  # kept\n    memo = {}\n"),
        ("class Box:\n", "class Box(dict):\n"),
        ("    @staticmethod\n", ""),
        ("(x: int)", "(x: str)"),
    ],
)
def test_blocks_may_not_change_the_class_around_a_method(request_for, old, new):
    body = ("        return sum(1 for _ in range(x))\n", "        return max(x, 0)\n")
    request = request_for(CLASS, "Box.size")
    assert _files(_block(*body), request) == {"app.py": CLASS.replace(*body)}
    old, new = (f"    def size{old} -> int:\n", f"    def size{new} -> int:\n") if old.startswith("(") else (old, new)
    with pytest.raises(PatchError, match="the answer changes"):
        parse_answer(_block(*body) + _block(old, new), request)


@pytest.mark.parametrize("name", ["pkg/helper.py", "notes.txt", "helper.py"])
def test_blocks_may_not_change_other_files(find, name):
    with pytest.raises(PatchError, match=r"may not be changed|matches nothing"):
        parse_answer(_block(OLD, NEW) + _block("Y = 2\n" if "helper" in name else "b\n", "c\n", name=f"{name}\n"), find)


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
