"""Every kind of problem that the API answers. Its docstring is what `GET /v1/problems/{slug}` says about it."""

from collections.abc import Mapping
from typing import Final

from service.api.problem import Problem
from service.api.problems.access import (
    AccessNotRecorded,
    IssuerUnavailable,
    KeyNeeded,
    NoLegalGround,
    NotConsented,
    Restricted,
    RoleMissing,
    RoleNotAllowed,
    ScopeMissing,
    TooManyWrongKeys,
)
from service.api.problems.analytics import (
    FiguresNotInstalled,
    NoPseudonyms,
    NotAcceptable,
    RowsNotReady,
    TooFewAlike,
    UnknownMeasure,
    UnknownView,
)
from service.api.problems.proofs import (
    CosignatureRefused,
    LogNotWhole,
    NoCheckpoint,
    NothingIsSigned,
    NotInACheckpoint,
    UnknownAccessRecord,
)
from service.api.problems.reading import (
    ClientErased,
    KnownAtInFuture,
    ListsBehind,
    ListsNotReady,
    ProjectionFailed,
    UnknownClient,
    UnknownEvent,
    UnknownEventType,
    UnknownUnusualAccess,
)
from service.api.problems.recording import (
    ClientExists,
    ClientMerged,
    HeadsDiffer,
    IdentifierTaken,
    IdUsed,
    Refused,
    VersionConflict,
)
from service.api.problems.requests import (
    BodyTooLarge,
    HeaderTooLarge,
    InvalidInput,
    MalformedBody,
    MalformedHeader,
    MalformedRequest,
    MethodNotAllowed,
    RequestTimeout,
    UnknownPath,
    UnknownProblem,
    UnsupportedMediaType,
)
from service.api.problems.service import (
    DatabaseUnavailable,
    DeadlineExceeded,
    NotMigrated,
    Stopping,
    TooManyConnections,
    TooManyRequests,
    Unexpected,
)
from service.api.problems.subscriptions import TooManyReaders, TooManyWebhooks, UnknownDelivery, UnknownWebhook

__all__ = [
    "CATALOGUE",
    "AccessNotRecorded",
    "BodyTooLarge",
    "ClientErased",
    "ClientExists",
    "ClientMerged",
    "CosignatureRefused",
    "DatabaseUnavailable",
    "DeadlineExceeded",
    "FiguresNotInstalled",
    "HeaderTooLarge",
    "HeadsDiffer",
    "IdUsed",
    "IdentifierTaken",
    "InvalidInput",
    "IssuerUnavailable",
    "KeyNeeded",
    "KnownAtInFuture",
    "ListsBehind",
    "ListsNotReady",
    "LogNotWhole",
    "MalformedBody",
    "MalformedHeader",
    "MalformedRequest",
    "MethodNotAllowed",
    "NoCheckpoint",
    "NoLegalGround",
    "NoPseudonyms",
    "NotAcceptable",
    "NotConsented",
    "NotInACheckpoint",
    "NotMigrated",
    "NothingIsSigned",
    "ProjectionFailed",
    "Refused",
    "RequestTimeout",
    "Restricted",
    "RoleMissing",
    "RoleNotAllowed",
    "RowsNotReady",
    "ScopeMissing",
    "Stopping",
    "TooFewAlike",
    "TooManyConnections",
    "TooManyReaders",
    "TooManyRequests",
    "TooManyWebhooks",
    "TooManyWrongKeys",
    "Unexpected",
    "UnknownAccessRecord",
    "UnknownClient",
    "UnknownDelivery",
    "UnknownEvent",
    "UnknownEventType",
    "UnknownMeasure",
    "UnknownPath",
    "UnknownProblem",
    "UnknownUnusualAccess",
    "UnknownView",
    "UnknownWebhook",
    "UnsupportedMediaType",
    "VersionConflict",
]

CATALOGUE: Final[Mapping[str, type[Problem]]] = {
    problem.slug: problem for problem in sorted(Problem.__subclasses__(), key=lambda each: (each.status, each.slug))
}
"""Every kind of problem by its slug."""
