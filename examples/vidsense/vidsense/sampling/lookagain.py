"""Think, then look again: a part of the budget on a first look, the rest where a reasoner, having seen it, asks to look.

The reasoner is a protocol. `BlobReasoner` ships and needs nothing; `EndpointReasoner` asks a vision-language model over the
chat protocol of OpenAI.
"""

from __future__ import annotations

import base64
import io
import json
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from PIL import Image

from vidsense.errors import ReasonerError
from vidsense.sampling.adaptive import Policy, fill_gaps, select

MIN_STEP_S = 0.08  # frames closer than this show the same
BLOCK = 12  # pixels along the side of the squares in which change is averaged


@dataclass(frozen=True)
class Glimpse:
    """A frame of the first look; image is uint8 RGB [height, width, 3], score what the cues say of its time."""

    time_s: float
    image: np.ndarray
    score: float


@dataclass(frozen=True)
class Span:
    """A stretch of the video that is worth more frames, and how many before any other span gets one."""

    start_s: float
    end_s: float
    frames: int = 1


class Reasoner(Protocol):
    """Whoever looks at frames and says where to look again."""

    def ask(self, glimpses: Sequence[Glimpse]) -> list[Span]:
        """Return spans, the most wanted first; none when the glimpses suffice. Raises ReasonerError when it cannot answer."""
        ...


@dataclass(frozen=True)
class BlobReasoner:
    """Asks to look again around frames that show something small and bright which the frames around them do not.

    What changes the whole picture (a cut, a shake, flicker, noise) does not count, nor does a frame of which no cue speaks.
    """

    reach_s: float = 0.2  # on both sides of the frame
    min_contrast: float = 2.0  # how much more the most changed block changes than blocks do, in robust standard deviations
    neighbours: int = 2  # the frames that one is compared with: the nearest in time
    frames: int = 1  # how many more it takes to tell what happens

    def ask(self, glimpses: Sequence[Glimpse]) -> list[Span]:
        """Return a span around each such frame, those first that are clear and of which the cues say most."""
        found = []
        for here in glimpses:
            others = sorted((other for other in glimpses if other is not here), key=lambda g: abs(g.time_s - here.time_s))
            contrasts = [_blob_contrast(here.image, other.image) for other in others[: self.neighbours]]
            contrast = min(contrasts, default=0.0)
            if contrast >= self.min_contrast and here.score > 0:
                found.append((-contrast * here.score, here.time_s))
        return [Span(time_s - self.reach_s, time_s + self.reach_s, self.frames) for _, time_s in sorted(found)]


