"""Answers on their way out."""

import re
from typing import Final

from pydantic import BaseModel
from starlette.responses import Response

_TAG: Final = re.compile(r'(?:W/)?("[^"]*")')

JSON: Final = "application/json"

_PRIVATE: Final = {"Cache-Control": "no-store"}
"""No store between the service and the caller may keep what is said about a client."""


def answer(content: BaseModel, version: int, *, status: int = 200, location: str | None = None) -> Response:
    """An answer about a client at a version of their timeline."""
    headers = {**_PRIVATE, "ETag": _entity_tag(version)}
    if location:
        headers["Location"] = location
    return Response(json_of(content), status, headers, JSON)


def read_answer(content: BaseModel, version: int, known: str | None) -> Response:
    """An answer to a read, or 304 where `known`, the caller's If-None-Match, says that they have it already.

    Only a timeless answer can be the same one: it depends on the record and on what was asked, not on the
    moment of asking. What is due or late today differs tomorrow at the same version.
    """
    tag = _entity_tag(version)
    if known is not None and (known.strip() == "*" or tag in _TAG.findall(known)):
        return Response(None, 304, {**_PRIVATE, "ETag": tag})
    return answer(content, version)


def json_of(content: BaseModel) -> bytes:
    """The content as JSON in UTF-8."""
    return content.__pydantic_serializer__.to_json(content)


def _entity_tag(version: int) -> str:
    return f'"{version}"'
