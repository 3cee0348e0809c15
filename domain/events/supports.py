"""The client's own support network, and the meetings they go to (R16)."""

from typing import Annotated, Literal

from domain.events.base import Event, FreeText, RefersTo, ShortText, StrictUUID
from domain.vocabulary.contacts import Channel
from domain.vocabulary.people import Role
from domain.vocabulary.supports import MeetingRole, SupportEndReason, SupportGroup, SupportKind, SupportRole


class SupportAdded(Event):
    """The client counts on somebody, or on a group, and for what (R16; FHIR RelatedPerson).

    `name` is who that is, in the client's words; `support_group` is the fellowship, of a group or of a sponsor in one.
    """

    type: Literal["support_added"] = "support_added"
    kind: SupportKind
    """What kind of support."""
    name: ShortText | None = None
    """Who that is, in the client's words."""
    support_group: SupportGroup | None = None
    """The fellowship, of a group or of a sponsor in one."""
    roles: tuple[SupportRole, ...] = ()
    """What the client counts on them for."""
    note: FreeText | None = None
    """Anything else worth keeping, in words."""


class SupportEnded(Event):
    """Somebody, or a group, does not support the client any more (R16)."""

    type: Literal["support_ended"] = "support_ended"
    support: Annotated[StrictUUID, RefersTo("support_added", once=True)]
    """The support that ended."""
    reason: SupportEndReason
    """Why."""
    note: FreeText | None = None
    """Anything else worth keeping, in words."""


class SupportMeetingAttended(Event):
    """The client went to a meeting of a support group, alone or accompanied (R16).

    `roles` is what they did there beside being there; `accompanied_by` who of the team went along, as peers do to a
    first meeting.
    """

    type: Literal["support_meeting_attended"] = "support_meeting_attended"
    support_group: SupportGroup
    """The fellowship."""
    channel: Channel = Channel.IN_PERSON
    """How people met."""
    roles: tuple[MeetingRole, ...] = ()
    """What the client did there beside being there."""
    accompanied_by: Role | None = None
    """Who of the team went along, by role."""
    note: FreeText | None = None
    """Anything else worth keeping, in words."""
