"""Medications: started, changed, tapered, stopped (R18). A referral to a prescriber is a handoff."""

from collections.abc import Iterator
from typing import Annotated, Literal

from domain.events.base import Day, Event, FreeText, KnownEntries, RefersTo, ShortText, StrictUUID
from domain.refusals import Refusal
from domain.vocabulary.medications import Drug, DrugForm, MedicationChangeKind, MedicationPurpose, MedicationStopReason
from domain.vocabulary.people import Role


class MedicationStarted(Event):
    """The client began to take a medication (R18).

    `dose` is said as the prescriber writes it; `name` is the product's, or what another drug is called.
    """

    type: Literal["medication_started"] = "medication_started"
    drug: Drug
    """The medication."""
    name: ShortText | None = None
    """The product's name, or what another drug is called."""
    form: DrugForm | None = None
    """In which form it is taken."""
    purpose: MedicationPurpose
    """What it is for."""
    dose: ShortText | None = None
    """The dose, as the prescriber writes it."""
    prescribed_by: Role = Role.PRESCRIBER
    """Who prescribed it, by role."""
    note: FreeText | None = None
    """Anything else worth keeping, in words."""

    def refusals(self, known: KnownEntries) -> Iterator[Refusal]:
        if self.drug is Drug.OTHER and self.name is None:
            yield Refusal("medication_is_named", "name", "Say which medication it is, or choose one of the list.")


class MedicationChanged(Event):
    """The dose, the form or the course of a medication changed (R18). What is left out stays as it was.

    `taper_ends_on` is the day by which a taper is planned to end.
    """

    type: Literal["medication_changed"] = "medication_changed"
    medication: Annotated[StrictUUID, RefersTo("medication_started")]
    """The medication."""
    change: MedicationChangeKind
    """What changed."""
    form: DrugForm | None = None
    """The form from now on; left out where it stays."""
    dose: ShortText | None = None
    """The dose from now on; left out where it stays."""
    taper_ends_on: Day | None = None
    """The day by which a taper is planned to end, in the client's time zone."""
    reason: FreeText | None = None
    """Why, in words."""


class MedicationStopped(Event):
    """The client takes the medication no more (R18)."""

    type: Literal["medication_stopped"] = "medication_stopped"
    medication: Annotated[StrictUUID, RefersTo("medication_started", once=True)]
    """The medication."""
    reason: MedicationStopReason
    """Why."""
    note: FreeText | None = None
    """Anything else worth keeping, in words."""
