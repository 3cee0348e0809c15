"""Answers on their way out."""

import re
from collections.abc import Mapping
from hashlib import sha256
from typing import Final

from pydantic import BaseModel
from pydantic_core import to_json
from starlette.responses import Response

from service.api.list_models import ListPage

_DIGEST_DIGITS: Final = 16
_TAG: Final = re.compile(r'(?:W/)?("[^"]*")')

JSON: Final = "application/json"

PRIVATE: Final = {"Cache-Control": "no-store"}
"""No store between the service and the caller may keep what is said about a client."""

_ASKED_ANEW: Final = {"Cache-Control": "no-cache"}
_NO_LINKS: Final[Mapping[str, str]] = {}


def answer(
    content: BaseModel,
    version: int,
    *,
    status: int = 200,
    location: str | None = None,
    links: Mapping[str, str] = _NO_LINKS,
) -> Response:
    """An answer about a client at a version of their timeline."""
    headers = {**PRIVATE, **links, "ETag": f'"{version}"'}
    if location:
        headers["Location"] = location
    return Response(json_of(content), status, headers, JSON)


def read_answer(
    content: BaseModel,
    version: int,
    known: str | None,
    links: Mapping[str, str] = _NO_LINKS,
    *,
    of_several: bool = False,
) -> Response:
    """What was recorded, or 304 where `known`, the caller's If-None-Match, says that they have it already.

    What was recorded never changes: the same question at the same version has the same answer. `of_several` says that
    it comes from the timelines of several clients who are one person, of which the version is just that of one: then
    the tag has a digest, too.
    """
    if of_several:
        return projected_answer(content, version, known, links)
    return unchanged(f'"{version}"', known) or answer(content, version, links=links)


def projected_answer(
    content: BaseModel, version: int, known: str | None, links: Mapping[str, str] = _NO_LINKS
) -> Response:
    """What is made of the record, or 304 as in `read_answer`; see projected_json."""
    return projected_json(json_of(content), version, known, links)


def projected_json(body: bytes, version: int, known: str | None, links: Mapping[str, str] = _NO_LINKS) -> Response:
    """What is made of the record, as JSON, or 304 as in `read_answer`.

    At the same version it differs with the clock, with the policy and with the release that makes it, so its tag is the
    version and a digest of the answer. `If-Match` looks at the version alone.
    """
    tag = f'"{version}.{digest_of(body)}"'
    return unchanged(tag, known) or Response(body, 200, {**PRIVATE, **links, "ETag": tag}, JSON)


def list_answer(content: ListPage, known: str | None, links: Mapping[str, str]) -> Response:
    """A page of a list over many clients, or 304 where `known` says that the caller has it already.

    Its tag is the position that it reflects and a digest of all that it says but the moment at which it was judged: it
    is a weak one, since that moment differs, and what it says does not.
    """
    body = json_of(content)
    # Only a number stands before the moment, so that what is found first is the moment itself.
    before, _, after = body.partition(to_json(content.as_of))
    tag = f'W/"{content.position}.{digest_of(before + after)}"'
    return unchanged(tag, known) or Response(body, 200, {**PRIVATE, **links, "ETag": tag}, JSON)


def digest_answer(content: BaseModel, known: str | None, links: Mapping[str, str] = _NO_LINKS) -> Response:
    """What stands as it stands this moment and has no version, or 304 where `known` says that the caller has it."""
    return digested_answer(json_of(content), known, links=links)


def public_answer(body: bytes, known: str | None) -> Response:
    """What everybody may know and only another release changes; it may be kept, and is asked for anew each time."""
    return digested_answer(body, known, kept=_ASKED_ANEW)


def digested_answer(
    body: bytes,
    known: str | None,
    *,
    media_type: str = JSON,
    kept: Mapping[str, str] = PRIVATE,
    links: Mapping[str, str] = _NO_LINKS,
) -> Response:
    """An answer with a digest of itself as its tag, or 304 where `known` says that the caller has it.

    `kept` says who may keep it.
    """
    tag = f'"{digest_of(body)}"'
    return unchanged(tag, known, kept) or Response(body, 200, {**kept, **links, "ETag": tag}, media_type)


def digest_of(body: bytes) -> str:
    """What stands for a body in its tag."""
    return sha256(body).hexdigest()[:_DIGEST_DIGITS]


def json_of(content: BaseModel) -> bytes:
    """The content as JSON in UTF-8."""
    return content.__pydantic_serializer__.to_json(content)


def json_with(content: BaseModel, field: str, made: bytes) -> bytes:
    """The content as JSON with one field more, at its end, whose JSON is made already."""
    return b"%s,%s:%s}" % (json_of(content)[:-1], to_json(field), made)


def unchanged(tag: str, known: str | None, kept: Mapping[str, str] = PRIVATE) -> Response | None:
    """304 where the caller's If-None-Match names the tag; None where the answer has to be sent.

    Compared weakly, as RFC 9110 has it: whether either is weak makes no difference.
    """
    if known is not None and (known.strip() == "*" or tag.removeprefix("W/") in _TAG.findall(known)):
        return Response(None, 304, {**kept, "ETag": tag})
    return None
