"""From what is raised while a request is answered to the problem that tells of it."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import asyncpg
import structlog
from fastapi.exceptions import RequestValidationError
from fastapi.routing import iter_route_contexts
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from service.access.access_records import AccessNotRecorded
from service.access.scopes import NotPermitted
from service.analytics.exports.formats import FormatMissing
from service.analytics.exports.one_view import NoSuchAnalyst
from service.analytics.exports.refused import TooFewAlike
from service.analytics.figures import FiguresMissing
from service.analytics.reading import RowsNotReady
from service.api import problems
from service.api.field_errors import FieldError
from service.api.input_errors import field_errors
from service.api.problem import Problem
from service.audit.errors import BeyondTheCheckpoint, CheckpointRefused, NoCheckpoint, NotSigning, TreeBroken
from service.care.disclosures import NoLegalGround, NotConsented, Restricted
from service.care.errors import ClientExists, ClientMerged, IdUsed, KnownAtInFuture, UnknownClient
from service.care.unusual_access import UnknownUnusualAccess
from service.log.errors import DatabaseUnavailable, HeadsDiffer, VersionConflict
from service.log.key_encryption import KeyUnavailable
from service.log.keyring import ClientErased
from service.projector.folding import ProjectionFailed
from service.projector.list_reads import ListsBehind, ListsNotReady
from service.proofs.notes import NoteRefused
from service.runtime.tracebacks import describe
from service.subscriptions.feed import TooManyReaders
from service.subscriptions.webhook_deliveries import UnknownDelivery
from service.subscriptions.webhooks import TooManyWebhooks, UnknownWebhook

RETRY_SECONDS: Final = 5
MENDING_SECONDS: Final = 300
REBUILD_SECONDS: Final = 60

log = structlog.get_logger(__name__)


def _unknown_client(_: UnknownClient) -> Problem:
    return problems.UnknownClient("Your organization has no client with this id, or none that you see.")


def _not_permitted(error: NotPermitted) -> Problem:
    if error.missing_scope is None:
        return problems.RoleNotAllowed(str(error))
    return problems.ScopeMissing(str(error), missing_scope=error.missing_scope)


def _client_erased(_: ClientErased) -> Problem:
    return problems.ClientErased("The client was erased: the key to their record was destroyed.")


def _client_exists(_: ClientExists) -> Problem:
    return problems.ClientExists(
        "There is a client with this id, whose timeline begins otherwise. Nothing was recorded."
    )


def _id_used(_: IdUsed) -> Problem:
    return problems.IdUsed(
        "An event with one of these ids is in the log and says something else. Nothing was recorded."
    )


def _client_merged(error: ClientMerged) -> Problem:
    detail = "Care goes on with another client; see `merged_into`. Nothing was recorded."
    return problems.ClientMerged(detail, merged_into=error.survivor)


def _version_conflict(error: VersionConflict) -> Problem:
    detail = f"The timeline is at version {error.actual}, not {error.expected}. Nothing was recorded."
    return problems.VersionConflict(detail, actual_version=error.actual)


def _known_at_in_future(error: KnownAtInFuture) -> Problem:
    settled = error.settled.isoformat().replace("+00:00", "Z")
    message = f"Give {settled} or an earlier moment, or leave it out to ask about now."
    errors = [FieldError(field="known_at", rule="not_in_the_future", message=message)]
    return problems.KnownAtInFuture("What will be known then cannot be said yet.", errors=errors)


def _projection_failed(error: ProjectionFailed) -> Problem:
    log.error("projection_failed", projection=error.projection, event_id=str(error.entry_id), error=error.error)
    detail = (
        f"The projection {error.projection} failed at the event {error.entry_id}. Everything recorded is safe; ask"
        " with `known_at` before that event was recorded, or read the timeline."
    )
    return problems.ProjectionFailed(detail, projection=error.projection, event_id=error.entry_id)


def _database_unavailable(error: Exception) -> Problem | None:
    if isinstance(error, ValueError):
        return None  # what the driver cannot send is an InterfaceError by class, and a defect of ours
    log.warning("database_unavailable", error=describe(error))
    detail = "The database does not answer at the moment. A request that writes can be sent again as it was."
    return problems.DatabaseUnavailable(detail, headers={"Retry-After": str(RETRY_SECONDS)})


def _key_unavailable(error: KeyUnavailable) -> Problem:
    log.error("key_unavailable", error=str(error))
    detail = "Whoever holds the service's keys does not answer. A request that writes can be sent again as it was."
    return problems.DatabaseUnavailable(detail, headers={"Retry-After": str(RETRY_SECONDS)})


def _lists_not_ready(_: ListsNotReady) -> Problem:
    detail = "The lists are not built yet for this release. Recording and reads of single clients go on."
    return problems.ListsNotReady(detail, headers={"Retry-After": str(REBUILD_SECONDS)})


def _lists_behind(_: ListsBehind) -> Problem:
    detail = "The list has not come to that position yet. What was recorded is safe."
    return problems.ListsBehind(detail, headers={"Retry-After": str(RETRY_SECONDS)})


def _unknown_webhook(_: UnknownWebhook) -> Problem:
    return problems.UnknownWebhook("Your organization has no webhook with this id.")


def _unknown_delivery(_: UnknownDelivery) -> Problem:
    return problems.UnknownDelivery("The webhook is told of no event with this id.")


def _too_many_webhooks(_: TooManyWebhooks) -> Problem:
    return problems.TooManyWebhooks("Your organization has as many webhooks as it can have; delete one first.")


def _access_not_recorded(_: AccessNotRecorded) -> Problem:
    detail = "That this was read could not be recorded, so it is not told. Try again."
    return problems.AccessNotRecorded(detail, headers={"Retry-After": str(RETRY_SECONDS)})


def _no_legal_ground(_: NoLegalGround) -> Problem:
    detail = (
        "For legal proceedings this is told only where a court order, or the client's consent to just that, is recorded"
        " and in force."
    )
    return problems.NoLegalGround(detail)


def _not_consented(_: NotConsented) -> Problem:
    detail = (
        "The client consented to other disclosures to your organization, and to none for this purpose and this part."
    )
    return problems.NotConsented(detail)


def _restricted(_: Restricted) -> Problem:
    return problems.Restricted("The client asked that the record not be read for this purpose, which was agreed.")


def _heads_differ(_: HeadsDiffer) -> Problem:
    detail = (
        "Your organization's log does not end where it should, so nothing was recorded. Whoever runs this service has"
        " been told, and has to mend it; then send the request again as it was."
    )
    return problems.HeadsDiffer(detail, headers={"Retry-After": str(MENDING_SECONDS)})


def _too_many_readers(_: TooManyReaders) -> Problem:
    detail = "End a stream of this key, or a request that waits, before you begin another."
    return problems.TooManyReaders(detail, headers={"Retry-After": str(RETRY_SECONDS)})


def _no_checkpoint(_: NoCheckpoint) -> Problem:
    return problems.NoCheckpoint("No checkpoint of that size was signed of your organization's log.")


def _beyond_the_checkpoint(error: BeyondTheCheckpoint) -> Problem:
    return problems.NotInACheckpoint(
        f"The last checkpoint is of {error.size} {error.kind.entries}: ask for something in it, or again in a minute."
        if error.size
        else f"No checkpoint was signed of {error.kind.called} of your organization yet."
    )


def _cosignature_refused(error: NoteRefused) -> Problem:
    return problems.CosignatureRefused(str(error))


def _log_not_whole(error: TreeBroken) -> Problem:
    log.error("log_not_whole", reason=str(error))
    detail = "Events or tiles of your organization's log are missing, so this cannot be proved."
    return problems.LogNotWhole(detail)


def _unknown_unusual_access(_: UnknownUnusualAccess) -> Problem:
    detail = "This record is not the last of such reads: perhaps there were more by now. Ask again which wait."
    return problems.UnknownUnusualAccess(detail)


def _rows_not_ready(error: RowsNotReady) -> Problem:
    log.warning("rows_not_ready", reason=str(error))
    detail = "The projections have not come to one position yet. What was recorded is safe."
    return problems.RowsNotReady(detail, headers={"Retry-After": str(RETRY_SECONDS)})


def _not_acceptable(_: FormatMissing) -> Problem:
    return problems.NotAcceptable("This service writes text/csv alone: ask whoever runs it for the extra `analytics`.")


def _figures_not_installed(_: FiguresMissing) -> Problem:
    return problems.FiguresNotInstalled("Ask whoever runs this service for the extra `analytics`.")


def _no_pseudonyms(error: NoSuchAnalyst) -> Problem:
    return problems.NoPseudonyms(f"{error} Ask with pseudonyms=answer, or have whoever runs the service make one.")


def _too_few_alike(error: TooFewAlike) -> Problem:
    return problems.TooFewAlike(str(error))


def _nothing_is_signed(_: NotSigning | CheckpointRefused) -> Problem:
    return problems.NothingIsSigned("Nothing is signed of your organization's log at present, nor of its clients.")


_PROBLEMS: Final[Mapping[type[Exception], Callable[[Any], Problem | None]]] = {
    UnknownClient: _unknown_client,
    NotPermitted: _not_permitted,
    ClientExists: _client_exists,
    ClientErased: _client_erased,
    IdUsed: _id_used,
    ClientMerged: _client_merged,
    VersionConflict: _version_conflict,
    KnownAtInFuture: _known_at_in_future,
    ProjectionFailed: _projection_failed,
    ListsNotReady: _lists_not_ready,
    ListsBehind: _lists_behind,
    AccessNotRecorded: _access_not_recorded,
    NoLegalGround: _no_legal_ground,
    NotConsented: _not_consented,
    Restricted: _restricted,
    UnknownUnusualAccess: _unknown_unusual_access,
    HeadsDiffer: _heads_differ,
    TooManyReaders: _too_many_readers,
    UnknownWebhook: _unknown_webhook,
    UnknownDelivery: _unknown_delivery,
    TooManyWebhooks: _too_many_webhooks,
    NoCheckpoint: _no_checkpoint,
    NotSigning: _nothing_is_signed,
    CheckpointRefused: _nothing_is_signed,
    BeyondTheCheckpoint: _beyond_the_checkpoint,
    NoteRefused: _cosignature_refused,
    TreeBroken: _log_not_whole,
    RowsNotReady: _rows_not_ready,
    FormatMissing: _not_acceptable,
    NoSuchAnalyst: _no_pseudonyms,
    TooFewAlike: _too_few_alike,
    FiguresMissing: _figures_not_installed,
    DatabaseUnavailable: _database_unavailable,
    KeyUnavailable: _key_unavailable,
    asyncpg.PostgresConnectionError: _database_unavailable,
    asyncpg.OperatorInterventionError: _database_unavailable,
    asyncpg.InsufficientResourcesError: _database_unavailable,
    asyncpg.LockNotAvailableError: _database_unavailable,
    asyncpg.InterfaceError: _database_unavailable,
    asyncpg.InternalClientError: _database_unavailable,  # a connection that the server ended while it was idle
    OSError: _database_unavailable,
}


def problem_of(error: Exception) -> Problem | None:
    """The problem that tells of the error; None for what nobody foresaw, which RequestLog answers."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, RequestValidationError):
        return _invalid_input(error)
    kind = next((kind for kind in type(error).__mro__ if kind in _PROBLEMS), None)
    return _PROBLEMS[kind](error) if kind else None


