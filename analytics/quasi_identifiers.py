"""What outsiders may know of a client already, how exactly it is told, and what must not be learned by it.

Nothing here names anybody. But whoever knows a few such things of somebody may find the one person in the rows of whom
all of them hold, and read the rest: the quasi-identifiers. How many people share them is counted (anonymity_in_sql.py).
What stands here is our choice of what neighbors, employers, courts and obituaries tell, each with its reason.
"""

from collections.abc import Callable, Collection, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Date,
    DateTime,
    FromClause,
    Integer,
    Select,
    Text,
    case,
    cast,
    extract,
    func,
    literal_column,
    select,
)

from analytics.view import CLIENT, ORGANIZATION, Sources
from analytics.views.crises import CRISES
from analytics.views.people import CLIENTS, EPISODES, SUBSTANCES
from analytics.views.treatment import MEDICATIONS

BIRTH_YEAR: Final = "birth_year"
"""The column of the year of birth."""


class Rung(NamedTuple):
    """How exactly quasi-identifiers are told."""

    birth_years: int
    """So many years of birth are told as the first of them."""
    care_began: str
    """The period, as PostgreSQL names it, of which no more is told than that care began in it."""
    meaning: str


LADDER: Final = (
    Rung(1, "month", "The year of birth and every date as they are."),
    Rung(
        5,
        "quarter",
        "Of the year of birth the first of five, as 1985 for 1985 to 1989; each client's dates are moved back by whole"
        " weeks, so that their first episode begins in the first week of its quarter.",
    ),
    Rung(
        10,
        "year",
        "Of the year of birth the first of ten; each client's dates are moved back by whole weeks, so that their first"
        " episode begins in the first week of its year.",
    ),
)
"""From telling all to telling least (our choice). Weekdays and the time between any two of a client's dates stay."""


class Known(NamedTuple):
    """What is known of clients, in SQL, and how exactly it is told."""

    clients: FromClause
    """Rows of the view of clients."""
    began: ColumnElement[Any]
    """When their first episode opened; null where none did."""
    rung: Rung
    dates_shifted: bool


class QuasiIdentifier(NamedTuple):
    """Something that somebody may know of a client."""

    name: str
    what: str
    """In words."""
    why: str
    """By whom, or how, it is known."""
    value: Callable[[Known], ColumnElement[str]]
    """As a text, no more exact than rows tell it."""
    views: frozenset[str] | None = None
    """The views of which one must be there for it to be told; None where any tells it."""


def _birth_year(known: Known) -> ColumnElement[str]:
    born = widened_year(known.clients.c[BIRTH_YEAR], known.rung)
    return case((known.clients.c.ninety_or_older, literal_column("'90 or older'")), else_=cast(born, Text))


def _entry_route(known: Known) -> ColumnElement[str]:
    return known.clients.c.entry_route


def _care_began(known: Known) -> ColumnElement[str]:
    """Whoever is still in care has rows up to the moment of the export, or almost: where these end tells by how much
    their dates were moved. So of them the month is taken for told, however dates are moved."""
    closed, died = known.clients.c.episode_closed_at, known.clients.c.died_at
    in_care = closed.is_(None) & died.is_(None) & known.began.is_not(None)
    others = literal_column("'some time'", Text) if known.dates_shifted else _first_day(known, known.rung.care_began)
    return case((in_care, _first_day(known, "month")), else_=others)


def _first_day(known: Known, period: str) -> ColumnElement[str]:
    return cast(cast(func.date_trunc(_quoted(period), _in_utc(known.began)), Date), Text)


def _died(known: Known) -> ColumnElement[str]:
    died = known.clients.c.died_at
    if known.dates_shifted or known.rung.care_began == "year":
        return cast(died.is_not(None), Text)
    return cast(extract("year", _in_utc(died)), Text)


QUASI_IDENTIFIERS: Final = (
    QuasiIdentifier(
        BIRTH_YEAR,
        "year of birth",
        "Whoever knows somebody knows how old they are, roughly or exactly.",
        _birth_year,
        frozenset({CLIENTS.name}),
    ),
    QuasiIdentifier(
        "entry_route",
        "way into care",
        "A court, an employer or a school that sent somebody knows that it did, and so may those around them.",
        _entry_route,
        frozenset({CLIENTS.name, EPISODES.name}),
    ),
    QuasiIdentifier(
        "care_began",
        "when care began",
        "Family and colleagues notice when somebody begins to be away.",
        _care_began,
    ),
    QuasiIdentifier("died", "death", "An obituary tells it, and its year.", _died),
)
"""What is counted. Sex, race and the place of living, usual elsewhere, stand in no view."""


