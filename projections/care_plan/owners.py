"""Owners of tasks: to whom an obligation went, and whose it is in person (R62)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from uuid import UUID

from domain.entry import Entry
from domain.events.base import FreeText, ShortText
from domain.events.team import TaskReassigned
from domain.vocabulary.obligations import ObligationKind
from domain.vocabulary.people import Role
from domain.vocabulary.team import ReassignmentReason
from projections.answers import Answer, At, all_answered
from projections.asked_at import AnyMoment
from projections.care_plan.team import TeamMember
from projections.collection import Elements
from projections.context import Context
from projections.elements import KEY, NOT_SHOWN, Named, ViewContext
from projections.fold import Fold
from projections.obligations import Obligation
from projections.strands import Strand


@dataclass(frozen=True, slots=True)
class TaskOwner:
    """To whom an obligation went last, in place of the owner that it had. Of what nothing asks for, nothing goes."""

    kind: Annotated[ObligationKind, KEY]
    """What must happen."""
    because: Annotated[UUID, KEY]
    """The entry that asks for it."""
    step: Annotated[int, KEY]
    """Its step, from 1, where that entry asks for the same several times."""
    event_id: UUID
    """The entry that moved it."""
    correction_id: UUID | None
    """The last correction of that entry; null where there is none."""
    moved_at: datetime
    """When it was moved."""
    role: Annotated[Role, Named("owner_role")]
    """The role whose task it is now."""
    person_id: Annotated[UUID | None, Named("owner_person_id")]
    """The actor id of the person whose task it is; null where that was not said."""
    person: ShortText | None
    """The name of that person."""
    reason: ReassignmentReason
    """Why it was moved."""
    note: FreeText | None
    """The reason in words."""
    moves: int
    """How many times it was moved."""

    @property
    def owner_named(self) -> Annotated[bool, NOT_SHOWN]:
        """Whether it went to a certain person, named by id or just by name; else whoever holds the role has it."""
        return self.person_id is not None or self.person is not None


@dataclass(frozen=True, slots=True)
class Owners:
    """The tasks that were moved."""

    moved: Elements[TaskOwner] = Elements()


class Shown(Answer):
    task_owners: tuple[At[TaskOwner], ...]
    """The obligations that went to somebody else, and why; the obligations name the owner they have now."""


def show(state: Owners, context: ViewContext) -> Shown:
    """Every task that was moved."""
    return Shown(task_owners=all_answered(state.moved, context))


def owned(
    obligations: Iterable[Obligation], owners: Owners, team: Iterable[TeamMember], at: AnyMoment
) -> Iterator[Obligation]:
    """The obligations with the owners that they have at that moment: whom they went to, and in person where known.

    Where nobody named a person, what still waits is that of the one who holds the role in the team; where several do,
    it stays with the role, since no one of them owns it more than another.
    """
    on_the_team = [member for member in team if member.is_there(at)]
    for each in obligations:
        moved = owners.moved.get((each.kind, each.because, each.step))
        if moved:
            each = each._replace(owner=moved.role, owner_person_id=moved.person_id, owner_person=moved.person)  # noqa: PLW2901
        in_role = [member for member in on_the_team if member.role is each.owner]
        if each.waits() and not each.owner_person and not each.owner_person_id and len(in_role) == 1:
            yield each._replace(owner_person_id=in_role[0].person_id, owner_person=in_role[0].person)
        else:
            yield each


fold = Fold(Owners(), version=2)
STRAND = Strand(fold, Shown, show)
TASK_OWNER = fold.each(TaskOwner, lambda state: state.moved).table("care_plan_task_owner")


@fold.on(TaskReassigned)
def task_reassigned(state: Owners, entry: Entry, event: TaskReassigned, context: Context) -> Owners:
    """The task is somebody else's from now on, whoever had it before."""
    before = state.moved.get((event.kind, event.because, event.step))
    return Owners(
        state.moved.put(
            TaskOwner(
                kind=event.kind,
                because=event.because,
                step=event.step,
                event_id=entry.id,
                correction_id=entry.correction_id,
                moved_at=entry.occurred_at,
                role=event.to_role,
                person_id=event.to_person_id,
                person=event.to_person,
                reason=event.reason,
                note=event.note,
                moves=before.moves + 1 if before else 1,
            )
        )
    )
