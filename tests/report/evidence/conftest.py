"""A real browser: Debian's Chromium, without a window and without a network."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest

WANTED = "Chromium is not here: apt-get install chromium fonts-dejavu-core"


@pytest.fixture
def chromium() -> Iterator[object]:
    """Yield a browser, for one test: its driver keeps an event loop running, which other tests must not find.

    Where there is none the tests are skipped, unless CODEOPT_REQUIRE_CHROMIUM=1.
    """
    from playwright.sync_api import sync_playwright

    program = shutil.which("chromium")
    if program is None:
        if os.environ.get("CODEOPT_REQUIRE_CHROMIUM") == "1":
            pytest.fail(WANTED)
        pytest.skip(WANTED)
    # Root has no use of a browser's sandbox; whatever is asked of a network finds nothing.
    arguments = ["--no-sandbox", "--disable-gpu", "--host-resolver-rules=MAP * ~NOTFOUND", "--font-render-hinting=none"]
    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=program, args=arguments)
        try:
            yield browser
        finally:
            browser.close()
