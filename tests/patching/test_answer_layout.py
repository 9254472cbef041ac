"""What an answer leaves as it was: the file's head, layout, comments, docstrings and encoding."""

from __future__ import annotations

from dataclasses import replace

import pytest

from codeopt.errors import PatchError
from codeopt.patching.answer import parse_answer
from codeopt.patching.apply import apply


def _result(answer: str, request) -> str:
    return apply(parse_answer(answer, request), dict(request.files))[request.files[0][0]].decode()


def _fenced(code: str) -> str:
    return f"```python\n{code}```\n"


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ("", "import re\n\n"),
        ("#!/usr/bin/python\n# coding: utf-8\n", "#!/usr/bin/python\n# coding: utf-8\n\nimport re\n\n"),
        ('"""Doc."""\n\n', '"""Doc."""\n\nimport re\n\n'),
        ('"""Doc."""\nX = 1\n', '"""Doc."""\n\nimport re\n\nX = 1\n'),
        ("from __future__ import annotations\n\n", "from __future__ import annotations\nimport re\n\n"),
        ("import a; x = (1,\n 2)\n", "import a; x = (1,\n 2)\n\nimport re\n\n"),
        ("from a import (\n    b,\n)\n", "from a import (\n    b,\n)\nimport re\n"),
        ("import re.x\n", "import re.x\nimport re\n"),
        ("if X:\n    import re\n", "if X:\n    import re\n"),
        ("if TYPE_CHECKING:\n    import re\n", "import re\n\nif TYPE_CHECKING:\n    import re\n"),
        ("\ufeff", "\ufeffimport re\n\n"),
    ],
)
def test_an_import_follows_the_head_of_the_file(request_for, head, expected):
    request = request_for(f"{head}def f(x):\n    return x\n\nimport later\n".encode(), "f")
    assert (
        _result(_fenced("import re\ndef f(x):\n    return re.escape(x)\n"), request)
        == f"{expected}def f(x):\n    return re.escape(x)\n\nimport later\n"
    )


def test_tabs_and_carriage_returns_of_the_file_are_kept(request_for):
    source = 'class A:\n\tdef f(self, x):\n\t\t"""Doc."""\n\t\treturn [x]\n\n\tdef g(self):\n\t\treturn 1\n'.replace("\n", "\r\n")
    answer = '    def f(self, x):\n        if x:\n            text = """\n  a\n"""\n\n'
    answer += "            return (x,\n                    text)\n        return x\n"
    expected = source.replace(
        "return [x]\r\n", 'if x:\r\n\t\t\ttext = """\r\n  a\r\n"""\r\n\r\n\t\t\treturn (x,\r\n\t\t\t\t\ttext)\r\n\t\treturn x\r\n'
    )
    assert _result(_fenced(answer), request_for(source, "A.f")) == expected


def test_two_spaces_stay_two_spaces(request_for):
    result = _result(_fenced("def f(x):\n    if x:\n        return 1\n    return 2\n"), request_for("def f(x):\n  return [x]\n", "f"))
    assert result == "def f(x):\n  if x:\n    return 1\n  return 2\n"


def test_comments_on_the_header_and_behind_the_end_are_the_files(request_for):
    source = "@a  # one\n# two\n@b\ndef f(  # three\n    x,\n):  # four\n    # five\n    return [x]  # six\n"
    answer = "@a\n@b\ndef f(x):  # new\n    # mine\n    return x  # mine\n"
    result = _result(_fenced(answer), request_for(source, "f"))
    assert result == "@a  # one\n# two\n@b\ndef f(  # three\n    x,\n):  # four\n    # mine\n    return x  # six\n"


@pytest.mark.parametrize(
    ("source", "kept"),
    [
        ('def f(x):\n    """Doc."""  # noqa: D1\n    return [x]\n', 'def f(x):\n    """Doc."""  # noqa: D1\n'),
        ('def f(x):\n    """Doc."""; return [x]\n', 'def f(x):\n    """Doc."""\n'),
        ('def f(x): """Doc."""; return [x]\n', 'def f(x):\n    """Doc."""\n'),
        ('def f(x):\n    # first\n    """Doc."""\n    return [x]\n', 'def f(x):\n    # first\n    """Doc."""\n'),
    ],
)
def test_the_docstring_is_the_files(request_for, source, kept):
    answer = 'def f(x):\n    """Mine."""\n    return x\n'
    assert _result(_fenced(answer), request_for(source, "f")) == f"{kept}    return x\n"


def test_a_one_line_function_becomes_a_block(request_for):
    result = _result(_fenced("def f(x):\n    y = x\n    return y\n"), request_for("def f(x): return [x]\nX = 1\n", "f"))
    assert result == "def f(x):\n    y = x\n    return y\nX = 1\n"


def test_a_file_that_is_not_utf8_keeps_its_encoding(request_for):
    source = "# coding: latin-1\nT = 'é'\ndef f(x):\n    return [x]\n"
    request = request_for(source, "f")
    data = source.encode("latin-1")
    shift = len(source.encode()) - len(data)
    span = request.function.span
    moved = replace(span, start_byte=span.start_byte - shift, end_byte=span.end_byte - shift)
    request = replace(request, function=replace(request.function, span=moved), files=(("app.py", data),))
    patch = parse_answer(_fenced("def f(x):\n    return 'ü'\n"), request)
    assert apply(patch, {"app.py": data})["app.py"] == data.replace(b"[x]", b"'\xfc'")
    with pytest.raises(PatchError, match="does not have"):
        parse_answer(_fenced("def f(x):\n    return '☃'\n"), request)
