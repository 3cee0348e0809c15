"""Headers that carry meaning: versions as entity tags, and the idempotency key."""

import re
from typing import Final

from starlette.requests import Request

from service.api.field_errors import FieldError
from service.api.problem import Problem
from service.api.problems import MalformedHeader

VERSION_PATTERN: Final = '^"(0|[1-9][0-9]{0,8})"$'
KEY_PATTERN: Final = "^[!-~]{1,200}$"
ANY_PATTERN: Final = "^[ -~]*$"

_VERSION: Final = re.compile(VERSION_PATTERN, re.ASCII)
_KEY: Final = re.compile(KEY_PATTERN, re.ASCII)
_TAG: Final = re.compile(r'(?:W/)?("[^"]*")')


def entity_tag(version: int) -> str:
    """A timeline's version as an entity tag, such as "7" in double quotes."""
    return f'"{version}"'


def expected_version(request: Request) -> int | None:
    """The version that If-Match asks for. Raises MalformedHeader."""
    values = request.headers.getlist("if-match")
    if not values:
        return None
    form = _VERSION.fullmatch(values[0].strip())
    if form is None or len(values) > 1:
        raise _malformed("If-Match", "one_version", 'Give one version in double quotes, such as "7", and no W/.')
    return int(form[1])


def known_already(request: Request, tag: str) -> bool:
    """Whether If-None-Match says that the caller has this version already."""
    said = request.headers.get("if-none-match")
    return said is not None and (said.strip() == "*" or tag in _TAG.findall(said))


def idempotency_key(request: Request) -> str | None:
    """What the caller calls this request. Raises MalformedHeader."""
    values = request.headers.getlist("idempotency-key")
    if not values:
        return None
    if len(values) > 1 or not _KEY.fullmatch(values[0]):
        raise _malformed("Idempotency-Key", "visible_ascii", "Give 1 to 200 visible ASCII characters, once.")
    return values[0]


def _malformed(header: str, rule: str, message: str) -> Problem:
    return MalformedHeader(
        f"The header {header} does not have the form that it needs.",
        errors=[FieldError(field=header, rule=rule, message=message)],
    )
