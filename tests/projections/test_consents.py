"""A consent holds from its signature until it ends, and is whole (R09; 42 CFR 2.31)."""

from datetime import date
from typing import Any

import pytest

from domain.events.consents import ConsentExpired, ConsentRevoked
from domain.events.record import EntryCorrected
from domain.vocabulary.consents import ConsentPurpose, ConsentScope, RecipientClass, SignerAuthority
from domain.vocabulary.record import CorrectionReason, Precision
from projections.care_plan import CARE_PLAN
from projections.care_plan.consents import CONSENT
from tests.builders import History, Moment, consent, folded, moment, only, registered
from tests.projections.reading import by_column

AT = "2026-03-02T15:00Z"


@pytest.fixture
def history() -> History:
    history = History()
    history.add(registered("America/Chicago"), at="2026-03-01T15:00Z")
    return history


def shown(history: History, at: Moment) -> Any:
    """The consent as it is shown at that moment."""
    answer: Any = CARE_PLAN.answer(folded(CARE_PLAN, history), moment(at), history.policy)
    return only(answer.consents)


def row(history: History) -> dict[str, Any]:
    return only(by_column(CONSENT, CARE_PLAN.rows(folded(CARE_PLAN, history))))


def test_k1_a_consent_signed_ahead_is_not_in_force_before_its_day(history: History) -> None:
    history.add(consent("2027-12-31", signed_on=date(2026, 12, 1)), at=AT)

    for at, in_force in (("2026-03-03T00:00Z", False), ("2026-12-01T05:59Z", False), ("2026-12-01T06:00Z", True)):
        assert shown(history, at).in_force is in_force
    assert row(history)["holds_from"] == moment("2026-12-01T06:00Z")


def test_k1_a_consent_that_expires_before_it_was_signed_is_refused(history: History) -> None:
    wrong = consent("2026-02-28", signed_on=date(2026, 3, 1))

    assert history.refused(wrong, AT) == {"consent_expires_after_signing"}
    assert not history.refused(consent("2026-03-01", signed_on=date(2026, 3, 1)), AT)


def test_k2_a_consent_is_revoked_from_then_on_and_never_backwards(history: History) -> None:
    granted = history.add(consent("2027-03-01"), at=AT)
    revoked = history.add(ConsentRevoked(consent=granted, in_writing=False), at="2026-04-01T15:00Z")

    assert history.refused(ConsentRevoked(consent=granted, in_writing=True), "2026-05-01T15:00Z") == {
        "consent_revoked_once"
    }
    for at, in_force in (("2026-04-01T14:59Z", True), ("2026-04-01T15:00Z", False)):
        assert shown(history, at).in_force is in_force
    assert (row(history)["revoked_event_id"], row(history)["revoked_at"]) == (revoked, moment("2026-04-01T15:00Z"))
    assert row(history)["ends_at"] == moment("2026-04-01T15:00Z")


def test_k2_revoked_on_a_day_it_does_not_hold_on_that_day(history: History) -> None:
    granted = history.add(consent("2027-03-01"), at=AT)
    history.add(ConsentRevoked(consent=granted, in_writing=True), at="2026-04-01", precision=Precision.DAY)

    for at, in_force in (("2026-04-01T04:59Z", True), ("2026-04-01T05:00Z", False)):
        assert shown(history, at).in_force is in_force


def test_k2_revoking_after_its_end_changes_nothing_of_the_end(history: History) -> None:
    granted = history.add(consent("2026-03-31"), at=AT)
    history.add(ConsentRevoked(consent=granted, in_writing=False), at="2026-05-01T15:00Z")

    assert row(history)["ends_at"] == moment("2026-04-01T05:00Z")


def test_r09_a_consent_may_end_upon_an_event(history: History) -> None:
    granted = history.add(
        consent(expires_on=None, expires_when="The end of probation", purpose=ConsentPurpose.OTHER), at=AT
    )
    assert shown(history, "2030-01-01T00:00Z").in_force
    ended = history.add(ConsentExpired(consent=granted), at="2026-06-01T15:00Z")

    answer = shown(history, "2026-06-01T15:00Z")
    assert (answer.expires_when, answer.in_force, answer.expired.event_id) == ("The end of probation", False, ended)
    assert shown(history, "2026-06-01T14:59Z").in_force
    assert history.refused(ConsentExpired(consent=granted), "2026-07-01T15:00Z") == {"consent_expired_once"}


def test_r09_only_for_treatment_payment_and_operations_a_consent_may_have_no_end(history: History) -> None:
    for purpose in ConsentPurpose:
        refused = history.refused(consent(expires_on=None, purpose=purpose), AT)
        fine = purpose in {ConsentPurpose.TREATMENT, ConsentPurpose.PAYMENT, ConsentPurpose.OPERATIONS}
        assert refused == (set() if fine else {"consent_says_when_it_ends"})


def test_r09_an_incomplete_consent_is_refused(history: History) -> None:
    assert history.refused(consent(recipients=()), AT) == {"consent_names_recipients"}
    assert history.refused(consent(right_to_revoke_told=False), AT) == {"consent_tells_rights"}
    assert history.refused(consent(redisclosure_told=False), AT) == {"consent_tells_rights"}


def test_r09_a_correction_cannot_make_a_consent_incomplete(history: History) -> None:
    granted = history.add(consent(), at=AT)
    wrong = EntryCorrected(
        entry=granted, reason=CorrectionReason.WRONG_CONTENT, replacement=consent(recipients=(), signed_by="D. Example")
    )

    assert history.refused(wrong, AT) == {"consent_names_recipients"}


def test_r09_counseling_notes_need_a_consent_of_their_own(history: History) -> None:
    notes = ConsentScope.COUNSELING_NOTES

    assert history.refused(consent(scope=(notes, ConsentScope.CARE_PLAN)), AT) == {"counseling_notes_apart"}
    assert not history.refused(consent(scope=(notes,)), AT)


def test_r09_recipients_may_be_a_class_and_somebody_may_sign_for_the_client(history: History) -> None:
    history.add(
        consent(
            recipients=(),
            recipient_classes=(RecipientClass.TREATING_PROVIDERS,),
            signed_by="Dana's mother",
            signed_as=SignerAuthority.PARENT_OR_GUARDIAN,
        ),
        at=AT,
    )

    answer = shown(history, AT)
    assert (answer.recipient_classes, answer.signed_by) == ((RecipientClass.TREATING_PROVIDERS,), "Dana's mother")
    assert row(history)["signed_as"] == SignerAuthority.PARENT_OR_GUARDIAN
    assert row(history)["recipient_classes"] == (RecipientClass.TREATING_PROVIDERS,)
