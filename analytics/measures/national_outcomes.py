"""Self-help, housing and work at baseline and at follow-up, as far as events tell (R53; NOMs, SUPRT)."""

from collections.abc import Callable
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select, true

from analytics.measures.measure import (
    Kind,
    Measure,
    Row,
    about_same_client,
    cases,
    code,
    day_of,
    days,
    met,
    rows,
    today,
)
from analytics.view import Sources
from analytics.views.people import EPISODES, RESIDENCES
from analytics.views.recovery import OUTCOMES
from projections.outcomes.measured import OutcomeMeasure

WINDOW: Final = 30
"""NOMs ask about the past 30 days."""


class _Interview(NamedTuple):
    """At which day of an episode it is asked how the client lives."""

    name: str
    words: str
    day: int


INTERVIEWS: Final = (_Interview("baseline", "baseline, day 30", 30), _Interview("follow_up", "follow-up, day 180", 180))
"""SUPRT: a baseline within 30 days, and a follow-up at 180 days."""

_SOURCE: Final = "NOMs and SUPRT (SAMHSA), which ask the client; here it is read from what was recorded:"


def _seen(episode: Row, asked_on: ColumnElement[Any], sources: Sources) -> ColumnElement[bool]:
    """Only who is in care on that day can be asked, and the day has to be over."""
    return and_(asked_on < today(sources), or_(episode.c.ended_on.is_(None), episode.c.ended_on >= asked_on))


def _told(of: OutcomeMeasure, window: int | None) -> Callable[[_Interview], Callable[[Sources], Select[Any]]]:
    """Whether it happened in the window before the day of the interview, or between intake and that day."""

    def at(interview: _Interview) -> Callable[[Sources], Select[Any]]:
        def told(sources: Sources) -> Select[Any]:
            episode, outcome = rows(EPISODES, sources), rows(OUTCOMES, sources)
            asked_on = episode.c.opened_on + days(interview.day)
            begins = episode.c.opened_on if window is None else asked_on - days(window)
            there = exists().where(
                about_same_client(outcome, episode),
                outcome.c.measure == code(of),
                outcome.c.measured_on >= begins,
                outcome.c.measured_on < asked_on,
            )
            found = cases(episode, "episode", episode.c.opened_on, met(there), group=episode.c.entry_route)
            return found.where(_seen(episode, asked_on, sources))

        return told

    return at


def _housed(interview: _Interview) -> Callable[[Sources], Select[Any]]:
    def housed(sources: Sources) -> Select[Any]:
        episode, residence = rows(EPISODES, sources), rows(RESIDENCES, sources)
        asked_on = episode.c.opened_on + days(interview.day)
        left_on = day_of(func.coalesce(residence.c.left_at, residence.c.ends_at))
        last = (
            select(residence.c.stable)
            .where(
                about_same_client(residence, episode),
                day_of(residence.c.moved_in_at) <= asked_on,
                or_(left_on.is_(None), left_on > asked_on),
            )
            .order_by(residence.c.moved_in_at.desc(), residence.c.stable)
            .limit(days(1))
            .lateral("home")
        )
        source = episode.join(last, true())
        stable = met(last.c.stable)
        found = cases(episode, "episode", episode.c.opened_on, stable, group=episode.c.entry_route, source=source)
        return found.where(_seen(episode, asked_on, sources))

    return housed


class _Asked(NamedTuple):
    """What is asked at both interviews."""

    name: str
    title: str
    numerator: str
    exclusions: str
    source: str
    made: Callable[[_Interview], Callable[[Sources], Select[Any]]]


_ASKED: Final = (
    _Asked(
        "self_help",
        "Self-help groups",
        "The client was at a meeting of a support group in the 30 days before.",
        "None.",
        "meetings of support groups.",
        _told(OutcomeMeasure.SUPPORT_MEETINGS, WINDOW),
    ),
    _Asked(
        "stable_housing",
        "Stable housing",
        "On that day the client lived where they could stay as long as they chose.",
        "Episodes of clients of whom it is not known where they lived.",
        "residences, by their days in UTC.",
        _housed,
    ),
    _Asked(
        "back_to_work",
        "Back at work",
        "Between intake and that day the client came back to work.",
        "None.",
        "milestones. Who had work at intake and kept it reaches none, so this tells of changes, not of employment.",
        _told(OutcomeMeasure.BACK_TO_WORK, None),
    ),
)


def _measure(asked: _Asked, interview: _Interview) -> Measure:
    return Measure(
        name=f"{asked.name}_at_{interview.name}",
        title=f"{asked.title} ({interview.words})",
        version=1,
        kind=Kind.SHARE,
        unit="cases",
        case=f"An episode of care that was open on its day {interview.day}.",
        numerator=asked.numerator,
        denominator="Such episodes, once that day is over.",
        exclusions=asked.exclusions,
        period="The day on which the episode was opened.",
        source=f"{_SOURCE} {asked.source}",
        cases=asked.made(interview),
        group="the way by which the client came into care",
        better="higher",
    )


NATIONAL_OUTCOMES: Final = tuple(_measure(asked, interview) for asked in _ASKED for interview in INTERVIEWS)