def _invalid_input(error: RequestValidationError) -> Problem:
    """What FastAPI refused of a path, a query or the headers; bodies are refused where they are read."""
    details = error.errors()
    of_headers = [each for each in details if each["loc"][0] == "header"]
    if of_headers:
        return problems.MalformedHeader(
            "A header does not have the form that it needs; see `errors`.", errors=field_errors(of_headers)
        )
    return problems.InvalidInput(
        f"The {details[0]['loc'][0]} does not have the right form; see `errors`.", errors=field_errors(details)
    )


async def answer_routing_error(request: Request, error: Exception) -> Response:
    """What is at no path, or does not understand the method; OPTIONS, which no route declares, asks no more."""
    assert isinstance(error, HTTPException)
    if error.status_code == problems.MethodNotAllowed.status:
        allowed = ", ".join(sorted(_methods(request)))
        if request.method == "OPTIONS":
            return Response(None, 204, {"Allow": allowed})
        return problems.MethodNotAllowed(f"Use one of: {allowed}.", headers={"Allow": allowed}).response()
    if error.status_code == problems.UnknownPath.status:
        return problems.UnknownPath("Nothing is at this path; /docs lists what there is.").response()
    raise error


def _methods(request: Request) -> set[str]:
    """The methods of everything at the path of the request; files, which are mounted, have that of reading alone."""
    here = (each for each in iter_route_contexts(request.app.routes) if each.path_regex.match(request.scope["path"]))
    declared = {method for each in here for method in each.methods or ("GET",)}
    return declared | {"OPTIONS"} | ({"HEAD"} if "GET" in declared else set())
