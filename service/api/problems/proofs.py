"""Problems of checkpoints and proofs."""

from http import HTTPStatus

from service.api.problem import Problem


class NoCheckpoint(Problem):
    """No checkpoint was signed of your organization's log of events or of accesses, or none of that size.

    One is signed within a minute of the first event, where whoever runs the service has set a key that signs them.
    """

    status, slug, title = HTTPStatus.NOT_FOUND, "no-checkpoint", "There is no such checkpoint"


class NotInACheckpoint(Problem):
    """What is asked for lies beyond the last checkpoint, or the tree of that size does not have it.

    Proofs and tiles are told up to the size of the last checkpoint; what was recorded since is in the next one, within
    a minute. `GET /v1/log/checkpoint`, or `GET /v1/access-log/checkpoint`, says the size on its second line.
    """

    status, slug, title = HTTPStatus.NOT_FOUND, "not-in-a-checkpoint", "It is not in a checkpoint"


class UnknownAccessRecord(Problem):
    """The log of accesses has no access record of this id.

    One is entered with the next checkpoint, within a minute or two of the read: ask again then.
    """

    status, slug, title = HTTPStatus.NOT_FOUND, "unknown-access-record", "The access record is not known"


class CosignatureRefused(Problem):
    """A line is no signature line, or the cosignature of a known witness is not one of this checkpoint.

    A cosignature signs the checkpoint's text just as `GET /v1/log/checkpoints/{size}` answers it, and a time.
    """

    status, slug, title = HTTPStatus.UNPROCESSABLE_ENTITY, "cosignature-refused", "The cosignature is not good"


class NothingIsSigned(Problem):
    """No key signs your organization's log here, or what was signed of it is not what it is any more.

    Whoever runs the service has to look into it: `care-timeline checkpoint` says what was found and what to do.
    """

    status, slug, title = HTTPStatus.SERVICE_UNAVAILABLE, "nothing-is-signed", "Nothing is signed"


class LogNotWhole(Problem):
    """Events or tiles of the log are missing, so this cannot be proved; somebody took them away by hand.

    Whoever runs the service has to look into it: `care-timeline verify` names the first that is missing.
    """

    status, slug, title = HTTPStatus.SERVICE_UNAVAILABLE, "log-not-whole", "The log is not whole"
