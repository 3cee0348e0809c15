"""Pages as tests read them: as trees, since a page that is well-formed XML holds no markup but its own."""

from collections import Counter
from xml.etree import ElementTree


def tree(html: str) -> ElementTree.Element:
    """The page's elements."""
    assert html.startswith("<!DOCTYPE html>")
    return ElementTree.fromstring(html)  # noqa: S314 - the pages are our own


def said(html: str) -> str:
    """Everything that the page's body says."""
    body = tree(html).find("body")
    assert body is not None
    return " ".join("".join(body.itertext()).split())


def elements(html: str) -> Counter[str]:
    """How many elements of each kind the page has."""
    return Counter(each.tag for each in tree(html).iter())


def addresses(html: str) -> list[str]:
    """Everything that the page points to or would fetch."""
    return [each.attrib[name] for each in tree(html).iter() for name in ("href", "src") if name in each.attrib]
