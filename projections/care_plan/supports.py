"""The client's support network, and the meetings they go to (R16)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, TypeVar
from uuid import UUID

from domain.entry import Entry
from domain.events.base import FreeText, ShortText
from domain.events.supports import SupportAdded, SupportEnded, SupportMeetingAttended
from domain.replacing import replace
from domain.vocabulary.people import Role
from domain.vocabulary.supports import MeetingRole, SupportEndReason, SupportGroup, SupportKind, SupportRole
from projections.answers import Answer, At, all_answered
from projections.collection import Elements
from projections.context import Context
from projections.elements import KEY, ViewContext, at_a_moment
from projections.fold import Fold
from projections.mark import Mark, Placed, mark
from projections.strands import Strand

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Support(Placed):
    """Somebody, or a group, that the client counts on. In place: added_at not after now, and not ended."""

    event_id: Annotated[UUID, KEY]
    """The entry that added it."""
    added_at: datetime
    """From when the client counts on it."""
    kind: SupportKind
    """Who or what it is."""
    name: ShortText | None
    """Who that is, in the client's words."""
    support_group: SupportGroup | None
    """The fellowship, where it is a group or a sponsor of one."""
    roles: tuple[SupportRole, ...]
    """What it does for the client."""
    note: FreeText | None
    """What else there is to know."""
    ended: Mark | None = None
    """Its end; null where it is still there."""
    end_reason: SupportEndReason | None = None
    """Why it ended."""

    @at_a_moment
    def in_place(self, context: ViewContext) -> bool:
        """Whether the client can count on it at the moment asked about."""
        return self.ended is None or context.at < self.ended.at


@dataclass(frozen=True, slots=True)
class Attendance:
    """The meetings of a kind of support group that the client went to."""

    support_group: Annotated[SupportGroup, KEY]
    """The fellowship or programme."""
    meetings: int
    """How many meetings."""
    first: Mark
    """The first of them."""
    last: Mark
    """The last of them."""
    roles: tuple[MeetingRole, ...]
    """What the client did there beside being there, in the order in which it came."""
    accompanied_by: tuple[Role, ...]
    """Who of the team ever went along."""


@dataclass(frozen=True, slots=True)
class Supports:
    """The network, and the meetings by group: counted, since people go for years."""

    supports: Elements[Support] = Elements()
    attendance: Elements[Attendance] = Elements()


class Shown(Answer):
    supports: tuple[At[Support], ...]
    """The client's own support network, in the order in which it came about."""
    support_meetings: tuple[At[Attendance], ...]
    """The meetings of support groups that the client went to, by group."""


def show(state: Supports, context: ViewContext) -> Shown:
    """The network and the attendance."""
    return Shown(
        supports=all_answered(state.supports, context), support_meetings=all_answered(state.attendance, context)
    )


fold = Fold(Supports())
STRAND = Strand(fold, Shown, show)
SUPPORT = fold.each(Support, lambda state: state.supports).table("care_plan_support")
SUPPORT_MEETINGS = fold.each(Attendance, lambda state: state.attendance).table("care_plan_support_meetings")


@fold.on(SupportAdded)
def support_added(state: Supports, entry: Entry, event: SupportAdded, context: Context) -> Supports:
    """One more in the network."""
    support = Support(
        event_id=entry.id,
        correction_id=entry.correction_id,
        added_at=entry.occurred_at,
        kind=event.kind,
        name=event.name,
        support_group=event.support_group,
        roles=event.roles,
        note=event.note,
    )
    return replace(state, supports=state.supports.put(support))


@fold.on(SupportEnded)
def support_ended(state: Supports, entry: Entry, event: SupportEnded, context: Context) -> Supports:
    """One less to count on; that it was there stays."""

    def ended(support: Support) -> Support:
        return replace(support, ended=mark(entry), end_reason=event.reason)

    return replace(state, supports=state.supports.change(event.support, ended))


@fold.on(SupportMeetingAttended)
def support_meeting_attended(
    state: Supports, entry: Entry, event: SupportMeetingAttended, context: Context
) -> Supports:
    """One more meeting of that group."""
    before, attended = state.attendance.get(event.support_group), mark(entry)
    attendance = Attendance(
        support_group=event.support_group,
        meetings=before.meetings + 1 if before else 1,
        first=before.first if before else attended,
        last=attended,
        roles=_with(before.roles if before else (), event.roles),
        accompanied_by=_with(
            before.accompanied_by if before else (), (event.accompanied_by,) if event.accompanied_by else ()
        ),
    )
    return replace(state, attendance=state.attendance.put(attendance))


def _with(known: tuple[T, ...], said: tuple[T, ...]) -> tuple[T, ...]:
    return tuple(dict.fromkeys((*known, *said)))
