"""Who is around a client: the team, and the people and groups of their own."""

from domain.events.supports import SupportAdded, SupportEnded, SupportMeetingAttended
from domain.events.team import TeamMemberAssigned, TeamMemberReleased
from domain.vocabulary.contacts import Channel
from domain.vocabulary.people import Role
from domain.vocabulary.supports import MeetingRole, SupportEndReason, SupportGroup, SupportKind, SupportRole
from domain.vocabulary.team import ReleaseReason
from samples.simulation import care_words, words
from samples.simulation.chance import terms
from samples.simulation.entry import actor_named
from samples.simulation.entry_writer import Way
from samples.simulation.simulated_client import SimulatedClient

_JOINS = ((Role.PEER, 0.7), (Role.CASE_MANAGER, 0.4))
"""How often somebody joins beside the counselor, who is there from the first day. Our choice."""

_CHANGES = 0.15
"""Of so many people on a team, another takes the place within the year. Our choice: most changes
of staff come after the client has left."""

_GOES_TO_MEETINGS = 0.5
"""Of people in treatment, so many go to mutual help as well. Our choice."""

_A_WEEK = 0.75
"""How many meetings those go to, on average. Our choice: many go every week for a while, some to several."""

_KINDS = (
    *(SupportKind.FAMILY,) * 4,
    *(SupportKind.PARTNER, SupportKind.PARTNER, SupportKind.FRIEND, SupportKind.FRIEND),
    *(SupportKind.SPONSOR, SupportKind.COLLEAGUE, SupportKind.FAITH_COMMUNITY, SupportKind.VIRTUAL_COMMUNITY),
)
_GROUPS = (
    *(SupportGroup.AA,) * 5,
    *(SupportGroup.NA,) * 3,
    *(SupportGroup.SMART_RECOVERY, SupportGroup.SMART_RECOVERY, SupportGroup.ONLINE_COMMUNITY, SupportGroup.PEER_RUN),
)


def gather_circle(story: SimulatedClient, hour: float) -> None:
    """At intake: the team is put together, and the client says whom they count on."""
    chance = story.chance
    assign(story, Role.COUNSELOR, story.team.counselor, hour)
    for role, often in _JOINS:
        if chance.happens(often):
            way = story.team.peer if role is Role.PEER else story.team.case_manager
            story.later(
                chance.whole(0, 6),
                lambda story, role=role, way=way: assign(story, role, way, story.working_hour()),  # type: ignore[misc]
            )
    for _ in range(chance.several(1.3)):
        story.later(chance.whole(0, 30), _support_added)
    if chance.happens(_GOES_TO_MEETINGS):
        story.group = chance.one(_GROUPS)


def assign(story: SimulatedClient, role: Role, way: Way, hour: float) -> None:
    """Somebody joins the team, unless the role is taken; now and then another takes over months later."""
    if role in story.roles:
        return
    story.roles.add(role)
    chance = story.chance
    event = TeamMemberAssigned(
        role=role, person=way.recorded_by.partition("/")[2].title(), person_id=actor_named(way.recorded_by).id
    )
    member = story.write(event, hour, story.team.counselor)
    if chance.happens(_CHANGES):

        def replace(story: SimulatedClient) -> None:
            reason = chance.one(terms(ReleaseReason))
            released = TeamMemberReleased(member=member.id, reason=reason)
            story.write(released, story.working_hour(), story.team.supervisor, member)
            story.roles.discard(role)
            assign(story, role, way, story.working_hour())

        story.later(chance.whole(30, 360), replace)


def meetings_of_the_day(story: SimulatedClient) -> None:
    """Those who go to meetings go now and then, at first accompanied, later with something to do there."""
    chance = story.chance
    if story.group is None or not chance.happens(_A_WEEK / 7):
        return
    event = SupportMeetingAttended(
        support_group=story.group,
        channel=Channel.TELEHEALTH if chance.happens(0.25) else Channel.IN_PERSON,
        roles=chance.some(terms(MeetingRole), 2) if chance.happens(0.3) else (),
        accompanied_by=Role.PEER if chance.happens(0.1) else None,
        note=words.say(chance, care_words.MEETING) if chance.happens(0.6) else None,
    )
    story.write(event, chance.between(18, 20.5), story.team.peer)


def _support_added(story: SimulatedClient) -> None:
    chance = story.chance
    kind = chance.one(_KINDS)
    event = SupportAdded(
        kind=kind,
        name=chance.one(words.FIRST_NAMES),
        support_group=chance.one(_GROUPS) if kind is SupportKind.SPONSOR else None,
        roles=chance.some(terms(SupportRole), 3),
    )
    support = story.write(event, story.working_hour(), story.team.peer)
    if chance.happens(0.12):

        def end(story: SimulatedClient) -> None:
            event = SupportEnded(support=support.id, reason=chance.one(terms(SupportEndReason)))
            story.write(event, story.working_hour(), story.team.peer, support)

        story.later(chance.whole(15, 150), end)
