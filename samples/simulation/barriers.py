"""Barriers to care: raised, worked on, resolved; and the referrals that are made because of them, to their end."""

from domain.events.barriers import BarrierRaised, BarrierResolved, BarrierWorkedOn
from domain.events.referrals import (
    ReferralAccepted,
    ReferralClosed,
    ReferralCompleted,
    ReferralDeclined,
    ReferralMade,
    ReferralScheduled,
)
from domain.vocabulary.barriers import Barrier, BarrierAction, BarrierOutcome
from domain.vocabulary.people import Role
from domain.vocabulary.referrals import ReferralClosingReason, ReferralDeclineReason, ReferralOutcome, Service
from samples.simulation import words
from samples.simulation.chance import terms
from samples.simulation.entry_writer import Written
from samples.simulation.simulated_client import SimulatedClient

_A_DAY = 0.008
"""About three a year for each client. Our choice: they come from the needs that most clients tell of at intake."""

_REFERRED = 0.6
"""Our choice: the others are seen to by the team itself."""

_RESOLVED = 0.7

_KINDS = (
    *(Barrier.TRANSPORT,) * 4,
    *(Barrier.INSURANCE, Barrier.INSURANCE, Barrier.HOUSING, Barrier.HOUSING, Barrier.MONEY, Barrier.MONEY),
    *(Barrier.CHILDCARE, Barrier.LEGAL, Barrier.RENT, Barrier.WORK_SCHEDULE, Barrier.FOOD, Barrier.PHONE_OR_INTERNET),
)
_SERVICES = {
    Barrier.TRANSPORT: Service.TRANSPORT,
    Barrier.INSURANCE: Service.INSURANCE_ENROLLMENT,
    Barrier.HOUSING: Service.HOUSING,
    Barrier.MONEY: Service.FINANCIAL_COUNSELING,
    Barrier.CHILDCARE: Service.CHILDCARE,
    Barrier.LEGAL: Service.LEGAL_AID,
    Barrier.RENT: Service.RENTAL_ASSISTANCE,
    Barrier.FOOD: Service.FOOD_ASSISTANCE,
}


def barriers_of_the_day(story: SimulatedClient) -> None:
    """Now and then something stands in the way of care."""
    chance = story.chance
    if not (story.works_today and chance.happens(_A_DAY)):
        return
    kind = chance.one(_KINDS)
    raised = story.write(
        BarrierRaised(kind=kind, owner=Role.CASE_MANAGER), story.working_hour(), story.team.case_manager
    )
    for _ in range(chance.several(1.2)):
        story.later(chance.whole(1, 15), lambda story: _work_on(story, raised))
    referral: list[Written] = []
    if chance.happens(_REFERRED):
        story.later(chance.whole(0, 3) + 1, lambda story: referral.append(_refer(story, kind, raised)))
    if chance.happens(_RESOLVED):
        story.later(chance.whole(16, 45), lambda story: _resolve(story, raised, *referral))


def _work_on(story: SimulatedClient, raised: Written) -> None:
    event = BarrierWorkedOn(
        barrier=raised.id, worked_on_by=Role.CASE_MANAGER, action=story.chance.one(terms(BarrierAction))
    )
    story.write(event, story.working_hour(), story.team.case_manager, raised)


def _resolve(story: SimulatedClient, raised: Written, *referral: Written) -> None:
    event = BarrierResolved(
        barrier=raised.id,
        outcome=story.chance.one(terms(BarrierOutcome)),
        referral=referral[0].id if referral else None,
    )
    story.write(event, story.working_hour(), story.team.case_manager, raised, *referral)


def _refer(story: SimulatedClient, kind: Barrier, raised: Written, *instead_of: Written) -> Written:
    """Ask a party; half of the referrals come to their end, as closed loops show where they are counted."""
    chance = story.chance
    event = ReferralMade(
        service=_SERVICES.get(kind, Service.OTHER),
        to_party=chance.one(words.PARTIES),
        made_by=Role.CASE_MANAGER,
        barrier=raised.id,
        instead_of=instead_of[0].id if instead_of else None,
    )
    made = story.write(event, story.working_hour(), story.team.case_manager, raised, *instead_of)
    draw = chance.random()
    if draw < 0.55:
        story.later(chance.whole(1, 8), lambda story: _accepted(story, made))
    elif draw < 0.77:
        story.later(chance.whole(1, 8), lambda story: _declined(story, kind, raised, made))
    elif draw < 0.9:
        reason = chance.one(terms(ReferralClosingReason))
        closed = ReferralClosed(referral=made.id, reason=reason)
        story.later(chance.whole(10, 30), lambda story: _answer(story, closed, made))
    return made


def _accepted(story: SimulatedClient, made: Written) -> None:
    chance = story.chance
    days = chance.whole(2, 20)
    if chance.happens(0.5):
        _answer(story, ReferralAccepted(referral=made.id), made)
    else:
        _answer(story, ReferralScheduled(referral=made.id, scheduled_on=story.days.date(story.day + days)), made)
    if chance.happens(0.75):
        completed = ReferralCompleted(referral=made.id, outcome=chance.one(terms(ReferralOutcome)))
        story.later(days, lambda story: _answer(story, completed, made))


def _declined(story: SimulatedClient, kind: Barrier, raised: Written, made: Written) -> None:
    chance = story.chance
    _answer(story, ReferralDeclined(referral=made.id, reason=chance.one(terms(ReferralDeclineReason))), made)
    if chance.happens(0.6):

        def ask_another(story: SimulatedClient) -> None:
            _refer(story, kind, raised, made)

        story.later(1, ask_another)


def _answer(
    story: SimulatedClient,
    event: ReferralAccepted | ReferralDeclined | ReferralScheduled | ReferralCompleted | ReferralClosed,
    made: Written,
) -> None:
    story.write(event, story.working_hour(), story.team.case_manager, made)
