"""Every kind of problem that the API answers. Its docstring is what `GET /v1/problems/{slug}` says about it."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import ClassVar, Final

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


class KeyNeeded(Problem):
    """The request carries no API key or access token, or none that is valid; `detail` says why.

    Send `Authorization: Bearer` and the key or token. Whoever runs the service makes keys, can revoke them, and says
    whose tokens are believed.
    """

    status, slug, title = HTTPStatus.UNAUTHORIZED, "key-needed", "A valid API key or token is needed"
    documented_headers: ClassVar = {"WWW-Authenticate": "How to send a key or token."}


class ScopeMissing(Problem):
    """The key or token does not allow this, and another of your role can. `missing_scope` names the scope needed."""

    status, slug, title = HTTPStatus.FORBIDDEN, "scope-missing", "The key does not allow this"


class RoleNotAllowed(Problem):
    """Your role may not do this, whatever scopes its key has; `detail` names the roles that may.

    Only a prescriber records medication, for example, and an auditor records nothing. Nothing was recorded.
    """

    status, slug, title = HTTPStatus.FORBIDDEN, "role-not-allowed", "The role may not do this"


class RoleMissing(Problem):
    """The access token is good, and its holder has no role here.

    Whoever runs the service says which roles of the token's issuer are which roles in care.
    """

    status, slug, title = HTTPStatus.FORBIDDEN, "role-missing", "The token gives no role"


class TooManyWrongKeys(Problem):
    """From this address, or for this key, too many wrong keys or tokens came within a minute.

    Wait for the seconds in `Retry-After`. A key or token that is right and in use goes on working meanwhile; one that
    was not seen for a day has to wait as well.
    """

    status, slug, title = HTTPStatus.TOO_MANY_REQUESTS, "too-many-wrong-keys", "Too many wrong keys"
    documented_headers: ClassVar = {"Retry-After": "Seconds to wait before the next attempt."}


class IssuerUnavailable(Problem):
    """The access token cannot be checked, since its issuer's keys cannot be fetched; try again after `Retry-After`.

    API keys work on.
    """

    status, slug, title = HTTPStatus.SERVICE_UNAVAILABLE, "issuer-unavailable", "The token cannot be checked"
    documented_headers: ClassVar = {"Retry-After": "Seconds to wait before the next attempt."}


class NoLegalGround(Problem):
    """For legal proceedings (`HLEGAL`), nothing is told without a court order or the client's consent to just that.

    The law protects these records (42 CFR 2.12(d), 2.61): a subpoena alone does not do. Record `court_order_recorded`,
    or `consent_granted` with the purpose `legal_proceedings`, whose `scope` covers what is asked: all of a client needs
    `whole_record`. Lists over clients are not told for legal proceedings at all: ask client by client.
    """

    status, slug, title = HTTPStatus.FORBIDDEN, "no-legal-ground", "Not without a court order or consent"


class UnknownPath(Problem):
    """Nothing is at this path; /docs and /openapi.json list what there is."""

    status, slug, title = HTTPStatus.NOT_FOUND, "unknown-path", "Nothing is at this path"


class UnknownClient(Problem):
    """Your organization has no client with this id, or none that you see.

    Where an organization's policy says so (`client_access.own_team_only`), people see the clients on whose team they
    are. In an emergency, record `emergency_access_opened` for the client; a supervisor reviews it.
    """

    status, slug, title = HTTPStatus.NOT_FOUND, "unknown-client", "There is no such client"


class UnknownEvent(Problem):
    """The client's timeline has no event with this id."""

    status, slug, title = HTTPStatus.NOT_FOUND, "unknown-event", "There is no such event"


class UnknownProblem(Problem):
    """No problem goes by this name; `GET /v1/problems` lists them all."""

    status, slug, title = HTTPStatus.NOT_FOUND, "unknown-problem", "There is no such problem"


class UnknownEventType(Problem):
    """No type of event goes by this name; `GET /v1/event-types` lists them all."""

    status, slug, title = HTTPStatus.NOT_FOUND, "unknown-event-type", "There is no such type of event"


class UnknownWebhook(Problem):
    """Your organization has no webhook with this id."""

    status, slug, title = HTTPStatus.NOT_FOUND, "unknown-webhook", "There is no such webhook"


class UnknownDelivery(Problem):
    """The webhook is told of no event with this id: it is not in your log, or of a type that was not asked for."""

    status, slug, title = HTTPStatus.NOT_FOUND, "unknown-delivery", "There is no such delivery"


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