class Sensitive(NamedTuple):
    """Something that must not be learned of somebody by knowing their quasi-identifiers."""

    name: str
    values: Callable[[Sources], Select[Any]]
    """Rows of organization, client and value; a client may have several, or none."""


def _of_substances(sources: Sources) -> Select[Any]:
    rows = SUBSTANCES.rows(sources).subquery("rows")
    return select(rows.c[ORGANIZATION], rows.c[CLIENT], rows.c.substance.label("value"))


def _of_conditions(sources: Sources) -> Select[Any]:
    rows = CLIENTS.rows(sources).subquery("rows")
    return select(rows.c[ORGANIZATION], rows.c[CLIENT], func.unnest(rows.c.conditions, type_=Text).label("value"))


def _of_crises(sources: Sources) -> Select[Any]:
    rows = CRISES.rows(sources).subquery("rows")
    return select(rows.c[ORGANIZATION], rows.c[CLIENT], func.unnest(rows.c.kinds, type_=Text).label("value"))


def _of_medications(sources: Sources) -> Select[Any]:
    rows = MEDICATIONS.rows(sources).subquery("rows")
    return select(rows.c[ORGANIZATION], rows.c[CLIENT], rows.c.drug.label("value"))


def _of_discharges(sources: Sources) -> Select[Any]:
    rows = EPISODES.rows(sources).subquery("rows")
    reason = rows.c.discharge_reason
    return select(rows.c[ORGANIZATION], rows.c[CLIENT], reason.label("value")).where(reason.is_not(None))


SENSITIVE: Final = (
    Sensitive("substances", _of_substances),
    Sensitive("conditions", _of_conditions),
    Sensitive("crises", _of_crises),
    Sensitive("medications", _of_medications),
    Sensitive("discharge_reasons", _of_discharges),
)
"""What must not be learned."""


def people(
    sources: Sources, rung: Rung, *, dates_shifted: bool, views: Collection[str]
) -> tuple[Select[Any], Sequence[str]]:
    """A row for each client with the quasi-identifiers that rows of these views tell, and the names of those."""
    clients = CLIENTS.rows(sources).subquery("clients")
    began = first_openings(sources).subquery("began")
    known = Known(clients, began.c.opened_at, rung, dates_shifted)
    told = [each for each in QUASI_IDENTIFIERS if each.views is None or each.views & set(views)]
    columns = [each.value(known).label(each.name) for each in told]
    rows = select(clients.c[ORGANIZATION], clients.c[CLIENT], *columns).select_from(
        clients.outerjoin(began, same_person(clients, began))
    )
    return rows, [each.name for each in told]


def same_person(one: FromClause, other: FromClause) -> ColumnElement[bool]:
    """The condition that rows of two views are about the same client."""
    return (one.c[ORGANIZATION] == other.c[ORGANIZATION]) & (one.c[CLIENT] == other.c[CLIENT])


def first_openings(sources: Sources) -> Select[Any]:
    """When the first episode of each client opened."""
    episodes = EPISODES.rows(sources).subquery("episodes")
    whose = episodes.c[ORGANIZATION], episodes.c[CLIENT]
    opened_at = func.min(episodes.c.opened_at, type_=DateTime(timezone=True))
    return select(*whose, opened_at.label("opened_at")).group_by(*whose)


def widened_year(year: ColumnElement[int], rung: Rung) -> ColumnElement[int]:
    """The first of the years that are told as one."""
    return year - year % literal_column(f"{rung.birth_years:d}", Integer)


def days_into_period(began: ColumnElement[Any], rung: Rung) -> ColumnElement[int]:
    """How many days of whole weeks the period had lasted in which care began; 0 where it never did."""
    in_utc = _in_utc(began)
    days = cast(in_utc, Date) - cast(func.date_trunc(_quoted(rung.care_began), in_utc), Date)
    week = literal_column("7", Integer)
    return func.coalesce(days // week * week, literal_column("0", Integer), type_=Integer)


def _in_utc(moment: ColumnElement[Any]) -> ColumnElement[Any]:
    return func.timezone(literal_column("'UTC'"), moment, type_=DateTime())


def _quoted(word: str) -> ColumnElement[str]:
    return literal_column(f"'{word}'", Text)
