"""Answers on their way out."""

import re
from hashlib import sha256
from typing import Final

from pydantic import BaseModel
from starlette.responses import Response

DIGEST_DIGITS: Final = 16
_TAG: Final = re.compile(r'(?:W/)?("[^"]*")')

JSON: Final = "application/json"

PRIVATE: Final = {"Cache-Control": "no-store"}
"""No store between the service and the caller may keep what is said about a client."""


def answer(content: BaseModel, version: int, *, status: int = 200, location: str | None = None) -> Response:
    """An answer about a client at a version of their timeline."""
    headers = {**PRIVATE, "ETag": f'"{version}"'}
    if location:
        headers["Location"] = location
    return Response(json_of(content), status, headers, JSON)


def read_answer(content: BaseModel, version: int, known: str | None) -> Response:
    """What was recorded, or 304 where `known`, the caller's If-None-Match, says that they have it already.

    What was recorded never changes: the same question at the same version has the same answer.
    """
    return unchanged(f'"{version}"', known) or answer(content, version)


def projected_answer(content: BaseModel, version: int, known: str | None) -> Response:
    """What is made of the record, or 304 as in `read_answer`.

    At the same version it differs with the clock, with the policy and with the release that makes it, so its tag is the
    version and a digest of the answer. `If-Match` looks at the version alone.
    """
    body = json_of(content)
    tag = f'"{version}.{sha256(body).hexdigest()[:DIGEST_DIGITS]}"'
    return unchanged(tag, known) or Response(body, 200, {**PRIVATE, "ETag": tag}, JSON)


def json_of(content: BaseModel) -> bytes:
    """The content as JSON in UTF-8."""
    return content.__pydantic_serializer__.to_json(content)


def unchanged(tag: str, known: str | None) -> Response | None:
    """304 where the caller's If-None-Match names the tag; None where the answer has to be sent."""
    if known is not None and (known.strip() == "*" or tag in _TAG.findall(known)):
        return Response(None, 304, {**PRIVATE, "ETag": tag})
    return None
