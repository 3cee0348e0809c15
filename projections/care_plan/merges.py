"""Which other clients of the organization are the same person, as the record knows it: with whom care goes on."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from uuid import UUID

from domain.entry import Entry
from domain.events.merging import ClientMergedInto, ClientSeparated, ClientsMerged, MergeUndone
from domain.replacing import replace
from projections.answers import Answer, At, all_answered, answered
from projections.collection import Elements
from projections.context import Context
from projections.elements import KEY, ViewContext
from projections.fold import Fold
from projections.mark import Mark, Placed, mark
from projections.strands import Strand


@dataclass(frozen=True, slots=True)
class MergedClient(Placed):
    """Another client who is the same person. Their own timeline and plan tell what was recorded there."""

    event_id: Annotated[UUID, KEY]
    """The entry that merged them."""
    duplicate_id: UUID
    """The other client's id."""
    merged_at: datetime
    """Since when they count as one."""
    undone: Mark | None = None
    """That they are two people after all; null where they are one."""


@dataclass(frozen=True, slots=True)
class MergedInto(Placed):
    """The client who is the same person, with whom care goes on."""

    survivor_id: UUID
    """That client's id."""
    merged_at: datetime
    """Since when they count as one."""


@dataclass(frozen=True, slots=True)
class Merges:
    """Who was merged into this client, and into whom this one was."""

    merged: Elements[MergedClient] = Elements()
    into: MergedInto | None = None


class Shown(Answer):
    merged_clients: tuple[At[MergedClient], ...]
    """Other clients who are the same person, those of whom that was undone included."""
    merged_into: At[MergedInto] | None
    """The client with whom care goes on; null where it does with this one."""


def show(state: Merges, context: ViewContext) -> Shown:
    """The other clients."""
    into = state.into and answered(state.into, context)
    return Shown(merged_clients=all_answered(state.merged, context), merged_into=into)


fold = Fold(Merges(), version=2)
STRAND = Strand(fold, Shown, show)
MERGED_CLIENT = fold.each(MergedClient, lambda state: state.merged).table("care_plan_merged_client")
MERGED_INTO = fold.one(MergedInto, lambda state: state.into).table("care_plan_merged_into")


@fold.on(ClientsMerged)
def clients_merged(state: Merges, entry: Entry, event: ClientsMerged, context: Context) -> Merges:
    """Another client is the same person."""
    merged = MergedClient(
        event_id=entry.id,
        correction_id=entry.correction_id,
        duplicate_id=event.duplicate,
        merged_at=entry.occurred_at,
    )
    return replace(state, merged=state.merged.put(merged))


@fold.on(MergeUndone)
def merge_undone(state: Merges, entry: Entry, event: MergeUndone, context: Context) -> Merges:
    """They are two people after all; that they were taken for one stays."""
    undone = mark(entry)
    return replace(state, merged=state.merged.change(event.merge, lambda each: replace(each, undone=undone)))


@fold.on(ClientMergedInto)
def client_merged_into(state: Merges, entry: Entry, event: ClientMergedInto, context: Context) -> Merges:
    """Care goes on with another client."""
    into = MergedInto(
        event_id=entry.id,
        correction_id=entry.correction_id,
        survivor_id=event.survivor,
        merged_at=entry.occurred_at,
    )
    return replace(state, into=into)


@fold.on(ClientSeparated)
def client_separated(state: Merges, entry: Entry, event: ClientSeparated, context: Context) -> Merges:
    """Care goes on with this client again; a merge that followed in the meantime stays."""
    if state.into is None or state.into.event_id != event.merge:
        return state
    return replace(state, into=None)
