"""The Markdown report: its text, and that nothing in it is taken for markup that codeopt did not write."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from codeopt.model.evidence import CheckKind
from codeopt.report.markdown import code_span, fence, report_markdown, table
from codeopt.report.visible import one_line, visible
from tests.report import samples
from tests.report.golden import check_golden

any_text = st.text(st.characters(exclude_categories=()) | st.sampled_from("`|\\\n\r ~"), max_size=60)
render = MarkdownIt("commonmark").enable("table").parse


def codes(markdown: str) -> list[str]:
    return [child.content for token in render(markdown) for child in token.children or () if child.type == "code_inline"]


@pytest.mark.parametrize("name", ["report", "nothing", "together", "hostile"])
def test_the_report_reads_as_it_was_agreed(name):
    check_golden(f"{name}.md", report_markdown(getattr(samples, name)()))


def test_commands_can_reach_the_repository_another_way():
    text = report_markdown(samples.report(), repo=".")
    assert "codeopt verify . --patch .codeopt/runs/" in text
    assert "--patch /srv" not in text


def test_a_run_that_found_nothing_says_so():
    assert "**Nothing found: none of 4 candidates is proven faster.**" in report_markdown(samples.report(accepted=()))
    assert "**Nothing found: no patch was proposed.**" in report_markdown(samples.report(accepted=(), candidates=()))


def test_the_local_sandbox_is_called_what_it_is():
    assert "**Nothing was isolated.**" in report_markdown(samples.nothing())
    assert "Nothing was isolated" not in report_markdown(samples.report())


def test_an_unfinished_run_says_how_to_go_on():
    assert "codeopt optimize /srv/weblog --resume 20260102-030405-ab12" in report_markdown(samples.nothing())


def test_every_candidate_is_told_of():
    text = report_markdown(samples.report())
    rejected = text.partition("## Rejected candidates")[2].partition("\n## ")[0]
    assert all(word in rejected for word in ("WRONG", "SLOWER", "UNVERIFIABLE", "expected it returned [3, 1]", "0.52x"))
    assert "| `aaaaaaaaaaaaaaaa` |" not in rejected


def test_patches_that_no_test_judged_are_named_as_such():
    verdict = samples.faster()
    untested = replace(verdict, checks=tuple(check for check in verdict.checks if check.kind is not CheckKind.TESTS))
    said = "Not every accepted patch was judged by tests"
    assert said in report_markdown(samples.report(candidates=(samples.candidate("a" * 16, untested),)))
    assert said not in report_markdown(samples.report(candidates=(samples.candidate("a" * 16, verdict),)))


def test_hostile_text_makes_no_markup():
    allowed = {"text", "code_inline", "strong_open", "strong_close", "softbreak"}
    tokens = render(report_markdown(samples.hostile()))
    assert {child.type for token in tokens for child in token.children or ()} <= allowed
    assert "html_block" not in {token.type for token in tokens}
    plain = "".join(child.content for token in tokens for child in token.children or () if child.type == "text")
    assert not re.search(r"[@<>\[`]team|script|@", plain.replace("[2.20", "").replace("[1.21", ""))


def test_every_row_of_a_hostile_table_has_the_same_cells():
    html = MarkdownIt("commonmark").enable("table").render(report_markdown(samples.hostile()))
    for body in re.findall(r"<table>.*?</table>", html, re.DOTALL):
        rows = re.findall(r"<tr>(.*?)</tr>", body, re.DOTALL)
        counts = {len(re.findall(r"<t[hd]>", row)) for row in rows}
        assert len(counts) == 1


def test_the_report_holds_no_control_character_and_can_be_encoded():
    text = report_markdown(samples.hostile())
    text.encode("utf-8")
    assert visible(text, lines=True) == text


@given(any_text)
@example("`")
@example("`` a ` b ```")
@example("``")
def test_a_code_span_holds_its_text(text):
    line = one_line(text, limit=1000)
    assert codes(f"x {code_span(text)} y") == ([line] if line else [])


@given(any_text, any_text)
@example("|", "\\|")
@example("a\\", "`|`")
def test_a_cell_holds_its_text(first, second):
    row = [code_span(f"<{text}>") for text in (first, second)]
    assert codes(table(["a", "b"], [row])) == [one_line(f"<{text}>") for text in (first, second)]


@given(any_text)
@example("```\n````\n~~~")
def test_a_fence_holds_its_text(text):
    (token,) = render(fence(text, language="diff"))
    expected = visible(text, lines=True)
    assert (token.type, token.info) == ("fence", "diff")
    assert token.content == (expected if expected.endswith("\n") or not expected else expected + "\n")
