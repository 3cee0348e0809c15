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
    name: ShortText | None = None
    form: DrugForm | None = None
    purpose: MedicationPurpose
    dose: ShortText | None = None
    prescribed_by: Role = Role.PRESCRIBER
    note: FreeText | None = None

    def refusals(self, known: KnownEntries) -> Iterator[Refusal]:
        if self.drug is Drug.OTHER and self.name is None:
            yield Refusal("medication_is_named", "name", "Say which medication it is, or choose one of the list.")


class MedicationChanged(Event):
    """The dose, the form or the course of a medication changed (R18). What is left out stays as it was.

    `taper_ends_on` is the day by which a taper is planned to end.
    """

    type: Literal["medication_changed"] = "medication_changed"
    medication: Annotated[StrictUUID, RefersTo("medication_started")]
    change: MedicationChangeKind
    form: DrugForm | None = None
    dose: ShortText | None = None
    taper_ends_on: Day | None = None
    reason: FreeText | None = None


class MedicationStopped(Event):
    """The client takes the medication no more (R18)."""

    type: Literal["medication_stopped"] = "medication_stopped"
    medication: Annotated[StrictUUID, RefersTo("medication_started", once=True)]
    reason: MedicationStopReason
    note: FreeText | None = None
