"""Emergency access shows with its end, is looked into by a supervisor, and waits for that whatever happens."""

from datetime import timedelta

from domain.events.emergency_access import EmergencyAccessOpened, EmergencyAccessReviewed
from domain.events.registration import ClientDied
from domain.policy import Policy
from domain.vocabulary.emergency_access import EmergencyPurpose, EmergencyReason
from domain.vocabulary.obligations import ObligationKind
from domain.vocabulary.people import Role
from projections.care_plan import CARE_PLAN
from projections.care_plan.emergency_accesses import EMERGENCY_ACCESS
from projections.obligations import Obligation, ObligationStatus
from tests.builders import History, folded, moment, only, registered
from tests.projections.reading import by_column

AT = "2026-03-06T22:00Z"
"""A Friday evening."""


def opened(hours: int = 8) -> EmergencyAccessOpened:
    return EmergencyAccessOpened(
        purpose=EmergencyPurpose.EMERGENCY_TREATMENT, reason=EmergencyReason.CRISIS, hours=hours, account="Night line"
    )


def review_owed(history: History) -> Obligation:
    state = folded(CARE_PLAN, history).state
    return only([o for o in CARE_PLAN.fold.obligations(state) if o.kind is ObligationKind.EMERGENCY_ACCESS_REVIEW])


def test_an_emergency_access_is_open_for_whoever_recorded_it_as_long_as_they_said() -> None:
    history = History()
    history.add(registered(), at="2026-03-01T15:00Z")
    access = history.add(opened(hours=8), at=AT)
    plan = folded(CARE_PLAN, history)

    shown = only(CARE_PLAN.answer(plan, moment("2026-03-07T05:59Z"), history.policy).emergency_accesses)  # type: ignore[attr-defined]
    assert (shown.event_id, shown.open, shown.ends_at) == (access, True, moment(AT) + timedelta(hours=8))
    assert shown.person_id == history.entries[-1].actor_id
    later = only(CARE_PLAN.answer(plan, moment("2026-03-07T06:00Z"), history.policy).emergency_accesses)  # type: ignore[attr-defined]
    assert not later.open
    row = only(by_column(EMERGENCY_ACCESS, CARE_PLAN.rows(plan)))
    assert (row["event_id"], row["person_id"], row["reason"]) == (access, shown.person_id, "crisis")
    assert "account" not in row


def test_it_lasts_no_longer_than_the_policy_allows() -> None:
    history = History(policy=Policy.model_validate({"client_access": {"emergency_access_at_most_hours": 2}}))
    history.add(registered(), at="2026-03-01T15:00Z")
    history.add(opened(hours=100), at=AT)

    state = folded(CARE_PLAN, history).state
    assert only(state.emergency_accesses.accesses).ends_at == moment(AT) + timedelta(hours=2)


def test_a_supervisor_reviews_it_within_two_working_days() -> None:
    history = History()
    history.add(registered(), at="2026-03-01T15:00Z")
    access = history.add(opened(), at=AT)
    owed = review_owed(history)
    due_at = moment("2026-03-11T00:00Z")
    assert (owed.because, owed.owner, owed.due_at) == (access, Role.SUPERVISOR, due_at)
    assert owed.stands(due_at + timedelta(minutes=1)) is ObligationStatus.LATE

    history.add(EmergencyAccessReviewed(access=access, justified=False), at="2026-03-09T15:00Z")
    assert history.refused(EmergencyAccessReviewed(access=access, justified=True), at="2026-03-09T16:00Z") == {
        "emergency_access_reviewed_once"
    }
    owed = review_owed(history)
    assert owed.stands(due_at) is ObligationStatus.MET
    shown = only(folded(CARE_PLAN, history).state.emergency_accesses.accesses)
    assert (shown.justified, shown.reviewed and shown.reviewed.at) == (False, moment("2026-03-09T15:00Z"))


def test_the_review_is_owed_after_the_clients_death_and_not_after_the_access_was_retracted() -> None:
    history = History()
    history.add(registered(), at="2026-03-01T15:00Z")
    access = history.add(opened(), at=AT)
    history.add(ClientDied(), at="2026-03-07T15:00Z")
    assert review_owed(history).waits()

    history.retract(access)
    assert not [o for o in CARE_PLAN.fold.obligations(folded(CARE_PLAN, history).state) if o.because == access]
