"""Recipients: other organizations, to which a read is a disclosure, and what such a disclosure rests on."""

from typing import Final, NamedTuple
from uuid import UUID

from domain.vocabulary.consents import ConsentPurpose, ConsentScope, RecipientClass

NOTICE: Final = "42 CFR part 2 prohibits unauthorized use or disclosure of these records."
"""The second of the statements that 42 CFR 2.32(a) lets accompany a disclosure, in force since 16 April 2024."""


class Recipient(NamedTuple):
    """Another organization whose system reads here, as consents name it (42 CFR 2.31(a)(4))."""

    name: str
    """Its name, letter by letter as consents say it."""
    classes: tuple[RecipientClass, ...] = ()
    """The classes of recipients to which it belongs; whoever makes its key answers for that."""


class Disclosure(NamedTuple):
    """What allows an answer to another organization: a consent of the client's, in force."""

    recipient: str
    """To whom, by name."""
    consent_id: UUID
    """The event by which the consent was granted."""
    purpose: ConsentPurpose
    """What the consent is for."""
    scope: tuple[ConsentScope, ...]
    """How much it allows."""
