"""`Link` headers (RFC 8288): where the other pages of an answer are, so that nobody has to put addresses together."""

from typing import Final
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request

LINK_HEADER: Final = {
    "Link": 'Where other pages are: `<address>; rel="next"`, and `first` and `prev` likewise, each relative to this'
    " service. Without `next` this page is the last."
}
"""What the API's description says of the header."""

_PLACES: Final = frozenset({"after", "before"})
"""The parameters that say where a page begins; all others stay as they were asked."""


def page_links(
    request: Request, *, next_after: object | None, previous_before: object | None = None, place: str = "after"
) -> dict[str, str]:
    """The header, from what the answer's `next` and `previous` say; `place` is the parameter that takes `next`."""
    asked = [each for each in parse_qsl(str(request.scope["query_string"], "latin-1")) if each[0] not in _PLACES]
    pages = {"first": asked}
    if previous_before is not None:
        pages["prev"] = [*asked, ("before", str(previous_before))]
    if next_after is not None:
        pages["next"] = [*asked, (place, str(next_after))]
    return {"Link": ", ".join(f'<{_address(request, query)}>; rel="{name}"' for name, query in pages.items())}


def _address(request: Request, query: list[tuple[str, str]]) -> str:
    path = request.url.path
    return f"{path}?{urlencode(query)}" if query else path
