"""Problems of the service: it has too much to do, stops, or something that it needs fails."""

from http import HTTPStatus
from typing import ClassVar

from service.api.problem import RETRY_AFTER, Problem


class TooManyRequests(Problem):
    """This key has sent more requests than it may; nothing was done. Try again after the seconds in `Retry-After`.

    Each answer to a key says in `RateLimit` how many requests it may still send (`r`) and in how many seconds that is a
    whole burst again (`t`), and in `RateLimit-Policy` how many make a burst (`q`). Whoever runs the service sets them.
    """

    status, slug, title = HTTPStatus.TOO_MANY_REQUESTS, "too-many-requests", "The key sends too many requests"
    documented_headers: ClassVar = RETRY_AFTER


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
    documented_headers: ClassVar = RETRY_AFTER


class Stopping(Problem):
    """The service is being stopped or replaced; try again after the seconds in `Retry-After`.

    A request that writes can be sent again as it was: with the same ids (or the same `Idempotency-Key`)
    nothing is recorded twice, whether it had been carried out or not.
    """

    status, slug, title = HTTPStatus.SERVICE_UNAVAILABLE, "stopping", "The service is stopping"
    documented_headers: ClassVar = RETRY_AFTER


class DeadlineExceeded(Problem):
    """The service could not answer in time and gave the request up; try again after the seconds in `Retry-After`.

    A request that writes was either done or not. Send it again as it was: with the same ids (or the same
    `Idempotency-Key`) nothing is recorded twice.
    """

    status, slug, title = HTTPStatus.SERVICE_UNAVAILABLE, "deadline-exceeded", "The service could not answer in time"
    documented_headers: ClassVar = RETRY_AFTER


class TooManyConnections(Problem):
    """The service holds as many connections as it may; the request was not read, and the connection is closed.

    Try again after the seconds in `Retry-After`, and use connections again rather than open new ones.
    """

    status, slug, title = HTTPStatus.SERVICE_UNAVAILABLE, "too-many-connections", "There are too many connections"
    documented_headers: ClassVar = RETRY_AFTER


class NotMigrated(Problem):
    """The database has another schema than this release needs; whoever runs it calls `care-timeline migrate`."""

    status, slug, title = HTTPStatus.SERVICE_UNAVAILABLE, "not-migrated", "The database has another schema"
