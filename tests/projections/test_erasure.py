"""Holds and requests to erase a record show in the plan, and a request waits for its approval (R57)."""

from uuid import UUID

from domain.events.erasure import (
    ClientErased,
    ErasureApproved,
    ErasureRequested,
    ErasureWithdrawn,
    LegalHoldLifted,
    LegalHoldPlaced,
)
from domain.events.record import EntryRetracted
from domain.vocabulary.erasure import ErasureGround, HoldReason
from domain.vocabulary.obligations import ObligationKind
from domain.vocabulary.people import Role
from domain.vocabulary.record import CorrectionReason
from projections.care_plan import CARE_PLAN
from projections.care_plan.erasure import ERASURE_REQUEST, LEGAL_HOLD
from projections.obligations import Obligation
from tests.builders import History, folded, moment, only, registered
from tests.projections.reading import by_column

AT = "2026-03-06T22:00Z"
"""A Friday evening."""


def refusal_of_retracting(history: History, entry: UUID) -> set[str]:
    retraction = EntryRetracted(entry=entry, reason=CorrectionReason.DUPLICATE)
    return history.refused(retraction, at="2026-03-09T15:00Z")


def begun() -> History:
    history = History()
    history.add(registered(), at="2026-03-01T15:00Z")
    return history


def approval_owed(history: History) -> Obligation:
    state = folded(CARE_PLAN, history).state
    return only([o for o in CARE_PLAN.fold.obligations(state) if o.kind is ObligationKind.ERASURE_APPROVAL])


def test_r57_a_hold_shows_until_it_is_lifted() -> None:
    history = begun()
    hold = history.add(LegalHoldPlaced(reason=HoldReason.LITIGATION, reference="24-CV-0117"), at=AT)
    row = only(by_column(LEGAL_HOLD, CARE_PLAN.rows(folded(CARE_PLAN, history))))
    assert (row["event_id"], row["reason"], row["lifted_event_id"]) == (hold, "litigation", None)

    lifted = history.add(LegalHoldLifted(hold=hold), at="2026-04-01T15:00Z")
    shown = only(CARE_PLAN.answer(folded(CARE_PLAN, history), moment("2026-04-02T00:00Z"), history.policy).legal_holds)  # type: ignore[attr-defined]
    assert (shown.reference, shown.lifted.event_id) == ("24-CV-0117", lifted)
    assert history.refused(LegalHoldLifted(hold=hold), at="2026-04-03T15:00Z") == {"legal_hold_lifted_once"}


def test_r57_a_request_waits_for_its_approval_by_a_supervisor() -> None:
    history = begun()
    request = history.add(ErasureRequested(ground=ErasureGround.CLIENT), at=AT)
    owed = approval_owed(history)
    due_at = moment("2026-03-14T00:00Z")
    assert (owed.because, owed.owner, owed.due_at, owed.waits()) == (request, Role.SUPERVISOR, due_at, True)

    approved = history.add(ErasureApproved(request=request), at="2026-03-09T15:00Z")
    met = approval_owed(history).met
    assert met is not None
    assert met.event_id == approved
    row = only(by_column(ERASURE_REQUEST, CARE_PLAN.rows(folded(CARE_PLAN, history))))
    assert (row["ground"], row["approved_event_id"], row["withdrawn_event_id"]) == ("client", approved, None)


def test_r57_what_was_withdrawn_is_not_approved_and_what_was_approved_can_be_withdrawn() -> None:
    history = begun()
    first = history.add(ErasureRequested(ground=ErasureGround.CLIENT), at=AT)
    history.add(ErasureWithdrawn(request=first), at="2026-03-07T15:00Z")
    assert not approval_owed(history).waits()
    assert history.refused(ErasureApproved(request=first), at="2026-03-08T15:00Z") == {"erasure_not_withdrawn"}

    second = history.add(ErasureRequested(ground=ErasureGround.CLIENT), at="2026-03-08T15:00Z")
    history.add(ErasureApproved(request=second), at="2026-03-08T16:00Z")
    history.add(ErasureWithdrawn(request=second), at="2026-03-08T17:00Z")
    assert history.refused(ErasureApproved(request=second), at="2026-03-09T15:00Z") == {
        "erasure_approved_once",
        "erasure_not_withdrawn",
    }
    assert history.refused(ErasureWithdrawn(request=second), at="2026-03-09T15:00Z") == {"erasure_withdrawn_once"}


def test_r57_none_of_it_is_corrected_or_retracted_and_nobody_records_that_a_client_was_erased() -> None:
    history = begun()
    hold = history.add(LegalHoldPlaced(reason=HoldReason.AUDIT), at=AT)

    assert history.refused(ClientErased(), at="2026-03-08T15:00Z") == {"recorded_with_the_erasure"}
    assert refusal_of_retracting(history, hold) == {"legal_hold_placed_stays"}
