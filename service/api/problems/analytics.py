"""Problems of what analysts ask."""

from http import HTTPStatus
from typing import ClassVar

from service.api.problem import RETRY_AFTER, Problem


class UnknownView(Problem):
    """No view goes by this name; `GET /v1/analytics/views` lists them all."""

    status, slug, title = HTTPStatus.NOT_FOUND, "unknown-view", "There is no such view"


class UnknownMeasure(Problem):
    """No measure goes by this name; `GET /v1/analytics/measures` lists them all."""

    status, slug, title = HTTPStatus.NOT_FOUND, "unknown-measure", "There is no such measure"


class FiguresNotInstalled(Problem):
    """This service cannot tell figures: what they are made with is not installed beside it.

    Whoever runs it installs the extra `analytics`.
    """

    status, slug, title = HTTPStatus.NOT_IMPLEMENTED, "figures-not-installed", "This service tells no figures"


class NotAcceptable(Problem):
    """The rows are not written in any form that the header `Accept` names.

    They are written as `text/csv` and, where the service has the extra `analytics` installed, as
    `application/vnd.apache.arrow.stream` and `application/vnd.apache.parquet`.
    """

    status, slug, title = HTTPStatus.NOT_ACCEPTABLE, "not-acceptable", "No form that you accept"


class NoPseudonyms(Problem):
    """You have no pseudonyms of your own here: no analyst of your organization has the name of your key.

    Whoever runs the service makes one with `care-timeline analysts create NAME`. Or ask with `pseudonyms=answer`: what
    belongs together within the answer then fits no other.
    """

    status, slug, title = HTTPStatus.CONFLICT, "no-pseudonyms", "You have no pseudonyms of your own"


class TooFewAlike(Problem):
    """Too few people share what outsiders may know of them: fewer than the policy's `[analytics] k`.

    Ask with `generalize`, which tells years of birth and the beginning of care less exactly, or with
    `leave_out_small_classes=true`. docs/de-identification.md tells what is counted, and of whom.
    """

    status, slug, title = HTTPStatus.CONFLICT, "too-few-alike", "Too few people have the same in common"


class RowsNotReady(Problem):
    """The rows do not reflect one position of the log, or are not built yet; try again after `Retry-After`.

    Each projection follows the log apart from the others, and an answer is made when all have come to one position.
    """

    status, slug, title = HTTPStatus.SERVICE_UNAVAILABLE, "rows-not-ready", "The rows are not ready"
    documented_headers: ClassVar = RETRY_AFTER
