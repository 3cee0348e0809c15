"""Episodes of care: the intake that opens one, its assessments and levels of care, and its end (R01-R08, R20)."""

from collections.abc import Iterable, Iterator
from typing import Annotated, Literal

from pydantic import Field

from domain.events.base import Day, Event, FreeText, KnownEntries, Part, PossibleDays, RefersTo, ShortText, StrictUUID
from domain.refusals import Refusal
from domain.vocabulary.asam import AsamEdition, AsamSubdimension, LevelChangeReason, LevelOfCare
from domain.vocabulary.intake import (
    Aftercare,
    Condition,
    DischargeReason,
    Driver,
    EntryRoute,
    RankOfSubstance,
    SocialNeed,
    StageOfChange,
    TimeOfCraving,
    UseSetting,
)
from domain.vocabulary.people import Role
from domain.vocabulary.substances import Severity, Substance, UseFrequency, UseRoute
from domain.vocabulary.triggers import Emotion, Trigger


class SubstanceUse(Part):
    """One substance at intake (R05). `last_used_on` and `using_since`, the day on which the present time of use began,
    are days in the client's time zone. `rank` is the substance's place among the problems that led into care, as TEDS
    has it, and `frequency` that of the month before admission.
    """

    substance: Substance
    """The substance."""
    rank: RankOfSubstance | None = None
    """Its place among the problems that led into care."""
    route: UseRoute = UseRoute.UNKNOWN
    """How it is taken."""
    frequency: UseFrequency = UseFrequency.UNKNOWN
    """How often in the month before admission."""
    severity: Severity = Severity.UNKNOWN
    """How severe the substance use disorder is."""
    age_at_first_use: Annotated[int, Field(ge=0, le=110)] | None = None
    """Age at first use, in years."""
    last_used_on: Day | None = None
    """The last day of use, in the client's time zone."""
    using_since: Day | None = None
    """The day on which the present time of use began, in the client's time zone."""


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


class _Found(Event):
    """What is found out at an intake, at once or bit by bit (R01-R07)."""

    substances: tuple[SubstanceUse, ...] = ()
    """The substances used, each once."""
    conditions: tuple[Condition, ...] = ()
    """Other conditions, of body and mind."""
    drivers: tuple[Driver, ...] = ()
    """What drives the use."""
    social_needs: tuple[SocialNeed, ...] = ()
    """Needs of daily life, such as housing or food."""
    triggers: tuple[Trigger, ...] = ()
    """What may set off a craving."""
    cravings_at: tuple[TimeOfCraving, ...] = ()
    """At what times of the day cravings come."""
    emotions: tuple[Emotion, ...] = ()
    """The feelings around use."""
    use_settings: tuple[UseSetting, ...] = ()
    """Where and with whom use happens."""
    readiness: StageOfChange | None = None
    """The client's stage of change."""
    own_reasons: FreeText | None = None
    """The client's own reasons for change."""
    pace: FreeText | None = None
    """The pace that the client wants."""
    protective_factors: FreeText | None = None
    """What protects them."""
    strengths: FreeText | None = None
    """What they are good at and can build on."""
    values_and_purpose: FreeText | None = None
    """What matters to them."""
    identity_and_culture: FreeText | None = None
    """Who they are and where they come from."""
    spirituality: FreeText | None = None
    """What they believe in."""
    medical: FreeText | None = None
    """Health, in words."""
    mental_health: FreeText | None = None
    """Mental health, in words."""
    note: FreeText | None = None
    """Anything else worth keeping, in words."""

    def refusals_by_day(self, days: PossibleDays) -> Iterator[Refusal]:
        yield from refused_days_of_use(self.substances, days)


class IntakeCompleted(_Found):
    """A comprehensive intake was completed and opens an episode of care (R01-R08).

    A later intake (a return to care) opens a new episode; the earlier one stays in the record. A second one within
    days of the first, while the episode is open, is another sitting of the same intake and adds to it, as
    intake_updated does (IntakePolicy).
    """

    type: Literal["intake_completed"] = "intake_completed"
    entry_route: EntryRoute
    """How the client came into care."""


class IntakeUpdated(_Found):
    """More was learned of what an intake asks: another sitting, or later in the same episode (R01, R02, R06).

    Coded findings are added to those that are there, and a substance that was named already is said anew; readiness
    and what is said in words take the place of what was said before. What was wrong is corrected instead.
    """

    type: Literal["intake_updated"] = "intake_updated"
    intake: Annotated[StrictUUID, RefersTo("intake_completed")]
    """The intake that it adds to."""

    def refusals(self, known: KnownEntries) -> Iterator[Refusal]:
        if not any(getattr(self, name) for name in _Found.model_fields if name != "type"):
            yield Refusal("update_says_something", "", "Give what was learned.")


