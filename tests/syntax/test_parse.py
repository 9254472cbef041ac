"""What `parse_file` finds in a file, by example and against Python's own parser."""

from __future__ import annotations

import ast
import hashlib
import sysconfig
import textwrap
import warnings
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeopt.model.code import FunctionKind
from codeopt.syntax.parse import ImportedName, ParsedFile, parse_file
from codeopt.syntax.text import MAX_BYTES

SAMPLE = 150


def parsed(code: str | bytes) -> ParsedFile:
    source = code if isinstance(code, bytes) else textwrap.dedent(code).encode()
    file = parse_file("pkg/mod.py", source)
    assert file.problem is None
    return file


def qualnames(file: ParsedFile) -> list[str]:
    return [str(function.name).partition("::")[2] for function in file.functions]


def definitions(tree: ast.AST, prefix: str = "") -> set[tuple[str, int, int, bool, bool]]:
    """Return (qualified name, line of def, first line, async, has a docstring) of all functions below a node."""
    found = set()
    for node in ast.iter_child_nodes(tree):
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            found |= definitions(node, prefix)
            continue
        if not isinstance(node, ast.ClassDef):
            first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
            is_async, documented = isinstance(node, ast.AsyncFunctionDef), ast.get_docstring(node) is not None
            found.add((prefix + node.name, node.lineno, first, is_async, documented))
        found |= definitions(node, f"{prefix}{node.name}.")
    return found


def reparsed_name(source: bytes, start: int, end: int) -> str:
    """Parse a slice as Python does, below an `if` that takes its indentation, and return the function's name."""
    header = b"# coding: latin-1\n" if b"coding: latin-1" in source[:30] else b""
    margin = source[source.rfind(b"\n", 0, start) + 1 : start].removeprefix(b"\xef\xbb\xbf")
    code = header + (b"if 1:\n" if margin else b"") + margin + source[start:end]
    node = ast.parse(code).body[0]
    node = node.body[0] if isinstance(node, ast.If) else node
    assert isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    return node.name


