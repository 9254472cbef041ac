"""Draws docs/pictures/*.png from kept runs, by Chromium (Debian's package `chromium`): python docs/make_pictures.py.

`optimize.json`, `evidence.json` and `check.json` are reports of real runs, as the store keeps them. What stands on GitHub looks as there, by a
style sheet of our own; the evidence page is drawn as it is, down to where a picture gets too long.
"""

from __future__ import annotations

import html
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from markdown_it import MarkdownIt
from PIL import Image

from codeopt.adapters.store.wire import wire
from codeopt.app.reporting import explanations
from codeopt.model.bot import Offer
from codeopt.model.check import CheckReport
from codeopt.model.forge import Annotation, CheckRun
from codeopt.model.report import Report
from codeopt.report.bot_comment import optimize_comment
from codeopt.report.check_run import check_run
from codeopt.report.evidence.page import evidence_page
from codeopt.report.prose import accepted_of
from codeopt.report.pull_request import pull_request_body, pull_request_title
from codeopt.rules.catalogue import RULES

FOLDER = Path(__file__).resolve().parent / "pictures"
WIDTH = 960
HIGHEST = 2900
# A window of a browser is a little less high inside than it is asked to be.
SPARE = 300
TELL = "document.documentElement.dataset.height = Math.ceil(document.body.getBoundingClientRect().height)"
NUMBER = 12
URL = f"https://github.com/acme/widgets/pull/{NUMBER}"
BRANCH = "codeopt/faster-dedupe"
BOT = '<b>codeopt</b> <span class="bot">bot</span>'


def page(body: str) -> str:
    """Return a page that tells its own height."""
    style = (FOLDER / "style.css").read_text(encoding="utf-8")
    return (
        f'<!doctype html><html><head><meta charset="utf-8"><style>{style}</style></head><body>{body}<script>{TELL}</script></body></html>'
    )


def rendered(markdown: str) -> str:
    """Return Markdown as HTML, as a host shows it."""
    return MarkdownIt("commonmark", {"html": True}).enable("table").render(markdown)


def box(head: str, body: str) -> str:
    """Return a comment's box."""
    return f'<div class="box"><div class="head">{head}</div><div class="body">{body}</div></div>'


def evidence() -> str:
    """Return the evidence page of the kept run, without the policy that would keep it from telling its height."""
    report = wire(Report).unpack((FOLDER / "evidence.json").read_bytes())
    whole = evidence_page(report, explanations=explanations(report))
    open_to_all = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", whole)
    return open_to_all.replace("</body>", f"<script>{TELL}</script></body>")


def kept_run() -> Report:
    """Return the kept run of `codeopt optimize`."""
    return wire(Report).unpack((FOLDER / "optimize.json").read_bytes())


def pull_request(report: Report) -> str:
    """Return the page of a pull request, with all that is folded opened."""
    candidate = accepted_of(report)[0]
    summaries = {rule.name: rule.summary for rule in RULES}
    said = summaries[candidate.origin.prompt]
    text = pull_request_body(report, candidate, commit=report.info.commit, branch=BRANCH, explanation=said)
    title = f'<h1>{html.escape(pull_request_title(candidate))} <span class="number">#{NUMBER}</span></h1>'
    line = f'<p class="line"><span class="badge">Open</span>&ensp;{BOT} wants to merge 1 commit into <code>main</code> from <code>{BRANCH}</code></p>'
    return page(title + line + box(f"{BOT} opened this", rendered(text).replace("<details>", "<details open>")))


def comment(report: Report) -> str:
    """Return the page of the comment that answers `/codeopt optimize`."""
    offers = [Offer(key=key, url=URL) for key in report.accepted]
    return page(box(f"{BOT} commented", rendered(optimize_comment(report, offers))))


def check(report: CheckReport) -> str:
    """Return the page of a check run with its annotations."""
    found = check_run(report, key="picture", head_sha=report.head.commit)
    notes = "".join(map(note, found.annotations))
    return page(f"{heading(found)}{box('Summary', rendered(found.summary))}{notes}")


def heading(found: CheckRun) -> str:
    """Return the head of a check run."""
    word = f'<span class="badge {found.conclusion}">{found.conclusion}</span>'
    return f'<h1>{html.escape(found.name)}</h1><p class="line">{word}&ensp;{html.escape(found.title)}</p>'


def note(one: Annotation) -> str:
    """Return an annotation as a check run's page shows it."""
    where = f"{html.escape(one.path)}, line {one.start_line}"
    return f'<div class="note {one.level}"><span class="where">{where}</span><br><b>{html.escape(one.title)}</b><pre>{html.escape(one.message)}</pre></div>'


def pages() -> Mapping[str, str]:
    """Return every page by the name of its picture."""
    run = kept_run()
    checked = wire(CheckReport).unpack((FOLDER / "check.json").read_bytes())
    return {"pull-request": pull_request(run), "comment": comment(run), "check-run": check(checked), "evidence-page": evidence()}


def draw(text: str, picture: Path, *, browser: str, colours: int) -> None:
    """Have the browser draw a page, as high as it is, or as a picture may be."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "page.html")
        source.write_text(text, encoding="utf-8")
        command = [browser, "--headless", "--disable-gpu", "--hide-scrollbars", f"--user-data-dir={folder}/profile"]
        # Chromium's own sandbox does not start for root; the page is ours.
        command += ["--no-sandbox"] if os.geteuid() == 0 else []
        shown = subprocess.run([*command, f"--window-size={WIDTH},800", "--dump-dom", source.as_uri()], check=True, capture_output=True)
        height = min(int(re.search(rb'data-height="(\d+)"', shown.stdout)[1]), HIGHEST)
        whole = Path(folder, "whole.png")
        size = f"--window-size={WIDTH},{height + SPARE}"
        subprocess.run([*command, size, f"--screenshot={whole}", source.as_uri()], check=True, capture_output=True)
        with Image.open(whole) as image:
            image.crop((0, 0, WIDTH, height)).convert("P", palette=Image.Palette.ADAPTIVE, colors=colours).save(picture, optimize=True)


def main() -> int:
    """Draw all pictures."""
    browser = shutil.which("chromium")
    if browser is None:
        print("no chromium on PATH: install Debian's package chromium", file=sys.stderr)
        return 2
    for name, text in pages().items():
        draw(text, FOLDER / f"{name}.png", browser=browser, colours=256 if name == "evidence-page" else 64)
    return 0


if __name__ == "__main__":
    sys.exit(main())
