"""The list that a client is given of who looked at their record: what it says, as a page and as text."""

from datetime import UTC, date, datetime
from typing import Any, NamedTuple
from uuid import uuid4

import pytest

from domain.vocabulary.purposes import PurposeOfUse
from rendering import access_report
from service.access.access_search import SummedReads
from tests.rendering.reading_pages import said, tree

NOW = datetime(2026, 4, 2, 3, tzinfo=UTC)
PERIOD = access_report.period(date(2026, 1, 1), None, NOW, "America/Chicago")


class Told(NamedTuple):
    page: str
    text: str


def told(*reads: SummedReads) -> Told:
    asked = (reads, PERIOD, "Harbor Lane Recovery", "8f0e4c52")
    return Told(said(access_report.html(*asked)), " ".join(access_report.text(*asked).split()))


def reads(**other: Any) -> SummedReads:
    moment = datetime(2026, 3, 2, 21, 40, tzinfo=UTC)
    usual = {
        "actor_id": uuid4(), "role": "counselor", "name": "ana", "recipient": None, "what": "care_plan", "times": 1,
        "purpose": PurposeOfUse.TREATMENT, "first": moment, "last": moment,
    }  # fmt: skip
    return SummedReads(**{**usual, **other})


def test_it_says_who_saw_what_why_and_when() -> None:
    pharmacy = reads(role="system", name="pharmacy", recipient="Harbor Pharmacy", times=3, what="crisis_card")
    ana = reads(times=12, last=datetime(2026, 4, 1, 3, tzinfo=UTC))

    for words in told(ana, pharmacy):
        assert "ana, counselor" in words
        assert "your care plan" in words
        assert "12 times from 2 March 2026 to 31 March 2026" in words, "days are the organization's"
        assert "Harbor Pharmacy, with your consent" in words
        assert "3 times on 2 March 2026" in words
        assert words.index("Harbor Pharmacy") < words.index("ana, counselor"), "what left the house comes first"
        assert "1 January 2026 to 1 April 2026" in words
        assert "Nothing went from" not in words


def test_where_nobody_read_it_says_so() -> None:
    for words in told():
        assert "Nothing went from your record to another organization through this system." in words
        assert "Nobody here has opened your record in this time." in words
        assert "by phone" in words


def test_programs_and_whoever_runs_the_service_are_no_persons() -> None:
    words = told(reads(role="system", name="ehr"), reads(role="system", name="operator")).page

    assert "ehr, a computer program" in words
    assert "Whoever runs the record system" in words
    assert "2 March 2026 at 15:40" in words


@pytest.mark.parametrize("purpose", PurposeOfUse)
def test_every_purpose_has_words(purpose: PurposeOfUse) -> None:
    assert told(reads(purpose=purpose))


def test_a_name_stays_words() -> None:
    html = access_report.html([reads(recipient="<b>Ltd\u202e")], PERIOD, "A & B <i>", "8f0e4c52")

    assert "<b>Ltd" in said(html)
    assert "\u202e" not in html
    assert not list(tree(html).iter("b")) + list(tree(html).iter("i"))


def test_it_goes_back_six_years_unless_said_and_never_ends_before_it_begins() -> None:
    days = access_report.period(None, None, datetime(2028, 2, 29, 12, tzinfo=UTC), "UTC")
    assert (days.first, days.last) == (date(2022, 2, 28), date(2028, 2, 29))
    since, until = access_report.period(date(2026, 3, 8), date(2026, 3, 8), NOW, "America/Chicago").bounds()
    assert (until.timestamp() - since.timestamp()) / 3_600 == 23, "the day on which clocks go forward"
    with pytest.raises(ValueError, match="before the first"):
        access_report.period(date(2027, 1, 1), None, NOW, "UTC")
