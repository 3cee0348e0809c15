"""Handoffs: requested, then accepted, declined or left unanswered; completed when the client has met the receiver."""

from domain.events.handoffs import (
    HandoffAccepted,
    HandoffCompleted,
    HandoffDeclined,
    HandoffLost,
    HandoffRequested,
    HandoffWithdrawn,
)
from domain.vocabulary.handoffs import HandoffDeclineReason, HandoffLossReason, HandoffUrgency, HandoffWithdrawalReason
from domain.vocabulary.people import Role
from samples.simulation import words
from samples.simulation.chance import terms
from samples.simulation.entry_writer import Way, Written
from samples.simulation.simulated_client import SimulatedClient

_A_DAY = 0.015

_RECEIVERS = (Role.PEER, Role.CASE_MANAGER, Role.PRESCRIBER, Role.OUTSIDE_PARTY)


def handoffs_of_the_day(story: SimulatedClient) -> None:
    """Now and then a part of the care goes to somebody else."""
    if story.works_today and story.chance.happens(_A_DAY):
        urgency = HandoffUrgency.URGENT if story.chance.happens(0.2) else HandoffUrgency.ROUTINE
        request(story, urgency, story.working_hour())


def request(story: SimulatedClient, urgency: HandoffUrgency, hour: float, *instead_of: Written) -> None:
    """Ask somebody to take over; one in seven requests is never answered."""
    chance = story.chance
    receiver = chance.one(_RECEIVERS)
    event = HandoffRequested(
        from_role=Role.COUNSELOR,
        to_role=receiver,
        to_party=chance.one(words.PARTIES) if receiver is Role.OUTSIDE_PARTY else None,
        urgency=urgency,
        instead_of=instead_of[0].id if instead_of else None,
        reason=words.say(chance, words.HANDOFF),
    )
    requested = story.write(event, hour, story.team.counselor, *instead_of)
    answer = chance.random()
    days = 0 if urgency is HandoffUrgency.CRISIS else int(chance.skewed(1, 0.8))
    way = _way(story, receiver)
    if answer < 0.70:
        story.later(days, lambda story: _accept(story, requested, receiver, urgency, way))
    elif answer < 0.85:
        story.later(days, lambda story: _decline(story, requested, urgency, way))
    elif answer < 0.88:
        story.later(days + 2, lambda story: _withdraw(story, requested))


def _accept(story: SimulatedClient, requested: Written, receiver: Role, urgency: HandoffUrgency, way: Way) -> None:
    chance = story.chance
    story.write(HandoffAccepted(handoff=requested.id, accepted_by=receiver), _hour(story, requested), way, requested)
    if chance.happens(0.8):
        story.later(int(chance.skewed(3, 0.7)), lambda story: _complete(story, requested, way))
    elif chance.happens(0.4):
        story.later(chance.whole(1, 6), lambda story: _lose(story, requested, urgency))


def _lose(story: SimulatedClient, requested: Written, urgency: HandoffUrgency) -> None:
    """What was agreed falls through before they have met; most often somebody else is asked."""
    chance = story.chance
    hour = _hour(story, requested)
    event = HandoffLost(handoff=requested.id, reason=chance.one(terms(HandoffLossReason)))
    story.write(event, hour, story.team.counselor, requested)
    if chance.happens(0.7):
        request(story, urgency, hour + 0.5, requested)
    else:
        story.later(1, lambda story: _withdraw(story, requested))


def _withdraw(story: SimulatedClient, requested: Written) -> None:
    event = HandoffWithdrawn(handoff=requested.id, reason=story.chance.one(terms(HandoffWithdrawalReason)))
    story.write(event, _hour(story, requested), story.team.counselor, requested)


def _decline(story: SimulatedClient, requested: Written, urgency: HandoffUrgency, way: Way) -> None:
    chance = story.chance
    hour = _hour(story, requested)
    event = HandoffDeclined(handoff=requested.id, reason=chance.one(terms(HandoffDeclineReason)))
    story.write(event, hour, way, requested)
    if chance.happens(0.6):
        request(story, urgency, hour + 0.5, requested)


def _complete(story: SimulatedClient, requested: Written, way: Way) -> None:
    event = HandoffCompleted(handoff=requested.id, note=words.say(story.chance, words.HANDOFF_MET))
    story.write(event, _hour(story, requested) + 0.5, way, requested)


def _hour(story: SimulatedClient, requested: Written) -> float:
    """Some working hour of today after the request."""
    since = (requested.at - story.days.begins(story.day)).total_seconds() / 3600
    return max(story.working_hour(), since + story.chance.between(0.2, 1.5))


def _way(story: SimulatedClient, receiver: Role) -> Way:
    if receiver is Role.PEER:
        return story.team.peer
    return story.team.prescriber if receiver is Role.PRESCRIBER else story.team.case_manager
