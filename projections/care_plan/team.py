"""The team: who is on it, in which role, from when and until when (R17)."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from domain.entry import Entry
from domain.events.base import ShortText
from domain.events.team import TeamMemberAssigned, TeamMemberReleased
from domain.replacing import replace
from domain.vocabulary.people import Role
from domain.vocabulary.team import ReleaseReason
from projections.answers import Answer, At, all_answered
from projections.asked_at import AnyMoment
from projections.collection import Elements
from projections.context import Context
from projections.elements import KEY, ViewContext, at_a_moment
from projections.fold import Fold
from projections.mark import Mark, Placed, mark
from projections.strands import Strand


@dataclass(frozen=True, slots=True)
class TeamMember(Placed):
    """Somebody on the client's team. On it now: begins_at not after now, and neither released nor ends_at before it."""

    event_id: Annotated[UUID, KEY]
    """The entry that assigned them."""
    role: Role
    """In which role."""
    person: ShortText
    """Who it is."""
    person_id: UUID | None
    """Their actor id, by which the record knows them; null where they do not record themselves."""
    begins_at: datetime
    """From when they are on the team."""
    until: date | None
    """The last day for which they were assigned; null where no end was said."""
    ends_at: datetime | None
    """The end of that day."""
    released: Mark | None = None
    """Their leaving the team; null where they have not left."""
    release_reason: ReleaseReason | None = None
    """Why they left it."""

    @at_a_moment
    def on_the_team(self, context: ViewContext) -> bool:
        """Whether they are on the team at the moment asked about."""
        return self.is_there(context.at)

    def is_there(self, at: AnyMoment) -> bool:
        """Whether they are on the team at that moment."""
        ends = [end for end in (self.ends_at, self.released and self.released.at) if end]
        return self.begins_at <= at and all(at < end for end in ends)


@dataclass(frozen=True, slots=True)
class Team:
    """Everybody who ever was on the team."""

    members: Elements[TeamMember] = Elements()


class Shown(Answer):
    team: tuple[At[TeamMember], ...]
    """Everybody who is or was on the client's team, in the order in which they were assigned."""


def show(state: Team, context: ViewContext) -> Shown:
    """Everybody, on the team still or not."""
    return Shown(team=all_answered(state.members, context))


fold = Fold(Team())
STRAND = Strand(fold, Shown, show)
TEAM_MEMBER = fold.each(TeamMember, lambda state: state.members).table("care_plan_team_member")


@fold.on(TeamMemberAssigned)
def team_member_assigned(state: Team, entry: Entry, event: TeamMemberAssigned, context: Context) -> Team:
    """They are on the team, beside others of the same role."""
    member = TeamMember(
        event_id=entry.id,
        correction_id=entry.correction_id,
        role=event.role,
        person=event.person,
        person_id=event.person_id,
        begins_at=context.start_of(event.from_day) if event.from_day else entry.occurred_at,
        until=event.until,
        ends_at=context.end_of(event.until) if event.until else None,
    )
    return Team(state.members.put(member))


@fold.on(TeamMemberReleased)
def team_member_released(state: Team, entry: Entry, event: TeamMemberReleased, context: Context) -> Team:
    """They are not on the team any more from then on."""
    released = mark(entry)
    return Team(
        state.members.change(
            event.member, lambda member: replace(member, released=released, release_reason=event.reason)
        )
    )
