"""Appointments: booked for when, with whom and with what transport; kept, missed or cancelled (R58)."""

from typing import cast
from uuid import UUID

import pytest

from domain.events.appointments import AppointmentCancelled
from domain.events.base import Event
from domain.events.intake import EpisodeClosed
from domain.events.registration import ClientDied
from domain.vocabulary.appointments import CancelledBy, Transport
from domain.vocabulary.barriers import Barrier
from domain.vocabulary.intake import DischargeReason
from domain.vocabulary.obligations import ObligationKind
from domain.vocabulary.people import Role
from domain.vocabulary.record import Precision
from projections.care_plan import CARE_PLAN
from projections.care_plan import PLAN as PLAN_TABLE
from projections.care_plan.appointments import APPOINTMENT, Appointment, AppointmentStatus
from projections.obligations import OBLIGATION, Obligation, ObligationStatus
from projections.signals import SIGNAL, SIGNALS
from tests.builders import (
    History,
    Moment,
    appointment,
    crisis,
    folded,
    intake,
    missed,
    moment,
    only,
    registered,
    session,
)
from tests.projections.reading import by_column

BOOKED_AT = "2026-03-02T17:00Z"
STARTS_AT = "2026-03-03T15:00Z"
DAY_BEGINS = "2026-03-03T06:00Z"
DAY_ENDS = "2026-03-04T06:00Z"
"""Of 3 March in Chicago."""


def booked(**said: object) -> tuple[History, UUID]:
    """A client with an appointment on the next day."""
    history = History()
    history.add(registered(), at="2026-03-01T15:00Z")
    return history, history.add(appointment(STARTS_AT, **said), at=BOOKED_AT)


def shown(history: History, at: Moment = DAY_ENDS) -> Appointment:
    answer = CARE_PLAN.answer(folded(CARE_PLAN, history), moment(at), history.policy)
    return only(answer.appointments)  # type: ignore[attr-defined,no-any-return]


def asked(history: History, at: Moment) -> Obligation:
    answer = CARE_PLAN.answer(folded(CARE_PLAN, history), moment(at), history.policy)
    found = [each for each in answer.obligations if each.kind is ObligationKind.APPOINTMENT]  # type: ignore[attr-defined]
    return cast("Obligation", only(found))


def missed_in_a_row(history: History) -> int:
    missed: int = only(by_column(PLAN_TABLE, CARE_PLAN.rows(folded(CARE_PLAN, history))))["missed_in_a_row"]
    return missed


def cancelled(appointment_id: UUID, by: CancelledBy, barrier: Barrier | None = None) -> AppointmentCancelled:
    return AppointmentCancelled(appointment=appointment_id, by=by, barrier=barrier)


def test_r58_an_appointment_shows_when_with_whom_and_how_the_client_gets_there() -> None:
    history, made = booked(transport=Transport.RIDE_BOOKED, with_person="Ada Example", with_person_id=UUID(int=7))

    told = shown(history, BOOKED_AT)
    assert (told.status, told.with_person, told.transport) == (
        AppointmentStatus.BOOKED,
        "Ada Example",
        Transport.RIDE_BOOKED,
    )
    row = only(by_column(APPOINTMENT, CARE_PLAN.rows(folded(CARE_PLAN, history))))
    assert (row["event_id"], row["starts_at"]) == (made, moment(STARTS_AT))
    assert (row["with_role"], row["with_person_id"], row["transport"]) == ("counselor", UUID(int=7), "ride_booked")
    assert (row["status"], row["counts_as_missed"]) == ("booked", False)
    assert "with_person" not in row


def test_r58_an_appointment_is_kept_by_the_session_that_names_it() -> None:
    history, made = booked()
    waits = asked(history, STARTS_AT)
    assert (waits.status, waits.owner) == (ObligationStatus.OPEN, Role.COUNSELOR)
    assert (waits.opens_at, waits.due_at) == (moment(DAY_BEGINS), moment(DAY_ENDS))

    held = history.add(session(appointment=made, minutes=50), at="2026-03-03T15:05Z")

    kept = asked(history, STARTS_AT)
    assert kept.met is not None
    assert (kept.status, kept.met.event_id) == (ObligationStatus.MET, held)
    assert shown(history).status is AppointmentStatus.KEPT


def test_r58_a_session_that_names_no_appointment_meets_none() -> None:
    history, _ = booked()
    history.add(session(), at="2026-03-03T15:05Z")

    assert shown(history).status is AppointmentStatus.BOOKED
    assert asked(history, "2026-03-04T06:01Z").status is ObligationStatus.LATE


def test_r58_a_session_known_to_the_day_keeps_the_appointment_of_that_day() -> None:
    history, made = booked()
    history.add(session(appointment=made), at="2026-03-03", precision=Precision.DAY, recorded="2026-03-05T15:00Z")

    assert asked(history, DAY_ENDS).status is ObligationStatus.MET


def test_r58_an_appointment_that_was_kept_another_day_is_met_late() -> None:
    history, made = booked()
    history.add(session(appointment=made), at="2026-03-05T15:00Z")

    assert asked(history, "2026-03-05T15:00Z").status is ObligationStatus.MET_LATE


