"""Edges of texts: cut and doubled, with fragments of the code's own texts, and with letters of all kinds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from codeopt.inputs.edge import Edge, do, in_turn, lacking, put
from codeopt.inputs.letters import ZOO
from codeopt.inputs.signature import Signature
from codeopt.inputs.sketch import Node

__all__ = ["text_edges"]

_MOST_TEXTS = 8
_LONG = 60
_FORMS: tuple[tuple[str, Callable[[str], Edge]], ...] = (
    ("at the end", lambda part: _inserted(1.0, part)),
    ("alone", lambda part: put("", part)),
    ("twice inside", lambda part: _inserted(0.5, part + part)),
    ("at the start", lambda part: _inserted(0.0, part)),
    ("twice alone", lambda part: put("", part + part)),
    ("inside", lambda part: _inserted(0.5, part)),
    ("behind a letter", lambda part: put("", "a" + part)),
    ("around", lambda part: do("", ("insert text", 0.0, part), ("insert text", 1.0, part), risks=lacking(part))),
    ("behind a space at the end", lambda part: _inserted(1.0, " " + part)),
    ("twice at the end", lambda part: _inserted(1.0, part + part)),
    ("upper at the end", lambda part: _inserted(1.0, part.upper())),
    ("capitalized alone", lambda part: put("", part.capitalize())),
    ("in other case inside", lambda part: _inserted(0.5, part.swapcase())),
)


def text_edges(node: Node, signature: Signature, *, others: Sequence[object], fragments: Sequence[str]) -> Iterator[Edge]:
    """Yield the edges of a text; `others` are recorded at its place, `fragments` are what the code may look for in it."""
    value = str(node.value)
    return in_turn([_plain(node, value, signature, others), _with_fragments(fragments), _with_letters()])


def _plain(node: Node, value: str, signature: Signature, others: Sequence[object]) -> Iterator[Edge]:
    yield put("empty", "")
    yield put("one", value[:1] or "a")
    yield do("with a new line at its end", ("insert text", 1.0, "\n"))
    yield do("white space around", ("insert text", 0.0, " \t"), ("insert text", 1.0, " \n"))
    if node.length:
        yield do("half", ("take", node.length // 2))
        yield do("without its end", ("take", node.length - 1))
        yield do("double", ("twice",))
        yield do("reversed", ("reverse",))
        yield from (do(name, ("text", name)) for name in ("upper", "lower", "swapcase", "title", "capitalize", "strip"))
        yield put("all equal", value[:1] * min(node.length, 8))
        yield do("many times over", ("times", max(2, _LONG // node.length)))
        yield do("with a long beginning", ("insert text", 0.0, "y" * _LONG))
        yield do("with a long end", ("insert text", 1.0, "x" * _LONG))
        yield do("without its first", ("delete", 0))
    yield from (put(f"other text {text!r}", text) for text in others[:2] if isinstance(text, str))
    for text in signature.texts[:_MOST_TEXTS]:
        yield put(f"text {text!r}", text)
        yield do(f"with {text!r}", ("insert text", 0.5, text), risks=lacking(text))
    yield do("a subclass", ("subclass",), kind="subclass")
    if value.isascii() and not node.cut:
        yield put("type: bytes", value.encode())


def _with_fragments(fragments: Sequence[str]) -> Iterator[Edge]:
    """Yield every fragment in every form, so that each fragment and each form comes early."""
    for turn in range(len(_FORMS)):
        for at, part in enumerate(fragments):
            name, form = _FORMS[(at + turn) % len(_FORMS)]
            yield _named(f"{part!r} {name}", form(part))


def _with_letters() -> Iterator[Edge]:
    for name, text in ZOO.items():
        yield _named(f"{name} inside", _inserted(0.5, text))
    for name, text in ZOO.items():
        yield put(f"only {name}", text)


def _inserted(where: float, text: str) -> Edge:
    return do("", ("insert text", where, text), risks=lacking(text))


def _named(name: str, edge: Edge) -> Edge:
    return replace(edge, name=name)
