"""The page in a real browser: it complains of nothing, asks for nothing, can be read and used, and looks as it was approved.

`CODEOPT_UPDATE_GOLDEN=1` takes the pictures anew.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from codeopt.report.evidence.page import evidence_page
from tests.report import samples
from tests.report.evidence import cases

pytestmark = pytest.mark.chromium

PICTURES = Path(__file__).parents[2] / "golden" / "evidence"
WIDTH, HEIGHT = 1000, 1500
SHRUNK = (WIDTH // 2, HEIGHT // 2)
COARSE = (WIDTH // 20, HEIGHT // 20)
# Mean difference of the coarse pictures, of 255: letters of another font move a little, another colour or layout much.
TOLERANCE = 4.0
CONTRAST = """() => {
  const channel = (value) => (value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4);
  const numbers = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const light = ([red, green, blue]) => 0.2126 * channel(red) + 0.7152 * channel(green) + 0.0722 * channel(blue);
  const paper = (one) => {
    for (let at = one; at; at = at.parentElement) {
      const colour = numbers(getComputedStyle(at).backgroundColor);
      if (colour.length < 4 || colour[3] > 0) return colour;
    }
    return [255, 255, 255];
  };
  const poor = [];
  for (const one of document.querySelectorAll("body *:not(script):not(svg *)")) {
    if (![...one.childNodes].some((child) => child.nodeType === 3 && child.data.trim())) continue;
    const [a, b] = [light(numbers(getComputedStyle(one).color)), light(paper(one))].sort((x, y) => y - x);
    if ((a + 0.05) / (b + 0.05) < 4.5) poor.push(`${one.tagName}.${one.className}: ${((a + 0.05) / (b + 0.05)).toFixed(2)}`);
  }
  return [...new Set(poor)];
}"""


@dataclass
class Seen:
    """What a page did in the browser."""

    page: object
    messages: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    refused: list[tuple[str, str | None]] = field(default_factory=list)


@pytest.fixture
def opened(chromium, tmp_path) -> Callable[..., object]:
    """Return what opens a run's page from the disk."""

    @contextmanager
    def opening(run, *, theme="light", width=WIDTH, height=HEIGHT) -> Iterator[Seen]:
        file = tmp_path / "evidence.html"
        file.write_bytes(evidence_page(run).encode())
        context = chromium.new_context(color_scheme=theme, viewport={"width": width, "height": height}, reduced_motion="reduce")
        try:
            seen = Seen(context.new_page())
            seen.page.on("console", lambda message: seen.messages.append(message.text))
            seen.page.on("pageerror", lambda error: seen.messages.append(str(error)))
            seen.page.on("request", lambda request: seen.requests.append(request.url))
            seen.page.on("requestfailed", lambda request: seen.refused.append((request.url, request.failure)))
            seen.page.goto(file.as_uri())
            yield seen
        finally:
            context.close()

    return opening


