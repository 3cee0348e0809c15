"""What the days of a track come to, and remission: the one is counted, the other is what a clinician finds."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from domain.events.base import FreeText
from domain.policy.milestones import MilestonesPolicy
from domain.vocabulary.milestones import DiagnosedSeverity, RemissionState
from domain.vocabulary.people import Role
from domain.vocabulary.substances import Substance
from projections.elements import KEY, Named
from projections.mark import Placed
from projections.milestones.days import months_after


@dataclass(frozen=True, slots=True)
class Remission(Placed):
    """Whether a diagnosed disorder is in remission, as a clinician found: counted days never say so (DSM-5)."""

    event_id: Annotated[UUID, KEY]
    """The entry that says so."""
    substance: Substance
    """The substance whose disorder it is."""
    state: RemissionState
    """Early, sustained, or not in remission."""
    diagnosed: DiagnosedSeverity
    """How severe the disorder was that is diagnosed."""
    on_maintenance_therapy: bool | None
    """Whether the client takes medication that maintains it; null when not said."""
    in_controlled_environment: bool | None
    """Whether the client lived where the substance is hard to get; null when not said."""
    found_by: Role
    """Who found it."""
    at: Annotated[datetime, Named("found_at")]
    """When it was found."""
    on: Annotated[date, Named("found_on")]
    """The local day."""
    note: FreeText | None
    """More about it."""


class Abstinence(StrEnum):
    """Bands of days without a substance, ours: from 3 months on early, from 12 on lasting. They are no remission."""

    EARLY = "early"
    LASTING = "lasting"


def abstinence(started_on: date, day: date, numbers: MilestonesPolicy) -> tuple[Abstinence | None, date | None]:
    """The band to which days since a last use have come by a day, and since when."""
    for band, months in (
        (Abstinence.LASTING, numbers.lasting_abstinence_months),
        (Abstinence.EARLY, numbers.early_abstinence_months),
    ):
        since = months_after(started_on, months)
        if since <= day:
            return band, since
    return None, None
