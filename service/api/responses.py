"""Answers on their way out."""

from typing import Final

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from service.api.headers import entity_tag, known_already

JSON: Final = "application/json"

_PRIVATE: Final = {"Cache-Control": "no-store"}
"""No store between the service and the caller may keep what is said about a client."""


def answer(content: BaseModel, version: int, *, status: int = 200, location: str | None = None) -> Response:
    """An answer about a client at a version of their timeline."""
    headers = {**_PRIVATE, "ETag": entity_tag(version)}
    if location:
        headers["Location"] = location
    return Response(json_of(content), status, headers, JSON)


def read_answer(request: Request, content: BaseModel, version: int, *, timeless: bool) -> Response:
    """An answer to a read, or 304 where the caller says that they have it already.

    Only a timeless answer can be the same one: it depends on the record and on what was asked, not on the
    moment of asking. What is due or late today differs tomorrow at the same version.
    """
    tag = entity_tag(version)
    if timeless and known_already(request, tag):
        return Response(None, 304, {**_PRIVATE, "ETag": tag})
    return answer(content, version)


def public_answer(content: BaseModel, *, status: int = 200) -> Response:
    """An answer that says nothing about anybody."""
    return Response(json_of(content), status, {}, JSON)


def json_of(content: BaseModel) -> bytes:
    """The content as JSON in UTF-8."""
    # A correction's computed field says how it is stored, which is nobody's business here.
    return content.__pydantic_serializer__.to_json(content, exclude_computed_fields=True)
