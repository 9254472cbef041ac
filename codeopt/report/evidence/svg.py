"""Makes the drawings of a plotting library fit to stand in a page: knows which elements and attributes may stay.

Colours become classes, so that the page's own style gives them, light or dark; nothing that acts, links or loads stays.
"""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

__all__ = ["ROLES", "embedded"]

ROLES = {
    "#101010": "ink",
    "#202020": "soft",
    "#303030": "line",
    "#404040": "old",
    "#505050": "new",
    "#606060": "paper",
}
"""What the colours of a drawing stand for."""

_SPACE = "{http://www.w3.org/2000/svg}"
_HREF = "{http://www.w3.org/1999/xlink}href"
_ELEMENTS = frozenset({"svg", "g", "defs", "path", "use", "text", "clipPath", "rect"})
_NUMBERS = re.compile(r"[-+.,0-9eE\sa-zA-Z()%]*")
_KEPT = frozenset({"d", "x", "y", "width", "height", "transform", "viewBox"})
_PRESENTATION = frozenset({"opacity", "fill-opacity", "stroke-opacity", "stroke-width", "stroke-dasharray", "stroke-linejoin"})
_PRESENTATION |= {"stroke-linecap", "font-size", "text-anchor", "stroke-dashoffset"}


def embedded(drawing: str, *, name: str, title: str, description: str) -> str:
    """Return an SVG of `ROLES`' colours as an element for an HTML page; `name` keeps its ids apart from those of others.

    Raises:
        ValueError: the drawing has a colour that is no role.
    """
    root = ET.fromstring(drawing)  # noqa: S314 - the plotting library wrote it
    made = _kept(root, prefix=name)
    if made is None:
        raise ValueError("not a drawing")
    box = root.get("viewBox", "")
    made.attrib = {"viewBox": box, "role": "img", "aria-labelledby": f"{name}-title {name}-desc"}
    for tag, text in (("desc", description), ("title", title)):
        element = ET.Element(tag, {"id": f"{name}-{tag}"})
        element.text = text
        made.insert(0, element)
    return ET.tostring(made, encoding="unicode")


def _kept(element: ET.Element, *, prefix: str) -> ET.Element | None:
    tag = element.tag.removeprefix(_SPACE)
    if tag not in _ELEMENTS:
        return None
    made = ET.Element(tag, _attributes(element, tag, prefix))
    made.text = element.text if tag == "text" else None
    for child in element:
        kept = _kept(child, prefix=prefix)
        if kept is not None:
            made.append(kept)
    return made if len(made) or tag not in {"g", "defs"} else None


def _attributes(element: ET.Element, tag: str, prefix: str) -> dict[str, str]:
    kept = {
        key: value
        for key, value in element.attrib.items()
        if key in _KEPT and _NUMBERS.fullmatch(value) and not value.startswith("rotate(-0 ")
    }
    # Groups are named by the library for its own ends; what is drawn again elsewhere needs its name.
    if "id" in element.attrib and tag in {"path", "clipPath"}:
        kept["id"] = f"{prefix}-{element.attrib['id']}"
    if tag == "use":
        kept["href"] = f"#{prefix}-{element.attrib[_HREF].removeprefix('#')}"
    clip = re.fullmatch(r"url\(#(\w+)\)", element.get("clip-path", ""))
    if clip is not None:
        kept["clip-path"] = f"url(#{prefix}-{clip[1]})"
    classes = [] if tag != "text" else ["fill-ink"]
    for part in filter(None, (part.strip() for part in element.get("style", "").split(";"))):
        key, _, value = (word.strip() for word in part.partition(":"))
        if key in {"fill", "stroke"}:
            classes = [one for one in classes if not one.startswith(key)]
            classes.append(f"{key}-{_role(value)}")
        elif key == "font":
            kept["font-size"] = value.partition("px")[0].split()[-1]
        elif key in _PRESENTATION and _NUMBERS.fullmatch(value):
            kept[key] = value.removesuffix("px")
    return {**kept, "class": " ".join(classes)} if classes else kept


def _role(colour: str) -> str:
    if colour == "none":
        return "none"
    if colour not in ROLES:
        raise ValueError(f"a drawing's colour is no role: {colour}")
    return ROLES[colour]
