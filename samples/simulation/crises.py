"""Crises: the contact, follow-ups until it has passed, and the review, in time, late or never."""

from typing import Any

from domain.events.crisis import CrisisContactRecorded, CrisisResolved
from domain.events.postvention import Adjustment, AdjustmentSettled, PostventionReviewed
from domain.instruments.cssrs import CssrsAnswers, crisis_triage
from domain.vocabulary.contacts import Channel, SessionKind
from domain.vocabulary.crisis import CrisisAction, CrisisKind, CrisisOutcome, RiskTier
from domain.vocabulary.handoffs import HandoffUrgency
from domain.vocabulary.people import Role
from domain.vocabulary.postvention import AdjustmentKind, Settlement
from domain.vocabulary.triggers import Trigger
from samples.simulation import hard_words, words
from samples.simulation.appointments import book
from samples.simulation.chance import Chance, terms
from samples.simulation.contacts import reach_out
from samples.simulation.disclosures import tell_an_emergency_department
from samples.simulation.entry_writer import Way, Written
from samples.simulation.handoffs import request
from samples.simulation.looking_ahead import meet_more_often_for_a_while
from samples.simulation.next_steps import agree_next_step
from samples.simulation.overdoses import offer_naloxone
from samples.simulation.plans import agree_plan, write_safety_plan
from samples.simulation.simulated_client import OpenCrisis, SimulatedClient
from samples.simulation.team import LIFELINE

_A_DAY = 0.0008
"""For each point of craving."""

_ASKED = 0.12
"""By an emergency department that sees the client, what they take. Our choice."""

_FOLLOW_UP_DAYS = (1, 3, 7, 30)

_KINDS = (
    *(CrisisKind.CRAVINGS,) * 4,
    *(CrisisKind.PANIC,) * 3,
    *(CrisisKind.SUDDEN_LOSS, CrisisKind.LOSS_OF_HOUSING, CrisisKind.SUICIDAL_THOUGHTS, CrisisKind.ACUTE_WITHDRAWAL),
)
_OUTCOMES = (
    *(CrisisOutcome.STABILIZED,) * 4,
    *(CrisisOutcome.AVOIDED_LAPSE,) * 3,
    *(CrisisOutcome.ENTERED_CARE, CrisisOutcome.HOSPITALIZED, CrisisOutcome.LAPSE),
)


def crises_of_the_day(story: SimulatedClient) -> None:
    """The higher the craving, the likelier a crisis; but never two at once."""
    if story.chance.random() < _A_DAY * story.craving:
        crisis_comes(story)


def crisis_comes(story: SimulatedClient, kind: CrisisKind | None = None) -> None:
    """A crisis, with what it asks for from today on."""
    if story.crisis and not story.crisis.passed:
        return
    chance = story.chance
    hour = chance.between(7, 23)
    noticed_by, way = _noticed(story)
    event = CrisisContactRecorded(
        kinds=(kind,) if kind else chance.some(_KINDS, 2),
        channel=chance.one((Channel.PHONE, Channel.PHONE, Channel.IN_PERSON, Channel.TEXT)),
        noticed_by=noticed_by,
        activated=chance.some((Role.COUNSELOR, Role.CASE_MANAGER, Role.PRESCRIBER), 3),
        triggers=chance.some(terms(Trigger), 3),
        cssrs=CssrsAnswers(**screener_answers(chance)) if chance.happens(0.75) else None,
        overdose_danger=kind is CrisisKind.RETURN_TO_USE if chance.happens(0.7) else None,
        actions=chance.some(terms(CrisisAction), 5),
        account=words.say(chance, hard_words.CRISIS),
    )
    contact = story.write(event, hour, way)
    danger = event.overdose_danger or kind is CrisisKind.RETURN_TO_USE
    soon = crisis_triage(event.cssrs, event.overdose_danger).not_excluded in {RiskTier.HIGH, RiskTier.UNKNOWN}
    crisis = OpenCrisis(contact, soon, danger)
    story.crisis = crisis
    _what_follows(story, crisis, hour)


