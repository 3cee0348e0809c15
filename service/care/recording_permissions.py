"""Whether a caller may record what they ask to: the strands of the events, and of those that they set right."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from domain.entry import Draft
from domain.events.record import EntryCorrected, EntryRetracted
from domain.facts import Facts
from service.access.caller import Caller
from service.access.permissions import STRANDS, Resource
from service.access.scopes import NotPermitted


def require_recording(caller: Caller, drafts: Sequence[Draft]) -> None:
    """That the caller may record events of these strands; asks for nothing of the record. Raises NotPermitted."""
    for draft in drafts:
        caller.require("*.u" if _set_right(draft) else f"{STRANDS[draft.event.type]}.c")


def require_setting_right(caller: Caller, drafts: Sequence[Draft], facts: Facts) -> None:
    """That the caller may set right entries of the strands of what these are about. Raises NotPermitted.

    What a retraction of a correction is about is the entry that was corrected. Ids of nothing are left to the rules.
    """
    drafted = {draft.id: draft for draft in drafts}
    for draft in drafts:
        if permission := _to_set_right(draft, drafted, facts):
            caller.require(permission)


def not_permitted(caller: Caller, drafts: Sequence[Draft], facts: Facts) -> dict[UUID, NotPermitted]:
    """Of drafts that are recorded independently of each other: those that the caller may not record, and why.

    Whoever brings a client in with them has to be allowed to create one.
    """
    drafted = {draft.id: draft for draft in drafts}
    found: dict[UUID, NotPermitted] = {}
    for draft in drafts:
        try:
            require_recording(caller, [draft])
            if facts.version == 0:
                caller.require(f"{Resource.CLIENT}.c")
            if permission := _to_set_right(draft, drafted, facts):
                caller.require(permission)
        except NotPermitted as error:
            found[draft.id] = error
    return found


def _to_set_right(draft: Draft, drafted: Mapping[UUID, Draft], facts: Facts) -> str | None:
    """The permission that setting right what this one is about asks for; None where it is about nothing."""
    target = _set_right(draft)
    if target is None:
        return None
    for _ in drafted:  # what is recorded along with it may be about another that is
        further = _set_right(drafted[target]) if _is_new(target, drafted, facts) else None
        if further is None:
            break
        target = further
    found = facts.of_care(target)
    kind = drafted[target].event.type if _is_new(target, drafted, facts) else found.type if found else ""
    return f"{STRANDS[kind]}.u" if kind in STRANDS else None


def _is_new(id_: UUID, drafted: Mapping[UUID, Draft], facts: Facts) -> bool:
    """Whether it is one of the drafts. What stands under an id counts, not what is sent under it again: an import
    refuses that line alone."""
    return id_ in drafted and id_ not in facts.entries


def _set_right(draft: Draft) -> UUID | None:
    return draft.event.entry if isinstance(draft.event, EntryCorrected | EntryRetracted) else None
