"""Looking ahead: how often people meet, the relapse-prevention plan, and days that can be seen coming."""

from domain.events.looking_ahead import RelapsePreventionPlanWritten, Touchpoint, TriggerAnticipated, TriggerPassed
from domain.events.plan import CadenceSet
from domain.vocabulary.contacts import OutreachPurpose
from domain.vocabulary.people import Role
from domain.vocabulary.plan import CadenceKind, DayAhead, DayPassed, Environment, Period
from domain.vocabulary.triggers import Trigger
from samples.simulation import care_words, hard_words, words
from samples.simulation.chance import terms
from samples.simulation.contacts import reach_out
from samples.simulation.entry_writer import Written
from samples.simulation.simulated_client import SimulatedClient

_A_DAY = 0.003
"""About one day a year that is spoken of beforehand, for each client. Our choice."""

_WRITES_A_PLAN = 0.45
"""Our choice: one of the first skills taught, in most programmes, but many leave before."""

_CADENCES = (
    (CadenceKind.SESSION, 1, Period.WEEK, Role.COUNSELOR),
    (CadenceKind.GROUP, 1, Period.WEEK, Role.PEER),
    (CadenceKind.CHECK_IN, 1, Period.DAY, Role.PEER),
    (CadenceKind.PEER_TOUCHPOINT, 2, Period.WEEK, Role.PEER),
    (CadenceKind.MEDICATION_VISIT, 1, Period.MONTH, Role.PRESCRIBER),
)
_WENT = (
    *(DayPassed.WENT_WELL,) * 6,
    *(DayPassed.DID_NOT_COME, DayPassed.DID_NOT_COME, DayPassed.CLOSE_CALL, DayPassed.LAPSE),
)


def begin_looking_ahead(story: SimulatedClient) -> None:
    """In the first weeks: how often people are to meet, and for many a plan for what may come."""
    chance = story.chance
    story.later(chance.whole(1, 9), _set_cadences)
    if chance.happens(_WRITES_A_PLAN):
        story.later(chance.whole(7, 40), lambda story: write_prevention_plan(story, Environment.HOME))


def days_ahead_of_the_day(story: SimulatedClient) -> None:
    """Now and then a day can be seen coming; somebody is in touch before it, and it passes."""
    chance = story.chance
    if not chance.happens(_A_DAY):
        return
    days = chance.whole(6, 30)
    before = chance.whole(1, 3)
    event = TriggerAnticipated(
        on=story.days.date(story.day + days),
        kind=chance.one(terms(DayAhead)),
        triggers=chance.some(terms(Trigger), 2),
        what=words.say(chance, care_words.DAY_AHEAD),
        touchpoints=(Touchpoint(days_before=before, by=Role.PEER),) if chance.happens(0.8) else (),
    )
    anticipated = story.write(event, story.working_hour(), story.team.counselor)
    if event.touchpoints and chance.happens(0.8):
        story.later(days - before, lambda story: reach_out(story, purpose=OutreachPurpose.BEFORE_A_TRIGGER))
    if chance.happens(0.7):
        story.later(days + chance.whole(1, 3), lambda story: _pass(story, anticipated))


def meet_more_often_for_a_while(story: SimulatedClient) -> None:
    """After a crisis: a second session a week, for some weeks."""
    chance = story.chance
    event = CadenceSet(
        kind=CadenceKind.SESSION,
        times=2,
        per=Period.WEEK,
        by=Role.COUNSELOR,
        until=story.days.date(story.day + chance.one((14, 21, 28))),
    )
    story.write(event, story.working_hour(), story.team.counselor)


def write_prevention_plan(story: SimulatedClient, environment: Environment) -> None:
    """A version of the relapse-prevention plan, for where the client lives."""
    chance = story.chance
    event = RelapsePreventionPlanWritten(
        environment=environment,
        triggers=chance.some(terms(Trigger), 3),
        around=(words.say(chance, care_words.AROUND),),
        within=(words.say(chance, hard_words.WARNING_SIGN),),
        among_people=(words.say(chance, care_words.AMONG_PEOPLE),) if chance.happens(0.6) else (),
        coping=(words.say(chance, hard_words.COPING),),
        refusal_skills=(words.say(chance, care_words.SAYING_NO),),
        written_by=(Role.CLIENT, Role.COUNSELOR),
    )
    story.write(event, story.working_hour(), story.team.counselor)


def _set_cadences(story: SimulatedClient) -> None:
    hour = story.working_hour()
    for kind, times, per, by in story.chance.some(_CADENCES, 2):
        story.write(CadenceSet(kind=kind, times=times, per=per, by=by), hour, story.team.counselor)


def _pass(story: SimulatedClient, anticipated: Written) -> None:
    event = TriggerPassed(trigger=anticipated.id, outcome=story.chance.one(_WENT))
    story.write(event, story.working_hour(), story.team.counselor, anticipated)
