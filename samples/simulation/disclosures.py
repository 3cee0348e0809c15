"""What is told outside: to those whom the client allowed it, and to an emergency department that asks."""

from domain.events.disclosures import DisclosureMade, EmergencyDisclosureMade, EmergencyDisclosureReviewed
from domain.events.restrictions import RestrictionEnded, RestrictionRequested
from domain.vocabulary.consents import ConsentPurpose, ConsentScope
from domain.vocabulary.disclosures import DisclosureMeans, MedicalEmergency, WithoutConsent
from domain.vocabulary.purposes import PurposeOfUse
from domain.vocabulary.restrictions import RestrictionEnding
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


def ask_for_a_restriction(story: SimulatedClient) -> None:
    """The client asks that a health plan not be told, which most clinics agree to; some take that back."""
    chance = story.chance
    event = RestrictionRequested(
        agreed=chance.happens(0.8), purposes=(PurposeOfUse.PAYMENT,), recipients=(chance.one(words.PARTIES),)
    )
    asked = story.write(event, story.working_hour(), story.team.supervisor)
    if event.agreed and chance.happens(0.3):
        story.later(chance.whole(20, 90), lambda story: _end(story, asked))


def _end(story: SimulatedClient, asked: Written) -> None:
    event = RestrictionEnded(restriction=asked.id, by=RestrictionEnding.CLIENT_ASKED)
    story.write(event, story.working_hour(), story.team.supervisor, asked)


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
