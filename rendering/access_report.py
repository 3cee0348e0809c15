"""Who looked at a client's record, as a list that can be given to them (care.md, privacy rule 3).

What went outside comes first: that is the accounting of disclosures (42 CFR 2.25; 45 CFR 164.528). What systems read is
summed up for each day; what people told by phone, letter or otherwise stands there as they recorded it. Reads inside
the organization, which no rule asks to be told, are summed up for each person, so that years fit on some pages.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from textwrap import indent, wrap
from typing import Final, NamedTuple, Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.vocabulary.purposes import PurposeOfUse
from domain.vocabulary.record import Precision
from projections.care_plan.disclosures import DisclosureByPeople, Disclosures, EmergencyDisclosure
from projections.local_days import LocalDays, days_asked, local_day
from rendering.access_words import MEANS, PARTS, PURPOSES, SCOPES, TOLD_FOR
from rendering.html import page
from rendering.visible import visible

_BASES: Final[Mapping[str, str]] = {
    "consent": "with your consent",
    "court_order": "by a court's order",
    "medical_emergency": "in a medical emergency",
}
"""What allowed something to be told, by the kind of its entry."""
_EMERGENCY: Final = "to help you in a medical emergency, in which we could not ask you before"

_ROLES: Final[Mapping[str, str]] = {
    "peer": "peer specialist",
    "case_manager": "case manager",
    "auditor": "somebody who checks that records are kept right",
    "system": "a computer program",
}
_YEARS: Final = 6
_OPERATOR: Final = ("system", "operator")


_WELCOME: Final = (
    "You have a right to know who has seen what is written down about you. If anything here surprises or worries you,"
    " please tell us: we will look into it, and it will not change your care."
)
_NOT_HERE: Final = (
    "What our people told others by phone, by letter or in person is in this list as they wrote it down. Ask us for"
    " every single time that is summed up here: we keep each one."
)
_NOT_SHARED: Final = "Nothing was shared outside in this time, as far as we know."
_NOT_OPENED: Final = "Nobody here has opened your record in this time."


class ReadsToTell(Protocol):
    """Reads by one person, of one part of the record and for one purpose."""

    @property
    def role(self) -> str: ...

    @property
    def name(self) -> str: ...

    @property
    def recipient(self) -> str | None: ...

    @property
    def purpose(self) -> PurposeOfUse: ...

    @property
    def what(self) -> str: ...

    @property
    def allowed_by(self) -> UUID | None: ...

    @property
    def times(self) -> int: ...

    @property
    def first(self) -> datetime: ...

    @property
    def last(self) -> datetime: ...


class Period(NamedTuple):
    """Which days a list covers, and on which it was made."""

    days: LocalDays
    made_on: date

    @property
    def zone(self) -> ZoneInfo:
        """The time zone of its days."""
        return self.days.zone


def period(first: date | None, last: date | None, now: datetime, time_zone: str) -> Period:
    """The days asked for, in that time zone: until today and from six years before, unless said.

    Six years are what HIPAA asks for (45 CFR 164.528(a)(1)); 42 CFR 2.25 asks for three. Raises ValueError where they
    end before they begin.
    """
    zone = ZoneInfo(time_zone)
    return Period(days_asked(first, last, now, zone, usual_first=_years_before), local_day(now, zone))


def _years_before(last: date) -> date:
    return date(last.year - _YEARS, last.month, min(last.day, 28))


class Line(NamedTuple):
    """One line of the list, in words."""

    who: str
    what: str
    why: str
    when: str


class Part(NamedTuple):
    """A part of the list."""

    heading: str
    lines: list[Line]
    nothing: str
    """What it says where there is nothing in it."""


def html(
    reads: Iterable[ReadsToTell],
    told: Disclosures,
    bases: Mapping[UUID, str],
    period: Period,
    organization: str,
    record_number: str,
) -> str:
    """The list as a page to print. What people told outside (`told`) is narrowed to the period here; `bases` say of
    entries that allowed something to be told whether they are a `consent`, a `court_order` or a `medical_emergency`."""
    return page(
        "access_report.html",
        organization=organization,
        record_number=record_number,
        period=f"{_day(period.days.first)} to {_day(period.days.last)}",
        made_on=_day(period.made_on),
        welcome=_WELCOME,
        not_here=_NOT_HERE,
        parts=_parts(reads, told, bases, period, organization),
    )


def text(
    reads: Iterable[ReadsToTell],
    told: Disclosures,
    bases: Mapping[UUID, str],
    period: Period,
    organization: str,
    record_number: str,
) -> str:
    """The list as plain text, 80 columns wide."""
    days = f"From {_day(period.days.first)} to {_day(period.days.last)}; made on {_day(period.made_on)}"
    parts = [
        "WHO HAS LOOKED AT YOUR RECORD",
        f"{organization}\nRecord number {record_number}\n{days}",
        _WELCOME,
        *_as_text(_parts(reads, told, bases, period, organization)),
        _NOT_HERE,
    ]
    return visible("\n\n".join("\n".join(_wrapped(part)) for part in parts)) + "\n"


def _wrapped(part: str) -> Iterator[str]:
    for line in part.split("\n"):
        yield from [line] if line.startswith(" ") else wrap(line, 80) or [""]


def _as_text(parts: Iterable[Part]) -> Iterator[str]:
    for part in parts:
        yield part.heading.upper()
        yield from map(_as_words, part.lines) if part.lines else [part.nothing]


def _as_words(line: Line) -> str:
    said = indent("\n".join(wrap(f"{line.what}, {line.why}: {line.when}", 76)), "    ")
    return f"{line.who}\n{said}"


def _parts(
    reads: Iterable[ReadsToTell], told: Disclosures, bases: Mapping[UUID, str], period: Period, organization: str
) -> tuple[Part, Part]:
    """What went outside, and what was read inside: each with the latest on top."""
    shared = [*_told_by_people(told, bases, period)]
    here: list[Line] = []
    for each in reads:
        what = PARTS.get(each.what, "a part of your record")
        line = Line(_who(each, bases), what, PURPOSES[each.purpose], _when(each, period.zone))
        if each.recipient is None:
            here.append(line)
        else:
            shared.append((each.last, line))
    shared.sort(key=lambda each: each[0], reverse=True)
    return (
        Part(f"Shared outside {organization}", [line for _, line in shared], _NOT_SHARED),
        Part(f"Inside {organization}", here, _NOT_OPENED),
    )


def _told_by_people(told: Disclosures, bases: Mapping[UUID, str], period: Period) -> Iterator[tuple[datetime, Line]]:
    """What people told outside in the period, each with when that was."""
    for each in told.by_people:
        day, when = _moment(each.made_at, each.precision, period.zone)
        if period.days.first <= day <= period.days.last:
            who = f"{_on_one_line(each.recipient)}, {_basis(each.allowed_by, bases)}"
            yield each.made_at, Line(who, _what_was_told(each), TOLD_FOR[each.purpose], when)
    for emergency in told.emergencies:
        day, when = _moment(emergency.made_at, emergency.precision, period.zone)
        if period.days.first <= day <= period.days.last:
            who = f"{_on_one_line(emergency.recipient)} of {_on_one_line(emergency.organization)}"
            yield emergency.made_at, Line(who, _what_was_told(emergency), _EMERGENCY, when)


def _what_was_told(disclosure: DisclosureByPeople | EmergencyDisclosure) -> str:
    what = ", ".join(SCOPES[scope] for scope in disclosure.scope)
    return f"{what}; told by {_on_one_line(disclosure.disclosed_by)} {MEANS[disclosure.means]}"


def _moment(at: datetime, precision: Precision, zone: ZoneInfo) -> tuple[date, str]:
    """The day and, as far as it is known, the time; of a day that is known alone `at` is the midnight in UTC."""
    if precision is Precision.DAY:
        return at.date(), _day(at.date())
    local = at.astimezone(zone)
    about = "about " if precision is Precision.APPROXIMATE else ""
    return local.date(), f"{_day(local.date())} at {about}{local:%H:%M}"


def _on_one_line(said: str) -> str:
    """Somebody's name, which can neither look like another line of the list nor like its next part."""
    return " ".join(said.split())


def _basis(allowed_by: UUID | None, bases: Mapping[UUID, str]) -> str:
    basis = bases.get(allowed_by) if allowed_by else None
    return _BASES[basis] if basis else "as the law allows"


def _who(reads: ReadsToTell, bases: Mapping[UUID, str]) -> str:
    if reads.recipient is not None:
        return f"{_on_one_line(reads.recipient)}, {_basis(reads.allowed_by, bases)}"
    if (reads.role, reads.name) == _OPERATOR:
        return "Whoever runs the record system"
    role = _ROLES.get(reads.role, reads.role.replace("_", " "))
    return f"{_on_one_line(reads.name)}, {role}"


def _when(reads: ReadsToTell, zone: ZoneInfo) -> str:
    first, last = (moment.astimezone(zone) for moment in (reads.first, reads.last))
    if reads.times == 1:
        return f"{_day(first.date())} at {first:%H:%M}"
    if first.date() == last.date():
        return f"{reads.times} times on {_day(first.date())}"
    return f"{reads.times} times from {_day(first.date())} to {_day(last.date())}"


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
