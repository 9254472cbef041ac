"""What a proposer is shown around a function."""

from __future__ import annotations

import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeopt.errors import TargetError
from codeopt.model.proposal import CodeContext
from codeopt.model.work import CallSite
from codeopt.syntax.context import context_of
from codeopt.syntax.index import CodeIndex
from codeopt.syntax.parse import parse_file

FILES = {
    "shop/cart.py": """
        from __future__ import annotations
        import math
        import os.path
        from decimal import (
            Decimal as D,
        )

        RATE = D("0.2")
        UNUSED = 1
        DEEP = 3


        @dataclass
        class Item:
            price: D


        class Cart(Base):
            def total(self, items: list[Item]) -> D:
                def nested(x): return x
                return self._sum(items) + tax(RATE) + math.pi

            @staticmethod
            def _sum(
                items,
            ):
                return sum(items) + deeper()

            @property
            def size(self):  # in items
                return 3


        class Other:
            def alien(self): pass


        def tax(rate):
            return rate * deeper() * DEEP


        def deeper():
            return UNUSED


        def unrelated():
            return 0
        """,
    "app.py": """
        from shop.cart import Cart

        def short(cart):
            return cart.total([])

        def long(cart):
            a = 1
            a = 2
            a = 3
            a = 4
            a = 5
            a = 6
            x = cart.total([1])
            b = 1
            b = 2
            b = 3
            b = 4
            b = 5
            b = 6
            b = 7
            y = cart.total([2])
            return x + y

        def unseen(cart):
            return cart.total([])
        """,
}


def sources() -> dict[str, bytes]:
    return {path: textwrap.dedent(text).lstrip("\n").encode() for path, text in FILES.items()}


def index() -> CodeIndex:
    return CodeIndex({path: parse_file(path, source) for path, source in sources().items()})


def context(spec: str, **options) -> CodeContext:
    found = index()
    return context_of(found, found.find(spec), sources().__getitem__, **options)


def called_by(caller: str, seconds: float, callee: str = "shop/cart.py::Cart.total") -> CallSite:
    found = index()
    return CallSite(caller=found.find(caller).name, callee=found.find(callee).name, seconds=seconds)


def size(shown: CodeContext) -> int:
    return len(shown.imports) + len(shown.siblings) + sum(map(len, (*shown.helpers, *shown.callers)))


def test_imports_are_the_files_own_as_written():
    expected = "from __future__ import annotations\nimport math\nimport os.path\nfrom decimal import (\n    Decimal as D,\n)"
    assert context("Cart.total").imports == expected


def test_helpers_are_what_the_function_uses_and_what_that_uses_whole_and_in_order():
    assert context("Cart.total").helpers == (
        'RATE = D("0.2")',
        "DEEP = 3",
        "@dataclass\nclass Item:\n    price: D",
        "# a method of Cart\n@staticmethod\ndef _sum(\n    items,\n):\n    return sum(items) + deeper()",
        "def tax(rate):\n    return rate * deeper() * DEEP",
        "def deeper():\n    return UNUSED",
    )


def test_helpers_of_helpers_end_after_one_level():
    assert "UNUSED = 1" not in context("Cart.total").helpers
    assert "UNUSED = 1" in context("tax").helpers


def test_siblings_are_signatures_under_the_class_line():
    expected = """
        class Cart(Base):
            @staticmethod
            def _sum(
                items,
            ): ...
            @property
            def size(self):  # in items
                ...
        """
    assert context("Cart.total").siblings == textwrap.dedent(expected).strip()
    assert context("tax").siblings == ""


def test_siblings_are_python():
    source = b"class A:\n    def f(self): pass\n    async def g(self, *, x=(1, 2)) -> int:\n        # why\n        return 1\n"
    found = CodeIndex({"m.py": parse_file("m.py", source)})
    shown = context_of(found, found.find("A.f"), lambda _: source)
    compile(shown.siblings, "siblings", "exec")
    assert "async def g(self, *, x=(1, 2)) -> int:" in shown.siblings


def test_callers_that_the_profiler_saw_come_first_by_their_seconds():
    edges = [called_by("short", 1.0), called_by("long", 2.0), called_by("unseen", 9.0, callee="tax")]
    shown = context("Cart.total", edges=edges)
    assert [text.split("\n")[0] for text in shown.callers] == ["# app.py::long", "# app.py::short", "# app.py::unseen"]


def test_a_short_caller_is_whole_and_a_long_one_shows_its_calls():
    short, long, _ = context("Cart.total").callers
    assert short == "# app.py::short\ndef short(cart):\n    return cart.total([])"
    assert long.split("\n") == [
        "# app.py::long",
        "def long(cart):",
        "    ...",
        "    a = 4",
        "    a = 5",
        "    a = 6",
        "    x = cart.total([1])",
        "    b = 1",
        "    b = 2",
        "    b = 3",
        "    ...",
        "    b = 5",
        "    b = 6",
        "    b = 7",
        "    y = cart.total([2])",
        "    return x + y",
    ]


def test_the_least_useful_goes_first():
    edges = [called_by("short", 1.0)]
    whole = context("Cart.total", edges=edges)
    tight = context("Cart.total", edges=edges, limit_chars=size(whole) - 300)
    assert tight.helpers == whole.helpers
    assert tight.callers == whole.callers[:1]
    assert "import math" in tight.imports
    tiny = context("Cart.total", edges=edges, limit_chars=95)
    assert tiny == CodeContext(
        imports="import math\nfrom decimal import (\n    Decimal as D,\n)", siblings="class Cart(Base):", helpers=('RATE = D("0.2")',)
    )


@given(limit=st.integers(0, 2000))
def test_the_limit_holds_and_items_are_whole(limit):
    edges = [called_by("short", 1.0)]
    whole, shown = context("Cart.total", edges=edges), context("Cart.total", edges=edges, limit_chars=limit)
    assert size(shown) <= limit
    assert set(shown.helpers) <= set(whole.helpers)
    assert set(shown.callers) <= set(whole.callers)
    assert set(shown.imports.split("\n")) <= {"", *whole.imports.split("\n")}


def test_a_changed_file_is_refused_and_a_changed_callers_file_left_out():
    found = index()
    changed = {**sources(), "app.py": b"pass\n"}
    assert context_of(found, found.find("Cart.total"), changed.__getitem__).callers == ()
    with pytest.raises(TargetError, match=r"app.py::short: app.py is not what was indexed"):
        context_of(found, found.find("short"), changed.__getitem__)


def test_line_ends_are_plain_whatever_the_file_has():
    source = b"X = 1\r\ndef g():\r\n    return 1\r\ndef f():\r\n    return g() + X\r\n"
    found = CodeIndex({"m.py": parse_file("m.py", source)})
    shown = context_of(found, found.find("f"), lambda _: source)
    assert shown.helpers == ("X = 1", "def g():\n    return 1")


def test_text_is_read_in_the_files_own_encoding():
    source = "# coding: latin-1\nX = 'é'\ndef f():\n    return X\n".encode("latin-1")
    found = CodeIndex({"m.py": parse_file("m.py", source)})
    assert context_of(found, found.find("f"), lambda _: source).helpers == ("X = 'é'",)
