"""Drawings: what is drawn is what was measured, and only the page's own style colours it."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest

from codeopt.report.evidence.drawings import forest, pairs_drawing, sizes_drawing
from codeopt.report.evidence.plots import Band, Mark, bands
from codeopt.report.evidence.svg import embedded
from codeopt.report.proof import size_lines
from tests.report import samples
from tests.report.evidence import cases


def texts(svg: str) -> list[str]:
    return [one.text for one in ET.fromstring(svg).iter("text")]


def drawn(label: str = "a", *, low: float = 1.1) -> str:
    return bands([Band(label=label, marks=(Mark(low=low, middle=1.2, high=1.4),))], name="p", title="T", description="D", axis="speed-up")


def test_every_measured_candidate_has_a_row_and_no_other():
    run = cases.full()
    svg = str(forest(run.candidates, name="f", target="x").svg)
    measured = [one for one in run.candidates if one.verdict.comparison]
    assert {f"{one.key[:8]} {one.verdict.outcome}" for one in measured} <= set(texts(svg))
    assert "bbbbbbbb WRONG" not in texts(svg)
    assert forest([samples.candidate("b" * 16, samples.wrong())], name="f", target="x") is None


def test_every_kept_time_is_a_dot():
    seen = cases.timed(pairs=13)
    svg = ET.fromstring(str(pairs_drawing(seen, name="p", what="the function").svg))
    dots = [one for one in svg.iter("use") if one.get("fill-opacity")]
    assert len(dots) == 26


def test_times_that_were_not_kept_are_not_drawn():
    assert pairs_drawing(samples.comparison(), name="p", what="the function") is None


def test_sizes_are_those_of_the_timing_check():
    found = size_lines(cases.faster())
    assert [(one.ratio, one.low, one.high, one.call) for one in found] == [(0.95, 0.9, 1.02, "1.2 us"), (3.1, 2.9, 3.4, "24 ms")]
    assert "a call takes 24 ms" in texts(str(sizes_drawing(found, name="s").svg))
    assert size_lines(samples.faster()) == ()


def test_a_ratio_that_cannot_be_drawn_leaves_its_row_out():
    huge = replace(samples.comparison(), ratio=1e9, high=2e9)
    verdict = replace(samples.slower(), comparison=huge)
    assert forest([samples.candidate("c" * 16, verdict)], name="f", target="x") is None


@pytest.mark.parametrize("label", ["<script>alert(1)</script>", "$\\frac{1}{2}$", "a --> b", "\u202eevil"])
def test_a_label_is_text_and_no_formula(label):
    assert label in texts(drawn(label))


def test_a_drawing_is_told_in_words():
    svg = ET.fromstring(drawn())
    named = {one.get("id"): one.text for one in svg if one.tag in {"title", "desc"}}
    assert svg.get("role") == "img"
    assert [named[word] for word in svg.get("aria-labelledby").split()] == ["T", "D"]


def test_nothing_in_a_drawing_has_a_style_or_an_address_of_its_own():
    for one in ET.fromstring(drawn()).iter():
        assert set(one.attrib) <= {
            *("d", "x", "y", "width", "height", "transform", "viewBox", "id", "href", "clip-path", "class", "role", "aria-labelledby"),
            *("opacity", "stroke-width", "stroke-dasharray", "stroke-linejoin", "stroke-linecap", "font-size", "text-anchor"),
        }
        assert one.get("href", "#").startswith("#")


def test_the_same_figures_are_the_same_drawing():
    assert drawn() == drawn()


def test_a_colour_that_means_nothing_is_an_error():
    with pytest.raises(ValueError, match="no role"):
        embedded(
            '<svg xmlns="http://www.w3.org/2000/svg"><path style="fill: #ff0000" d="M 0 0"/></svg>', name="a", title="", description=""
        )


def test_script_in_a_drawing_is_left_out():
    inside = '<script>x()</script><image href="http://x"/><g onclick="x()"><path d="M 0 0"/></g>'
    drawing = f'<svg xmlns="http://www.w3.org/2000/svg" onload="x()">{inside}</svg>'
    svg = embedded(drawing, name="a", title="", description="")
    assert "x()" not in svg
    assert "http" not in svg
