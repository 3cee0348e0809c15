"""Clients, their episodes of care, and what was known of them at intake and since."""

from datetime import date
from typing import Final

from sqlalchemy import Boolean, ColumnElement, Date, Integer, case, extract, literal_column

from analytics.view import Sources, View, made, reference, same, same_client
from projections.care_plan import CARE_PLAN
from projections.care_plan.episodes import EPISODE, SUBSTANCE
from projections.care_plan.levels_of_care import LEVEL
from projections.care_plan.residence import RESIDENCE
from projections.care_plan.team import TEAM_MEMBER
from projections.outcomes.fold import RETENTION

OLDEST_TOLD: Final = 89
"""Ages above this are all told as one, "90 or older": their birth years are left out (45 CFR 164.514(b)(2)(i)(C))."""

_CLIENT: Final = next(table for table in CARE_PLAN.tables if table.name == CARE_PLAN.name)


def _birth_year(sources: Sources) -> ColumnElement[int]:
    return case((~_ninety_or_older(sources), sources.table(_CLIENT).c.birth_year))


def _ninety_or_older(sources: Sources) -> ColumnElement[bool]:
    age = extract("year", sources.moment) - sources.table(_CLIENT).c.birth_year
    return age > literal_column(f"{OLDEST_TOLD:d}")


CLIENTS: Final = View(
    name="clients",
    meaning="A client: one row for each person in the record.",
    table=_CLIENT,
    columns=(
        made(
            "birth_year",
            Integer(),
            "The year of birth; null where it is not known, and for whoever is, or will be this year, 90 or older.",
            _birth_year,
        ),
        made(
            "ninety_or_older",
            Boolean(),
            "Whether the client is, or will be this year, 90 or older; null where the year of birth is not known.",
            _ninety_or_older,
        ),
        *same(_CLIENT, "entry_route", "episode_opened_at", "episode_closed_at", "discharge_reason"),
        *same(_CLIENT, "earlier_episodes", "conditions", "drivers", "social_needs", "readiness"),
        *same(_CLIENT, "plan_version", "plan_agreed_at", "safety_plan_version", "safety_plan_written_at"),
        *same(_CLIENT, "last_contact_at", "last_reached_at", "last_lapse_at", "died_at"),
    ),
    key=(),
)


def _age_at_first_use(sources: Sources) -> ColumnElement[int]:
    age = sources.table(SUBSTANCE).c.age_at_first_use
    return case((age > literal_column(f"{OLDEST_TOLD:d}"), literal_column(f"{OLDEST_TOLD + 1:d}")), else_=age)


def _using_since(sources: Sources) -> ColumnElement[date]:
    since = sources.table(SUBSTANCE).c.using_since
    years = extract("year", sources.moment) - extract("year", since)
    return case((years <= literal_column(f"{OLDEST_TOLD:d}"), since))


SUBSTANCES: Final = View(
    name="substances",
    meaning="A substance of which an intake told.",
    table=SUBSTANCE,
    columns=(
        *same(SUBSTANCE, "number", "substance", "rank", "route", "frequency", "severity"),
        made(
            "age_at_first_use",
            Integer(),
            "The client's age in years at first use, 90 for every age above 89; null where not said.",
            _age_at_first_use,
        ),
        *same(SUBSTANCE, "last_used_on"),
        made(
            "using_since",
            Date(),
            "The client's local day on which the present time of use began; null where not said, and where that is 90"
            " years ago or more, which would tell of an age above 89.",
            _using_since,
        ),
    ),
    key=("number",),
)

EPISODES: Final = View(
    name="episodes",
    meaning="An episode of care, from the intake that opened it to its end.",
    table=RETENTION,
    joins=(
        (
            EPISODE,
            lambda sources: (
                same_client(sources.table(EPISODE), sources.table(RETENTION))
                & (sources.table(EPISODE).c.episode_event_id == sources.table(RETENTION).c.event_id)
            ),
        ),
    ),
    columns=(
        reference(RETENTION, "event_id", "episode", "The episode"),
        *same(RETENTION, "opened_at", "opened_on", "ended_at", "ended_on", "days_in_care", "discharge_reason"),
        *same(EPISODE, "discharge_level", "aftercare", "entry_route", "earlier_episodes", "conditions", "drivers"),
        *same(EPISODE, "social_needs", "use_settings", "readiness"),
    ),
    key=("opened_at", "episode"),
    month="opened_at",
)

LEVELS_OF_CARE: Final = View(
    name="levels_of_care",
    meaning="A level of care (ASAM) in which the client was, or is.",
    table=LEVEL,
    columns=(
        reference(LEVEL, "event_id", "level_of_care", "This stay at a level"),
        *same(LEVEL, "level", "reason", "since", "ended_at", "gap_days"),
        *same(LEVEL, "co_occurring_enhanced", "biomedically_enhanced"),
    ),
    key=("since", "level_of_care"),
    month="since",
)

RESIDENCES: Final = View(
    name="residences",
    meaning="Where the client lives, or lived: what kind of place, never an address.",
    table=RESIDENCE,
    columns=(
        reference(RESIDENCE, "event_id", "residence", "The residence"),
        *same(RESIDENCE, "situation", "stable", "moved_in_at", "ends_at", "left_at", "left_because"),
    ),
    key=("moved_in_at", "residence"),
    month="moved_in_at",
)

TEAM_MEMBERS: Final = View(
    name="team_members",
    meaning="Somebody on the client's team, by role alone.",
    table=TEAM_MEMBER,
    columns=(
        reference(TEAM_MEMBER, "event_id", "team_member", "This membership"),
        *same(TEAM_MEMBER, "role", "begins_at", "ends_at", "released_at", "release_reason"),
    ),
    key=("begins_at", "team_member"),
    month="begins_at",
)

PEOPLE: Final = (CLIENTS, SUBSTANCES, EPISODES, LEVELS_OF_CARE, RESIDENCES, TEAM_MEMBERS)
