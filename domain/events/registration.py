"""Coming into care: registration and intake (R01-R08)."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from domain.events.base import Day, Event, FreeText, Part, ShortText, TimeZone
from domain.vocabulary.intake import Condition, Driver, EntryRoute, SocialNeed, StageOfChange
from domain.vocabulary.substances import Severity, Substance, UseFrequency, UseRoute
from domain.vocabulary.triggers import Trigger


class ClientRegistered(Event):
    """A person became a client: who they are, and in whose time zone their days are counted."""

    once: ClassVar[bool] = True

    type: Literal["client_registered"] = "client_registered"
    name: ShortText
    preferred_name: ShortText | None = None
    birth_date: Day | None = None
    pronouns: ShortText | None = None
    language: Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")] = "en"
    time_zone: TimeZone
    phone: ShortText | None = None


class SubstanceUse(Part):
    """One substance at intake (R05). `last_used_on` is a day in the client's time zone."""

    substance: Substance
    route: UseRoute = UseRoute.UNKNOWN
    frequency: UseFrequency = UseFrequency.UNKNOWN
    severity: Severity = Severity.UNKNOWN
    last_used_on: Day | None = None


class DimensionRating(Part):
    """Severity in one dimension of the ASAM criteria, 0 (none) to 4 (severe)."""

    dimension: Annotated[int, Field(ge=1, le=6)]
    rating: Annotated[int, Field(ge=0, le=4)]


class IntakeCompleted(Event):
    """A comprehensive intake was completed and opens an episode of care (R01-R08).

    A later intake (a return to care) opens a new episode; the earlier one stays in the record.
    """

    type: Literal["intake_completed"] = "intake_completed"
    entry_route: EntryRoute
    substances: tuple[SubstanceUse, ...] = ()
    conditions: tuple[Condition, ...] = ()
    drivers: tuple[Driver, ...] = ()
    social_needs: tuple[SocialNeed, ...] = ()
    triggers: tuple[Trigger, ...] = ()
    protective_factors: FreeText | None = None
    strengths: FreeText | None = None
    readiness: StageOfChange | None = None
    own_reasons: FreeText | None = None
    asam_edition: Literal["3", "4"] = "4"
    asam_ratings: tuple[DimensionRating, ...] = ()
    medical: FreeText | None = None
    note: FreeText | None = None
