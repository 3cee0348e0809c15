"""An SVG that matplotlib wrote, as an element of a page: it says what it shows, and keeps the page's security policy.

The policy allows no style but the pages' own style sheet, so what matplotlib says in `style` becomes attributes.
"""

import re
from typing import Final
from xml.etree import ElementTree

from rendering.visible import visible

FONTS: Final = "system-ui, sans-serif"
"""As the pages have them: fonts that are there."""

_SVG: Final = "{http://www.w3.org/2000/svg}"
_HREF: Final = "{http://www.w3.org/1999/xlink}href"
_REFERRED: Final = re.compile(r"#([A-Za-z_][\w.-]*)")
_FONT: Final = re.compile(r"(?:(?P<style>italic|oblique|normal)\s+)?(?:(?P<weight>bold|\d{3})\s+)?(?P<size>[\d.]+)px\s")


def accessible(written: bytes, name: str, title: str, description: str) -> str:
    """The picture with its title and description, under ids that begin with `name`."""
    root = ElementTree.fromstring(written)  # noqa: S314 - matplotlib has just written it
    _without(root, f"{_SVG}metadata", f"{_SVG}style")
    for element in root.iter():
        _styled_by_attributes(element)
    _under_own_ids(root, name)
    for each in ("width", "height", "version"):
        root.attrib.pop(each, None)
    root.attrib |= {
        "class": "chart",
        "role": "img",
        "aria-labelledby": f"{name}-title {name}-description",
        "stroke-linejoin": "round",
    }
    for tag, text in (("desc", description), ("title", title)):
        said = ElementTree.Element(f"{_SVG}{tag}", {"id": f"{name}-{'title' if tag == 'title' else 'description'}"})
        said.text = visible(text)
        root.insert(0, said)
    for element in root.iter():
        element.tag = element.tag.removeprefix(_SVG)
    root.set("xmlns", "http://www.w3.org/2000/svg")
    return ElementTree.tostring(root, "unicode")


def _without(root: ElementTree.Element, *tags: str) -> None:
    for parent in list(root.iter()):
        for child in [each for each in parent if each.tag in tags]:
            parent.remove(child)


def _styled_by_attributes(element: ElementTree.Element) -> None:
    for declaration in element.attrib.pop("style", "").split(";"):
        name, _, value = (part.strip() for part in declaration.partition(":"))
        if name == "font":
            _font(element, value)
        elif name:
            element.set(name, value)


def _font(element: ElementTree.Element, value: str) -> None:
    found = _FONT.match(f"{value} ")
    if found is None:
        raise ValueError(f"A chart's text has a font that is not understood: {value}")
    element.set("font-size", found["size"])
    element.set("font-family", FONTS)
    if found["weight"]:
        element.set("font-weight", found["weight"])
    if found["style"]:
        element.set("font-style", found["style"])


def _under_own_ids(root: ElementTree.Element, name: str) -> None:
    """Ids that something refers to begin with the name, since a page has several charts; the others go."""
    for element in root.iter():
        if _HREF in element.attrib:
            element.set("href", element.attrib.pop(_HREF))
    referred = {
        found for element in root.iter() for said in element.attrib.values() for found in _REFERRED.findall(said)
    }
    referred &= {element.get("id", "") for element in root.iter()}
    for element in root.iter():
        if element.get("id") in referred:
            element.set("id", f"{name}-{element.get('id')}")
        else:
            element.attrib.pop("id", None)
        for key, said in element.attrib.items():
            if key != "id" and "#" in said:
                element.set(key, _REFERRED.sub(lambda found: _own(found, referred, name), said))


def _own(found: re.Match[str], referred: set[str], name: str) -> str:
    return f"#{name}-{found[1]}" if found[1] in referred else found[0]
