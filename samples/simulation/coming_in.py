"""Coming into care: by registration and intake, or through a crisis; and coming back."""

from domain.events.consents import ConsentExpired, ConsentGranted, ConsentRevoked
from domain.events.court_orders import CourtOrderEnded, CourtOrderRecorded
from domain.events.intake import IntakeCompleted, IntakeUpdated, SubstanceUse
from domain.events.registration import ClientRegistered
from domain.vocabulary.consents import ConsentPurpose, ConsentScope, SignerAuthority
from domain.vocabulary.intake import (
    Condition,
    Driver,
    EntryRoute,
    RankOfSubstance,
    SocialNeed,
    StageOfChange,
    TimeOfCraving,
)
from domain.vocabulary.substances import Severity, Substance, UseFrequency, UseRoute
from domain.vocabulary.triggers import Trigger
from samples.simulation import words
from samples.simulation.chance import terms
from samples.simulation.circle import gather_circle
from samples.simulation.crises import crisis_comes
from samples.simulation.disclosures import ask_for_a_restriction, tell_outside
from samples.simulation.entry_writer import Written
from samples.simulation.goals import set_goals
from samples.simulation.levels import assess_and_place
from samples.simulation.looking_ahead import begin_looking_ahead
from samples.simulation.medications import offer_medication
from samples.simulation.milestones import name_milestones
from samples.simulation.overdoses import judge_danger
from samples.simulation.plans import agree_plan, write_safety_plan
from samples.simulation.residence import begin_to_live
from samples.simulation.simulated_client import SimulatedClient
from samples.simulation.tests_and_screenings import begin_asking

THROUGH_A_CRISIS = 0.06

_MOST_USED = (
    *(Substance.ALCOHOL,) * 8,
    *(Substance.FENTANYL, Substance.FENTANYL, Substance.HEROIN, Substance.HEROIN, Substance.OPIOIDS, Substance.OPIOIDS),
    *(Substance.METHAMPHETAMINE,) * 3,
    *(Substance.COCAINE, Substance.CANNABIS, Substance.CANNABIS, Substance.SEDATIVES),
)
"""Primary substances at admission: alcohol four in ten, opioids three, and the others. Our choice."""
_ROUTES = (
    *(EntryRoute.REFERRAL,) * 4,
    *(EntryRoute.SELF,) * 3,
    *(EntryRoute.FAMILY, EntryRoute.COURT, EntryRoute.RE_ENTRY_DETOX, EntryRoute.RE_ENTRY_INPATIENT),
)

_MORE_TO_TELL = 0.25
"""Our choice: trust grows, and intakes are often finished in a second sitting."""

_REVOKED = 0.05
"""Our choice: rarely, most often after a quarrel in the family."""

_ORDERED_BY_A_COURT = 0.1
"""Our choice: of those who come by way of a court, some are asked about later."""

_TOLD = 0.3
"""By people of the clinic, where a consent allows it. Our choice."""

_RESTRICTS = 0.1
"""Asks that somebody not be told. Our choice."""

_SCOPES = tuple(term for term in terms(ConsentScope)[1:] if term is not ConsentScope.COUNSELING_NOTES)


def come_in(story: SimulatedClient) -> None:
    """The client's first day."""
    chance = story.chance
    most = 2 if chance.happens(0.3) else 1
    story.substances = tuple(dict.fromkeys(chance.one(_MOST_USED) for _ in range(most)))
    if chance.happens(THROUGH_A_CRISIS):
        crisis_comes(story)
        story.later(chance.whole(1, 3), _register_after_crisis)
    else:
        _register(story, hour := story.working_hour() - 1)
        if chance.happens(0.7):
            _take_in(story, chance.one(_ROUTES), hour + 0.5)
        else:
            story.later(chance.whole(1, 9), lambda story: _take_in(story, chance.one(_ROUTES), story.working_hour()))


def come_back(story: SimulatedClient) -> None:
    """A return to care: a new intake, after some weeks of which the record knows little."""
    story.last_use = story.day - story.chance.whole(1, 15)
    _take_in(story, story.chance.one((EntryRoute.RE_ENTRY_DETOX, EntryRoute.RE_ENTRY_INPATIENT)), story.working_hour())


def _register_after_crisis(story: SimulatedClient) -> None:
    hour = story.working_hour() - 1
    _register(story, hour)
    _take_in(story, EntryRoute.CRISIS, hour + 0.5)


def _register(story: SimulatedClient, hour: float) -> None:
    chance = story.chance
    event = ClientRegistered(
        name=f"{chance.one(words.FIRST_NAMES)} {chance.one(words.FAMILY_NAMES)}",
        birth_date=story.days.date(story.day - chance.whole(18 * 366, 70 * 365)),
        language=chance.one(("en", "en", "en", "es", "es", "vi")),
        time_zone=story.days.time_zone,
        phone=f"555-01{chance.whole(10, 99)}",
    )
    story.write(event, hour, story.team.counselor._replace(late=0))