def _blob_contrast(image: np.ndarray, other: np.ndarray) -> float:
    """Return how much brighter than the other's an image's most changed block is, in robust deviations of all blocks."""
    change = image.astype(np.float32).mean(axis=2) - other.astype(np.float32).mean(axis=2)
    rows, cols = change.shape[0] // BLOCK * BLOCK, change.shape[1] // BLOCK * BLOCK
    if rows == 0 or cols == 0:
        return 0.0
    blocks = change[:rows, :cols].reshape(rows // BLOCK, BLOCK, cols // BLOCK, BLOCK).mean(axis=(1, 3))
    spread = 1.4826 * float(np.median(np.abs(blocks - np.median(blocks)))) + 1.0
    return float((blocks.max() - np.median(blocks)) / spread)


@dataclass(frozen=True)
class EndpointReasoner:
    """Asks a vision-language model behind an OpenAI-compatible endpoint where to look again."""

    url: str  # up to and with the version, as in http://localhost:8000/v1
    model: str
    question: str = "Which short events happen in this video?"
    timeout_s: float = 120.0
    api_key: str = ""

    def ask(self, glimpses: Sequence[Glimpse]) -> list[Span]:
        """Return the spans that the model names."""
        body = {"model": self.model, "temperature": 0, "messages": [{"role": "user", "content": self._content(glimpses)}]}
        headers = {"Content-Type": "application/json"}
        if self.api_key:
            headers["Authorization"] = f"Bearer {self.api_key}"
        request = urllib.request.Request(
            f"{self.url.rstrip('/')}/chat/completions", data=json.dumps(body).encode(), headers=headers
        )
        try:
            with urllib.request.urlopen(request, timeout=self.timeout_s) as response:
                text = json.load(response)["choices"][0]["message"]["content"]
        except (OSError, ValueError, KeyError, IndexError, TypeError, urllib.error.URLError) as error:
            raise ReasonerError(f"{self.url}: cannot be asked ({error!r})") from error
        return parse_spans(str(text))

    def _content(self, glimpses: Sequence[Glimpse]) -> list[dict[str, object]]:
        """Return the parts of the message: each frame after its time, then the question."""
        parts: list[dict[str, object]] = []
        for glimpse in glimpses:
            buffer = io.BytesIO()
            Image.fromarray(glimpse.image).save(buffer, format="JPEG", quality=85)
            picture = base64.b64encode(buffer.getvalue()).decode()
            parts.append({"type": "text", "text": f"{glimpse.time_s:.2f} s:"})
            parts.append({"type": "image_url", "image_url": {"url": f"data:image/jpeg;base64,{picture}"}})
        ask = (
            f"{self.question} These are a few frames of a video. Name the spans that you need to see more closely to answer, "
            'the most important first, as JSON and nothing else: {"spans": [[start_seconds, end_seconds], ...]}'
        )
        return [*parts, {"type": "text", "text": ask}]


def parse_spans(text: str) -> list[Span]:
    """Return the spans of an answer that holds {"spans": [[start, end], ...]}, whatever is written around it.

    Raises ReasonerError when it holds none, or a span is no pair of numbers in order.
    """
    first, last = text.find("{"), text.rfind("}")
    try:
        pairs = json.loads(text[first : last + 1])["spans"]
        spans = [Span(float(start), float(end)) for start, end in pairs]
    except (ValueError, KeyError, TypeError) as error:
        raise ReasonerError(f"the answer names no spans: {text[:80]!r}") from error
    if not all(span.start_s <= span.end_s < float("inf") for span in spans):
        raise ReasonerError(f"the answer names a span that ends before it starts: {text[:80]!r}")
    return spans


def frames_in_spans(
    spans: Sequence[Span], curve: np.ndarray, times_s: np.ndarray, chosen: Sequence[int], count: int
) -> list[int]:
    """Return up to `count` more frame indices, each the one with the highest curve in its span that shows something new.

    Spans get what they want in turn, and again while frames are left.
    """
    taken = list(chosen)
    added: list[int] = []
    open_spans = [span for span in spans if span.frames > 0]
    while open_spans and len(added) < count:
        for span in list(open_spans):
            inside = np.flatnonzero((times_s >= span.start_s) & (times_s <= span.end_s))
            for _ in range(min(span.frames, count - len(added))):
                new = [k for k in inside if np.abs(times_s[taken] - times_s[k]).min(initial=np.inf) >= MIN_STEP_S - 1e-9]
                if not new:
                    open_spans.remove(span)
                    break
                best = int(max(new, key=lambda k: float(curve[k])))
                taken.append(best)
                added.append(best)
    return added


def look_again(
    read: Callable[[list[int]], np.ndarray],
    curve: np.ndarray,
    times_s: np.ndarray,
    budget: int,
    reasoner: Reasoner,
    *,
    first_share: float = 0.6,
    policy: Policy | None = None,
) -> list[int]:
    """Return `budget` ascending frame indices: a first look chosen by `select`, then frames in the spans that the reasoner names.

    `read` gives the frames at indices. Frames that no span can use go to the largest gaps. Raises what `select`, `read` and the
    reasoner raise.
    """
    first = select(curve, times_s, max(1, round(budget * first_share)), policy)
    if len(first) >= min(budget, len(times_s)):
        return first
    images = read(first)
    spans = reasoner.ask([Glimpse(float(times_s[k]), image, float(curve[k])) for k, image in zip(first, images, strict=True)])
    chosen = sorted([*first, *frames_in_spans(spans, curve, times_s, first, budget - len(first))])
    return fill_gaps(chosen, times_s, min(budget, len(times_s)))
