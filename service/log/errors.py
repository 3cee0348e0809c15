"""What can go wrong in the store. The classes stand under the eventsourcing library's, so its callers know them."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING
from uuid import UUID

import asyncpg
from eventsourcing.persistence import IntegrityError, OperationalError

if TYPE_CHECKING:
    from service.log.sealed import StoredEvent

_REFUSED = (
    asyncpg.QueryCanceledError,
    asyncpg.InsufficientResourcesError,
    asyncpg.LockNotAvailableError,
    asyncpg.TransactionRollbackError,
    asyncpg.ReadOnlySQLTransactionError,
)
_LOST = (
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # a connection that the server ended while it was idle
    OSError,
)


class VersionConflict(IntegrityError):
    """A client's timeline is not where the caller took it to be; nothing of the append was written."""

    def __init__(self, client_id: UUID, expected: int, actual: int) -> None:
        super().__init__(f"The client's timeline is at version {actual}, not {expected}.")
        self.client_id = client_id
        self.expected = expected
        """The version that the append would have continued from."""
        self.actual = actual
        """The version that the timeline has."""


class IdConflict(IntegrityError):
    """An id is already an event's: nothing of the append was written."""

    def __init__(self, stored: "Sequence[StoredEvent]") -> None:
        super().__init__(f"{len(stored) or 'Some'} of the ids are already those of recorded events.")
        self.stored = list(stored)
        """The events that have the ids; empty when one append gave the same id twice."""


class IdentifierTaken(IntegrityError):
    """Identifiers to be linked are linked already: nothing of the append was written."""

    def __init__(self, client_ids: Sequence[UUID]) -> None:
        super().__init__(f"{len(client_ids)} of the organization's clients have these identifiers already.")
        self.client_ids = tuple(client_ids)
        """Those who have them, each once, in the order in which the append names what they have."""


class UnknownOrganization(LookupError):
    """No organization has this id."""

    def __init__(self, organization_id: UUID) -> None:
        super().__init__(f"There is no organization {organization_id}.")
        self.organization_id = organization_id


class DatabaseUnavailable(OperationalError):
    """The database could not be reached, or was lost on the way.

    When `written` is unknown (None), append the same events again: ids that were written raise IdConflict.
    """

    def __init__(self, cause: BaseException, *, written: bool | None = None) -> None:
        outcome = "It is not known whether the events were written." if written is None else "Nothing was written."
        super().__init__(f"The database did not answer ({type(cause).__name__}). {outcome}")
        self.written = written


class HeadsDiffer(DatabaseUnavailable):
    """A head of the organization's log does not fit its events, so nothing was written; an operator must mend it.

    `EventStore.differing_heads` names such organizations, and `verify` says what does not fit. Appends go on by
    themselves once the head is right.
    """

    def __init__(self, organization_id: UUID) -> None:
        OperationalError.__init__(
            self, f"A head of the log of {organization_id} does not fit its events. Nothing was written."
        )
        self.organization_id = organization_id
        self.written = False


@contextmanager
def answering(*, writing: bool) -> Iterator[None]:
    """Turns the many errors of a database that does not answer into DatabaseUnavailable."""
    try:
        yield
    except _REFUSED as error:
        raise DatabaseUnavailable(error, written=False) from error
    except _LOST as error:
        if isinstance(error, ValueError):
            raise  # a value that the driver cannot send: an InterfaceError by class, but the caller's to mend
        raise DatabaseUnavailable(error, written=None if writing else False) from error
