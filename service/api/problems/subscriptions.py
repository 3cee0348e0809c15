"""Problems of following the feed, and of webhooks."""

from http import HTTPStatus
from typing import ClassVar

from service.api.problem import RETRY_AFTER, Problem


class UnknownWebhook(Problem):
    """Your organization has no webhook with this id."""

    status, slug, title = HTTPStatus.NOT_FOUND, "unknown-webhook", "There is no such webhook"


class UnknownDelivery(Problem):
    """The webhook is told of no event with this id: it is not in your log, or of a type that was not asked for."""

    status, slug, title = HTTPStatus.NOT_FOUND, "unknown-delivery", "There is no such delivery"


class TooManyWebhooks(Problem):
    """Your organization has 50 webhooks, and can have no more. Delete one, or let one receiver take more types."""

    status, slug, title = HTTPStatus.CONFLICT, "too-many-webhooks", "There are too many webhooks"


class TooManyReaders(Problem):
    """Your key follows the feed as often at once as it may: streams and requests that wait count together.

    End one, or try again after the seconds in `Retry-After`; one stream is enough to learn all that is recorded.
    """

    status, slug, title = HTTPStatus.TOO_MANY_REQUESTS, "too-many-readers", "The key follows too often at once"
    documented_headers: ClassVar = RETRY_AFTER
