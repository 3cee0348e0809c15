"""What endpoints ask for in their signatures: the running system, and who calls."""

from collections.abc import Iterable
from typing import Annotated, Final, cast

from fastapi import Depends, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer, SecurityScopes

from service.access.caller import Caller, Scope
from service.api.problem import Problem
from service.api.problems import KeyNeeded, ScopeMissing
from service.bootstrap import System

CALLER: Final = "care_timeline.caller"
"""Where a request's scope holds the caller once they are known."""

_bearer = HTTPBearer(
    scheme_name="apiKey", description="An API key, made by whoever runs the service.", auto_error=False
)


async def get_system(request: Request) -> System:
    """The running system that answers this request."""
    return cast("System", request.app.state.system)


async def get_caller(
    request: Request,
    scopes: SecurityScopes,
    _: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
) -> Caller:
    """The holder of the request's API key, who may do this. Raises KeyNeeded, ScopeMissing.

    The bearer scheme is asked for only so that the API's description names it: its own errors are no problems.
    """
    return await authenticate(request, scopes.scopes)


async def authenticate(request: Request, scopes: Iterable[str]) -> Caller:
    """Who calls, when they have all of these scopes. Raises KeyNeeded, ScopeMissing."""
    known: Caller | None = request.scope.get(CALLER)
    caller = known or await _authenticated(request)
    request.scope[CALLER] = caller
    for scope in scopes:
        if scope not in caller.scopes:
            raise ScopeMissing(f"This needs a key with the scope {scope}.", missing_scope=scope)
    return caller


async def _authenticated(request: Request) -> Caller:
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    if kind.lower() != "bearer" or not token.strip():
        raise _key_needed("Send the header Authorization: Bearer and your API key.", "")
    caller = await (await get_system(request)).api_keys.authenticate(token.strip())
    if caller is None:
        raise _key_needed("This API key is not, or no longer, valid.", ', error="invalid_token"')
    return caller


def _key_needed(detail: str, why: str) -> Problem:
    return KeyNeeded(detail, headers={"WWW-Authenticate": f'Bearer realm="care-timeline"{why}'})


RunningSystem = Annotated[System, Depends(get_system)]
ReadingCaller = Annotated[Caller, Security(get_caller, scopes=[Scope.READ])]
WebhooksCaller = Annotated[Caller, Security(get_caller, scopes=[Scope.WEBHOOKS])]
RecordingCaller = Annotated[Caller, Security(get_caller, scopes=[Scope.RECORD])]