def standard_library() -> list[Path]:
    folder = Path(sysconfig.get_path("stdlib"))
    files = sorted([*folder.glob("*.py"), *folder.glob("asyncio/*.py"), *folder.glob("json/*.py"), *folder.glob("unittest/*.py")])
    return files[:: max(1, len(files) // SAMPLE)]


def test_agrees_with_ast_on_every_function_of_a_sample_of_the_standard_library():
    compared = 0
    for path in standard_library():
        source = path.read_bytes()
        with warnings.catch_warnings(action="ignore"):
            expected = definitions(ast.parse(source))
        file = parse_file(path.name, source)
        assert file.problem is None, path
        found = {(f.name.qualname, f.def_line, f.span.start_line, f.is_async, f.docstring is not None) for f in file.functions}
        assert found == expected, path
        compared += len(found)
    assert compared > 2000


def test_every_span_in_the_sample_is_a_function_of_that_name():
    for path in standard_library()[::3]:
        source = path.read_bytes()
        for function in parse_file(path.name, source).functions:
            with warnings.catch_warnings(action="ignore"):
                name = reparsed_name(source, function.span.start_byte, function.span.end_byte)
            assert name == function.name.qualname.rpartition(".")[2]


NAMES = st.sampled_from(["f", "g", "élan", "match", "type", "_", "run_1"])
DECORATORS = st.lists(st.sampled_from(["@staticmethod", "@a.b(1, 'é')", "@x  # why", "@(yield_)"]), max_size=2)
SIGNATURES = st.sampled_from(["()", "(a, /, b=1, *c, d: 'int', **e)", "(a=(1,\n 2))", "(self) -> dict[str, int]"])
STATEMENTS = st.sampled_from(
    ["return 1;", "'''doc\nstring'''", "x = [i for i in y]", "if x:\n    pass\nelse:\n    z = lambda: 0", "pass  # é", "while 0: break"]
)


@st.composite
def blocks(draw, depth: int = 3) -> list[str]:
    """Lines of statements and definitions, nested up to `depth` deep."""
    lines: list[str] = []
    for _ in range(draw(st.integers(1, 3))):
        if depth and draw(st.booleans()):
            head = draw(st.sampled_from(["def", "async def", "class", "if 1:", "try:"]))
            inner = draw(blocks(depth - 1))
            if head.endswith("def"):
                lines += [*draw(DECORATORS), f"{head} {draw(NAMES)}{draw(SIGNATURES)}:"]
            else:
                lines.append(f"class {draw(NAMES)}(object):" if head == "class" else head)
            lines += [f"\t{line}" for text in inner for line in text.split("\n")]
            lines += ["finally: pass"] if head == "try:" else []
        else:
            lines += draw(STATEMENTS).split("\n")
    return lines


@given(lines=blocks(), newline=st.sampled_from(["\n", "\r\n"]), encoding=st.sampled_from(["utf-8", "utf-8-sig", "latin-1"]))
def test_any_definitions_are_found_where_ast_finds_them_in_any_encoding(lines, newline, encoding):
    text = newline.join([f"# coding: {encoding}", *"\n".join(lines).split("\n"), ""])
    source = text.replace("utf-8-sig", "utf-8").encode(encoding)
    file = parse_file("m.py", source)
    assert file.problem is None
    expected = {(name, line, first) for name, line, first, _, _ in definitions(ast.parse(source))}
    assert {(f.name.qualname, f.def_line, f.span.start_line) for f in file.functions} == expected
    for function in file.functions:
        span = function.span
        assert hashlib.sha256(source[span.start_byte : span.end_byte]).hexdigest() == function.source_sha
        assert reparsed_name(source, span.start_byte, span.end_byte) == function.name.qualname.rpartition(".")[2]


@given(st.binary(max_size=300))
def test_no_bytes_make_it_raise(source):
    file = parse_file("m.py", source)
    assert file.problem is None or (not file.functions and "\n" not in file.problem)


def test_qualified_names_leave_out_locals_and_ordinals_count_repeats():
    file = parsed(
        """
        class A:
            @property
            def x(self): ...
            @x.setter
            def x(self, value): ...
            class B:
                async def m(self): ...
        def outer():
            class Local:
                def m(self): ...
            def inner(): ...
        if TYPE_CHECKING:
            def f(): ...
        else:
            def f(): ...
        """
    )
    assert qualnames(file) == ["A.x", "A.x#1", "A.B.m", "outer", "outer.Local.m", "outer.inner", "f", "f#1"]
    kinds = [function.kind for function in file.functions]
    method, nested, function = FunctionKind.METHOD, FunctionKind.NESTED, FunctionKind.FUNCTION
    assert kinds == [method, method, method, function, nested, nested, function, function]
    assert [function.class_name for function in file.functions] == ["A", "A", "A.B", None, "outer.Local", None, None, None]


def test_a_span_starts_at_the_first_decorator_and_def_line_is_that_of_def():
    file = parsed("import a\n\n@a.b(1)\n# why\n@a.c  # that\nasync def f(\n    x,\n): return x\n")
    (function,) = file.functions
    assert (function.span.start_line, function.def_line, function.span.end_line) == (3, 6, 8)
    assert function.decorators == ("a.b(1)", "a.c")
    assert function.parameters == "(\n    x,\n)"
    assert function.is_async


def test_a_body_span_holds_the_statements_with_the_docstring():
    source = b"def f(x):\n    # first\n    '''Doc.'''\n    return x\n\ny = 1\n"
    (function,) = parsed(source).functions
    assert source[function.body_span.start_byte : function.body_span.end_byte] == b"'''Doc.'''\n    return x"


@pytest.mark.parametrize(
    ("body", "docstring"),
    [
        ('"""One.\n\n        Two.\n    """', "One.\n\nTwo.\n"),
        ("r'a\\b'", "a\\b"),
        ("'a' \"b\"", "ab"),
        ("f'a'", None),
        ("b'a'", None),
        ("x = 'a'", None),
        ("('a')", None),
        ("''", ""),
    ],
)
def test_only_a_plain_string_is_a_docstring(body, docstring):
    (function,) = parsed(f"def f():\n    {body}\n".encode()).functions
    assert function.docstring == (docstring.rstrip("\n") if docstring is not None else None)


def test_calls_are_dotted_names_in_order_without_repeats_also_of_nested_code():
    (function, _) = parsed(
        """
        @decorated(a)
        def f(x=default()):
            g(h(1))
            self . x.run()
            get()().y()
            "".join(z)
            m.n[0](1)
            g(2)
            def inner():
                k(f"{v(1)}")
        """
    ).functions
    assert function.calls == ("g", "h", "self.x.run", "get", "k", "v")


def test_names_are_those_that_the_body_reads():
    (function,) = parsed(
        """
        def f(a, b: B = C):
            x = a + D
            for i, (j, k) in it: pass
            with op as fh: fh.read(mode=E)
            y.attr = z[n]
            (w := q)
            def_, *rest = t
            x += 1
            import os.path as p, sys
            from u import v
            try: pass
            except G as g: pass
            global H
            return f"{u!r:>{width}}", lambda l: m
        """
    ).functions
    expected = {"a", "D", "it", "op", "fh", "E", "y", "z", "n", "q", "t", "x", "G", "u", "width", "m"}
    assert set(function.names) == expected
    assert len(function.names) == len(expected)


def test_loops_count_statements_and_comprehensions_of_the_body():
    (function,) = parsed(
        "def f(a=[i for i in z]):\n    for x in y:\n        while x: pass\n    {i for i in x}; {i: i for i in x}; sum(i for i in x)\n"
    ).functions
    assert function.loops == 5


def test_lambdas_are_not_functions():
    assert parsed("f = lambda x: x\n").functions == ()


def test_imports_and_constants_are_those_of_the_module_scope():
    source = textwrap.dedent(
        """
        from __future__ import annotations
        import a.b as c, d.e
        try:
            from .m import (x, y as z)
        except ImportError:
            x = None
        from .. import *
        A = B = 1
        C: int = 2
        (D, E), F = g()
        obj.attr = 3
        type T = int
        class K:
            inner = 1
        def f():
            import late
            local = 1
        """
    ).encode()
    file = parsed(source)
    texts = [source[span.start_byte : span.end_byte].decode() for span in file.imports]
    assert texts == [
        "from __future__ import annotations",
        "import a.b as c, d.e",
        "from .m import (x, y as z)",
        "from .. import *",
    ]
    assert file.imported == (
        ImportedName(name="annotations", module="__future__", attribute="annotations"),
        ImportedName(name="c", module="a.b"),
        ImportedName(name="d.e", module="d.e"),
        ImportedName(name="x", module=".m", attribute="x"),
        ImportedName(name="z", module=".m", attribute="y"),
        ImportedName(name="*", module="..", attribute="*"),
        ImportedName(name="late", module="late"),
    )
    assert [definition.names for definition in file.constants] == [("x",), ("A", "B"), ("C",), ("D", "E", "F"), ("T",)]


def test_a_class_has_a_header_up_to_its_colon():
    source = b"@deco\nclass A[T: int](B,\n        metaclass=M):\n    x = {1: 2}\n"
    (found,) = parsed(source).classes
    assert source[found.header.start_byte : found.header.end_byte] == b"class A[T: int](B,\n        metaclass=M):"
    assert found.span.start_byte == 0
    assert (found.header.start_line, found.header.end_line) == (2, 3)


def test_positions_are_those_of_the_bytes_on_disk_in_a_declared_encoding():
    source = "# -*- coding: latin-1 -*-\nÉ = 'é'\n\n\ndef f(é='ü'):\n    return É\n".encode("latin-1")
    (function,) = parsed(source).functions
    piece = source[function.span.start_byte : function.span.end_byte]
    assert piece == "def f(é='ü'):\n    return É".encode("latin-1")
    assert function.parameters == "(é='ü')"
    assert function.names == ("É",)


def test_a_multibyte_encoding_is_mapped_too():
    source = "# coding: shift_jis\ns = 'ソース'\ndef f():\n    return 'ソ'\n".encode("shift_jis")
    (function,) = parsed(source).functions
    assert source[function.span.start_byte : function.span.end_byte].decode("shift_jis") == "def f():\n    return 'ソ'"


def test_a_byte_order_mark_shifts_positions_but_not_names():
    source = b"\xef\xbb\xbfdef f(): pass\n"
    (function,) = parsed(source).functions
    assert (function.name.qualname, function.span.start_byte, function.span.start_line) == ("f", 3, 1)


def test_identifiers_are_spelt_as_python_spells_them():
    assert qualnames(parsed("def ﬁt(): pass\n")) == ["fit"]


@pytest.mark.parametrize("source", [b"", b"\n\n", b"# only a comment", b"\xef\xbb\xbf", b"x = 1\r\n\tif_ = 2"[:7]])
def test_a_file_without_functions_is_no_problem(source):
    assert parsed(source).functions == ()


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        (b"x = 1\ndef f(:\n    pass\n", "line 2: syntax error"),
        (b"def f():\n\ndef g(): pass\n", "line 1: syntax error, the definition has no body"),
        (b"class A:\n", "line 1: syntax error, the definition has no body"),
        (b"x = 1\nprint 'a'\n", "line 2: Python 2 statement"),
        (b"a\0b", "contains null bytes"),
        (b"'\xe9'\n", "line 1: invalid or missing encoding declaration"),
        (b"# coding: klingon\n", "line 1: unknown encoding: klingon"),
        (b"# coding: rot13\n", "line 1: rot13 is not a text encoding"),
        (b"\n\n\n'\xff'\n", "line 4: not utf-8, byte 0xff"),
        (b"x = 1\r\ny = 2\rz = 3\n", "line 2: carriage return without a line feed"),
        (b"#" * (MAX_BYTES + 1), "larger than 2,000,000 bytes"),
        (b"x = 1\n" * 850_000, "larger than 2,000,000 bytes"),
    ],
)
def test_a_file_that_cannot_be_read_says_why_in_one_line(source, problem):
    file = parse_file("m.py", source)
    assert file.problem == problem
    assert file.sha == hashlib.sha256(source).hexdigest()
    assert file == ParsedFile(path="m.py", sha=file.sha, problem=problem)


