"""Levels of care: an assessment at intake, the first placement, and changes."""

from domain.events.intake import AsamAssessed, DimensionRating, LevelOfCareChanged, SubdimensionRating
from domain.vocabulary.asam import AsamEdition, AsamSubdimension, LevelChangeReason, LevelOfCare
from domain.vocabulary.people import Role
from samples.simulation.chance import terms
from samples.simulation.simulated_client import SimulatedClient

_FOURTH = 0.4
"""How many are assessed by the fourth edition, which clinics take up from 2024 on. Our choice."""

_CHANGES_A_DAY = 0.002
"""Our choice: less than once a year for each client."""

_LEVELS = (
    *(LevelOfCare.OUTPATIENT_THERAPY,) * 6,
    *(LevelOfCare.MEDICALLY_MANAGED_OUTPATIENT,) * 2,
    *(LevelOfCare.INTENSIVE_OUTPATIENT,) * 3,
    *(LevelOfCare.HIGH_INTENSITY_OUTPATIENT, LevelOfCare.LOW_INTENSITY_RESIDENTIAL),
)
"""Most treatment is outpatient, and about one in eight of it intensive (N-SUMHSS); the other shares are our choice."""

_ANCHORS = {
    AsamSubdimension.INTOXICATION: ("0", "ANY", "2"),
    AsamSubdimension.WITHDRAWAL: ("0", "EVAL", "1", "2", "3A"),
    AsamSubdimension.ADDICTION_MEDICATION_NEEDS: ("ANY", "MOUD-C", "A", "B"),
    AsamSubdimension.PHYSICAL_HEALTH: ("0", "ANY", "1", "2"),
    AsamSubdimension.PREGNANCY: ("0", "ANY"),
    AsamSubdimension.ACTIVE_PSYCHIATRIC_SYMPTOMS: ("0", "ANY", "1A", "1B", "2A"),
    AsamSubdimension.PERSISTENT_DISABILITY: ("0", "ANY", "1Z"),
    AsamSubdimension.RISKY_SUBSTANCE_USE: ("A", "B", "C", "D"),
    AsamSubdimension.RISKY_BEHAVIORS: ("0", "A", "B", "C"),
    AsamSubdimension.ABILITY_TO_FUNCTION: ("0", "ANY", "A", "B"),
    AsamSubdimension.SAFETY: ("0", "A"),
    AsamSubdimension.SUPPORT: ("0", "ANY", "A", "B"),
}
"""Ratings that these subdimensions have."""


def assess_and_place(story: SimulatedClient, hour: float) -> None:
    """At intake."""
    level = story.chance.one(_LEVELS)
    _assess(story, level, hour)
    _place(story, level, LevelChangeReason.FIRST_PLACEMENT, hour)


def level_of_the_day(story: SimulatedClient) -> None:
    """Rarely, another level fits better."""
    chance = story.chance
    if story.works_today and chance.happens(_CHANGES_A_DAY):
        level, hour = chance.one(_LEVELS), story.working_hour()
        if level is not story.level:
            _assess(story, level, hour)
            needs_more = LevelChangeReason.NEEDS_MORE if story.craving > 5 else LevelChangeReason.NEEDS_LESS
            _place(story, level, needs_more, hour + 0.5)


def _assess(story: SimulatedClient, recommended: LevelOfCare, hour: float) -> None:
    chance = story.chance
    if chance.happens(_FOURTH):
        rated = tuple(
            SubdimensionRating.model_validate({"subdimension": each, "anchor": chance.one(_ANCHORS[each])})
            for each in chance.some(terms(AsamSubdimension), 8)
        )
        event = AsamAssessed(
            edition=AsamEdition.FOURTH, subdimensions=rated, recommended=recommended, assessed_by=Role.COUNSELOR
        )
    else:
        ratings = tuple(DimensionRating(dimension=n, rating=chance.whole(0, 3)) for n in range(1, 7))
        event = AsamAssessed(
            edition=AsamEdition.THIRD, dimensions=ratings, recommended=recommended, assessed_by=Role.COUNSELOR
        )
    story.write(event, hour, story.team.counselor)


def _place(story: SimulatedClient, level: LevelOfCare, reason: LevelChangeReason, hour: float) -> None:
    story.level = level
    event = LevelOfCareChanged(level=level, co_occurring_enhanced=story.chance.happens(0.2), reason=reason)
    story.write(event, hour, story.team.counselor)
