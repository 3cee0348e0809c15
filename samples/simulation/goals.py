"""Goals: set at intake, read every other week, and closed when they are reached or let go."""

from domain.events.plan import GoalClosed, GoalMeasured, GoalSet
from domain.vocabulary.goals import GoalCategory, GoalOutcome
from samples.simulation import words
from samples.simulation.milestones import celebrate_goal
from samples.simulation.simulated_client import OpenGoal, SimulatedClient

_GOALS = (
    (GoalCategory.SLEEP, "Sleep at least six and a half hours on most nights.", "hours a night", 4.5, 6.5),
    (GoalCategory.CRAVINGS, "Cravings at three or less on most days.", "of 10", 7.0, 3.0),
    (GoalCategory.EMPLOYMENT, "No more than one missed day of work in a month.", "days a month", 5.0, 1.0),
    (GoalCategory.RELATIONSHIPS, "Cook and eat with the children three evenings a week.", "evenings a week", 0.0, 3.0),
    (GoalCategory.RELATIONSHIPS, "Call a parent every Sunday without quarrel.", "calls a month", 0.0, 4.0),
    (GoalCategory.PAIN, "Keep to the exercises and get through most days at four or less.", "of 10", 7.0, 4.0),
    (GoalCategory.HEALTH, "Eat breakfast on workdays.", "days a week", 1.0, 5.0),
    (GoalCategory.RELAPSE_PREVENTION, "Two group evenings a week.", "evenings a week", 0.0, 2.0),
)

_LET_GO = (GoalOutcome.PARTLY_ACHIEVED, GoalOutcome.NOT_ACHIEVED, GoalOutcome.NO_LONGER_WANTED)


def set_goals(story: SimulatedClient, hour: float) -> None:
    """One to three goals."""
    chance = story.chance
    for category, description, unit, baseline, target in chance.some(_GOALS, 3):
        event = GoalSet(
            category=category,
            description=description,
            unit=unit,
            baseline=baseline,
            target=target,
            target_on=story.days.date(story.day + 90),
        )
        set_by = story.write(event, hour, story.team.counselor)
        goal = OpenGoal(set_by, baseline, target, story.day + chance.whole(45, 260))
        story.goals.append(goal)
        story.later(chance.whole(7, 20), lambda story, goal=goal: _read(story, goal))  # type: ignore[misc]


def _read(story: SimulatedClient, goal: OpenGoal) -> None:
    chance = story.chance
    way = story.team.peer if chance.happens(0.4) else story.team.counselor
    goal.value = round(goal.value + (goal.target - goal.value) * chance.between(-0.2, 0.5), 1)
    note = words.say(chance, words.GOAL_NOTE) if chance.happens(0.5) else None
    event = GoalMeasured(goal=goal.set_by.id, value=goal.value, note=note)
    story.write(event, story.working_hour(), way, goal.set_by)
    if story.day < goal.closes_on:
        story.later(chance.whole(10, 20), lambda story: _read(story, goal))
    else:
        story.later(chance.whole(1, 7), lambda story: _close(story, goal))


def _close(story: SimulatedClient, goal: OpenGoal) -> None:
    chance = story.chance
    outcome = GoalOutcome.ACHIEVED if chance.happens(0.6) else chance.one(_LET_GO)
    event = GoalClosed(goal=goal.set_by.id, outcome=outcome)
    story.write(event, story.working_hour(), story.team.counselor, goal.set_by)
    story.goals.remove(goal)
    if outcome is GoalOutcome.ACHIEVED and chance.happens(0.4):
        story.later(chance.whole(0, 5), lambda story: celebrate_goal(story, goal.set_by))
    if not story.goals:
        story.later(chance.whole(3, 20), lambda story: set_goals(story, story.working_hour()))
