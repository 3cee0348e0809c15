"""What endpoints ask for in their signatures: the running system, and who calls."""

from collections.abc import Iterable
from typing import Annotated, Final, cast

from fastapi import Depends, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer, SecurityScopes

from service.access.caller import Caller
from service.access.errors import NotAuthenticated, RoleMissing, TooManyWrong
from service.access.jwks import APART_SECONDS, KeysUnavailable
from service.api import problems
from service.api.problem import Problem
from service.bootstrap import System

CALLER: Final = "care_timeline.caller"
"""Where a request's scope holds the caller once they are known."""

_api_key = HTTPBearer(
    scheme_name="apiKey", description="An API key, made by whoever runs the service.", auto_error=False
)
_access_token = HTTPBearer(
    scheme_name="accessToken",
    bearerFormat="JWT",
    description="An OAuth 2.0 access token (RFC 9068) of an authorization server that whoever runs the service trusts:"
    " signed with RS256, ES256 or EdDSA, for this service's audience, with `exp` and the `typ` agreed on (at+jwt)."
    " One of its roles is the caller's role; where its `scope` has scopes of this service, only these apply.",
    auto_error=False,
)


async def get_system(request: Request) -> System:
    """The running system that answers this request."""
    return cast("System", request.app.state.system)


async def get_caller(
    request: Request,
    scopes: SecurityScopes,
    _: Annotated[HTTPAuthorizationCredentials | None, Depends(_api_key)],
    __: Annotated[HTTPAuthorizationCredentials | None, Depends(_access_token)],
) -> Caller:
    """The holder of the request's API key or token, who may do this. Raises NotPermitted, and the problems of
    OF_A_CALLER.


    The bearer schemes are asked for only so that the API's description names them: their own errors are no problems.
    """
    return await authenticate(request, scopes.scopes)


async def authenticate(request: Request, permissions: Iterable[str]) -> Caller:
    """Who calls, when they have all of these permissions, such as CarePlan.r.

    Raises NotPermitted, and the problems of OF_A_CALLER (openapi_responses.py).
    """
    known: Caller | None = request.scope.get(CALLER)
    caller = known or await _authenticated(request)
    request.scope[CALLER] = caller
    for permission in permissions:
        caller.require(permission)
    return caller


async def _authenticated(request: Request) -> Caller:
    kind, _, text = request.headers.get("authorization", "").partition(" ")
    if kind.lower() != "bearer" or not text.strip():
        raise _key_needed("Send the header Authorization: Bearer and your API key or access token.", "")
    system = await get_system(request)
    address = request.client.host if request.client else ""
    try:
        return await system.authentication.authenticate(text.strip(), address)
    except NotAuthenticated as error:
        raise _key_needed(str(error), ', error="invalid_token"') from None
    except RoleMissing as error:
        raise problems.RoleMissing(str(error)) from None
    except TooManyWrong as error:
        raise problems.TooManyWrongKeys(str(error), headers={"Retry-After": str(error.seconds)}) from None
    except KeysUnavailable:
        detail = "The keys of the token's issuer cannot be fetched just now, so it cannot be checked. Try again later."
        raise problems.IssuerUnavailable(detail, headers={"Retry-After": str(int(APART_SECONDS))}) from None


def _key_needed(detail: str, why: str) -> Problem:
    return problems.KeyNeeded(detail, headers={"WWW-Authenticate": f'Bearer realm="care-timeline"{why}'})


RunningSystem = Annotated[System, Depends(get_system)]
TimelineCaller = Annotated[Caller, Security(get_caller, scopes=["Timeline.r"])]
ReadingCaller = Annotated[Caller, Security(get_caller, scopes=["CarePlan.r"])]
NotesCaller = Annotated[Caller, Security(get_caller, scopes=["CounselingNote.r"])]
ListingCaller = Annotated[Caller, Security(get_caller, scopes=["CarePlan.s"])]
RecordingCaller = Annotated[Caller, Security(get_caller, scopes=["*.c"])]
"""Whoever may record something; of what, is decided event by event (service/care/recording_permissions.py)."""
CreatingCaller = Annotated[Caller, Security(get_caller, scopes=["Client.c"])]
ImportingCaller = Annotated[Caller, Security(get_caller, scopes=["Import.c"])]
