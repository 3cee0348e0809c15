"""Which periods a report is of."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from analytics.counting import By
from analytics.figures import Period

MOST_PERIODS: Final = 12
"""A report has so many at most (our choice): a year of months, which its charts still show line by line."""

_MONTHS: Final = {By.MONTH: 1, By.QUARTER: 3, By.YEAR: 12}


class PeriodsRefused(ValueError):
    """These days are not whole periods of that kind; the message says what to change."""


def report_periods(first: date | None, last: date | None, by: By, today: date) -> tuple[Period, ...]:
    """The periods from one day to another, both included.

    What is not said is the last quarter that is over on `today`, or by years the last year. Raises PeriodsRefused for
    days that are no whole periods, and for more than MOST_PERIODS.
    """
    if by == By.ALL:
        raise PeriodsRefused("A report is by month, quarter or year; that of all periods stands beside each.")
    longer = By.YEAR if by == By.YEAR else By.QUARTER
    last = last or (_after(longer, first) if first else _begin(longer, today)) - timedelta(days=1)
    first = first or _begin(longer, last)
    periods = tuple(_between(first, last, by))
    if not periods or periods[0].begins_on != first or last_day(periods[-1]) != last:
        raise PeriodsRefused(
            f"{first} to {last} are no whole {by}s: begin with the first day of one, and end with the last day of one."
        )
    if len(periods) > MOST_PERIODS:
        raise PeriodsRefused(
            f"That are {len(periods)} periods, of which a report has {MOST_PERIODS} at most: tell it by longer ones,"
            " or of less time."
        )
    return periods


def last_day(period: Period) -> date:
    """The last day of a month, quarter or year."""
    if period.begins_on is None:
        raise ValueError("All periods together have no last day.")
    return _after(period.by, period.begins_on) - timedelta(days=1)


def _between(first: date, last: date, by: By) -> Iterator[Period]:
    begin = _begin(by, first)
    while begin <= last:
        yield Period(by, begin)
        begin = _after(by, begin)


def _begin(by: By, day: date) -> date:
    """The first day of the period that the day is in."""
    months = _MONTHS[by]
    return date(day.year, (day.month - 1) // months * months + 1, 1)


def _after(by: By, day: date) -> date:
    """The first day of the period after that."""
    begin = _begin(by, day)
    month = begin.year * 12 + begin.month - 1 + _MONTHS[by]
    return date(month // 12, month % 12 + 1, 1)