class ClientExists(Problem):
    """There is a client with this id already, whose timeline begins otherwise; nothing was recorded.

    To add to that timeline, send the events to /v1/clients/{client_id}/events; to create another client,
    choose another id or leave it out.
    """

    status, slug, title = HTTPStatus.CONFLICT, "client-exists", "There is such a client already"


class IdUsed(Problem):
    """An event with this id is in the log already and says something else; nothing was recorded.

    A retry has to repeat what was sent the first time, to the letter. To change what was recorded, record
    `entry_corrected`. Other news needs another id, or another `Idempotency-Key`.
    """

    status, slug, title = HTTPStatus.CONFLICT, "id-used", "The id was used for another event"


class IdentifierTaken(Problem):
    """An identifier to be linked is linked to a client already; nothing was recorded.

    `client_id` names the client, where you see them. An identifier is linked to one client at a time: record
    `identifier_unlinked` on that client's timeline first, or `entry_retracted` where it was linked by mistake.
    """

    status, slug, title = HTTPStatus.CONFLICT, "identifier-taken", "The identifier is linked already"


class ClientMerged(Problem):
    """The client was merged into another, with whom care goes on; nothing was recorded.

    `merged_into` names the other: record there. What answers, corrects or retracts an entry of this client is recorded
    here all the same, since that is where the entry is.
    """

    status, slug, title = HTTPStatus.CONFLICT, "client-merged", "The client was merged into another"


class TooManyWebhooks(Problem):
    """Your organization has 50 webhooks, and can have no more. Delete one, or let one receiver take more types."""

    status, slug, title = HTTPStatus.CONFLICT, "too-many-webhooks", "There are too many webhooks"


class VersionConflict(Problem):
    """The timeline is no longer at the version that `If-Match` names; nothing was recorded.

    `actual_version` is where it stands. Read what was added since, and decide anew.
    """

    status, slug, title = HTTPStatus.PRECONDITION_FAILED, "version-conflict", "The timeline has moved on"


class ClientErased(Problem):
    """The key that opens this client's record was destroyed: the person is erased, and nobody can read or add to it.

    What remains in the log proves that nothing else was altered, and says nothing about them.
    """

    status, slug, title = HTTPStatus.GONE, "client-erased", "The client was erased"


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


class Refused(Problem):
    """The events are well formed, and a rule of care forbids to record them; nothing was recorded.

    `errors` names each rule, the field concerned, and what to do instead.
    """

    status, slug, title = HTTPStatus.UNPROCESSABLE_ENTITY, "refused", "A rule of care forbids this"


class KnownAtInFuture(Problem):
    """`known_at` lies in the future, and nobody can say yet what will be known then. Leave it out to ask about now."""

    status, slug, title = HTTPStatus.UNPROCESSABLE_ENTITY, "known-at-in-future", "known_at lies in the future"


class TooManyRequests(Problem):
    """This key has sent more requests than it may; nothing was done. Try again after the seconds in `Retry-After`.

    Each answer to a key says in `RateLimit` how many requests it may still send (`r`) and in how many seconds that is a
    whole burst again (`t`), and in `RateLimit-Policy` how many make a burst (`q`). Whoever runs the service sets them.
    """

    status, slug, title = HTTPStatus.TOO_MANY_REQUESTS, "too-many-requests", "The key sends too many requests"
    documented_headers: ClassVar = {"Retry-After": "Seconds to wait before the next attempt."}


class HeaderTooLarge(Problem):
    """The request's line and headers, or what follows its body, are larger than 64 kB (65,536 bytes).

    Nothing was recorded, and the connection is closed.
    """

    status, slug = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "header-too-large"
    title = "The headers are too large"


class TooManyReaders(Problem):
    """Your key follows the feed as often at once as it may: streams and requests that wait count together.

    End one, or try again after the seconds in `Retry-After`; one stream is enough to learn all that is recorded.
    """

    status, slug, title = HTTPStatus.TOO_MANY_REQUESTS, "too-many-readers", "The key follows too often at once"
    documented_headers: ClassVar = {"Retry-After": "Seconds to wait before the next attempt."}


class Unexpected(Problem):
    """The service failed in a way that nobody foresaw.

    `error_id` stands in the service's log beside what went wrong; tell it to whoever runs the service. A
    request that writes can be sent again as it was: with the same ids nothing is recorded twice.
    """

    status, slug, title = HTTPStatus.INTERNAL_SERVER_ERROR, "unexpected", "The service failed"


