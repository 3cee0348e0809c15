"""Of which periods a report is: whole ones, and the last quarter unless said."""

from datetime import date

import pytest

from analytics.counting import By
from analytics.report_periods import PeriodsRefused, last_day, report_periods

TODAY = date(2026, 11, 27)


@pytest.mark.parametrize(
    ("first", "last", "by", "names"),
    [
        (None, None, By.QUARTER, "2026-Q3"),
        (None, None, By.MONTH, "2026-07 2026-08 2026-09"),
        (None, None, By.YEAR, "2025"),
        (date(2025, 10, 1), None, By.QUARTER, "2025-Q4"),
        (None, date(2026, 2, 28), By.MONTH, "2026-01 2026-02"),
        (date(2024, 2, 1), date(2024, 2, 29), By.MONTH, "2024-02"),
        (date(2025, 10, 1), date(2026, 6, 30), By.QUARTER, "2025-Q4 2026-Q1 2026-Q2"),
    ],
)
def test_what_is_not_said_is_the_last_time_that_is_over(
    first: date | None, last: date | None, by: By, names: str
) -> None:
    periods = report_periods(first, last, by, TODAY)

    assert " ".join(period.name for period in periods) == names
    assert last is None or last_day(periods[-1]) == last


@pytest.mark.parametrize(
    ("first", "last", "by", "why"),
    [
        (date(2026, 1, 15), date(2026, 3, 31), By.MONTH, "no whole months"),
        (date(2026, 1, 1), date(2026, 3, 30), By.QUARTER, "no whole quarters"),
        (date(2026, 4, 1), date(2026, 3, 31), By.QUARTER, "no whole quarters"),
        (date(2024, 1, 1), date(2026, 9, 30), By.MONTH, "33 periods"),
        (None, None, By.ALL, "by month, quarter or year"),
    ],
)
def test_other_days_are_refused(first: date | None, last: date | None, by: By, why: str) -> None:
    with pytest.raises(PeriodsRefused, match=why):
        report_periods(first, last, by, TODAY)