@pytest.mark.parametrize("run", [cases.full(), samples.nothing(), samples.hostile()], ids=["full", "nothing", "hostile"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_complains_of_nothing_and_asks_for_nothing(opened, run, theme):
    with opened(run, theme=theme) as seen:
        seen.page.get_by_role("button", name="Dark colours").click()
        headings = seen.page.get_by_role("heading", level=2).all_inner_texts()
        resources = seen.page.evaluate("performance.getEntriesByType('resource').length")
    assert headings == ["Summary", "Functions", "Share of the workload", "Candidates", "Cost", "What was not checked", "Reproduce"]
    assert seen.messages == []
    assert [url.partition(":")[0] for url in seen.requests] == ["file"]
    assert resources == 0


def test_a_script_that_got_in_would_not_run(opened):
    """The policy is a second lock: it holds where the first one fails."""
    with opened(samples.report()) as seen:
        seen.page.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=http://example.org/x onerror=\"window.owned = 1\">')")
        seen.page.evaluate("document.body.appendChild(Object.assign(document.createElement('script'), { text: 'window.owned = 1' }))")
        assert seen.page.evaluate("window.owned") is None
    assert any("Content Security Policy" in message for message in seen.messages)
    # Refused by the policy before a name was looked up, not for want of a network.
    assert seen.refused == [("http://example.org/x", "csp")]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_all_text_stands_out_from_its_ground(opened, theme):
    with opened(cases.full(), theme=theme) as seen:
        seen.page.get_by_role("button", name="Open all").click()
        assert seen.page.evaluate(CONTRAST) == []


def test_the_switch_changes_the_colours_and_says_so(opened):
    with opened(cases.full()) as seen:
        paper = "getComputedStyle(document.body).backgroundColor"
        before, button = seen.page.evaluate(paper), seen.page.get_by_role("button", name="Dark colours")
        assert button.get_attribute("aria-pressed") == "false"
        button.click()
        assert button.get_attribute("aria-pressed") == "true"
        assert seen.page.evaluate(paper) != before
        button.click()
        assert seen.page.evaluate(paper) == before


@pytest.mark.parametrize("width", [320, 390, 1000])
def test_the_page_itself_never_scrolls_sideways(opened, width):
    with opened(cases.full(), width=width, height=800) as seen:
        seen.page.get_by_role("button", name="Open all").click()
        assert seen.page.evaluate("document.documentElement.scrollWidth") <= width


def test_keys_alone_reach_the_evidence_and_are_seen_to(opened):
    with opened(cases.full()) as seen:
        focused = "[document.activeElement.textContent, getComputedStyle(document.activeElement).outlineStyle]"
        seen.page.keyboard.press("Tab")
        assert seen.page.evaluate(focused) == ["Skip to the evidence", "solid"]
        seen.page.keyboard.press("Enter")
        assert seen.page.evaluate("document.activeElement.id") == "main"
        seen.page.keyboard.press("Tab")
        assert seen.page.evaluate("document.activeElement.closest('main') !== null") is True
        assert seen.page.evaluate(focused)[1] == "solid"


def test_what_a_screen_reader_is_told_has_landmarks_and_named_figures(opened):
    with opened(cases.full()) as seen:
        for role in ("banner", "navigation", "main", "contentinfo"):
            assert seen.page.get_by_role(role).count() == 1, role
        names = [one.get_attribute("aria-labelledby") for one in seen.page.get_by_role("img").all()]
        assert len(names) >= 4
        assert seen.page.get_by_role("img", name="Times of old and new code: the function").count() == 1
        assert seen.page.get_by_role("table", name="What became faster").count() == 1


def test_a_link_to_a_candidate_s_tree_and_all_of_it_open_and_close(opened):
    with opened(cases.crowd(12)) as seen:
        details = seen.page.locator("#candidates details")
        assert details.count() == 12
        seen.page.get_by_role("button", name="Open all").click()
        assert seen.page.locator("#candidates details[open]").count() == 12
        seen.page.get_by_role("button", name="Close all").click()
        assert seen.page.locator("#candidates details[open]").count() == 0


def test_two_hundred_candidates_are_all_there(opened):
    with opened(cases.crowd()) as seen:
        assert seen.page.locator("#candidates details").count() == 200
    assert seen.messages == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_looks_as_it_was_approved(opened, theme, tmp_path):
    with opened(cases.full(), theme=theme) as seen:
        seen.page.evaluate("document.getElementById('functions').scrollIntoView()")
        seen.page.screenshot(path=tmp_path / "seen.png")
    with Image.open(tmp_path / "seen.png") as image:
        taken = image.convert("RGB").resize(SHRUNK, Image.Resampling.LANCZOS)
    kept = PICTURES / f"{theme}.png"
    if os.environ.get("CODEOPT_UPDATE_GOLDEN") == "1":
        taken.save(kept, optimize=True)
    with Image.open(kept) as image:
        approved = image.convert("RGB")
    assert difference(taken, approved) < TOLERANCE


def difference(one: Image.Image, other: Image.Image) -> float:
    """Return by how much two pictures differ, seen from afar."""
    first, second = (np.asarray(each.resize(COARSE, Image.Resampling.BOX), dtype=float) for each in (one, other))
    return float(np.abs(first - second).mean())


def test_the_tolerance_tells_the_themes_apart_and_a_page_from_an_empty_one():
    light, dark = (Image.open(PICTURES / f"{theme}.png").convert("RGB") for theme in ("light", "dark"))
    assert difference(light, dark) > TOLERANCE
    assert difference(light, Image.new("RGB", SHRUNK, light.getpixel((1, 1)))) > TOLERANCE
