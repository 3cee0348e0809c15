"""Medications: which are taken, how they changed, and why they ended (R18)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Final
from uuid import UUID

from domain.entry import Entry
from domain.events.base import FreeText, ShortText
from domain.events.medications import MedicationChanged, MedicationStarted, MedicationStopped
from domain.replacing import replace
from domain.vocabulary.medications import (
    Drug,
    DrugForm,
    MedicationChangeKind,
    MedicationPurpose,
    MedicationStatus,
    MedicationStopReason,
)
from domain.vocabulary.people import Role
from projections.answers import Answer, At, all_answered
from projections.collection import Elements
from projections.context import Context
from projections.elements import KEY, ViewContext
from projections.fold import Fold
from projections.mark import Mark, Placed, mark
from projections.strands import Strand

BECOMES: Final = {
    MedicationChangeKind.TAPER_BEGUN: MedicationStatus.TAPERED,
    MedicationChangeKind.TAPER_PAUSED: MedicationStatus.TAKEN,
    MedicationChangeKind.HELD: MedicationStatus.HELD,
    MedicationChangeKind.RESUMED: MedicationStatus.TAKEN,
}
"""The changes that change how a course stands; others leave it."""


@dataclass(frozen=True, slots=True)
class Medication(Placed):
    """A course of medication, from its start to its end."""

    event_id: Annotated[UUID, KEY]
    """The entry of its start."""
    drug: Drug
    """What is taken, by ingredient."""
    name: ShortText | None
    """The name of the product, or what another drug is called."""
    form: DrugForm | None
    """In what form; null where that was not said."""
    purpose: MedicationPurpose
    """What the client takes it for."""
    dose: ShortText | None
    """The dose as the prescriber wrote it last."""
    prescribed_by: Role
    """Who prescribes it."""
    started_at: datetime
    """When it was started."""
    status: MedicationStatus
    """How it stands: taken, tapered, held, stopped."""
    taper_ends_on: date | None = None
    """The day by which its taper is planned to end; null where none is planned."""
    changed: Mark | None = None
    """Its last change; null where nothing has changed."""
    stopped: Mark | None = None
    """Its end; null while it is taken."""
    stop_reason: MedicationStopReason | None = None
    """Why it ended."""


@dataclass(frozen=True, slots=True)
class MedicationChange(Placed):
    """A change in a course of medication."""

    event_id: Annotated[UUID, KEY]
    """The entry of the change."""
    medication: UUID
    """The entry of the course's start."""
    changed_at: datetime
    """When it changed."""
    change: MedicationChangeKind
    """What changed."""
    dose: ShortText | None
    """The dose from then on, where it was said."""
    reason: FreeText | None
    """Why."""


@dataclass(frozen=True, slots=True)
class Medications:
    """All courses and their changes."""

    courses: Elements[Medication] = Elements()
    changes: Elements[MedicationChange] = Elements()


class Shown(Answer):
    medications: tuple[At[Medication], ...]
    """Every course of medication, in order of their starts."""
    medication_changes: tuple[At[MedicationChange], ...]
    """Every change in them, in order."""


def show(state: Medications, context: ViewContext) -> Shown:
    """Every course, ended or not, and every change."""
    return Shown(
        medications=all_answered(state.courses, context),
        medication_changes=all_answered(state.changes, context),
    )


fold = Fold(Medications())
STRAND = Strand(fold, Shown, show)
MEDICATION = fold.each(Medication, lambda state: state.courses).table("care_plan_medication")
MEDICATION_CHANGE = fold.each(MedicationChange, lambda state: state.changes).table("care_plan_medication_change")


@fold.on(MedicationStarted)
def medication_started(state: Medications, entry: Entry, event: MedicationStarted, context: Context) -> Medications:
    """A course begins."""
    course = Medication(
        event_id=entry.id,
        correction_id=entry.correction_id,
        drug=event.drug,
        name=event.name,
        form=event.form,
        purpose=event.purpose,
        dose=event.dose,
        prescribed_by=event.prescribed_by,
        started_at=entry.occurred_at,
        status=MedicationStatus.TAKEN,
    )
    return replace(state, courses=state.courses.put(course))


@fold.on(MedicationChanged)
def medication_changed(state: Medications, entry: Entry, event: MedicationChanged, context: Context) -> Medications:
    """What the change says counts from now on. A course that has ended stays so."""
    change = MedicationChange(
        event_id=entry.id,
        correction_id=entry.correction_id,
        medication=event.medication,
        changed_at=entry.occurred_at,
        change=event.change,
        dose=event.dose,
        reason=event.reason,
    )
    courses = state.courses.change(event.medication, _after(event, mark(entry)))
    return Medications(courses, state.changes.put(change))


def _after(event: MedicationChanged, changed: Mark) -> Callable[[Medication], Medication]:
    def change(course: Medication) -> Medication:
        if course.stopped:
            return course
        status = BECOMES.get(event.change, course.status)
        planned = event.taper_ends_on or course.taper_ends_on
        return replace(
            course,
            form=event.form or course.form,
            dose=event.dose or course.dose,
            status=status,
            taper_ends_on=planned if status is MedicationStatus.TAPERED else None,
            changed=changed,
        )

    return change


@fold.on(MedicationStopped)
def medication_stopped(state: Medications, entry: Entry, event: MedicationStopped, context: Context) -> Medications:
    """The course ends; it stays among those that were taken."""

    def stopped(course: Medication) -> Medication:
        return replace(course, status=MedicationStatus.STOPPED, stopped=mark(entry), stop_reason=event.reason)

    return replace(state, courses=state.courses.change(event.medication, stopped))
