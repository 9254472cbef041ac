from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeopt.bot.commands import command_in
from codeopt.model.bot import JobKind


def asked(body: str) -> tuple[str, ...] | None:
    command = command_in(body)
    return None if command is None else (command.kind.value, *command.arguments)


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ("/codeopt optimize", ("optimize",)),
        ("/codeopt verify", ("verify",)),
        ("/codeopt check", ("check",)),
        ("/codeopt help", ("help",)),
        ("/codeopt", ("help",)),
        ("/codeopt  OPTIMIZE \t src/a_b/__init__.py::C.__call__#2  ", ("optimize", "src/a_b/__init__.py::C.__call__#2")),
        ("/codeopt optimize `pkg/a.py::f`", ("optimize", "pkg/a.py::f")),
        ("/codeopt optimize pkg/größe.py::naïve", ("optimize", "pkg/größe.py::naïve")),
        ("Thanks!\r\n/codeopt check\r\nand more", ("check",)),
        ("Thanks!  \n/codeopt check", ("check",)),
        ("# News\n\n/codeopt check", ("check",)),
        ("> said before\n\n/codeopt check", ("check",)),
        ("```\ncode\n```\n/codeopt check", ("check",)),
        ("/codeopt check\n/codeopt verify", ("check",)),
        ("*/codeopt* is it\n/codeopt check", ("check",)),
    ],
)
def test_a_command_at_the_start_of_a_line_is_found(body, wanted):
    assert asked(body) == wanted


@pytest.mark.parametrize(
    "body",
    [
        "",
        "no command",
        "see /codeopt check",
        "/codeopts check",
        "/Codeopt check",
        "//codeopt check",
        "*/codeopt check*",
        "\\/codeopt check",
        "`/codeopt check`",
        "`\n/codeopt check\n`",
        "``` \n/codeopt check\n```",
        "~~~\n/codeopt check\n~~~",
        "````\n```\n/codeopt check\n```\n````",
        "```\n/codeopt check",
        "    /codeopt check",
        "\t/codeopt check",
        "> /codeopt check",
        ">/codeopt check",
        "> said\n/codeopt check",
        "> > /codeopt check",
        "- /codeopt check",
        "1. said\n   /codeopt check",
        "<!-- /codeopt check -->",
        "<!--\n/codeopt check\n-->",
        "text <!-- \n/codeopt check\n-->",
        "<pre>\n/codeopt check\n</pre>",
        "# /codeopt check",
        "[x](\n/codeopt)",
        "[x]: /codeopt check",
    ],
)
def test_what_is_quoted_or_shown_is_no_command(body):
    assert asked(body) is None


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("frobnicate", "there is no command frobnicate"),
        ("<b>", "there is no such command"),
        ("optimize f", "optimize takes one function"),
        ("optimize a.py::f b.py::g", "optimize takes one function"),
        ("optimize /etc/a.py::f", "optimize takes one function"),
        ("optimize ../a.py::f", "optimize takes one function"),
        ("optimize a/../../b.py::f", "optimize takes one function"),
        ("optimize a.py::f;rm", "optimize takes one function"),
        ("optimize a.txt::f", "optimize takes one function"),
        ("optimize " + "a" * 300 + ".py::f", "optimize takes one function"),
        ("check now", "check takes nothing after it"),
    ],
)
def test_what_cannot_be_followed_is_answered_with_help(line, problem):
    found = asked(f"/codeopt {line}")
    assert found is not None
    assert found[0] == "help"
    assert problem in found[1]


@given(body=st.text(st.sampled_from("/codeopt check\n\r\t >`~-*#<!\\[]()1."), max_size=60) | st.text(max_size=60))
def test_any_text_is_read(body):
    found = asked(body)
    assert found is None or found[0] in set(JobKind)
    assert found is None or "/codeopt" in body


@given(quote=st.text(max_size=40).filter(lambda text: "\n" not in text and "\r" not in text))
def test_no_quoted_line_is_a_command(quote):
    assert asked(f"> {quote}\n> /codeopt check\n") is None
