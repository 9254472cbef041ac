"""Finding functions by name, by line and by calls, and the cache between runs."""

from __future__ import annotations

import os
import sqlite3
import sys
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeopt.errors import TargetError
from codeopt.model.code import TargetName
from codeopt.syntax.codec import decode, encode
from codeopt.syntax.index import CodeIndex, index_files
from codeopt.syntax.parse import parse_file

SHOP = """
    import functools

    class Cart:
        def total(self):
            def price(item):
                return item.price
            return sum(map(price, self.items))

        @functools.cache
        @staticmethod
        def tax(rate):
            return rate

    def outer():
        class Local:
            def method(self): pass
        return Local

    def twice(): ...
    def twice(): ...
    """


def names(functions) -> list[str]:
    return [str(function.name) for function in functions]


@pytest.fixture
def shop(index_of) -> CodeIndex:
    return index_of({"shop/cart.py": SHOP, "other.py": "def outer(): pass\ndef alone(): pass\n"})


def test_unreadable_files_are_skipped_with_a_reason_and_others_are_not(write):
    root = write({"a.py": "def f(): pass", "bad.py": "def f(:", "README.md": "x"})
    (root / "folder.py").mkdir()
    index = index_files(root, ["a.py", "bad.py", "gone.py", "folder.py", "README.md", "a.py"])
    assert names(index.functions) == ["a.py::f"]
    assert list(index.files) == ["a.py"]
    assert index.skipped == (
        ("bad.py", "line 1: syntax error"),
        ("gone.py", "cannot be read: No such file or directory"),
        ("folder.py", "cannot be read: Is a directory"),
    )


def test_a_huge_file_is_skipped(write):
    root = write({"a.py": ""})
    with (root / "huge.py").open("wb") as file:
        file.truncate(5_000_000)
    assert index_files(root, ["huge.py"]).skipped == (("huge.py", "larger than 2,000,000 bytes"),)


@pytest.mark.parametrize(
    ("spec", "name"),
    [
        ("shop/cart.py::Cart.total", "shop/cart.py::Cart.total"),
        ("./shop/cart.py::Cart.total", "shop/cart.py::Cart.total"),
        ("shop/cart.py::Cart.total.price", "shop/cart.py::Cart.total.price"),
        ("Cart.tax", "shop/cart.py::Cart.tax"),
        ("alone", "other.py::alone"),
        ("twice", "shop/cart.py::twice"),
        ("twice#1", "shop/cart.py::twice#1"),
        ("shop/cart.py::twice#0", "shop/cart.py::twice"),
        ("shop/cart.py::twice#1", "shop/cart.py::twice#1"),
    ],
)
def test_finds_what_a_user_means(shop, spec, name):
    assert str(shop.find(spec).name) == name


def test_every_name_finds_its_own_function(shop):
    assert all(shop.find(str(function.name)) is function for function in shop.functions)


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("outer", "outer: in 2 files; say which: shop/cart.py::outer, other.py::outer"),
        ("alnoe", "alnoe: no such function; did you mean alone?"),
        ("total", "total: no such function; did you mean Cart.total?"),
        ("shop/cart.py::Cart.totl", "shop/cart.py::Cart.totl: no such function; did you mean Cart.total"),
        ("cart.py::Cart.total", "cart.py::Cart.total: no such source file; did you mean shop/cart.py?"),
        ("shop/cart.py::twice#2", "shop/cart.py::twice#2: the file has only 2 of that name; the last is #1"),
        ("shop/cart.py::twice#x", "shop/cart.py::twice#x: #x is not a number"),
        ("zzzzzzzz", "zzzzzzzz: no such function; `codeopt profile` lists what there is"),
        ("", "no such function"),
    ],
)
def test_an_unknown_target_names_what_is_close_in_one_line(shop, spec, message):
    with pytest.raises(TargetError) as caught:
        shop.find(spec)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_target_in_a_skipped_file_says_why_it_was_skipped(index_of):
    index = index_of({"bad.py": "x = 1\ndef f(:\n"})
    with pytest.raises(TargetError, match=r"bad.py::f: the file was skipped: line 2: syntax error"):
        index.find("bad.py::f")