class DimensionRating(Part):
    """Severity in one dimension of the third edition of the ASAM criteria, 0 (none) to 4 (severe)."""

    dimension: Annotated[int, Field(ge=1, le=6)]
    """The dimension, from 1 to 6."""
    rating: Annotated[int, Field(ge=0, le=4)]
    """Its severity, from 0 (none) to 4 (severe)."""


class SubdimensionRating(Part):
    """Rating of one subdimension of the fourth edition of the ASAM criteria: the symbol of its anchor.

    The symbols are no scale: 0 is no need, ANY any level of care, EVAL an evaluation at once, MOUD-C medication that is
    to go on; of the others each stands for the least level of care, and for another one in another subdimension.
    Which of them a subdimension has stands in the criteria, which are copyrighted: each is taken.
    """

    subdimension: AsamSubdimension
    """The subdimension."""
    anchor: Literal[
        "0", "ANY", "EVAL", "MOUD-C", "1", "1A", "1B", "1C", "1Z", "2", "2A", "2B", "3", "3A", "3B", "4",
        "A", "B", "C", "D", "E",
    ]  # fmt: skip
    """The symbol of its anchor."""


class AsamAssessed(Event):
    """The client was assessed by the ASAM criteria, and a level of care recommended (R01, R07, R20).

    The third edition rates six dimensions by numbers, the fourth subdimensions by symbols and leaves dimension 6, what
    the client prefers, unrated: it is said in words.
    """

    type: Literal["asam_assessed"] = "asam_assessed"
    edition: AsamEdition
    """The edition of the criteria."""
    dimensions: tuple[DimensionRating, ...] = ()
    """Ratings by the third edition."""
    subdimensions: tuple[SubdimensionRating, ...] = ()
    """Ratings by the fourth edition."""
    recommended: LevelOfCare | None = None
    """The level of care that was recommended."""
    assessed_by: Role
    """Who assessed, by role."""
    person_centered: FreeText | None = None
    """What the client prefers and what may stand in the way (dimension 6), in words."""
    note: FreeText | None = None
    """Anything else worth keeping, in words."""

    def refusals(self, known: KnownEntries) -> Iterator[Refusal]:
        of_the_other = self.subdimensions if self.edition is AsamEdition.THIRD else self.dimensions
        if of_the_other:
            field = "subdimensions" if self.edition is AsamEdition.THIRD else "dimensions"
            yield Refusal(
                "asam_ratings_fit_edition",
                field,
                "The third edition rates dimensions, the fourth subdimensions; give those of the edition.",
            )
        rated = [*(each.dimension for each in self.dimensions), *(each.subdimension for each in self.subdimensions)]
        if len(set(rated)) < len(rated):
            yield Refusal("asam_rated_once", "", "Something is rated twice; give each rating once.")


class LevelOfCareChanged(Event):
    """The client is in another level of care from now on, or for the first time in one (R20, R35).

    `left_on` is the day on which they left the level before, in the client's time zone, where that was not the same
    day: a gap shows. `co_occurring_enhanced` (COE) and `biomedically_enhanced` (BIO) as the fourth edition has them.
    """

    type: Literal["level_of_care_changed"] = "level_of_care_changed"
    level: LevelOfCare
    """The level of care from now on."""
    co_occurring_enhanced: bool = False
    """Whether it is enhanced for co-occurring conditions (COE)."""
    biomedically_enhanced: bool = False
    """Whether it is biomedically enhanced (BIO)."""
    reason: LevelChangeReason
    """Why it changed."""
    provided_by: ShortText | None = None
    """Who provides it, where that is another party."""
    left_on: Day | None = None
    """The day on which the level before was left, in the client's time zone, where that was another day."""
    because_of: Annotated[tuple[StrictUUID, ...], RefersTo("asam_assessed", "handoff_requested", cites=True)] = ()
    """The assessment or handoff that led to it."""
    note: FreeText | None = None
    """Anything else worth keeping, in words."""

    def refusals(self, known: KnownEntries) -> Iterator[Refusal]:
        if self.biomedically_enhanced and self.level is not LevelOfCare.MEDICALLY_MANAGED_RESIDENTIAL:
            yield Refusal("biomedically_enhanced_at_3_7", "level", "Only level 3.7 is biomedically enhanced.")


class EpisodeClosed(Event):
    """An episode of care ended (R20). It releases what belongs to care under way, such as reviews of the plan and
    meetings, but never the review after a crisis, nor naloxone.
    """

    type: Literal["episode_closed"] = "episode_closed"
    intake: Annotated[StrictUUID, RefersTo("intake_completed", once=True)]
    """The intake that opened the episode."""
    reason: DischargeReason
    """Why it ended."""
    level: LevelOfCare | None = None
    """The level of care at its end."""
    aftercare: tuple[Aftercare, ...] = ()
    """What was arranged for afterwards."""
    aftercare_plan: FreeText | None = None
    """What was agreed for afterwards, in words."""
    note: FreeText | None = None
    """Anything else worth keeping, in words."""
