"""Next steps: agreed on after what happened, done, dropped, or left to expire; some go to somebody else."""

from datetime import timedelta

from domain.events.next_steps import NextStepAgreed, NextStepDone, NextStepDropped
from domain.events.team import TaskReassigned
from domain.vocabulary.next_steps import DropReason, NextStepKind
from domain.vocabulary.obligations import ObligationKind
from domain.vocabulary.people import Role
from domain.vocabulary.team import ReassignmentReason
from samples.simulation import care_words, words
from samples.simulation.chance import terms
from samples.simulation.entry_writer import Written
from samples.simulation.simulated_client import SimulatedClient

_OWNERS = (Role.COUNSELOR, Role.PEER, Role.PEER, Role.CASE_MANAGER, Role.CASE_MANAGER, Role.CLIENT)

_DONE, _DROPPED = 0.75, 0.1
"""The rest stays open, as in every team. Our choice."""

_GOES_TO_ANOTHER = 0.06
"""Our choice: shifts end and people fall ill."""

_THREE_DAYS = timedelta(hours=72)


def agree_next_step(story: SimulatedClient, because_of: Written | None = None) -> None:
    """Somebody will do something by a day, or the client sets out to do something small in the next 72 hours."""
    chance = story.chance
    hour = story.working_hour()
    micro = chance.happens(0.25)
    owner = Role.CLIENT if micro else chance.one(_OWNERS)
    cited = because_of if because_of and because_of.stands else None
    event = NextStepAgreed(
        kind=chance.one(terms(NextStepKind)),
        what=words.say(chance, care_words.NEXT_STEP),
        owner=owner,
        due_at=story.days.at(story.day, hour) + _THREE_DAYS
        if micro
        else story.days.at(story.day + chance.whole(1, 7), 17),
        micro_goal=micro,
        because_of=cited.id if cited else None,
    )
    step = story.write(event, hour, story.team.counselor, *((cited,) if cited else ()))
    draw = chance.random()
    if draw < _DONE:
        story.later(chance.whole(1, 4), lambda story: _done(story, step))
    elif draw < _DONE + _DROPPED:
        story.later(chance.whole(2, 10), lambda story: _dropped(story, step))
    if not micro and chance.happens(_GOES_TO_ANOTHER):
        story.later(1, lambda story: _goes_to_another(story, step))


def _done(story: SimulatedClient, step: Written) -> None:
    story.write(NextStepDone(step=step.id), story.working_hour(), story.team.case_manager, step)


def _dropped(story: SimulatedClient, step: Written) -> None:
    event = NextStepDropped(step=step.id, reason=story.chance.one(terms(DropReason)))
    story.write(event, story.working_hour(), story.team.case_manager, step)


def _goes_to_another(story: SimulatedClient, step: Written) -> None:
    chance = story.chance
    event = TaskReassigned(
        because=step.id,
        kind=ObligationKind.NEXT_STEP,
        to_role=chance.one((Role.PEER, Role.CASE_MANAGER, Role.NURSE)),
        reason=chance.one(terms(ReassignmentReason)),
    )
    story.write(event, story.working_hour(), story.team.supervisor, step)
