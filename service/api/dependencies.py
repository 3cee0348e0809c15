"""What endpoints ask for in their signatures: the running system, and who calls."""

from collections.abc import Iterable
from typing import Annotated, Any, Final, cast

from fastapi import Depends, Header, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer, SecurityScopes
from pydantic import BeforeValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from domain.vocabulary.purposes import PURPOSE_OF_CODE, PurposeOfUse
from service.access.access_records import Access
from service.access.caller import Caller
from service.access.errors import NotAuthenticated, RoleMissing, TooManyWrong
from service.access.jwks import APART_SECONDS, KeysUnavailable
from service.api import problems
from service.api.disclosure_headers import ACCESS
from service.api.problem import Problem
from service.bootstrap import System

CALLER: Final = "care_timeline.caller"
"""Where a request's scope holds the caller once they are known."""

REQUEST_ID: Final = "care_timeline.request_id"
"""Where a request's scope holds its id."""

_api_key = HTTPBearer(
    scheme_name="apiKey", description="An API key, made by whoever runs the service.", auto_error=False
)
_access_token = HTTPBearer(
    scheme_name="accessToken",
    bearerFormat="JWT",
    description="An OAuth 2.0 access token (RFC 9068) of an authorization server that whoever runs the service trusts:"
    " signed with RS256, ES256 or EdDSA, for this service's audience, with `exp` and the `typ` agreed on (at+jwt)."
    " One of its roles is the caller's role; where its `scope` has scopes of `user/`, `system/` or"
    " `patient/`, only what these give applies.",
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


async def authenticate_again(request: Request, scopes: Iterable[str]) -> Caller:
    """The same, asked anew: for an answer that goes on while keys are revoked and tokens expire."""
    request.scope[CALLER] = await _authenticated(request)
    return await authenticate(request, scopes)


async def _authenticated(request: Request) -> Caller:
    kind, _, text = request.headers.get("authorization", "").partition(" ")
    system = await get_system(request)
    if kind.lower() != "bearer" or not text.strip():
        raise _key_needed(system, "Send the header Authorization: Bearer and your API key or access token.")
    address = request.client.host if request.client else ""
    try:
        return await system.authentication.authenticate(text.strip(), address)
    except NotAuthenticated as error:
        raise _key_needed(system, str(error), ', error="invalid_token"') from None
    except RoleMissing as error:
        raise problems.RoleMissing(str(error)) from None
    except TooManyWrong as error:
        raise problems.TooManyWrongKeys(str(error), headers={"Retry-After": str(error.seconds)}) from None
    except KeysUnavailable:
        detail = "The keys of the token's issuer cannot be fetched just now, so it cannot be checked. Try again later."
        raise problems.IssuerUnavailable(detail, headers={"Retry-After": str(int(APART_SECONDS))}) from None


def _key_needed(system: System, detail: str, why: str = "") -> Problem:
    resource = system.authentication.resource
    where = f', resource_metadata="{resource.metadata_address}"' if resource else ""
    return problems.KeyNeeded(detail, headers={"WWW-Authenticate": f'Bearer realm="care-timeline"{why}{where}'})


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
    request: Request, caller: Annotated[Caller, Depends(get_caller)], purpose: Purpose = None
) -> Access:
    """The caller's reading about clients, for a purpose, as its access record tells of it."""
    return _access(request, caller, purpose)


async def get_recording_access(request: Request, caller: Annotated[Caller, Depends(get_caller)]) -> Access:
    """The caller who records, for their usual purpose: some answers tell who has an identifier."""
    return _access(request, caller, None)


def _access(request: Request, caller: Caller, purpose: PurposeOfUse | None) -> Access:
    operation = f"{request.method} {request.scope['route'].path}"
    access = Access(caller, purpose or caller.usual_purpose, operation, request.scope[REQUEST_ID])
    request.scope[ACCESS] = access
    return access


RunningSystem = Annotated[System, Depends(get_system)]
TimelineAccess = Annotated[Access, Security(get_access, scopes=["Timeline.r"])]
ReadingAccess = Annotated[Access, Security(get_access, scopes=["CarePlan.r"])]
NotesAccess = Annotated[Access, Security(get_access, scopes=["CounselingNote.r"])]
ListingAccess = Annotated[Access, Security(get_access, scopes=["CarePlan.s"])]
AuditingAccess = Annotated[Access, Security(get_access, scopes=["AuditEvent.r"])]
UnusualAccessReading = Annotated[Access, Security(get_access, scopes=["UnusualAccess.r"])]
UnusualAccessNoting = Annotated[Access, Security(get_access, scopes=["UnusualAccess.c"])]
ReplayAccess = Annotated[Access, Security(get_access, scopes=["Replay.r"])]
ExportAccess = Annotated[Access, Security(get_access, scopes=["Export.r"])]
AnalyticsAccess = Annotated[Access, Security(get_access, scopes=["Analytics.s"])]
HeadAccess = Annotated[Access, Security(get_access, scopes=["Checkpoint.r"])]
FollowingAccess = Annotated[Access, Security(get_access, scopes=["Feed.s"])]
RecordingAccess = Annotated[Access, Security(get_recording_access, scopes=["*.c"])]
"""Whoever may record something; of what, is decided event by event (service/care/recording_permissions.py)."""
ReadingWebhooks = Annotated[Caller, Security(get_caller, scopes=["Webhook.r"])]
ChangingWebhooks = Annotated[Caller, Security(get_caller, scopes=["Webhook.c"])]
ReadingCheckpoints = Annotated[Caller, Security(get_caller, scopes=["Checkpoint.r"])]
ChangingCheckpoints = Annotated[Caller, Security(get_caller, scopes=["Checkpoint.c"])]
CreatingAccess = Annotated[Access, Security(get_recording_access, scopes=["Client.c"])]
ImportingAccess = Annotated[Access, Security(get_recording_access, scopes=["Import.c"])]
