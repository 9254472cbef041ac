"""The page: all sections, in order, reachable; and whatever others wrote is text in it."""

from __future__ import annotations

import base64
import hashlib
import itertools
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import tinyhtml5
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import codeopt.report.evidence
from codeopt.report.evidence.page import evidence_page
from codeopt.report.prose import GENERAL_CAVEATS, LOCAL_WARNING
from tests.report import samples
from tests.report.evidence import cases

FOLDER = Path(codeopt.report.evidence.__file__).parent
SECTIONS = ["summary", "functions", "shares", "candidates", "cost", "limits", "reproduce"]
MARK = "zq_x"
SVG = {"svg", "g", "path", "use", "text", "clipPath", "rect", "defs", "desc"}
TAGS = {
    *(
        "html",
        "head",
        "meta",
        "title",
        "style",
        "body",
        "a",
        "header",
        "div",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "p",
        "code",
        "button",
        "nav",
        "ul",
    ),
    *("li", "main", "section", "table", "caption", "thead", "tbody", "tr", "th", "td", "span", "dl", "dt", "dd", "figure", "figcaption"),
    *("details", "summary", "pre", "strong", "footer", "script"),
}
ATTRIBUTES = {
    *("lang", "charset", "http-equiv", "content", "name", "class", "href", "id", "type", "aria-pressed", "hidden", "aria-label"),
    *("aria-labelledby", "tabindex", "role", "scope", "colspan", "data-open"),
}
DRAWN = {
    *("d", "x", "y", "width", "height", "transform", "viewBox", "id", "href", "clip-path", "class", "role", "aria-labelledby", "opacity"),
    *("stroke-width", "stroke-dasharray", "stroke-linejoin", "stroke-linecap", "font-size", "text-anchor", "fill-opacity"),
}
PIECES = st.sampled_from(
    [
        *("<script>alert(1)</script>", "</script>", "</style>", "</title>", "</pre>", "<!--", "-->", "<img src=x onerror=alert(1)>", "]]>"),
        *(
            "<svg onload=alert(1)>",
            "</svg>",
            '" onmouseover="x',
            "' x='",
            "&lt;b&gt;",
            "&#60;b&#62;",
            "{{ 7 * 7 }}",
            "{% raw %}",
            "javascript:x",
        ),
        *("\x00", "\x1b[2J", "\u202e", "\udcff", "\n", "\r", "$x^2$", "`", "\\", "<?xml", "<math><mtext></mtext></math>", MARK, " "),
    ]
)
TEXTS = st.lists(PIECES, min_size=1, max_size=6).map("".join)


def parsed(page: str) -> ET.Element:
    return tinyhtml5.parse(page, namespace_html_elements=False)


def elements(page: str) -> list[ET.Element]:
    found = list(parsed(page).iter())
    assert all(isinstance(one.tag, str) for one in found), "a comment"
    return found


def local(name: str) -> str:
    return name.rpartition("}")[2]


def check_harmless(page: str) -> None:
    """Fail where an element, an attribute or an address is not the template's own."""
    page.encode()
    counts: Counter[str] = Counter()
    for one in elements(page):
        tag, drawn = local(one.tag), one.tag.startswith("{http://www.w3.org/2000/svg}")
        counts[tag] += 1
        assert tag in (SVG | {"title"} if drawn else TAGS), tag
        for name, value in one.attrib.items():
            assert local(name) in (DRAWN if drawn else ATTRIBUTES), (tag, name)
            assert MARK not in value, (tag, name)
            assert local(name) != "href" or re.fullmatch(r"#[a-z0-9-]+", value), value
            assert local(name) != "id" or re.fullmatch(r"[a-z0-9-]+", value), value
    assert (counts["script"], counts["style"], counts["main"], counts["h1"]) == (1, 1, 1, 1)
    (script,) = [one for one in elements(page) if one.tag == "script"]
    assert script.text == (FOLDER / "page.js").read_text()


def words(element: ET.Element) -> str:
    return " ".join(" ".join(element.itertext()).split())


@pytest.mark.parametrize("run", [samples.report(), samples.nothing(), samples.together(), cases.full(), samples.hostile()])
def test_every_section_is_there_in_order_and_reachable(run):
    page = evidence_page(run)
    found = parsed(page)
    assert [one.get("id") for one in found.findall("./body/main/section")] == SECTIONS
    assert [one.get("href") for one in found.iter("a")][1:8] == [f"#{name}" for name in SECTIONS]
    check_harmless(page)


@pytest.mark.parametrize("run", [samples.nothing(), cases.full(), cases.crowd(20)])
def test_headings_are_in_order_ids_are_unique_and_links_lead_somewhere(run):
    found = elements(evidence_page(run))
    levels = [int(one.tag[1]) for one in found if isinstance(one.tag, str) and re.fullmatch("h[1-6]", one.tag)]
    assert levels[0] == 1
    assert all(later <= earlier + 1 for earlier, later in itertools.pairwise(levels))
    ids = [one.get("id") for one in found if one.get("id")]
    assert len(ids) == len(set(ids))
    assert {one.get("href")[1:] for one in found if one.get("href")} <= set(ids)
    assert {word for one in found for word in one.get("aria-labelledby", "").split()} <= set(ids)


