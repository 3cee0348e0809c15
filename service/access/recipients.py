"""Recipients: other organizations, to which a read is a disclosure; and what allows to tell something."""

from enum import StrEnum
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


class Basis(StrEnum):
    """On what a disclosure, or a read for legal proceedings, rests."""

    CONSENT = "consent"
    COURT_ORDER = "court_order"
    MEDICAL_EMERGENCY = "medical_emergency"


class Ground(NamedTuple):
    """What allows to tell something of a client's record: an entry of it that holds now."""

    basis: Basis
    """What kind of entry it is."""
    event_id: UUID
    """The entry: the consent, the court order, or the emergency disclosure."""
    purpose: ConsentPurpose
    """What it allows it for."""
    scope: tuple[ConsentScope, ...]
    """How much it allows."""
