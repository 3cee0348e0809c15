"""By which identifiers other systems know the client: an EHR's record number, the account of a text line."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from domain.events.base import Event, FreeText, RefersTo, ShortText, StrictUUID

IdentifierSystem = Annotated[str, Field(pattern=r"^([a-z0-9][a-z0-9._-]{0,63}|[a-z][a-z0-9+.-]{0,19}:[!-~]{1,180})$")]
"""The system that gave an identifier: a URI, as FHIR's Identifier.system has it, or a slug."""


class IdentifierLinked(Event):
    """Another system knows the client by this identifier. It is linked to one client of the organization at a time.

    What was linked by mistake is retracted, and what is right is linked anew: the body is not corrected.
    """

    replaceable: ClassVar[bool] = False
    restorable: ClassVar[bool] = False

    type: Literal["identifier_linked"] = "identifier_linked"
    system: IdentifierSystem
    """The system that gave it, as a URI or a slug; compared character by character."""
    value: ShortText
    """The identifier, as that system writes it; compared character by character."""
    note: FreeText | None = None
    """Anything else worth keeping, in words."""


class IdentifierUnlinked(Event):
    """The other system no longer knows the client by that identifier, which may be linked to another client now.

    Where that was a mistake, the identifier is linked anew: nobody else may have it by then.
    """

    retractable: ClassVar[bool] = False

    type: Literal["identifier_unlinked"] = "identifier_unlinked"
    link: Annotated[StrictUUID, RefersTo("identifier_linked", once=True)]
    """The event that linked it."""
    note: FreeText | None = None
    """Anything else worth keeping, in words."""
