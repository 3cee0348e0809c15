"""Coming into care: registration and intake (R01-R08)."""

from collections.abc import Iterable, Iterator
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from domain.events.base import Day, Event, FreeText, Part, PossibleDays, RefersTo, ShortText, StrictUUID
from domain.refusals import Refusal
from domain.time_zones import TimeZone
from domain.vocabulary.intake import Condition, DischargeReason, Driver, EntryRoute, SocialNeed, StageOfChange
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


class ClientMoved(Event):
    """The client moved: from then on their days are counted in another time zone; those lived keep theirs (R64)."""

    type: Literal["client_moved"] = "client_moved"
    time_zone: TimeZone
    note: FreeText | None = None


class ClientDied(Event):
    """The client died (R61). What waits to be done for them is released; what is to be reviewed is not."""

    once: ClassVar[bool] = True

    type: Literal["client_died"] = "client_died"
    note: FreeText | None = None


class SubstanceUse(Part):
    """One substance at intake (R05). `last_used_on` and `using_since`, the day on which
    the present time of use began, are days in the client's time zone."""

    substance: Substance
    route: UseRoute = UseRoute.UNKNOWN
    frequency: UseFrequency = UseFrequency.UNKNOWN
    severity: Severity = Severity.UNKNOWN
    last_used_on: Day | None = None
    using_since: Day | None = None


def refused_days_of_use(uses: Iterable[SubstanceUse], days: PossibleDays) -> Iterator[Refusal]:
    """Days of use that cannot be: after they were told of, or ended before they began."""
    for place, use in enumerate(uses):
        last, since = use.last_used_on, use.using_since
        if (last and last > days.latest) or (since and since > days.latest):
            yield Refusal(
                "use_lies_in_the_past", f"substances.{place}", "A day of use lies after the intake that tells of it."
            )
        if last and since and since > last:
            yield Refusal(
                "use_ends_after_it_begins",
                f"substances.{place}",
                "The last day of use lies before the first.",
            )


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

    def refusals_by_day(self, days: PossibleDays) -> Iterator[Refusal]:
        yield from refused_days_of_use(self.substances, days)


class EpisodeClosed(Event):
    """An episode of care ended (R20). It releases what belongs to care under way, such as reviews of the plan and
    meetings, but never the review after a crisis, nor naloxone.
    """

    type: Literal["episode_closed"] = "episode_closed"
    intake: Annotated[StrictUUID, RefersTo("intake_completed", once=True)]
    reason: DischargeReason
    note: FreeText | None = None
