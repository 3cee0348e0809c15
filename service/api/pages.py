"""Pages for people instead of JSON: answers, and problems, as HTML."""

from typing import Final

from starlette.responses import Response

from rendering.html import NOTHING_FROM_ELSEWHERE, page
from service.api.openapi_responses import Responses
from service.api.problem import Problem
from service.api.responses import PRIVATE, digest_of, unchanged
from service.api.strict_route import StrictRoute

HTML: Final = "text/html; charset=utf-8"

_GUARDED: Final = {
    "Content-Security-Policy": f"{NOTHING_FROM_ELSEWHERE}; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
"""A browser runs nothing that a page about a client holds, asks no other host for it, and tells none of its address."""


class PageRoute(StrictRoute):
    """A route that answers pages; its problems are pages too."""

    def render(self, problem: Problem) -> Response:
        """The problem as a page."""
        headers = {**PRIVATE, **_GUARDED, **(problem.headers or {})}
        return Response(problem_page(problem), problem.status, headers, HTML)


def problem_page(problem: Problem) -> str:
    """The page that tells of the problem."""
    return page("problem.html", problem=problem.document)


def page_always_sent(html: str) -> Response:
    """A page about a client that each reading changes, so that nobody has it already."""
    return Response(html, 200, {**PRIVATE, **_GUARDED}, HTML)


def page_answer(html: str, version: int, known: str | None) -> Response:
    """A page about a client, or 304 where `known`, the caller's If-None-Match, says that they have it already."""
    body = html.encode()
    tag = f'"{version}.{digest_of(body)}"'
    return unchanged(tag, known) or Response(body, 200, {**PRIVATE, **_GUARDED, "ETag": tag}, HTML)


def as_pages(responses: Responses) -> Responses:
    """The same problems, described as pages too: what is answered around the route, such as a deadline, stays JSON."""
    for described in responses.values():
        for content in list(described["content"].values()):
            told = content["examples"].items()
            examples = {slug: {"value": f"A page that says: {each['value']['title']}"} for slug, each in told}
            described["content"]["text/html"] = {"schema": {"type": "string"}, "examples": examples}
    return responses
