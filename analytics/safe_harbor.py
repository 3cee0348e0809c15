"""What analysts' rows have of the identifiers that HIPAA's Safe Harbor takes out (45 CFR 164.514(b)(2)(i)(A)-(R)).

Each column is of a kind that is known to hold no more than it should. What is of none raises UnknownKind: so a new
column, or a new table of an export, is looked at by somebody before anything of it is told.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final, NamedTuple, Protocol

from sqlalchemy import ARRAY, Boolean, Date, DateTime, Double, Integer, Text, Uuid
from sqlalchemy.types import TypeEngine

from analytics.view import ORGANIZATION


class Kind(StrEnum):
    """What a column can hold."""

    ORGANIZATION = "the organization's id"
    PSEUDONYM = "a pseudonym"
    DATE = "a date or a moment"
    YEAR = "a year of birth"
    AGE = "an age"
    WORDS = "words of a closed list"
    TRUTH_VALUE = "a truth value"
    NUMBER = "a number of things, days, hours or points"


class UnknownKind(Exception):
    """Nothing says what a column can hold."""


class Described(Protocol):
    """A column, as far as its kind goes by it."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def type(self) -> TypeEngine[Any]:
        """Its type."""

    @property
    def words(self) -> tuple[str, ...] | None:
        """Of coded text, all that it can be."""


NUMBERS: Final[Mapping[str, Kind]] = {
    "clients.birth_year": Kind.YEAR,
    "substances.age_at_first_use": Kind.AGE,
    **dict.fromkeys(
        (
            *("clients.earlier_episodes", "clients.plan_version", "clients.safety_plan_version"),
            *("substances.number", "episodes.days_in_care", "episodes.earlier_episodes", "levels_of_care.gap_days"),
            *("plan_versions.version", "goals.baseline", "goals.target", "goals.readings", "goals.reading"),
            *("goal_readings.value", "contacts.minutes", "appointments.minutes", "support_meeting_counts.meetings"),
            *("ladder_steps.days", "ladder_steps.years", "milestones.number", "celebrations.days"),
            *("outcomes.value", "outcomes.lowest", "outcomes.highest", "crises.attempts", "crises.contacts_recorded"),
            *("overdoses.naloxone_doses", "adjustments.number", "handoffs.gap_days", "obligations.step"),
            *("obligations.hours_to_met", "toxicology_results.number"),
            *("screenings.score", "screenings.lowest", "screenings.highest"),
        ),
        Kind.NUMBER,
    ),
}
"""What each column of numbers counts or measures: a number alone may as well be a telephone's or an account's."""

_BY_TYPE: Final[Mapping[type[TypeEngine[Any]], Kind]] = {
    DateTime: Kind.DATE,
    Date: Kind.DATE,
    Boolean: Kind.TRUTH_VALUE,
    Uuid: Kind.PSEUDONYM,
}


def kind_of(view: str, column: Described) -> Kind:
    """What a column of a view, or of another table of an export, can hold. Raises UnknownKind."""
    of_each = column.type.item_type if isinstance(column.type, ARRAY) else column.type
    name = f"{view}.{column.name}"
    if isinstance(of_each, Uuid) and column.name == ORGANIZATION:
        return Kind.ORGANIZATION
    if isinstance(of_each, Text) and column.words:
        return Kind.WORDS
    if isinstance(of_each, Integer | Double) and name in NUMBERS:
        return NUMBERS[name]
    if type(of_each) in _BY_TYPE:
        return _BY_TYPE[type(of_each)]
    raise UnknownKind(
        f"Nothing says what {name} can hold: a text needs the words that it can be, a number a line in NUMBERS of"
        " analytics/safe_harbor.py, and another type a kind of its own there."
    )


class Identifier(NamedTuple):
    """One of the eighteen, and what becomes of it."""

    letter: str
    """Of the paragraph of 45 CFR 164.514(b)(2)(i)."""
    what: str
    told: str
    """What is told of it."""
    kinds: frozenset[Kind] = frozenset()
    """The kinds of column in which something of it stands."""


_NOTHING: Final = "Nothing: no column holds it."

IDENTIFIERS: Final = (
    Identifier("A", "Names", _NOTHING + " Clients have pseudonyms, staff and supporters stand by role or kind alone."),
    Identifier(
        "B",
        "Places smaller than a State",
        "No address and no ZIP code. The organization's id is told as it is: whoever knows whose it is knows where that"
        " organization works.",
        frozenset({Kind.ORGANIZATION}),
    ),
    Identifier(
        "C",
        "Dates except years, ages above 89",
        "Of birth the year alone, and none of whoever is 90 or older; ages above 89 are one. Every other date is told:"
        " shifted for each client where that is configured, as it is otherwise.",
        frozenset({Kind.DATE, Kind.YEAR, Kind.AGE}),
    ),
    Identifier("D", "Telephone numbers", _NOTHING),
    Identifier("E", "Fax numbers", _NOTHING),
    Identifier("F", "E-mail addresses", _NOTHING),
    Identifier("G", "Social security numbers", _NOTHING),
    Identifier("H", "Medical record numbers", _NOTHING + " Identifiers that are linked to a client are in no view."),
    Identifier("I", "Health plan beneficiary numbers", _NOTHING),
    Identifier("J", "Account numbers", _NOTHING),
    Identifier("K", "Certificate and license numbers", _NOTHING),
    Identifier("L", "Vehicle identifiers and license plates", _NOTHING),
    Identifier("M", "Device identifiers and serial numbers", _NOTHING),
    Identifier("N", "Web addresses (URLs)", _NOTHING),
    Identifier("O", "IP addresses", _NOTHING),
    Identifier("P", "Biometric identifiers", _NOTHING),
    Identifier("Q", "Full-face photographs", _NOTHING),
    Identifier(
        "R",
        "Any other number, characteristic or code that is somebody's own",
        "No id of the record. What stands for one is a pseudonym, a keyed digest whose key is not told (164.514(c)).",
        frozenset({Kind.PSEUDONYM}),
    ),
)
"""The eighteen identifiers."""

NO_IDENTIFIER: Final = frozenset({Kind.WORDS, Kind.TRUTH_VALUE, Kind.NUMBER})
"""The kinds of column in which nothing of the eighteen stands."""


class Standing(StrEnum):
    """What HIPAA takes rows for."""

    LIMITED_DATA_SET = "limited data set"
    """No direct identifiers, but dates: to be given for research, public health or health care operations, under a
    data use agreement (45 CFR 164.514(e))."""
    DATES_SHIFTED = "dates shifted"
    """Nothing of the eighteen as it is. A shifted date is made of a date, and Safe Harbor lets no part or derivative of
    an identifier be told: that nobody can be found by what remains is for an expert to say (45 CFR 164.514(b)(1))."""


def standing(*, dates_shifted: bool) -> Standing:
    """What rows are, by whether each client's dates are shifted."""
    return Standing.DATES_SHIFTED if dates_shifted else Standing.LIMITED_DATA_SET
