"""What people of the programme told outside shows; an emergency opens the record for a while, and is looked into."""

from datetime import timedelta
from typing import Any

import pytest

from domain.events.court_orders import CourtOrderRecorded
from domain.events.disclosures import DisclosureMade, EmergencyDisclosureReviewed
from domain.events.registration import ClientDied
from domain.policy import Policy
from domain.vocabulary.consents import ConsentPurpose, ConsentScope
from domain.vocabulary.disclosures import DisclosureMeans
from domain.vocabulary.obligations import ObligationKind
from domain.vocabulary.people import Role
from projections.answers import At
from projections.care_plan import CARE_PLAN, CarePlanAnswer
from projections.care_plan.disclosures import DISCLOSURE, EMERGENCY_DISCLOSURE, EmergencyDisclosure
from projections.obligations import Obligation, ObligationStatus
from tests.builders import History, consent, emergency_disclosure, folded, moment, only, registered
from tests.projections.reading import by_column

AT = "2026-03-06T22:00Z"
"""A Friday evening."""


@pytest.fixture
def history() -> History:
    history = History()
    history.add(registered(), at="2026-03-01T15:00Z")
    return history


def plan_at(history: History, at: str) -> CarePlanAnswer:
    answer = CARE_PLAN.answer(folded(CARE_PLAN, history), moment(at), history.policy)
    assert isinstance(answer, CarePlanAnswer)
    return answer


def emergency_at(history: History, at: str) -> At[EmergencyDisclosure]:
    found: EmergencyDisclosure = only(plan_at(history, at).emergency_disclosures)
    return found


def review_owed(history: History) -> Obligation:
    owed = CARE_PLAN.fold.obligations(folded(CARE_PLAN, history).state)
    return only([each for each in owed if each.kind is ObligationKind.EMERGENCY_DISCLOSURE_REVIEW])


def told(**said: Any) -> DisclosureMade:
    known: dict[str, Any] = {
        "recipient": "Dr. Lee", "disclosed_by": "Ada Example", "purpose": ConsentPurpose.TREATMENT,
        "scope": (ConsentScope.MEDICATION,), "means": DisclosureMeans.PHONE, "notice_given": True,
    }  # fmt: skip
    return DisclosureMade(**{**known, **said})


def test_an_emergency_shows_who_was_told_by_whom_when_and_why(history: History) -> None:
    disclosure = history.add(emergency_disclosure(), at=AT)

    shown = emergency_at(history, AT)
    assert (shown.event_id, shown.made_at, shown.emergency) == (disclosure, moment(AT), "overdose")
    assert (shown.recipient, shown.organization) == ("Dr. Kim Example", "County General Hospital")
    assert (shown.disclosed_by, shown.without_consent) == ("Ada Example", "unable_to_consent")
    row = only(by_column(EMERGENCY_DISCLOSURE, CARE_PLAN.rows(folded(CARE_PLAN, history))))
    assert (row["event_id"], row["emergency"], row["without_consent"]) == (disclosure, "overdose", "unable_to_consent")
    assert not {"recipient", "organization", "disclosed_by", "account"} & row.keys()


def test_it_is_open_for_its_hours_and_no_longer_than_the_policy_allows(history: History) -> None:
    history.add(emergency_disclosure(hours=8), at=AT)
    assert emergency_at(history, "2026-03-07T05:59Z").open
    assert not emergency_at(history, "2026-03-07T06:00Z").open

    short = History(policy=Policy.model_validate({"disclosures": {"emergency_at_most_hours": 2}}))
    short.add(registered(), at="2026-03-01T15:00Z")
    short.add(emergency_disclosure(hours=100), at=AT)
    assert emergency_at(short, AT).ends_at == moment(AT) + timedelta(hours=2)


def test_it_opens_nothing_where_no_hours_were_said(history: History) -> None:
    history.add(emergency_disclosure(hours=None), at=AT)

    assert not emergency_at(history, AT).open
    assert review_owed(history).waits(), "it was told all the same"


@pytest.mark.parametrize("justified", [True, False])
def test_a_supervisor_reviews_it_within_two_working_days_and_it_ends_where_not_justified(
    history: History, *, justified: bool
) -> None:
    disclosure = history.add(emergency_disclosure(hours=24), at=AT)
    owed = review_owed(history)
    due_at = moment("2026-03-11T00:00Z")
    assert (owed.because, owed.owner, owed.due_at) == (disclosure, Role.SUPERVISOR, due_at)

    review = EmergencyDisclosureReviewed(disclosure=disclosure, justified=justified)
    history.add(review, at="2026-03-07T15:00Z")
    assert history.refused(review, at="2026-03-09T16:00Z") == {"emergency_disclosure_reviewed_once"}
    assert review_owed(history).stands(due_at) is ObligationStatus.MET
    assert emergency_at(history, "2026-03-07T14:59Z").open
    later = emergency_at(history, "2026-03-07T15:00Z")
    assert (later.open, later.justified) == (justified, justified)


def test_the_review_is_owed_after_the_clients_death_and_not_after_the_disclosure_was_retracted(
    history: History,
) -> None:
    disclosure = history.add(emergency_disclosure(), at=AT)
    history.add(ClientDied(), at="2026-03-07T15:00Z")
    assert review_owed(history).waits()

    history.retract(disclosure)
    assert not plan_at(history, "2026-03-07T16:00Z").emergency_disclosures


def test_what_was_told_by_a_consent_or_an_order_shows_with_it_whether_or_not_it_still_held(history: History) -> None:
    consented = history.add(consent("2026-03-03"), at="2026-03-02T15:00Z")
    order = history.add(
        CourtOrderRecorded(
            court="County Court",
            reference="24",
            issued_on=moment("2026-03-02T00:00Z").date(),
            recipients=("County Probation",),
            scope=(ConsentScope.ATTENDANCE,),
            compels=True,
        ),
        at="2026-03-02T15:00Z",
    )
    first = history.add(told(allowed_by=consented, notice_given=False), at=AT)
    second = history.add(told(allowed_by=order, purpose=ConsentPurpose.LEGAL_PROCEEDINGS), at=AT)

    shown = plan_at(history, AT).disclosures
    assert [(each.event_id, each.allowed_by, each.notice_given) for each in shown] == [
        (first, consented, False),
        (second, order, True),
    ]
    rows = by_column(DISCLOSURE, CARE_PLAN.rows(folded(CARE_PLAN, history)))
    assert [row["allowed_by"] for row in rows] == [consented, order]
    assert not {"recipient", "disclosed_by", "note"} & rows[0].keys()


def test_what_names_neither_says_what_the_law_allows(history: History) -> None:
    assert history.refused(told(), at=AT) == {"disclosure_says_what_allowed_it"}
    assert not history.refused(told(note="A report of suspected neglect, 42 CFR 2.12(c)(6)"), at=AT)