def _take_in(story: SimulatedClient, route: EntryRoute, hour: float) -> None:
    chance = story.chance
    if not story.in_care:
        story.last_use = story.day - chance.whole(0, 45)
    event = IntakeCompleted(
        entry_route=route,
        substances=tuple(_use(story, substance) for substance in story.substances),
        conditions=chance.some(terms(Condition), 2),
        drivers=chance.some(terms(Driver), 3),
        social_needs=chance.some(terms(SocialNeed), 3),
        triggers=chance.some(terms(Trigger), 4),
        protective_factors=words.say(chance, words.PROTECTIVE),
        strengths=words.say(chance, words.STRENGTHS),
        readiness=chance.one(terms(StageOfChange)[1:4]),
        own_reasons=words.say(chance, words.INTAKE),
    )
    story.intake = story.write(event, hour, story.team.counselor)
    assess_and_place(story, hour)
    again, story.in_care = story.in_care, True
    if again:
        story.later(chance.whole(1, 7), agree_plan)
        return
    _consent(story, hour + 0.5)
    if chance.happens(_RESTRICTS):
        story.later(chance.whole(0, 30), ask_for_a_restriction)
    set_goals(story, hour + 0.7)
    gather_circle(story, hour + 0.8)
    begin_asking(story, hour + 0.9)
    judge_danger(story)
    offer_medication(story)
    begin_looking_ahead(story)
    name_milestones(story)
    begin_to_live(story)
    if chance.happens(_MORE_TO_TELL):
        story.later(chance.whole(2, 25), _learn_more)
    story.later(chance.whole(2, 9), agree_plan)
    if chance.happens(0.4):
        story.later(chance.whole(0, 10), write_safety_plan)
    if chance.happens(_ORDERED_BY_A_COURT):
        story.later(chance.whole(10, 90), _court_orders)


def _use(story: SimulatedClient, substance: Substance) -> SubstanceUse:
    chance = story.chance
    known = chance.happens(0.9)
    return SubstanceUse(
        substance=substance,
        rank=terms(RankOfSubstance)[story.substances.index(substance)],
        age_at_first_use=chance.whole(12, 25) if known else None,
        route=chance.one((UseRoute.ORAL, UseRoute.SMOKED, UseRoute.INTRANASAL, UseRoute.UNKNOWN)),
        frequency=chance.one(terms(UseFrequency)),
        severity=chance.one(terms(Severity)),
        last_used_on=story.days.date(story.last_use) if known else None,
    )


def _consent(story: SimulatedClient, hour: float) -> None:
    chance = story.chance
    for purpose in chance.some((ConsentPurpose.TREATMENT, ConsentPurpose.FAMILY_INVOLVEMENT), 2):
        ends_with_treatment = chance.happens(0.2)
        event = ConsentGranted(
            discloser="Simulated Clinic",
            recipients=(recipient := chance.one(words.PARTIES),),
            purpose=purpose,
            scope=chance.some(_SCOPES, 2),
            expires_on=None if ends_with_treatment else story.days.date(story.day + 365),
            expires_when="The end of treatment here" if ends_with_treatment else None,
            signed_on=story.today,
            signed_by="The client",
            signed_as=SignerAuthority.CLIENT,
            right_to_revoke_told=True,
            redisclosure_told=True,
        )
        consent = story.write(event, hour, story.team.counselor)
        if chance.happens(_TOLD):
            _tell_later(story, consent, purpose, recipient)
        if ends_with_treatment and chance.happens(0.5):
            story.later(chance.whole(20, 150), lambda story, consent=consent: _expire(story, consent))  # type: ignore[misc]
        elif chance.happens(_REVOKED):
            story.later(chance.whole(5, 120), lambda story, consent=consent: _revoke(story, consent))  # type: ignore[misc]


def _tell_later(story: SimulatedClient, consent: Written, purpose: ConsentPurpose, recipient: str) -> None:
    story.later(story.chance.whole(1, 60), lambda story: tell_outside(story, consent, purpose, recipient))


def _court_orders(story: SimulatedClient) -> None:
    chance = story.chance
    order = CourtOrderRecorded(
        court="County Circuit Court",
        reference=f"26-CR-{chance.whole(100, 9_999)}",
        issued_on=story.days.date(story.day - chance.whole(1, 14)),
        recipients=("County Probation Department",),
        scope=(ConsentScope.ATTENDANCE,),
        compels=chance.happens(0.5),
    )
    written = story.write(order, story.working_hour(), story.team.counselor)
    if chance.happens(0.8):
        story.later(chance.whole(20, 60), lambda story: _end_order(story, written))


def _end_order(story: SimulatedClient, order: Written) -> None:
    story.write(CourtOrderEnded(court_order=order.id), story.working_hour(), story.team.counselor, order)


def _expire(story: SimulatedClient, consent: Written) -> None:
    story.write(ConsentExpired(consent=consent.id), story.working_hour(), story.team.counselor, consent)


def _revoke(story: SimulatedClient, consent: Written) -> None:
    event = ConsentRevoked(consent=consent.id, in_writing=story.chance.happens(0.5))
    story.write(event, story.working_hour(), story.team.counselor, consent)


def _learn_more(story: SimulatedClient) -> None:
    """A second sitting of the intake, or something told later."""
    chance = story.chance
    if story.intake:
        event = IntakeUpdated(
            intake=story.intake.id,
            drivers=chance.some(terms(Driver), 2),
            cravings_at=chance.some(terms(TimeOfCraving), 2),
            values_and_purpose=words.say(chance, words.STRENGTHS) if chance.happens(0.5) else None,
        )
        story.write(event, story.working_hour(), story.team.counselor, story.intake)
