"""Coming into care: registration and intake (R01-R08)."""

from collections.abc import Iterator
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field

from domain.events.base import Day, Event, FreeText, Part, ShortText, Standing
from domain.refusals import Refusal
from domain.vocabulary import (
    Condition,
    Driver,
    EntryRoute,
    Severity,
    SocialNeed,
    StageOfChange,
    Substance,
    Trigger,
    UseFrequency,
    UseRoute,
)


def _known_time_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError("must be a time zone of the IANA database, such as America/Chicago") from error
    return name


TimeZone = Annotated[str, Field(max_length=64), AfterValidator(_known_time_zone)]
"""An IANA time zone name; a client's days are counted in it."""


class ClientRegistered(Event):
    """A person became a client: who they are, and in whose time zone their days are counted."""

    type: Literal["client_registered"] = "client_registered"
    name: ShortText
    preferred_name: ShortText | None = None
    birth_date: Day | None = None
    pronouns: ShortText | None = None
    language: Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")] = "en"
    time_zone: TimeZone
    phone: ShortText | None = None

    def refusals(self, standing: Standing) -> Iterator[Refusal]:
        if standing.count("client_registered"):
            yield Refusal(
                "registered_once",
                "",
                "This client is registered already; correct that entry instead of registering again.",
            )


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
