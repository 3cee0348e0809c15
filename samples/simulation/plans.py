"""Plans: the shared care plan, agreed and reviewed, and the safety plan."""

from domain.events.crisis import SafetyPlanWritten
from domain.events.plan import InterventionPlanned, InterventionStopped, PlanAgreed, ProgressReviewed
from domain.vocabulary.contacts import Technique
from domain.vocabulary.people import Role
from domain.vocabulary.plan import CareStrand, InterventionStopReason, Progress, ReviewConclusion
from samples.simulation import care_words, hard_words, words
from samples.simulation.chance import terms
from samples.simulation.entry_writer import Written
from samples.simulation.simulated_client import SimulatedClient

_AGREEING = (Role.COUNSELOR, Role.PEER, Role.CASE_MANAGER)

_CONCLUSIONS = (
    *(ReviewConclusion.PLAN_STAYS,) * 5,
    *(ReviewConclusion.PLAN_CHANGES,) * 3,
    *(ReviewConclusion.MORE_CARE, ReviewConclusion.LESS_CARE),
)
"""Half of the reviews leave the plan as it is. Our choice."""


def agree_plan(story: SimulatedClient, *because_of: Written) -> None:
    """A version of the plan is agreed. Without a reason it is an episode's first, and reviews go on the agenda."""
    if not story.works_today:
        story.later(1, lambda story: agree_plan(story, *because_of))
        return
    chance = story.chance
    if not because_of and story.intake and chance.happens(0.3):
        because_of = (story.intake,)
    cited = tuple(written for written in because_of if written.stands)
    event = PlanAgreed(
        summary=words.say(chance, words.PLAN),
        agreed_by=(Role.CLIENT, *chance.some(_AGREEING, 2)),
        because_of=tuple(written.id for written in cited),
    )
    hour = story.working_hour()
    story.write(event, hour, story.team.counselor, *cited)
    _plan_interventions(story, hour)
    if not because_of:
        story.later(_until_the_next_review(story), _review)


def _review(story: SimulatedClient) -> None:
    """Client and team look at how it goes; where something is to change, the plan changes on the same day."""
    if not story.works_today:
        story.later(1, _review)
        return
    chance = story.chance
    conclusion = chance.one(_CONCLUSIONS)
    event = ProgressReviewed(
        reviewed_by=(Role.CLIENT, *chance.some(_AGREEING, 2)),
        progress=chance.one(terms(Progress)),
        conclusion=conclusion,
        what_helps=words.say(chance, care_words.HELPS),
    )
    reviewed = story.write(event, story.working_hour(), story.team.counselor)
    if conclusion is not ReviewConclusion.PLAN_STAYS:
        agree_plan(story, reviewed)
    story.later(_until_the_next_review(story), _review)


def _until_the_next_review(story: SimulatedClient) -> int:
    """Days: sooner in the first 90 days of care, as the default policy has it."""
    return 30 if story.day - story.arrives < 90 else 90


def _plan_interventions(story: SimulatedClient, hour: float) -> None:
    """What each strand does from now on; strands that the new version leaves out stop."""
    chance = story.chance
    strands = chance.some(terms(CareStrand), 3)
    for strand in [strand for strand in story.interventions if strand not in strands]:
        planned = story.interventions.pop(strand)
        stopped = InterventionStopped(intervention=planned.id, reason=chance.one(terms(InterventionStopReason)))
        story.write(stopped, hour, story.team.counselor, planned)
    for strand in [strand for strand in strands if strand not in story.interventions]:
        intervention = InterventionPlanned(
            strand=strand,
            what=words.say(chance, words.INTERVENTION),
            techniques=chance.some(terms(Technique), 2),
        )
        story.interventions[strand] = story.write(intervention, hour, story.team.counselor)


def write_safety_plan(story: SimulatedClient, crisis: Written | None = None, hour: float | None = None) -> None:
    """A version of the safety plan, in its six steps."""
    chance = story.chance
    event = SafetyPlanWritten(
        warning_signs=tuple({words.say(chance, hard_words.WARNING_SIGN): None for _ in range(3)}),
        own_coping=tuple({words.say(chance, hard_words.COPING): None for _ in range(3)}),
        people_and_places=(words.say(chance, hard_words.PLACE),),
        people_to_ask=tuple({words.say(chance, hard_words.PERSON): None for _ in range(2)}),
        professionals=tuple({words.say(chance, hard_words.PROFESSIONAL): None for _ in range(2)}),
        means_safety=(words.say(chance, hard_words.MEANS),) if chance.happens(0.6) else (),
        crisis=crisis.id if crisis else None,
    )
    about = (crisis,) if crisis else ()
    story.write(event, story.working_hour() if hour is None else hour, story.team.counselor, *about)
