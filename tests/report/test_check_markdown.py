"""A check as Markdown: its text, its size, and that nothing in it is taken for markup that codeopt did not write."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest
from hypothesis import HealthCheck, given, settings
from markdown_it import MarkdownIt

from codeopt.model.evidence import Outcome
from codeopt.report.check_markdown import LIMIT, MARKER, check_markdown
from codeopt.report.visible import visible
from tests.report import check_samples as samples
from tests.report.golden import check_golden
from tests.strategies import check_reports

REPORTS = ["report", "clean", "nothing", "hostile"]
OWN_HTML = re.compile(r"<!-- codeopt-check -->\n?|<details><summary>[A-Za-z0-9 ,:%.+-]+</summary>\n|</details>\n?")
parser = MarkdownIt("commonmark").enable("table")


def spoken(markdown: str) -> str:
    """All text that stands outside code."""
    return "\n".join(child.content for token in parser.parse(markdown) for child in token.children or () if child.type == "text")


@pytest.mark.parametrize("name", REPORTS)
def test_a_check_reads_as_it_was_agreed(name):
    check_golden(f"check-{name}.md", check_markdown(getattr(samples, name)()))


def test_the_comment_is_found_by_its_first_line():
    assert check_markdown(samples.report()).split("\n")[0] == MARKER == "<!-- codeopt-check -->"
    assert MARKER not in check_markdown(samples.report(), marker=False)


def test_what_failed_stands_before_what_did_not():
    text = check_markdown(samples.report())
    places = [text.index(word) for word in ("**slower**", "**broken**", "| faster |", "| not compared |", "<details>", "Skipped: 1")]
    assert places == sorted(places)


def test_a_check_that_could_compare_nothing_says_why():
    text = check_markdown(samples.report(outcome=Outcome.UNVERIFIABLE, reason="too noisy", benchmarks=(samples.uncertain(),)))
    assert "Reason: `too noisy`" in text


def test_only_the_local_sandbox_is_said_to_isolate_nothing():
    assert "isolates nothing" in check_markdown(samples.nothing())
    assert "isolates nothing" not in check_markdown(samples.report())


def test_a_small_check_is_whole():
    assert "left out" not in check_markdown(samples.report())


def test_a_large_check_is_cut_and_says_what_was_cut():
    text = check_markdown(samples.many())
    assert 50_000 < len(text) <= LIMIT
    last = text.strip().split("\n")[-1]
    kept = text.count("| **slower** |")
    assert 0 < kept < 400
    assert last.startswith(f"Cut to 60,000 characters; left out: {400 - kept} of 400 benchmarks that changed, ")
    assert "causes" in last


def test_the_largest_check_of_the_most_hostile_names_keeps_within_the_limit():
    bad = samples.slower("`|" * 3000, reason="|`" * 3000)
    assert len(check_markdown(samples.report(benchmarks=(bad,) * 500, notes=("`|" * 3000,) * 500))) <= LIMIT


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(check_reports())
def test_any_check_is_markdown_without_markup_of_others(report):
    text = check_markdown(report)
    text.encode("utf-8")
    assert visible(text, lines=True) == text
    assert len(text) <= LIMIT
    assert_harmless(text)


def test_hostile_text_makes_no_markup():
    text = check_markdown(samples.hostile())
    assert_harmless(text)
    assert not re.search(r"@|script|\[/", spoken(text))


def assert_harmless(text: str) -> None:
    tokens = parser.parse(text)
    allowed = {"text", "code_inline", "strong_open", "strong_close", "softbreak"}
    assert {child.type for token in tokens for child in token.children or ()} <= allowed
    assert all(OWN_HTML.fullmatch(token.content) for token in tokens if token.type == "html_block")


@pytest.mark.parametrize("name", REPORTS)
def test_every_row_of_a_table_has_the_same_cells(name):
    html = parser.render(check_markdown(getattr(samples, name)()))
    for body in re.findall(r"<table>.*?</table>", html, re.DOTALL):
        counts = {len(re.findall(r"<t[hd]>", row)) for row in re.findall(r"<tr>(.*?)</tr>", body, re.DOTALL)}
        assert len(counts) == 1


@pytest.mark.parametrize("name", REPORTS)
def test_what_is_folded_is_markdown_and_every_fold_is_closed(name):
    text = check_markdown(getattr(samples, name)())
    assert text.count("<details>") == text.count("</summary>\n\n") == text.count("\n\n</details>")


def test_all_formats_but_the_terminals_do_without_rich():
    names = ["annotations", "dashboards", "json", "junit", "markdown"]
    modules = ", ".join(["codeopt.report.pyperf_json", *(f"codeopt.report.check_{name}" for name in names)])
    code = f"import sys, {modules}; sys.exit(any(name.split('.')[0] in {{'rich', 'pygments'}} for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