def test_an_unknown_language_is_a_problem():
    assert parse_file("a.rb", b"").problem == "not a language that codeopt reads"


@pytest.mark.parametrize("depth", [1000, 20_000])
def test_deep_nesting_does_not_crash(depth):
    source = b"def f():\n    return " + b"(" * depth + b"x" + b")" * depth + b"\n"
    (function,) = parsed(source).functions
    assert function.names == ("x",)


@pytest.mark.parametrize("token", [b"(", b"[", b"*", b"def f(:\n", b"a.("])
def test_a_heap_of_broken_code_does_not_take_quadratic_time(token):
    file = parse_file("m.py", token * 100_000)
    assert file.problem == "line 1: syntax error"


def test_the_first_syntax_error_is_named():
    assert parse_file("m.py", b"x = 1\ny = [1, 2\nz = 3\ndef f(:\n").problem == "line 2: syntax error"
    assert parse_file("m.py", b"x = 1\ndef f():\n    return (1\n").problem == "line 3: syntax error"
    assert parse_file("m.py", b"x = 1\n\n\ny = 1 +\nz = 2\ndef f(:\n").problem == "line 4: syntax error"


def test_a_long_chain_of_calls_is_read_once():
    (function,) = parsed(b"def f():\n    return a" + b".b()" * 20_000 + b"\n").functions
    assert function.calls == ("a.b",)