class DatabaseUnavailable(Problem):
    """The service cannot reach its database at the moment; try again after the seconds in `Retry-After`.

    A request that writes can be sent again as it was: with the same ids (or the same `Idempotency-Key`)
    nothing is recorded twice, whether it had arrived or not.
    """

    status, slug, title = HTTPStatus.SERVICE_UNAVAILABLE, "database-unavailable", "The database is out of reach"
    documented_headers: ClassVar = {"Retry-After": "Seconds to wait before the next attempt."}


class AccessNotRecorded(Problem):
    """That you read this could not be recorded, so nothing is told; try again after the seconds in `Retry-After`.

    Every read about a client leaves a record of who read what and why, before it is answered. Recording events goes on.
    """

    status, slug, title = HTTPStatus.SERVICE_UNAVAILABLE, "access-not-recorded", "The access could not be recorded"
    documented_headers: ClassVar = {"Retry-After": "Seconds to wait before the next attempt."}


class Stopping(Problem):
    """The service is being stopped or replaced; try again after the seconds in `Retry-After`.

    A request that writes can be sent again as it was: with the same ids (or the same `Idempotency-Key`)
    nothing is recorded twice, whether it had been carried out or not.
    """

    status, slug, title = HTTPStatus.SERVICE_UNAVAILABLE, "stopping", "The service is stopping"
    documented_headers: ClassVar = {"Retry-After": "Seconds to wait before the next attempt."}


class DeadlineExceeded(Problem):
    """The service could not answer in time and gave the request up; try again after the seconds in `Retry-After`.

    A request that writes was either done or not. Send it again as it was: with the same ids (or the same
    `Idempotency-Key`) nothing is recorded twice.
    """

    status, slug, title = HTTPStatus.SERVICE_UNAVAILABLE, "deadline-exceeded", "The service could not answer in time"
    documented_headers: ClassVar = {"Retry-After": "Seconds to wait before the next attempt."}


class TooManyConnections(Problem):
    """The service holds as many connections as it may; the request was not read, and the connection is closed.

    Try again after the seconds in `Retry-After`, and use connections again rather than open new ones.
    """

    status, slug, title = HTTPStatus.SERVICE_UNAVAILABLE, "too-many-connections", "There are too many connections"
    documented_headers: ClassVar = {"Retry-After": "Seconds to wait before the next attempt."}


class HeadsDiffer(Problem):
    """Your organization's log does not end where it should, as after a wrong restore; nothing was recorded.

    Whoever runs the service is told (`heads_differ` in its log, `care-timeline doctor`) and has to mend it;
    recording goes on by itself afterwards. Send the request again as it was.
    """

    status, slug, title = HTTPStatus.SERVICE_UNAVAILABLE, "heads-differ", "The log has to be mended"
    documented_headers: ClassVar = {"Retry-After": "Seconds to wait before the next attempt."}


class NotMigrated(Problem):
    """The database has another schema than this release needs; whoever runs it calls `care-timeline migrate`."""

    status, slug, title = HTTPStatus.SERVICE_UNAVAILABLE, "not-migrated", "The database has another schema"


class ProjectionFailed(Problem):
    """What was recorded is safe, and a defect keeps this answer from being made of it.

    `projection` and `event_id` name the fold and the event at which it failed: the fold has a defect, or the event,
    on which the answer depends, cannot be read (the timeline says so). Ask for an earlier moment
    with `known_at`, before that event was recorded, or read the timeline itself. The answer comes back when
    the defect is repaired; nothing has to be recorded again.
    """

    status, slug, title = HTTPStatus.SERVICE_UNAVAILABLE, "projection-failed", "This answer cannot be made"


class ListsNotReady(Problem):
    """The tables from which the lists are made are not built yet, as after an update; try again after `Retry-After`.

    Recording and reads of single clients go on. Whoever runs the service calls `care-timeline rebuild`.
    """

    status, slug, title = HTTPStatus.SERVICE_UNAVAILABLE, "lists-not-ready", "The lists are not built yet"
    documented_headers: ClassVar = {"Retry-After": "Seconds to wait before the next attempt."}


class ListsBehind(Problem):
    """The list does not reflect the `position` that you gave, and did not come to it while the answer waited.

    Try again after the seconds in `Retry-After`, or leave `position` out to see how far the list has come.
    """

    status, slug, title = HTTPStatus.SERVICE_UNAVAILABLE, "lists-behind", "The list is behind"
    documented_headers: ClassVar = {"Retry-After": "Seconds to wait before the next attempt."}


CATALOGUE: Final[Mapping[str, type[Problem]]] = {
    problem.slug: problem for problem in sorted(Problem.__subclasses__(), key=lambda each: (each.status, each.slug))
}
"""Every kind of problem by its slug."""
