"""Expected errors in a plain sentence that says what to do. None of them ever holds a client's words or a secret."""

import asyncpg
from pydantic import ValidationError

from analytics.report_periods import PeriodsRefused
from domain.policies import PolicyUnreadable
from domain.policy import PolicyInvalid
from service.access.access_records import AccessNotRecorded
from service.access.trusted_issuers import IssuersUnreadable
from service.analytics.as_of import NoSuchPosition
from service.analytics.exports.formats import FormatMissing
from service.analytics.exports.refused import ExportRefused
from service.analytics.figures import FiguresMissing
from service.analytics.reading import RowsNotReady
from service.backup.errors import BackupRefused, RestoreRefused
from service.care.disclosures import NoLegalGround, Restricted
from service.care.erasures import ErasureNotDue
from service.care.errors import KnownAtInFuture, UnknownClient
from service.cli.errors import CommandFailed
from service.database.embedded import EmbeddedPostgresError
from service.database.migrate import MigrationError
from service.database.owner import OwnerNeeded
from service.database.server_user import ServerUserError
from service.log.errors import DatabaseUnavailable, UnknownOrganization
from service.log.key_encryption import KeyProviderMissing, KeyUnavailable
from service.log.keyring import ClientErased, UnknownKey
from service.log.seal import SealBroken
from service.projector.build_lifecycle import SwitchRefused
from service.projector.folding import ProjectionFailed
from service.projector.rebuild import RebuildUnderWay
from service.runtime.tracebacks import frames
from service.serving.children import CannotServe
from service.serving.sockets import CannotListen
from service.serving.tracing import TracingMissing

SPEAK_FOR_THEMSELVES = (
    CommandFailed,
    OwnerNeeded,
    EmbeddedPostgresError,
    MigrationError,
    CannotListen,
    TracingMissing,
    CannotServe,
    ServerUserError,
    RebuildUnderWay,
    SwitchRefused,
    UnknownOrganization,
    PolicyUnreadable,
    IssuersUnreadable,
    ErasureNotDue,
    KeyProviderMissing,
    BackupRefused,
    RestoreRefused,
    ExportRefused,
    FormatMissing,
    RowsNotReady,
    PeriodsRefused,
    NoSuchPosition,
    FiguresMissing,
)

UNREACHABLE = (
    OSError,
    DatabaseUnavailable,
    asyncpg.InterfaceError,
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
)

MORE = "care-timeline doctor tells more."

OF_THE_RECORD: dict[type[Exception], str] = {
    UnknownClient: "This organization has no client with that id: check the id, and the organization.",
    ProjectionFailed: "{error}. This is a defect of the projection: report it with this sentence, which quotes nobody.",
    NoLegalGround: "For legal proceedings this is told only where a court order, or the client's consent to just that,"
    " is recorded and in force.",
    Restricted: "The client asked that the record not be read for this purpose, which was agreed.",
    AccessNotRecorded: f"That you looked could not be recorded, so nothing is shown. {MORE}",
    ClientErased: "This client was erased: their key was destroyed, and nobody can read the record any more.",
    UnknownKey: "{error} Add it to CARE_TIMELINE_KEY_ENCRYPTION_KEYS, after the one in use.",
    KeyUnavailable: "{error} Nothing can be read or recorded until it answers.",
    SealBroken: "A part of the record does not open with its key: care-timeline verify names the position.",
}

OF_THE_DATABASE: list[tuple[type[Exception] | tuple[type[Exception], ...], str]] = [
    (
        (asyncpg.InvalidAuthorizationSpecificationError, asyncpg.InvalidCatalogNameError),
        f"The database refuses the login: {{error}}. Check CARE_TIMELINE_DATABASE_URL. {MORE}",
    ),
    (asyncpg.InsufficientPrivilegeError, f"The database does not allow this to its login: {{error}}. {MORE}"),
    (
        (asyncpg.UndefinedTableError, asyncpg.InvalidSchemaNameError, asyncpg.UndefinedFunctionError),
        "The database lacks tables that this release needs: run care-timeline migrate.",
    ),
    (
        asyncpg.ClientConfigurationError,
        f"The database's address does not fit: check its parts, and the file that sslrootcert names. {MORE}",
    ),
    (
        UNREACHABLE,
        f"The database does not answer. Check that it runs and that CARE_TIMELINE_DATABASE_URL fits. {MORE}",
    ),
]
"""Sentences, of which the first that fits is said."""


def error_message(error: Exception) -> str | None:
    """The error in a sentence, or None when nobody expected it."""
    if isinstance(error, SPEAK_FOR_THEMSELVES):
        return str(error)
    if isinstance(error, PolicyInvalid):
        return f"The policy cannot be used: {error}."
    return _of_the_record(error) or _of_the_database(error)


def defect(error: Exception) -> str:
    """An error that nobody expected: of what kind it was and where, without its text, which may quote a client."""
    where = "\n".join(f"  {line}" for line in frames(error))
    return f"This is a defect of care-timeline. Report it with these lines, which quote nobody:\n{where}"


def of_the_settings(error: ValidationError) -> str:
    """What is wrong with the settings, without their values."""
    problems = []
    for problem in error.errors(include_input=False, include_url=False):
        name = "_".join(str(part) for part in problem["loc"]).upper()
        message = problem["msg"].removeprefix("Value error, ").rstrip(".")
        problems.append(f"CARE_TIMELINE_{name}: {message}" if name else message)
    return f"The settings cannot be used. {'; '.join(problems)}."


def _of_the_record(error: Exception) -> str | None:
    if isinstance(error, KnownAtInFuture):
        return f"Nobody can say yet what will be known then: give --known-at no later than {error.settled:%FT%TZ}."
    for kind, sentence in OF_THE_RECORD.items():
        if isinstance(error, kind):
            return sentence.format(error=error)
    return None


def _of_the_database(error: Exception) -> str | None:
    if isinstance(error, FileNotFoundError | PermissionError) and error.filename:
        return f"{error.filename}: {error.strerror}. Check the settings that name files and folders."
    for kinds, sentence in OF_THE_DATABASE:
        if isinstance(error, kinds):
            return sentence.format(error=error)
    return None