def test_r58_a_missed_appointment_shows_as_missed_with_its_barrier() -> None:
    history, made = booked()
    no_show = history.add(missed(appointment=made, barrier=Barrier.TRANSPORT), at=STARTS_AT)

    told = shown(history)
    assert (told.status, told.barrier, told.counts_as_missed) == (AppointmentStatus.MISSED, Barrier.TRANSPORT, True)
    obligation = asked(history, DAY_ENDS)
    assert obligation.missed is not None
    assert (obligation.status, obligation.missed.event_id) == (ObligationStatus.MISSED, no_show)
    row = only(by_column(OBLIGATION, CARE_PLAN.rows(folded(CARE_PLAN, history))))
    assert (row["missed_event_id"], row["missed_at"]) == (no_show, moment(STARTS_AT))
    assert missed_in_a_row(history) == 1


def test_r58_what_the_client_cancels_is_missed() -> None:
    history, made = booked()
    call = history.add(cancelled(made, CancelledBy.CLIENT, Barrier.CHILDCARE), at="2026-03-03T12:00Z")

    told = shown(history)
    assert (told.status, told.barrier) == (AppointmentStatus.CANCELLED_BY_CLIENT, Barrier.CHILDCARE)
    assert told.counts_as_missed
    obligation = asked(history, DAY_ENDS)
    assert obligation.missed is not None
    assert (obligation.status, obligation.missed.event_id) == (ObligationStatus.MISSED, call)
    assert missed_in_a_row(history) == 1


def test_r58_what_the_clinic_cancels_does_not_count_against_the_client() -> None:
    history, made = booked()
    call = history.add(cancelled(made, CancelledBy.CLINIC), at="2026-03-03T12:00Z")

    told = shown(history)
    assert (told.status, told.counts_as_missed) == (AppointmentStatus.CANCELLED_BY_CLINIC, False)
    obligation = asked(history, DAY_ENDS)
    assert obligation.released is not None
    assert (obligation.status, obligation.released.event_id) == (ObligationStatus.RELEASED, call)
    assert missed_in_a_row(history) == 0


@pytest.mark.parametrize(("by", "signals"), [(CancelledBy.CLIENT, 1), (CancelledBy.CLINIC, 0)])
def test_r58_two_in_a_row_that_the_client_called_off_are_a_signal(by: CancelledBy, signals: int) -> None:
    history, first = booked()
    second = history.add(appointment("2026-03-10T15:00Z"), at="2026-03-02T18:00Z")
    history.add(cancelled(first, by), at="2026-03-03T12:00Z")
    history.add(cancelled(second, by), at="2026-03-10T12:00Z")

    assert len(SIGNALS.rows(folded(SIGNALS, history))[SIGNAL]) == signals


@pytest.mark.parametrize("ending", ["session", "missed", "cancelled"])
def test_r58_an_appointment_ends_once(ending: str) -> None:
    history, made = booked()
    endings: dict[str, Event] = {
        "session": session(appointment=made),
        "missed": missed(appointment=made),
        "cancelled": cancelled(made, CancelledBy.CLIENT),
    }
    ended = history.add(endings[ending], at=STARTS_AT)

    for event in endings.values():
        assert history.refused(event, at="2026-03-03T18:00Z") == {"appointment_is_booked"}
    history.retract(ended)
    for event in endings.values():
        assert not history.refused(event, at="2026-03-03T18:00Z")


def test_r58_the_end_of_the_episode_releases_what_is_booked_and_nothing_else() -> None:
    history = History()
    history.add(registered(), at="2026-03-01T15:00Z")
    opened = history.add(intake(), at="2026-03-01T16:00Z")
    kept = history.add(appointment("2026-03-02T20:00Z"), at=BOOKED_AT)
    history.add(appointment("2026-03-09T20:00Z"), at=BOOKED_AT)
    history.add(session(appointment=kept), at="2026-03-02T20:00Z")
    closed = history.add(EpisodeClosed(intake=opened, reason=DischargeReason.COMPLETED), at="2026-03-04T15:00Z")

    rows = by_column(APPOINTMENT, CARE_PLAN.rows(folded(CARE_PLAN, history)))
    assert [(row["status"], row["released_event_id"]) for row in rows] == [("kept", None), ("released", closed)]


def test_r61_a_death_releases_what_is_booked() -> None:
    history, _ = booked()
    died = history.add(ClientDied(), at="2026-03-02T20:00Z")

    obligation = asked(history, DAY_ENDS)
    assert obligation.released is not None
    assert (obligation.status, obligation.released.event_id) == (ObligationStatus.RELEASED, died)


def test_mia_the_session_of_the_next_day_is_due_and_met() -> None:
    history = History()
    history.add(registered("America/New_York"), at="2026-03-01T15:00Z")
    panic = history.add(crisis(), at="2026-03-02T16:20Z")
    made = history.add(appointment("2026-03-03T15:00Z", because_of=panic), at="2026-03-02T16:50Z")
    assert asked(history, "2026-03-03T15:00Z").status is ObligationStatus.OPEN
    history.add(session(appointment=made), at="2026-03-03T15:00Z")

    assert asked(history, "2026-03-03T16:00Z").status is ObligationStatus.MET
    assert shown(history).because_of == panic
