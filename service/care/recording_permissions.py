"""Whether a caller may record what they ask to: the strands of the events, and of those that they set right."""

from collections.abc import Sequence
from uuid import UUID

from domain.entry import Draft
from domain.events.record import EntryCorrected, EntryRetracted
from domain.facts import Facts
from service.access.caller import Caller
from service.access.permissions import STRANDS


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
        target = _set_right(draft)
        for _ in drafts:  # what is recorded along with it may be about another that is
            if target in drafted and (further := _set_right(drafted[target])):
                target = further
        if target is None:
            continue
        found = facts.of_care(target)
        kind = drafted[target].event.type if target in drafted else found.type if found else ""
        if kind in STRANDS:
            caller.require(f"{STRANDS[kind]}.u")


def _set_right(draft: Draft) -> UUID | None:
    return draft.event.entry if isinstance(draft.event, EntryCorrected | EntryRetracted) else None
