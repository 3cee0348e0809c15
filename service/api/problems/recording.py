"""Problems of recording events."""

from http import HTTPStatus
from typing import ClassVar

from service.api.problem import RETRY_AFTER, Problem


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


class VersionConflict(Problem):
    """The timeline is no longer at the version that `If-Match` names; nothing was recorded.

    `actual_version` is where it stands. Read what was added since, and decide anew.
    """

    status, slug, title = HTTPStatus.PRECONDITION_FAILED, "version-conflict", "The timeline has moved on"


class Refused(Problem):
    """The events are well formed, and a rule of care forbids to record them; nothing was recorded.

    `errors` names each rule, the field concerned, and what to do instead.
    """

    status, slug, title = HTTPStatus.UNPROCESSABLE_ENTITY, "refused", "A rule of care forbids this"


class HeadsDiffer(Problem):
    """Your organization's log does not end where it should, as after a wrong restore; nothing was recorded.

    Whoever runs the service is told (`heads_differ` in its log, `care-timeline doctor`) and has to mend it;
    recording goes on by itself afterwards. Send the request again as it was.
    """

    status, slug, title = HTTPStatus.SERVICE_UNAVAILABLE, "heads-differ", "The log has to be mended"
    documented_headers: ClassVar = RETRY_AFTER
