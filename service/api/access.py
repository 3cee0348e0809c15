"""Who asks, and whether they may."""

from typing import TYPE_CHECKING, cast

from starlette.requests import Request

from service.access.caller import Caller, Scope
from service.api.problem import Problem
from service.api.problems import KeyNeeded, ScopeMissing

if TYPE_CHECKING:
    from service.bootstrap import System

CALLER = "care_timeline.caller"
"""Where a request's scope holds the caller once they are known."""


def system(request: Request) -> "System":
    """The running system that answers this request."""
    return cast("System", request.app.state.system)


async def authorized(request: Request, scope: Scope) -> Caller:
    """The holder of the request's API key, who may do this. Raises KeyNeeded, ScopeMissing."""
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    if kind.lower() != "bearer" or not token.strip():
        raise _key_needed("Send the header Authorization: Bearer and your API key.", "")
    caller = await system(request).api_keys.authenticate(token.strip())
    if caller is None:
        raise _key_needed("This API key is not, or no longer, valid.", ', error="invalid_token"')
    request.scope[CALLER] = caller
    if scope not in caller.scopes:
        raise ScopeMissing(f"This needs a key with the scope {scope}.", missing_scope=scope)
    return caller


def _key_needed(detail: str, why: str) -> Problem:
    return KeyNeeded(detail, headers={"WWW-Authenticate": f'Bearer realm="care-timeline"{why}'})
