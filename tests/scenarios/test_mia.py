"""Mia (S0), trauma and alcohol: panic at work, a voice on the phone, a session the next day, a change of shift."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import uuid4

import pytest_asyncio
from pydantic import BaseModel

from domain.vocabulary.consents import ConsentScope
from domain.vocabulary.crisis import CrisisKind, RiskTier
from domain.vocabulary.intake import Condition, Driver
from domain.vocabulary.obligations import ObligationKind
from domain.vocabulary.people import Role
from domain.vocabulary.plan import CareStrand
from domain.vocabulary.substances import Substance
from projections.care_plan.appointments import AppointmentStatus
from projections.care_plan.next_steps import NextStepStatus
from samples.demo.mia import EMPLOYER, mia
from service.runtime import clock
from tests.builders import (
    only,
)
from tests.scenarios.circle import Service, Told, telling


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def told(service: Service) -> AsyncIterator[Told]:
    async with telling(service, mia(uuid4(), clock.now())) as told:
        yield told


async def test_replayed_to_every_entry_it_is_what_was_shown_then(told: Told) -> None:
    await told.replays_to_every_moment()


async def test_she_is_found_not_to_be_at_risk(told: Told) -> None:
    """R37"""
    found = only((await told.care_plan()).crises)

    assert (found.tier, found.unanswered) == (RiskTier.NONE_FOUND, ())


async def test_the_session_of_the_next_day_is_due_and_met(told: Told) -> None:
    """R42, R58"""
    in_between = told.occurred_at("for_the_employer")
    contact, kept = ObligationKind.CRISIS_CONTACT, ObligationKind.APPOINTMENT

    due = await told.obligation(contact, "crisis", as_of=in_between)
    assert (due.status, due.due_at) == ("open", told.occurred_at("crisis") + timedelta(hours=24))
    waiting = await told.obligation(kept, "booked", as_of=in_between)
    assert waiting.status == "open"
    assert told.occurred_at("next_day") < waiting.due_at < told.occurred_at("next_day") + timedelta(days=1)
    for kind, because in ((contact, "crisis"), (kept, "booked")):
        met = await told.obligation(kind, because)
        assert met.met is not None
        assert (met.status, met.met.event_id) == ("met", told.id("next_day"))


async def test_the_appointment_is_booked_because_of_the_crisis_and_kept(told: Told) -> None:
    """R58"""
    booked = only((await told.care_plan(as_of=told.occurred_at("booked"))).appointments)
    kept = only((await told.care_plan()).appointments)

    assert (booked.status, booked.because_of) == (AppointmentStatus.BOOKED, told.id("crisis"))
    assert booked.starts_at == told.occurred_at("next_day")
    assert (kept.status, kept.counts_as_missed) == (AppointmentStatus.KEPT, False)


async def test_the_session_left_out_leaves_the_appointment_and_the_contact_late(service: Service) -> None:
    """R42, R58"""
    async with telling(service, mia(uuid4(), clock.now()).without("next_day", "peer_call")) as told:
        for kind, because in ((ObligationKind.CRISIS_CONTACT, "crisis"), (ObligationKind.APPOINTMENT, "booked")):
            assert (await told.obligation(kind, because)).status == "late"


async def test_the_employer_may_be_shown_attendance_and_nothing_else(told: Told) -> None:
    """R09"""
    plan = await told.care_plan()

    granted = only([each for each in plan.consents if EMPLOYER in each.recipients])
    assert (granted.scope, granted.in_force) == ((ConsentScope.ATTENDANCE,), True)
    assert (await told.care_plan(as_of=granted.ends_at)).consents[0].in_force is False


async def test_nothing_about_substance_use_stands_in_what_an_employer_could_be_shown(told: Told) -> None:
    """R09. The API discloses nothing to an employer. Attendance is the appointment and that it was kept, and what the
    employer is asked for is the change of shift, which says no reason in words."""
    plan, milestones = await told.care_plan(), await told.milestones()
    words = _words(only(plan.appointments)) | _words(only(plan.next_steps))
    quiet_about = {*Substance, *Condition, *Driver, *CrisisKind} - {"other", "unknown"}

    assert "alcohol" in {track.track for track in milestones.tracks}, "there is something to keep quiet about"
    assert {"work_adjustment", "shift", "kept"} <= words
    assert not words & {*quiet_about, "crisis", "panic", "recovery", "sober", "drinking"}


async def test_the_change_of_shift_is_asked_for_in_time_and_ends_by_itself(told: Told) -> None:
    """R40"""
    asked = await told.obligation(ObligationKind.NEXT_STEP, "shift", as_of=told.occurred_at("shift"))
    shift = only((await told.care_plan()).next_steps)

    assert (asked.status, asked.owner) == ("open", Role.CASE_MANAGER)
    assert (shift.status, shift.because_of, shift.in_effect) == (NextStepStatus.DONE, told.id("crisis"), True)
    assert shift.ends_at is not None
    before = only((await told.care_plan(as_of=shift.ends_at - timedelta(seconds=1))).next_steps)
    after = only((await told.care_plan(as_of=shift.ends_at)).next_steps)
    assert (before.in_effect, after.in_effect) == (True, False)


async def test_what_her_peer_practises_with_her_is_planned_because_of_the_crisis_and_ends_by_itself(told: Told) -> None:
    """R10, R13"""
    shown = await told.care_plan()

    assert shown.plan is not None
    assert shown.plan.because_of == (told.id("crisis"),)
    practised = only(shown.interventions)
    assert (practised.strand, practised.because_of) == (CareStrand.PEER_SUPPORT, (told.id("crisis"),))
    assert practised.under_way
    assert practised.ends_at is not None
    assert not only((await told.care_plan(as_of=practised.ends_at)).interventions).under_way


def _words(element: object) -> set[str]:
    """The words and terms in an element of the answer, in small letters; not the names of its fields."""
    assert isinstance(element, BaseModel)
    return set(re.findall("[a-z_]+", " ".join(map(str, element.model_dump(mode="json").values())).lower()))
