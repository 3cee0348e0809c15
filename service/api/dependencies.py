"""What endpoints ask for in their signatures: the running system, and who calls."""

from collections.abc import Iterable
from typing import Annotated, Any, Final, cast

from fastapi import Depends, Header, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer, SecurityScopes
from pydantic import BeforeValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from domain.vocabulary.purposes import PURPOSE_OF_CODE, PurposeOfUse
from service.access.access_records import Access
from service.access.caller import Caller, Scope
from service.api.problem import Problem
from service.api.problems import KeyNeeded, ScopeMissing
from service.bootstrap import System

CALLER: Final = "care_timeline.caller"
"""Where a request's scope holds the caller once they are known."""

REQUEST_ID: Final = "care_timeline.request_id"
"""Where a request's scope holds its id."""

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


def _purpose(said: Any) -> Any:
    if not isinstance(said, str):
        return said
    purpose = PURPOSE_OF_CODE.get(said.strip())
    if purpose is None:
        raise PydanticCustomError("purpose_of_use", "Give a code that the API's description lists, such as TREAT.")
    return purpose


Purpose = Annotated[
    PurposeOfUse | None,
    BeforeValidator(_purpose),
    WithJsonSchema({"type": "string", "enum": list(PURPOSE_OF_CODE)}),
    Header(
        alias="Purpose-Of-Use",
        description="What you read it for, as a code of HL7's PurposeOfUse: "
        + ", ".join(f"`{code}` ({purpose.replace('_', ' ')})" for code, purpose in PURPOSE_OF_CODE.items())
        + ". It stands in the access record of this read. Without it, what your key was made for or else your role's:"
        " `HOPERAT` for auditors, `TREAT` for all others.",
    ),
]


async def get_access(
    request: Request, caller: Annotated[Caller, Security(get_caller, scopes=[Scope.READ])], purpose: Purpose = None
) -> Access:
    """The caller's reading about clients, for a purpose, as its access record tells of it."""
    return _access(request, caller, purpose)


async def get_auditing_access(
    request: Request, caller: Annotated[Caller, Security(get_caller, scopes=[Scope.AUDIT])], purpose: Purpose = None
) -> Access:
    """The same of those who ask who read about a client."""
    return _access(request, caller, purpose)


def _access(request: Request, caller: Caller, purpose: PurposeOfUse | None) -> Access:
    operation = f"{request.method} {request.scope['route'].path}"
    return Access(caller, purpose or caller.usual_purpose, operation, request.scope[REQUEST_ID])


RunningSystem = Annotated[System, Depends(get_system)]
ReadingAccess = Annotated[Access, Depends(get_access)]
AuditingAccess = Annotated[Access, Depends(get_auditing_access)]
RecordingCaller = Annotated[Caller, Security(get_caller, scopes=[Scope.RECORD])]