@given(st.text(max_size=30).filter(lambda text: "f" not in text) | st.sampled_from(["::", "#", "f#", "::f", "f#9", "m.py::f#-1", "f#²"]))
def test_any_other_target_text_is_refused_with_its_name(spec):
    index = CodeIndex({"m.py": parse_file("m.py", b"def f(): pass\n")})
    with pytest.raises(TargetError) as caught:
        index.find(spec)
    assert str(caught.value).startswith(spec)


def test_a_line_belongs_to_the_outermost_function_with_its_decorators(shop):
    lines = {line: function.name.qualname for line in range(1, 23) if (function := shop.at_line("shop/cart.py", line)) is not None}
    expected = dict.fromkeys(range(4, 8), "Cart.total") | dict.fromkeys(range(9, 13), "Cart.tax") | dict.fromkeys(range(14, 18), "outer")
    assert lines == expected | {19: "twice", 20: "twice"}
    assert shop.at_line("shop/cart.py", 20).name.ordinal == 1
    assert shop.at_line("nowhere.py", 1) is None


def test_a_code_object_of_python_maps_to_its_function(write):
    source = "def deco(f): return f\n\n@deco\n@deco\ndef f():\n    return lambda: 1\n\nclass A:\n    x = property(lambda self: 1)\n"
    index = index_files(write({"m.py": source}), ["m.py"])
    scope: dict[str, object] = {}
    exec(compile(source, "m.py", "exec"), scope)
    for function in (scope["f"], scope["f"]()):
        assert index.at_line("m.py", function.__code__.co_firstlineno).name.qualname == "f"
    assert index.at_line("m.py", scope["A"].x.fget.__code__.co_firstlineno) is None


def test_a_nested_function_leads_to_its_outermost_one(shop):
    assert shop.outermost(shop.find("Cart.total.price")) is shop.find("Cart.total")
    assert shop.outermost(shop.find("alone")) is shop.find("alone")


def test_several_processes_find_the_same_in_the_same_order(write):
    files = {f"pkg/m{number}.py": f"def f{number}(x):\n    return g(x)\n" for number in range(40)} | {"pkg/bad.py": "def"}
    root = write(files)
    one, two = index_files(root, list(files), workers=1), index_files(root, list(files), workers=2)
    assert (one.files, one.skipped) == (two.files, two.skipped)
    assert list(one.files) == list(two.files)


def test_what_is_written_is_read_back():
    for name in ("ast", "typing", "enum"):
        path = sys.modules["os"].__file__.replace("os.py", f"{name}.py")
        with open(path, "rb") as file:  # noqa: PTH123 - a name is enough here
            parsed = parse_file("a.py", file.read())
        assert decode(encode(parsed), path="a.py", sha=parsed.sha) == parsed


@given(st.recursive(st.none() | st.integers() | st.text(), lambda inner: st.lists(inner, max_size=6)).map(str) | st.text())
def test_anything_else_is_refused(text):
    with pytest.raises(ValueError, match="not an outline"):
        decode(text, path="a.py", sha="")


@pytest.fixture
def tree(write):
    return write({"a.py": "def f(): pass\n", "b.py": "def g(): pass\n", "bad.py": "def\n"})


PATHS = ["a.py", "b.py", "bad.py"]


def rows(cache) -> dict[str, str]:
    connection = sqlite3.connect(cache)
    try:
        return dict(connection.execute("SELECT sha, outline FROM outlines"))
    finally:
        connection.close()


def test_the_cache_changes_nothing_but_the_work(tree, tmp_path):
    cache = tmp_path / "new" / "folder" / "outlines"
    plain = index_files(tree, PATHS)
    for _ in range(2):
        index = index_files(tree, PATHS, cache=cache)
        assert (index.files, index.skipped) == (plain.files, plain.skipped)
    assert len(rows(cache)) == 3


def test_a_known_file_is_not_parsed_again(tree, tmp_path):
    cache = tmp_path / "outlines"
    index_files(tree, PATHS, cache=cache)
    sha = index_files(tree, PATHS).files["a.py"].sha
    connection = sqlite3.connect(cache)
    with connection:
        connection.execute("UPDATE outlines SET outline = replace(outline, '\"f\"', '\"kept\"') WHERE sha = ?", (sha,))
    connection.close()
    assert names(index_files(tree, PATHS, cache=cache).functions) == ["a.py::kept", "b.py::g"]


