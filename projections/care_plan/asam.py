"""Assessments by the ASAM criteria: what was rated, and which level of care was recommended (R01, R07, R20)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from uuid import UUID

from domain.entry import Entry
from domain.events.base import FreeText
from domain.events.intake import AsamAssessed
from domain.vocabulary.asam import AsamEdition, AsamSubdimension, LevelOfCare
from domain.vocabulary.people import Role
from projections.answers import Answer, At, all_answered
from projections.collection import Elements
from projections.context import Context
from projections.elements import KEY, NO_COLUMN, NOT_SHOWN, ViewContext
from projections.fold import Fold
from projections.mark import Placed
from projections.strands import Strand


@dataclass(frozen=True, slots=True)
class Rating:
    """Ratings of an assessment by the ASAM criteria."""

    event_id: Annotated[UUID, KEY, NOT_SHOWN]
    """The entry of the assessment."""
    number: Annotated[int, KEY, NOT_SHOWN]
    """The rating's place in the assessment, from 1."""
    dimension: int
    """The dimension, 1 to 6."""
    subdimension: AsamSubdimension | None
    """The subdimension; null in the third edition."""
    rating: str
    """0 to 4 in the third edition, the symbol of an anchor in the fourth."""


@dataclass(frozen=True, slots=True)
class Assessment(Placed):
    """An assessment by the ASAM criteria."""

    event_id: Annotated[UUID, KEY]
    """The entry of the assessment."""
    assessed_at: datetime
    """When the client was assessed."""
    edition: AsamEdition
    """By which edition of the criteria."""
    assessed_by: Role
    """The role that assessed."""
    recommended: LevelOfCare | None
    """The level of care that was recommended; null where none was."""
    ratings: Annotated[tuple[Rating, ...], NO_COLUMN]
    """What was rated, and how."""
    person_centered: FreeText | None
    """Dimension 6 of the fourth edition: barriers, and what the client prefers."""
    note: FreeText | None
    """The note taken."""


@dataclass(frozen=True, slots=True)
class Assessments:
    """All assessments."""

    assessments: Elements[Assessment] = Elements()


class Shown(Answer):
    asam_assessments: tuple[At[Assessment], ...]
    """Assessments by the ASAM criteria, the latest first."""


def show(state: Assessments, context: ViewContext) -> Shown:
    """Every assessment."""
    return Shown(asam_assessments=all_answered(reversed(state.assessments), context))


fold = Fold(Assessments())
STRAND = Strand(fold, Shown, show)
assessments = fold.each(Assessment, lambda state: state.assessments)
ASSESSMENT = assessments.table("care_plan_asam_assessment")
RATING = assessments.parts("care_plan_asam_rating", Rating, lambda assessment: assessment.ratings)


@fold.on(AsamAssessed)
def asam_assessed(state: Assessments, entry: Entry, event: AsamAssessed, context: Context) -> Assessments:
    """One more assessment."""
    said: list[tuple[int, AsamSubdimension | None, str]] = [
        *((each.dimension, None, str(each.rating)) for each in event.dimensions),
        *((each.subdimension.dimension, each.subdimension, each.anchor) for each in event.subdimensions),
    ]
    assessment = Assessment(
        event_id=entry.id,
        correction_id=entry.correction_id,
        assessed_at=entry.occurred_at,
        edition=event.edition,
        assessed_by=event.assessed_by,
        recommended=event.recommended,
        ratings=tuple(Rating(entry.id, number, *rating) for number, rating in enumerate(said, start=1)),
        person_centered=event.person_centered,
        note=event.note,
    )
    return Assessments(state.assessments.put(assessment))
