"""Court orders: what a court allowed to be disclosed holds from the day of its issue until it ends."""

from typing import Any

import pytest

from domain.events.court_orders import CourtOrderEnded, CourtOrderRecorded
from domain.vocabulary.consents import ConsentScope
from projections.care_plan import CARE_PLAN
from projections.care_plan.court_orders import COURT_ORDER
from tests.builders import History, folded, moment, only, registered
from tests.projections.reading import by_column

AT = "2026-03-04T15:00Z"


def court_order(**said: Any) -> CourtOrderRecorded:
    known: dict[str, Any] = {
        "court": "County Circuit Court",
        "reference": "24-CR-1187",
        "issued_on": moment("2026-03-02T00:00Z").date(),
        "recipients": ("County Probation Department",),
        "scope": (ConsentScope.ATTENDANCE,),
        "compels": False,
    }
    return CourtOrderRecorded(**{**known, **said})


@pytest.fixture
def history() -> History:
    history = History()
    history.add(registered(), at="2026-03-01T15:00Z")
    return history


def in_force(history: History, at: str) -> bool:
    plan = CARE_PLAN.answer(folded(CARE_PLAN, history), moment(at), history.policy)
    found: bool = only(plan.court_orders).in_force  # type: ignore[attr-defined]
    return found


def test_an_order_holds_from_its_issue_and_shows_as_columns(history: History) -> None:
    order = history.add(court_order(), at=AT)

    assert not in_force(history, "2026-03-02T05:00Z")
    assert in_force(history, "2026-03-02T06:00Z")  # in Chicago the day begins
    assert in_force(history, "2036-03-02T06:00Z")
    row = only(by_column(COURT_ORDER, CARE_PLAN.rows(folded(CARE_PLAN, history))))
    assert (row["event_id"], row["recipients"], row["compels"], row["ends_at"]) == (order, 1, False, None)
    assert "court" not in row
    assert "reference" not in row


def test_it_ends_with_its_last_day_or_when_it_is_lifted(history: History) -> None:
    order = history.add(court_order(expires_on=moment("2026-03-09T00:00Z").date()), at=AT)
    assert in_force(history, "2026-03-10T04:00Z")
    assert not in_force(history, "2026-03-10T05:00Z")  # daylight saving has begun

    ended = history.add(CourtOrderEnded(court_order=order), at="2026-03-06T15:00Z")

    assert in_force(history, "2026-03-06T14:00Z")
    assert not in_force(history, "2026-03-06T15:00Z")
    row = only(by_column(COURT_ORDER, CARE_PLAN.rows(folded(CARE_PLAN, history))))
    assert (row["ended_event_id"], row["ends_at"]) == (ended, moment("2026-03-06T15:00Z"))


def test_what_is_no_order_is_refused(history: History) -> None:
    order = history.add(court_order(), at=AT)
    history.add(CourtOrderEnded(court_order=order), at="2026-03-06T15:00Z")

    early = court_order(expires_on=moment("2026-03-01T00:00Z").date())
    assert history.refused(early, at=AT) == {"court_order_expires_after_issue"}
    assert history.refused(CourtOrderEnded(court_order=order), at="2026-03-07T15:00Z") == {"court_order_ended_once"}