def _what_follows(story: SimulatedClient, crisis: OpenCrisis, hour: float) -> None:
    chance = story.chance
    if chance.happens(0.5):
        write_safety_plan(story, crisis.contact, hour + 1)
    if crisis.overdose_danger and chance.happens(0.85):
        story.later(chance.whole(0, 2), offer_naloxone)
    if story.in_care and chance.happens(0.4):
        book(story, SessionKind.INDIVIDUAL, Role.COUNSELOR, 1, crisis.contact)
    for _ in range(chance.several(1.2)):
        story.later(chance.whole(1, 2), lambda story: agree_next_step(story, crisis.contact))
    if story.in_care and chance.happens(_ASKED):
        tell_an_emergency_department(story, min(hour + 0.2, 23.9))
    if story.in_care and chance.happens(0.35):
        request(story, HandoffUrgency.CRISIS, hour + 0.3)
    for days in _FOLLOW_UP_DAYS:
        if chance.happens(0.88):
            story.later(days, lambda story: _follow_up(story, crisis))
    passes = chance.whole(1, 14)
    if chance.happens(0.92):
        story.later(passes, lambda story: _resolve(story, crisis))
    else:
        story.later(45, lambda story: _let_be(crisis))
    within = 3 if crisis.high_risk else 7
    draw = chance.random()
    if draw < 0.62:
        story.later(chance.whole(1, within - 1), lambda story: _review(story, crisis))
    elif draw < 0.84:
        story.later(within + chance.whole(1, 20), lambda story: _review(story, crisis))


def _follow_up(story: SimulatedClient, crisis: OpenCrisis) -> None:
    if not crisis.passed:
        reach_out(story, crisis.contact)


def _let_be(crisis: OpenCrisis) -> None:
    """Nobody ever noted that it had passed."""
    crisis.passed = True


def _resolve(story: SimulatedClient, crisis: OpenCrisis) -> None:
    chance = story.chance
    event = CrisisResolved(
        crisis=crisis.contact.id, outcome=chance.one(_OUTCOMES), note=words.say(chance, hard_words.RESOLVED)
    )
    story.write(event, story.working_hour(), story.team.counselor, crisis.contact, correlation_id=crisis.contact.id)
    crisis.passed = True


def _review(story: SimulatedClient, crisis: OpenCrisis) -> None:
    chance = story.chance
    event = PostventionReviewed(
        crisis=crisis.contact.id,
        reviewed_by=(Role.COUNSELOR, *chance.some((Role.PEER, Role.CASE_MANAGER, Role.CLIENT), 3)),
        what_worked=words.say(chance, hard_words.WORKED),
        what_did_not=words.say(chance, hard_words.DID_NOT_WORK) if chance.happens(0.7) else None,
        adjustments=tuple(
            Adjustment(kind=kind, what=words.say(chance, hard_words.ADJUSTMENT))
            for kind in chance.some(terms(AdjustmentKind), 3)
        ),
    )
    way, contact = story.team.supervisor, crisis.contact
    review = story.write(event, story.working_hour(), way, contact, correlation_id=contact.id)
    if story.in_care and chance.happens(0.3):
        story.later(chance.whole(0, 3), meet_more_often_for_a_while)
    if story.in_care and chance.happens(0.7):
        story.later(chance.whole(1, 12), lambda story: agree_plan(story, review, contact))
        story.later(chance.whole(13, 16), lambda story: _settle(story, review, len(event.adjustments)))


def _settle(story: SimulatedClient, review: Written, adjustments: int) -> None:
    """What the review asked for was carried out, most of it."""
    for number in range(1, adjustments + 1):
        if story.chance.happens(0.8) and review.stands:
            event = AdjustmentSettled(review=review.id, number=number, how=Settlement.CARRIED_OUT)
            story.write(event, story.working_hour(), story.team.counselor, review)


def _noticed(story: SimulatedClient) -> tuple[Role, Way]:
    if not story.in_care:
        return Role.CRISIS_WORKER, LIFELINE
    chance = story.chance
    return chance.one(((Role.PEER, story.team.peer), (Role.COUNSELOR, story.team.counselor)))


def screener_answers(chance: Chance) -> dict[str, Any]:
    """Answers of the screener, as far as people answered: now and then a question stays open."""

    def said(yes: float, answered: float = 0.85) -> bool | None:
        return chance.happens(yes) if chance.happens(answered) else None

    thoughts, ever = said(0.4), said(0.4)
    return {
        "q1": said(0.5),
        "q2": thoughts,
        "q3": said(0.4) if thoughts else None,
        "q4": said(0.2) if thoughts else None,
        "q5": said(0.1) if thoughts else None,
        "q6_ever": ever,
        "q6_last_3_months": said(0.5) if ever else None,
    }
