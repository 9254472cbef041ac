"""How long the evidence page of a run of many candidates takes: to be made, and to open in Chromium.

python benchmarks/page/run.py [--candidates 200] [--times 5]; it prints one line of JSON. Opening ends when the page is laid out and
painted once.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import sync_playwright

from codeopt.report.evidence.page import evidence_page

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from tests.report.evidence.cases import crowd

PAINTED = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now()))))"


def opened(page: str, times: int) -> Iterator[float]:
    """Yield the seconds from the start of the navigation to the first picture, each time in a fresh context."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as started:
        file = Path(folder, "page.html")
        file.write_text(page, encoding="utf-8")
        browser = started.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"])
        for _ in range(times):
            context = browser.new_context()
            tab = context.new_page()
            tab.goto(file.as_uri())
            yield tab.evaluate(PAINTED) / 1000
            context.close()
        browser.close()


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--candidates", type=int, default=200)
    parser.add_argument("--times", type=int, default=5)
    asked = parser.parse_args()
    start = time.perf_counter()
    page = evidence_page(crowd(asked.candidates))
    made_s = time.perf_counter() - start
    seconds = list(opened(page, asked.times))
    figures = {"made_s": made_s, "opened_s": statistics.median(seconds), "slowest_s": max(seconds)}
    print(
        json.dumps(
            {"candidates": asked.candidates, "bytes": len(page.encode()), **{name: round(value, 3) for name, value in figures.items()}}
        )
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
