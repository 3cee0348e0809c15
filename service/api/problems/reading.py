"""Problems of finding and reading what was recorded."""

from http import HTTPStatus
from typing import ClassVar

from service.api.problem import RETRY_AFTER, Problem


class UnknownClient(Problem):
    """Your organization has no client with this id, or none that you see.

    Where an organization's policy says so (`client_access.own_team_only`), people see the clients on whose team they
    are. In an emergency, record `emergency_access_opened` for the client; a supervisor reviews it.
    """

    status, slug, title = HTTPStatus.NOT_FOUND, "unknown-client", "There is no such client"


class UnknownEvent(Problem):
    """The client's timeline has no event with this id."""

    status, slug, title = HTTPStatus.NOT_FOUND, "unknown-event", "There is no such event"


class UnknownUnusualAccess(Problem):
    """No unusual reads by this rule have this access record as their last; when more were made that day, it is another.

    `GET /v1/unusual-access` lists those that wait.
    """

    status, slug, title = HTTPStatus.NOT_FOUND, "unknown-unusual-access", "There are no such unusual reads"


class UnknownEventType(Problem):
    """No type of event goes by this name; `GET /v1/event-types` lists them all."""

    status, slug, title = HTTPStatus.NOT_FOUND, "unknown-event-type", "There is no such type of event"


class ClientErased(Problem):
    """The key that opens this client's record was destroyed: the person is erased, and nobody can read or add to it.

    What remains in the log proves that nothing else was altered, and says nothing about them.
    """

    status, slug, title = HTTPStatus.GONE, "client-erased", "The client was erased"


class KnownAtInFuture(Problem):
    """`known_at` lies in the future, and nobody can say yet what will be known then. Leave it out to ask about now."""

    status, slug, title = HTTPStatus.UNPROCESSABLE_ENTITY, "known-at-in-future", "known_at lies in the future"


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
    documented_headers: ClassVar = RETRY_AFTER


class ListsBehind(Problem):
    """The list does not reflect the `position` that you gave, and did not come to it while the answer waited.

    Try again after the seconds in `Retry-After`, or leave `position` out to see how far the list has come.
    """

    status, slug, title = HTTPStatus.SERVICE_UNAVAILABLE, "lists-behind", "The list is behind"
    documented_headers: ClassVar = RETRY_AFTER
