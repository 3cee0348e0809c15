"""Contacts, appointments, and what supports a client."""

from typing import Final

from analytics.view import View, reference, same
from projections.care_plan.appointments import APPOINTMENT
from projections.care_plan.supports import SUPPORT, SUPPORT_MEETINGS
from projections.outcomes.fold import CONTACT

CONTACTS: Final = View(
    name="contacts",
    meaning="A session held or missed, a check-in, outreach, or a contact in a crisis.",
    table=CONTACT,
    columns=(
        reference(CONTACT, "event_id", "contact", "The contact"),
        *same(CONTACT, "kind", "contact_at", "contact_on", "channel", "reached", "role", "session", "minutes"),
        *same(CONTACT, "barrier", "occasion", "purpose"),
    ),
    key=("contact_at", "contact"),
    month="contact_at",
)

APPOINTMENTS: Final = View(
    name="appointments",
    meaning="An appointment, and what became of it.",
    table=APPOINTMENT,
    columns=(
        reference(APPOINTMENT, "event_id", "appointment", "The appointment"),
        *same(APPOINTMENT, "made_at", "kind", "channel", "starts_at", "minutes", "with_role", "transport"),
        *same(APPOINTMENT, "status", "counts_as_missed", "barrier_behind", "cancelled_by"),
        *same(APPOINTMENT, "kept_at", "missed_at", "cancelled_at", "released_at"),
    ),
    key=("starts_at", "appointment"),
    month="starts_at",
)

SUPPORTS: Final = View(
    name="supports",
    meaning="Somebody or something that supports the client, by kind alone.",
    table=SUPPORT,
    columns=(
        reference(SUPPORT, "event_id", "support", "The support"),
        *same(SUPPORT, "kind", "support_group", "roles", "added_at", "ended_at", "end_reason"),
    ),
    key=("added_at", "support"),
    month="added_at",
)

SUPPORT_MEETING_COUNTS: Final = View(
    name="support_meeting_counts",
    meaning="How often a client went to meetings of a kind of support group. Each meeting is a row of outcomes.",
    table=SUPPORT_MEETINGS,
    columns=same(SUPPORT_MEETINGS, "support_group", "meetings", "roles", "accompanied_by", "first_at", "last_at"),
    key=("support_group",),
)

IN_TOUCH: Final = (CONTACTS, APPOINTMENTS, SUPPORTS, SUPPORT_MEETING_COUNTS)
