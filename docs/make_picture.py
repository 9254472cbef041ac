"""Draws docs/architecture.svg: python docs/make_picture.py > docs/architecture.svg."""

from __future__ import annotations

from xml.sax.saxutils import escape

BOXES = [
    # x, y, width, title, lines, class
    (20, 20, 180, "your repository", ("git snapshot, workload,", "tests"), "out"),
    (20, 150, 180, "survey", ("tree-sitter index, profile,", "tests, recorded calls"), "in"),
    (260, 150, 180, "propose", ("rules and a model answer", "with whole functions"), "in"),
    (500, 150, 180, "judge", ("a ladder of checks,", "cheapest first"), "in"),
    (740, 150, 200, "verdict", ("FASTER, NOT_PROVEN, SLOWER", "WRONG, UNVERIFIABLE"), "in"),
    (260, 20, 180, "model endpoint", ("vLLM, OpenAI-compatible", "HTTP"), "out"),
    (500, 290, 180, "referee", ("original tree: expected", "results, old times"), "box"),
    (740, 290, 180, "contestant", ("the candidate's tree:", "inputs in, answers out"), "box"),
    (740, 20, 180, "report, diff, branch", ("evidence and the command", "that reproduces it"), "out"),
]
ARROWS = [
    (110, 90, 110, 150),
    (200, 185, 260, 185),
    (350, 90, 350, 150),
    (440, 185, 500, 185),
    (680, 185, 740, 185),
    (590, 220, 590, 290),
    (640, 220, 780, 290),
    (830, 150, 830, 90),
]
STYLE = """
text{font:13px system-ui,sans-serif;fill:#1b1f24}.t{font-weight:600}.s{font-size:11.5px;fill:#57606a}
rect{rx:8;stroke-width:1.3}.in{fill:#eaf2ff;stroke:#3b6fd4}.out{fill:#f4f4f5;stroke:#8b949e}.box{fill:#fff3e0;stroke:#d08000}
path{stroke:#57606a;stroke-width:1.4;fill:none;marker-end:url(#a)}marker path{marker-end:none;fill:#57606a}
@media(prefers-color-scheme:dark){text{fill:#e6edf3}.s{fill:#9da7b1}.in{fill:#12233f}.out{fill:#1c2128}.box{fill:#33240a}path{stroke:#9da7b1}}
"""


def box(x: int, y: int, width: int, title: str, lines: tuple[str, ...], kind: str) -> str:
    """Return one box with its title and lines."""
    texts = "".join(f'<text class="s" x="{x + 12}" y="{y + 42 + 16 * i}">{escape(line)}</text>' for i, line in enumerate(lines))
    title_text = f'<text class="t" x="{x + 12}" y="{y + 23}">{escape(title)}</text>'
    return f'<rect class="{kind}" x="{x}" y="{y}" width="{width}" height="70"/>{title_text}{texts}'


def main() -> None:
    """Print the picture."""
    feedback = (
        '<path d="M830 220 C 830 270, 350 280, 350 222"/><text class="s" x="210" y="278">failures and measured times are fed back</text>'
    )
    arrows = "".join(f'<path d="M{x1} {y1} L{x2} {y2}"/>' for x1, y1, x2, y2 in ARROWS)
    frame = '<rect x="480" y="272" width="460" height="106" fill="none" stroke="#d08000" stroke-dasharray="5 4"/>'
    note = '<text class="s" x="20" y="330">host: clock, budget, verdict (codeopt)</text><text class="s" x="20" y="350">dashed: sandboxes without network</text>'
    marker = '<marker id="a" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0L8 4L0 8z"/></marker>'
    shapes = "".join(box(*item) for item in BOXES)
    label = "How codeopt works: survey, propose, judge in sandboxes, verdict, report"
    print(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 960 400" role="img" aria-label="{label}">'
        f"<style>{STYLE}</style><defs>{marker}</defs>{frame}{arrows}{feedback}{shapes}{note}</svg>"
    )


if __name__ == "__main__":
    main()
