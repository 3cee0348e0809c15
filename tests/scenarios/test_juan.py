"""Juan (S0), tapered from opioids with medication: conflict at home, intense craving, and a circle that holds."""

from collections.abc import AsyncIterator
from datetime import datetime
from uuid import UUID, uuid4

import pytest_asyncio

from domain.events.crisis import CrisisContactRecorded
from domain.events.intake import SubstanceUse
from domain.events.lapses import CloseCallRecorded
from domain.events.plan import InterventionPlanned
from domain.events.postvention import Adjustment
from domain.instruments.cssrs import CssrsAnswers
from domain.vocabulary.contacts import Channel, SessionKind, Technique
from domain.vocabulary.crisis import CrisisAction, CrisisKind, CrisisOutcome
from domain.vocabulary.people import Role
from domain.vocabulary.plan import CareStrand
from domain.vocabulary.postvention import AdjustmentKind
from domain.vocabulary.substances import Substance
from domain.vocabulary.triggers import Trigger
from samples.demo.story import Story, StoryWriter
from service.runtime import clock
from tests.builders import crisis, intake, outreach, plan, registered, resolved, review, safety_plan, session, settled
from tests.scenarios.circle import CASE_MANAGER, COUNSELOR, PEER, Service, Told, one_chapter, telling

AT_HOME = "Shouting at home"
FAMILY = Adjustment(kind=AdjustmentKind.ADDRESS_RELATIONSHIPS)


def juan(client_id: UUID, now: datetime) -> Story:
    writer = StoryWriter(client_id, "America/Los_Angeles", now)
    opioids = SubstanceUse(substance=Substance.OPIOIDS, last_used_on=writer.day(95))
    evening = writer.id("crisis")
    return one_chapter(
        writer,
        writer.step("registered", CASE_MANAGER, 60, "10:00", registered(writer.zone.key, name="Juan Example")),
        writer.step("intake", COUNSELOR, 60, "11:00", intake(substances=(opioids,), triggers=(Trigger.CONFLICT,))),
        writer.step("plan_1", COUNSELOR, 58, "11:00", plan(summary="Go on from the taper.")),
        writer.step("safety_plan_1", COUNSELOR, 57, "11:00", safety_plan(warning_signs=(AT_HOME,))),
        writer.step("session", COUNSELOR, 30, "11:00", session(techniques=(Technique.DISTRESS_TOLERANCE,))),
        writer.step("crisis", COUNSELOR, 3, "17:10", _conflict_at_home()),
        writer.step("group", PEER, 3, "19:00", session(kind=SessionKind.GROUP, held_by=Role.PEER)),
        writer.step(
            "ridden_out",
            PEER,
            3,
            "22:00",
            CloseCallRecorded(
                substances=(Substance.OPIOIDS,),
                triggers=(Trigger.CONFLICT,),
                worked=(Technique.URGE_SURFING, Technique.DISTRESS_TOLERANCE),
            ),
        ),
        writer.step("family_asked", CASE_MANAGER, 2, "09:00", outreach(True, evening, made_by=Role.CASE_MANAGER)),
        writer.step(
            "safety_plan_2",
            COUNSELOR,
            2,
            "10:00",
            safety_plan(warning_signs=(AT_HOME,), own_coping=("A walk", "Ride the wave"), crisis=evening),
        ),
        writer.step("family", CASE_MANAGER, 2, "17:00", session(kind=SessionKind.FAMILY_OR_COUPLES)),
        writer.step("review", COUNSELOR, 1, "10:00", review(evening, FAMILY)),
        writer.step("resolved", COUNSELOR, 1, "10:30", resolved(evening, CrisisOutcome.AVOIDED_LAPSE)),
        writer.step(
            "plan_2",
            COUNSELOR,
            1,
            "11:00",
            plan(evening, writer.id("review")),
        ),
        writer.step(
            "family_check_in",
            CASE_MANAGER,
            1,
            "11:10",
            InterventionPlanned(strand=CareStrand.FAMILY, what="A check-in each week", because_of=(evening,)),
        ),
        writer.step("family_planned", COUNSELOR, 1, "11:10", settled(writer.id("review"), by=writer.id("plan_2"))),
    )


def _conflict_at_home() -> CrisisContactRecorded:
    return crisis(
        CrisisKind.CRAVINGS,
        channel=Channel.PHONE,
        noticed_by=Role.CLIENT,
        activated=(Role.PEER, Role.CASE_MANAGER),
        triggers=(Trigger.CONFLICT,),
        cssrs=CssrsAnswers(q1=False, q2=False, q6_ever=False),
        overdose_danger=False,
        actions=(CrisisAction.DE_ESCALATED, CrisisAction.URGE_SURFING),
    )


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def told(service: Service) -> AsyncIterator[Told]:
    async with telling(service, juan(uuid4(), clock.now())) as told:
        yield told


async def test_replayed_to_every_entry_it_is_what_was_shown_then(told: Told) -> None:
    await told.replays_to_every_moment()


async def test_there_is_no_lapse_and_the_stretch_is_unbroken(told: Told) -> None:
    """R31, R46"""
    track = await told.track("opioids")

    (stretch,) = track.stretches
    assert (stretch.days, stretch.ended_on) == (95, None)
    assert (await told.milestones()).close_calls == 1
    assert all(plan.last_lapse is None for plan in told.plans())


async def test_the_plans_new_version_cites_the_crisis(told: Told) -> None:
    """R10"""
    plan = (await told.care_plan()).plan

    assert plan is not None
    assert (plan.version, plan.event_id) == (2, told.id("plan_2"))
    assert told.id("crisis") in plan.because_of


async def test_the_safety_plan_grows_by_a_version(told: Told) -> None:
    """R39"""
    before = (await told.care_plan(as_of=told.occurred_at("crisis"))).safety_plan
    after = (await told.care_plan()).safety_plan

    assert before is not None
    assert after is not None
    assert (before.version, after.version) == (1, 2)
    assert set(before.own_coping) < set(after.own_coping)


async def test_the_crisis_ends_as_an_avoided_lapse_and_its_review_is_carried_out(told: Told) -> None:
    """R42, R45"""
    reviewed = await told.review_of("crisis")

    assert reviewed.resolved is not None
    assert reviewed.resolved.outcome is CrisisOutcome.AVOIDED_LAPSE
    assert reviewed.review is not None
    assert [each.carried_out_by for each in reviewed.review.adjustments] == [told.id("plan_2")]