def test_a_changed_file_is_parsed_again_whatever_its_time_says(tree, tmp_path):
    cache = tmp_path / "outlines"
    index_files(tree, PATHS, cache=cache)
    before = (tree / "a.py").stat()
    (tree / "a.py").write_text("def h(): pass\n", encoding="utf-8")
    os.utime(tree / "a.py", ns=(before.st_atime_ns, before.st_mtime_ns))
    assert names(index_files(tree, PATHS, cache=cache).functions) == ["a.py::h", "b.py::g"]


def test_a_copy_under_another_path_has_its_own_names(tree, tmp_path):
    cache = tmp_path / "outlines"
    index_files(tree, PATHS, cache=cache)
    (tree / "a.py").rename(tree / "c.py")
    assert names(index_files(tree, ["c.py", "b.py"], cache=cache).functions) == ["c.py::f", "b.py::g"]


@pytest.mark.parametrize("damage", [b"not a database", b"", b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_broken_cache_is_made_anew(tree, tmp_path, damage):
    cache = tmp_path / "outlines"
    index_files(tree, PATHS, cache=cache)
    cache.write_bytes(damage)
    assert names(index_files(tree, PATHS, cache=cache).functions) == ["a.py::f", "b.py::g"]
    assert len(rows(cache)) == 3


def test_a_cache_cut_short_is_ignored(tree, tmp_path):
    cache = tmp_path / "outlines"
    index_files(tree, PATHS, cache=cache)
    cache.write_bytes(cache.read_bytes()[:5000])
    assert names(index_files(tree, PATHS, cache=cache).functions) == ["a.py::f", "b.py::g"]


@pytest.mark.parametrize("outline", ["", "[]", "null", "[1,2,3,4,5,6]", '[null,[["f"]],[],[],[],[]]', "[null,[],[[5,1,1,1]],[],[],[]]"])
def test_an_entry_that_makes_no_sense_is_parsed_again(tree, tmp_path, outline):
    cache = tmp_path / "outlines"
    index_files(tree, PATHS, cache=cache)
    connection = sqlite3.connect(cache)
    with connection:
        connection.execute("UPDATE outlines SET outline = ?", (outline,))
    connection.close()
    assert names(index_files(tree, PATHS, cache=cache).functions) == ["a.py::f", "b.py::g"]
    assert outline not in rows(cache).values()


def test_a_cache_of_another_version_is_emptied(tree, tmp_path):
    cache = tmp_path / "outlines"
    index_files(tree, PATHS, cache=cache)
    connection = sqlite3.connect(cache)
    with connection:
        connection.execute("UPDATE format SET version = 'older'")
        connection.execute("INSERT INTO outlines VALUES ('old', '')")
    connection.close()
    index_files(tree, PATHS, cache=cache)
    assert "old" not in rows(cache)


def test_outlines_that_nobody_asks_for_are_dropped_in_time(tree, tmp_path):
    cache = tmp_path / "outlines"
    for number in range(20):
        (tree / "a.py").write_text(f"def f{number}(): pass\n", encoding="utf-8")
        index_files(tree, PATHS, cache=cache)
    assert len(rows(cache)) <= 6


def test_an_unusable_place_for_the_cache_costs_only_time(tree, tmp_path):
    (tmp_path / "file").write_text("x", encoding="utf-8")
    for place in (tmp_path / "file" / "outlines", tree):
        assert names(index_files(tree, PATHS, cache=place).functions) == ["a.py::f", "b.py::g"]
    assert (tmp_path / "file").read_text(encoding="utf-8") == "x"


def test_a_locked_cache_is_left_alone(tree, tmp_path):
    cache = tmp_path / "outlines"
    index_files(tree, PATHS, cache=cache)
    other = sqlite3.connect(cache)
    other.execute("BEGIN EXCLUSIVE")
    try:
        start = time.monotonic()
        assert names(index_files(tree, PATHS, cache=cache).functions) == ["a.py::f", "b.py::g"]
        assert time.monotonic() - start < 60
    finally:
        other.close()
    assert len(rows(cache)) == 3


def test_get_knows_exact_names_only(shop):
    assert shop.get(TargetName(path="other.py", qualname="alone")) is shop.find("alone")
    assert shop.get(TargetName(path="other.py", qualname="alone", ordinal=1)) is None
