"""Problems of the request itself: its form, its path, its size."""

from http import HTTPStatus
from typing import ClassVar

from service.api.problem import Problem


class MalformedBody(Problem):
    """The body could not be read as JSON with exactly one meaning.

    Refused are: an empty body, text that is not UTF-8 or not JSON, a field given twice, NaN and infinite
    numbers, integers of more than 18 digits, NUL, halves of surrogate pairs, nesting of more than 32 levels, and
    more than 20,000 values.
    `errors` names the places. Nothing was recorded.
    """

    status, slug, title = HTTPStatus.BAD_REQUEST, "malformed-body", "The body cannot be read"


class MalformedRequest(Problem):
    """What was sent is not HTTP/1.1; nothing was recorded, and the connection is closed.

    A line, a header or the form of the body breaks RFC 9112: what there is to mend is in the client or in a proxy
    between.
    """

    status, slug, title = HTTPStatus.BAD_REQUEST, "malformed-request", "The request is not HTTP"


class MalformedHeader(Problem):
    """A header does not have the form that it needs, or is given twice.

    `If-Match` is one version in double quotes, such as "7", or the `ETag` of an answer. `Idempotency-Key` is 1 to 200
    visible ASCII characters, `If-None-Match` visible ASCII. Nothing was recorded.
    """

    status, slug, title = HTTPStatus.BAD_REQUEST, "malformed-header", "A header cannot be read"


class UnknownPath(Problem):
    """Nothing is at this path; /docs and /openapi.json list what there is."""

    status, slug, title = HTTPStatus.NOT_FOUND, "unknown-path", "Nothing is at this path"


class UnknownProblem(Problem):
    """No problem goes by this name; `GET /v1/problems` lists them all."""

    status, slug, title = HTTPStatus.NOT_FOUND, "unknown-problem", "There is no such problem"


class MethodNotAllowed(Problem):
    """What is at this path does not understand this method; the `Allow` header lists those that it does."""

    status, slug, title = HTTPStatus.METHOD_NOT_ALLOWED, "method-not-allowed", "The method is not allowed here"
    documented_headers: ClassVar = {"Allow": "The methods that are."}


class RequestTimeout(Problem):
    """The request did not come in time; nothing was recorded, and the connection is closed.

    Line and headers have 10 seconds and the body has 20, unless whoever runs the service sets something else. Send the
    same again.
    """

    status, slug, title = HTTPStatus.REQUEST_TIMEOUT, "request-timeout", "The request did not come in time"


class BodyTooLarge(Problem):
    """The body is larger than 1 MB (1,000,000 bytes). Send the events in smaller lists. Nothing was recorded."""

    status, slug, title = HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "body-too-large", "The body is too large"


class UnsupportedMediaType(Problem):
    """The body has to be application/json in UTF-8, and not compressed. Nothing was recorded."""

    status, slug, title = HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "unsupported-media-type", "The body has to be JSON"


class InvalidInput(Problem):
    """Fields of the body, the path or the query do not have the form that the API's description gives them.

    `errors` names each field, the rule that it breaks and what to do instead. Nothing was recorded.
    """

    status, slug, title = HTTPStatus.UNPROCESSABLE_ENTITY, "invalid-input", "The input does not have the right form"


class HeaderTooLarge(Problem):
    """The request's line and headers, or what follows its body, are larger than 64 kB (65,536 bytes).

    Nothing was recorded, and the connection is closed.
    """

    status, slug = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "header-too-large"
    title = "The headers are too large"