def test_tables_have_captions_and_scopes():
    found = parsed(evidence_page(cases.full()))
    tables = list(found.iter("table"))
    assert tables
    for table in tables:
        assert words(table.find("caption"))
        assert all(head.get("scope") in {"col", "row"} for head in table.iter("th"))


def test_the_summary_says_what_became_faster_by_how_much_and_where():
    run = cases.full()
    found = parsed(evidence_page(run))
    summary = words(found.find("./body/main/section[@id='summary']"))
    assert "2 of 5 candidates are proven faster." in summary
    assert "2.31x [2.19, 2.45] at 99%" in summary
    assert "1.30x [1.23, 1.38] at 99%" in summary
    assert "Example CPU @ 2.50GHz, 2 cores" in summary
    assert "31 passed, 1 skipped" in summary
    assert "WRONG 1 behaves differently" in summary


def test_an_accepted_patch_is_told_with_all_its_evidence():
    run = cases.full()
    patch = words(parsed(evidence_page(run, explanations={"a" * 16: "asks a set"})).find(".//section[@id='patch-1']"))
    for told in (
        *(
            "In short, it asks a set.",
            "found = list ( dict .fromkeys(lines))",
            "1 of 2 small faults",
            "a call takes 24 ms",
            "24 pairs of fresh",
        ),
        *("workload: the workload could not be timed", "12 recorded calls (of 40 made)", "codeopt verify /srv/weblog"),
    ):
        assert told in patch, told


def test_times_that_were_not_kept_are_said_to_be_missing():
    assert "times of the single pairs were not kept" in evidence_page(samples.report())
    assert "times of the single pairs were not kept" not in words(parsed(evidence_page(cases.full())).find(".//section[@id='patch-1']"))


def test_a_rejected_candidate_says_why_below_the_one_it_came_of():
    found = parsed(evidence_page(samples.report()))
    below = found.find(".//section[@id='candidates']/ul/li/ul")
    assert "WRONG bbbbbbbbbbbbbbbb" in words(below)
    assert "expected it returned [3, 1]" in words(below)


def test_a_share_after_is_said_to_be_computed():
    found = words(parsed(evidence_page(cases.full())).find(".//section[@id='shares']"))
    assert "computed, not measured" in found
    assert "42.3% 24.1%" in found


def test_cost_limits_and_commands_are_told():
    run = cases.full()
    found = parsed(evidence_page(run))
    cost = words(found.find(".//section[@id='cost']"))
    assert "12,345 in, 678 out" in cost
    assert "verify 12 min 34 s" in cost
    assert "prefix cache 61%" in cost
    assert all(line in words(found.find(".//section[@id='limits']")) for line in GENERAL_CAVEATS)
    commands = words(found.find(".//section[@id='reproduce']"))
    assert "codeopt optimize /srv/weblog --tests 'pytest -q' --seed=5 --budget 90s" in commands
    assert "git -C /srv/weblog apply" in commands


def test_an_unfinished_run_without_isolation_says_so():
    page = evidence_page(samples.nothing())
    assert LOCAL_WARNING in page
    assert "codeopt optimize /srv/weblog --resume" in page


def test_the_policy_allows_the_page_s_own_style_and_script_and_nothing_else():
    found = parsed(evidence_page(samples.report()))
    (policy,) = [one.get("content") for one in found.iter("meta") if one.get("http-equiv") == "Content-Security-Policy"]
    allowed = {
        tag: f"'sha256-{base64.b64encode(hashlib.sha256(next(found.iter(tag)).text.encode()).digest()).decode()}'"
        for tag in ("style", "script")
    }
    parts = [
        "default-src 'none'",
        f"style-src {allowed['style']}",
        f"script-src {allowed['script']}",
        "base-uri 'none'",
        "form-action 'none'",
    ]
    assert policy == "; ".join(parts)


def test_nothing_in_the_page_has_an_address_outside_of_it():
    page = evidence_page(cases.full())
    assert not re.search(r"""(?:src|href|url)\s*[=(]\s*["']?(?!#)[a-z]+:""", page)
    assert "@import" not in page


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(text=TEXTS, path=TEXTS)
def test_whatever_others_wrote_is_text(text, path):
    run = samples.hostile(text + MARK, path + MARK)
    check_harmless(evidence_page(run, explanations={"1" * 16: text}))


@settings(max_examples=10, suppress_health_check=[HealthCheck.too_slow])
@given(text=TEXTS)
def test_a_hostile_file_name_in_a_diff_is_text(text):
    diff = samples.DIFF.replace("b/weblog/stats.py", "b/" + text.replace("\n", "") + MARK)
    run = samples.report(candidates=(samples.candidate("a" * 16, samples.faster(), diff=diff),))
    check_harmless(evidence_page(run))


def test_characters_that_cannot_be_seen_are_written_as_escapes():
    page = evidence_page(samples.hostile())
    assert not re.search("[\x00-\x08\x0b-\x1f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", page)
    assert "\\u202e" in page


def test_a_large_diff_is_cut_and_says_so():
    long = replace(samples.report().candidates[1], diff=samples.DIFF + "x" * 50_000)
    page = evidence_page(samples.report(candidates=(long,), accepted=()))
    assert "more characters are in the run" in page
    assert len(page) < 80_000
