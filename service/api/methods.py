"""Methods of requests as they are counted and traced: those that there are, so that nobody makes up others."""

from typing import Final

from starlette.types import Scope

_KNOWN: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def known_method(scope: Scope) -> str:
    """The request's method; `_OTHER` for one that HTTP does not have, as OpenTelemetry says it."""
    method: str = scope["method"]
    return method if method in _KNOWN else "_OTHER"
