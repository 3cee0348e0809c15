"""Which pages of other origins may call the API from a browser: none, unless whoever runs the service names them."""

from collections.abc import Sequence
from typing import Final

from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware

SENT: Final = (
    "Authorization",
    "Content-Type",
    "Idempotency-Key",
    "If-Match",
    "If-None-Match",
    "Last-Event-ID",
    "Purpose-Of-Use",
    "X-Request-Id",
)
"""Headers that a page may send."""
READ: Final = (
    "Analytics-K",
    "Analytics-Left-Out",
    "Analytics-Moment",
    "Analytics-Position",
    "Analytics-Pseudonyms",
    "Disclosure-Basis",
    "ETag",
    "Link",
    "Location",
    "RateLimit",
    "RateLimit-Policy",
    "Redisclosure-Notice",
    "Retry-After",
    "WWW-Authenticate",
    "X-Request-Id",
)
"""Headers of answers that a page may read."""
_METHODS: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
_REMEMBERED_SECONDS: Final = 600


def cors(origins: Sequence[str]) -> list[Middleware]:
    """The middleware that lets pages of these origins in; none without any.

    Keys are sent in a header and never in a cookie, so credentials of the browser are not asked for.
    """
    if not origins:
        return []
    return [
        Middleware(
            CORSMiddleware,
            allow_origins=list(origins),
            allow_methods=_METHODS,
            allow_headers=SENT,
            expose_headers=READ,
            max_age=_REMEMBERED_SECONDS,
        )
    ]
