"""In which order the report tells of measures, and what is drawn together."""

from enum import StrEnum
from typing import Final, NamedTuple

from analytics.measures.attendance import ATTENDANCE, BARRIERS_BEHIND_MISSES
from analytics.measures.changes import CHANGES
from analytics.measures.crises import AFTER_CRISES
from analytics.measures.handoffs import ACCEPTANCE_IN_TIME, HOURS_TO_ACCEPTANCE, HOURS_TO_MEETING, MEETING_IN_TIME
from analytics.measures.measure import Kind, Measure
from analytics.measures.national_outcomes import NATIONAL_OUTCOMES
from analytics.measures.recovery import RETURN_TO_USE
from analytics.measures.retention import RETENTION, TIME_IN_CARE
from analytics.measures.workload import CASELOAD, LATENESS


class Told(StrEnum):
    """What of its measures an exhibit tells."""

    ALL_CASES = "all_cases"
    """One figure for each period."""
    BY_GROUP = "by_group"
    """One for each of its groups as well."""
    OF_EACH_GROUP = "of_each_group"
    """How many of all cases are in each group."""
    AS_IT_STANDS = "as_it_stands"
    """By group, as it stands at the moment of the report, whatever its periods."""


class Exhibit(NamedTuple):
    """A chart, or what would be one if it fitted on a page, and its table: of measures of one kind and unit."""

    title: str
    measures: tuple[Measure, ...]
    axis: str
    """What the figures are, in words."""
    told: Told = Told.ALL_CASES

    @property
    def kind(self) -> Kind:
        """Of its measures."""
        return self.measures[0].kind


class Family(NamedTuple):
    """Measures that tell of one part of care."""

    name: str
    heading: str
    about: str
    exhibits: tuple[Exhibit, ...]

    @property
    def measures(self) -> tuple[Measure, ...]:
        """All of them, in order."""
        return tuple(measure for exhibit in self.exhibits for measure in exhibit.measures)


def _changes() -> tuple[Exhibit, ...]:
    """Together what is in one unit."""
    units = dict.fromkeys(each.unit for each in CHANGES)
    titles = {"points": "Change in questionnaires", "points of 10": "Change in craving", "hours": "Change in sleep"}
    return tuple(
        Exhibit(titles[unit], tuple(each for each in CHANGES if each.unit == unit), f"Mean change, in {unit}")
        for unit in units
    )


FAMILIES: Final = (
    Family(
        "retention",
        "Staying in care",
        "How many people who came into care were still in care later, and how soon their treatment began.",
        (
            Exhibit(
                "In care, and in treatment",
                tuple(each for each in RETENTION if each.kind == Kind.SHARE),
                "Share of episodes of care",
            ),
            Exhibit("Time in care", (TIME_IN_CARE,), "Share that did not leave care early"),
        ),
    ),
    Family(
        "crises",
        "After a crisis",
        "How soon people were reached after a crisis, and whether what the review asked for was done.",
        (Exhibit("Follow-up after a crisis", AFTER_CRISES, "Share of cases"),),
    ),
    Family(
        "handoffs",
        "Handing care on",
        "Whether people who were referred from one team member to another were met in time.",
        (
            Exhibit("Handoffs in time", (ACCEPTANCE_IN_TIME, MEETING_IN_TIME), "Share of handoffs"),
            Exhibit(
                "Hours that handoffs took",
                (HOURS_TO_ACCEPTANCE, HOURS_TO_MEETING),
                "Hours: the median, and a line from the lower to the upper quartile",
                Told.BY_GROUP,
            ),
        ),
    ),
    Family(
        "recovery",
        "Recovery and return to use",
        "How long it was from intake until a return to use, where there was one. A return to use is a part of many"
        " recoveries: the days before it stay days of recovery.",
        (Exhibit("Time until a return to use", (RETURN_TO_USE,), "Share without a return to use"),),
    ),
    Family(
        "attendance",
        "Sessions",
        "How many sessions people came to, and what stood in their way when they could not come.",
        (
            Exhibit("Sessions attended", (ATTENDANCE,), "Share of sessions", Told.BY_GROUP),
            Exhibit(
                "What stood in the way",
                (BARRIERS_BEHIND_MISSES,),
                "Share of missed sessions",
                Told.OF_EACH_GROUP,
            ),
        ),
    ),
    Family(
        "changes",
        "How people say they are",
        "What changed from the first 30 days of care to the last time that people were asked. Whether more or less is"
        " better is said with each.",
        _changes(),
    ),
    Family(
        "national-outcomes",
        "National outcome measures",
        "Self-help, housing and work at baseline and at follow-up, of those in care on that day.",
        (Exhibit("At baseline and at follow-up", NATIONAL_OUTCOMES, "Share of episodes of care"),),
    ),
    Family(
        "workload",
        "Work of the team",
        "What each role has to do, and how much of it is late, as it stands at the moment of this report.",
        (
            Exhibit("Clients for whom something is late, by role", (CASELOAD,), "Share of clients", Told.AS_IT_STANDS),
            Exhibit("Tasks that are late, by role", (LATENESS,), "Share of waiting tasks", Told.AS_IT_STANDS),
        ),
    ),
)
"""Every measure is in one of them."""
