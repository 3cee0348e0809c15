"""What is told outside: to those whom the client allowed it, and to an emergency department that asks."""

from domain.events.disclosures import DisclosureMade, EmergencyDisclosureMade, EmergencyDisclosureReviewed
from domain.vocabulary.consents import ConsentPurpose, ConsentScope
from domain.vocabulary.disclosures import DisclosureMeans, MedicalEmergency, WithoutConsent
from samples.simulation import hard_words, words
from samples.simulation.chance import terms
from samples.simulation.entry_writer import Written
from samples.simulation.simulated_client import SimulatedClient

_JUSTIFIED = 0.95
"""Our choice."""


def tell_outside(story: SimulatedClient, consent: Written, purpose: ConsentPurpose, recipient: str) -> None:
    """Somebody of the clinic tells the recipient something, as the client allowed."""
    chance = story.chance
    event = DisclosureMade(
        allowed_by=consent.id,
        recipient=recipient,
        disclosed_by="The counselor",
        purpose=purpose,
        scope=(chance.one((ConsentScope.ATTENDANCE, ConsentScope.CARE_PLAN)),),
        means=chance.one(terms(DisclosureMeans)),
        notice_given=chance.happens(0.9),
    )
    story.write(event, story.working_hour(), story.team.counselor, consent)


def tell_an_emergency_department(story: SimulatedClient, hour: float) -> None:
    """They ask what the client takes; a supervisor looks into it within days."""
    chance = story.chance
    event = EmergencyDisclosureMade(
        recipient="The doctor on duty",
        organization=chance.one(words.PARTIES),
        disclosed_by="The counselor",
        emergency=chance.one(terms(MedicalEmergency)),
        account=words.say(chance, hard_words.CRISIS),
        without_consent=chance.one((WithoutConsent.UNABLE_TO_CONSENT, WithoutConsent.NO_TIME)),
        scope=(ConsentScope.MEDICATION, ConsentScope.CRISIS),
        means=DisclosureMeans.PHONE,
        hours=chance.whole(2, 24) if chance.happens(0.5) else None,
    )
    told = story.write(event, hour, story.team.counselor)
    story.later(chance.whole(1, 4), lambda story: _look_into(story, told))


def _look_into(story: SimulatedClient, told: Written) -> None:
    event = EmergencyDisclosureReviewed(disclosure=told.id, justified=story.chance.happens(_JUSTIFIED))
    story.write(event, story.working_hour(), story.team.supervisor, told)
