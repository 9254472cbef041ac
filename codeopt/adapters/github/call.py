"""What is asked of the API: a method, a route and what fills it. Nothing here sends anything."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Generic, TypeVar
from urllib.parse import parse_qsl, quote, urlsplit

__all__ = ["API_VERSION", "MOST_PAGES", "PAGE", "Answer", "Call", "next_page"]

# The version that github.com and every supported Enterprise Server speak; a server answers 400 to one that it does not know.
API_VERSION = "2022-11-28"
PAGE: Final = 100
MOST_PAGES: Final = 100

_Kind = TypeVar("_Kind")
_WITH_SLASHES = frozenset({"path", "ref"})
_NEXT = re.compile(r'<([^<>]+)>\s*;\s*rel="next"')
_REPEATABLE = frozenset({"GET", "PUT", "PATCH", "DELETE"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request. `route` is GitHub's own way of writing it (`/repos/{owner}/{repo}/pulls`), `values` fill it, escaped.

    `repeatable` says whether sending it twice leaves the same behind as sending it once; None asks its method. `status` is the only
    one that says it was done, for an answer that says nothing else; None takes every good one.
    """

    method: str
    route: str
    values: Mapping[str, str | int] = field(default_factory=dict)
    query: Mapping[str, str | int] = field(default_factory=dict)
    body: Mapping[str, Any] | None = None
    repeatable: bool | None = None
    status: int | None = None

    def __post_init__(self) -> None:
        """Reject values that would lead elsewhere: a URL is shortened by such parts."""
        if any({".", ".."} & set(str(value).split("/")) for value in self.values.values()):
            msg = f"{self.route}: {dict(self.values)} leads elsewhere"
            raise ValueError(msg)

    @property
    def path(self) -> str:
        """The route with its values."""
        filled = {
            name: quote(str(value), safe="/" if name in _WITH_SLASHES else "", encoding="utf-8", errors="surrogateescape")
            for name, value in self.values.items()
        }
        return self.route.format_map(filled)

    @property
    def may_repeat(self) -> bool:
        """Whether it may be sent again when nobody knows what became of it."""
        return self.method in _REPEATABLE if self.repeatable is None else self.repeatable

    @property
    def writes(self) -> bool:
        """Whether it changes anything."""
        return self.method != "GET"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer(Generic[_Kind]):
    """A response that is no error, and what it says."""

    status: int
    headers: Mapping[str, str]
    value: _Kind


def next_page(headers: Mapping[str, str]) -> Mapping[str, str] | None:
    """Return the query of the next page of a list; None after the last one.

    Only the query of the link is used: where requests go is not for an answer to say.
    """
    found: Sequence[str] = _NEXT.findall(headers.get("link", ""))
    return dict(parse_qsl(urlsplit(found[0]).query)) if found else None
