"""How care is handed on and kept track of: handoffs, obligations, signals, barriers and referrals."""

from typing import Final

from sqlalchemy import ColumnElement, Text, and_, func

from analytics.view import Sources, View, made, reference, same, same_client
from projections.care_plan.barriers import BARRIER, BARRIER_STEP
from projections.care_plan.handoffs import HANDOFF
from projections.care_plan.owners import TASK_OWNER
from projections.care_plan.referrals import REFERRAL
from projections.columns import WORDS
from projections.obligations import OBLIGATION
from projections.signals import SIGNAL

HANDOFFS: Final = View(
    name="handoffs",
    meaning="A handoff of a client's care, and what became of it.",
    table=HANDOFF,
    columns=(
        reference(HANDOFF, "event_id", "handoff", "The handoff"),
        *same(HANDOFF, "requested_at", "from_role", "to_role", "urgency", "from_setting", "to_setting", "leaves_on"),
        *same(HANDOFF, "status", "taken_on", "accepted_by_role", "accepted_at", "completed_at", "gap_days"),
        *same(HANDOFF, "declined_at", "decline_reason", "lost_at", "loss_reason", "withdrawn_at"),
        *same(HANDOFF, "withdrawal_reason", "replaced_at", "care_ended_at"),
    ),
    key=("requested_at", "handoff"),
    month="requested_at",
)


def _reassigned(sources: Sources) -> ColumnElement[bool]:
    task, owner = sources.table(OBLIGATION), sources.table(TASK_OWNER)
    return and_(same_client(owner, task), *(owner.c[name] == task.c[name] for name in ("kind", "because", "step")))


OBLIGATIONS: Final = View(
    name="obligations",
    meaning="Something that had to happen, or must, by a time. It is late where it was neither met, missed nor released"
    " by then.",
    table=OBLIGATION,
    joins=((TASK_OWNER, _reassigned),),
    columns=(
        *same(OBLIGATION, "kind"),
        reference(OBLIGATION, "because", "because", "What asks for it, as a crisis, a handoff, an appointment"),
        *same(OBLIGATION, "step", "opens_at", "due_at"),
        made(
            "owner_role",
            Text(),
            "The role whose task it is now.",
            lambda sources: func.coalesce(
                sources.table(TASK_OWNER).c.owner_role, sources.table(OBLIGATION).c.owner_role, type_=Text
            ),
            OBLIGATION.c.owner_role.info[WORDS],
        ),
        *same(OBLIGATION, "met_at", "met_in_time", "hours_to_met", "missed_at", "released_at"),
    ),
    key=("due_at", "kind", "because", "step"),
    month="due_at",
)

SIGNALS: Final = View(
    name="signals",
    meaning="An early warning that a rule raised.",
    table=SIGNAL,
    columns=(
        reference(SIGNAL, "event_id", "raised_by", "The entry that raised it"),
        *same(SIGNAL, "rule", "about_on", "raised_at", "ends_at", "cleared_at", "released_at"),
        *same(SIGNAL, "acknowledged_at", "acknowledged_by_role"),
    ),
    key=("raised_at", "rule", "raised_by", "about_on"),
    month="raised_at",
)

BARRIERS: Final = View(
    name="barriers",
    meaning="Something that stands between a client and care.",
    table=BARRIER,
    columns=(
        reference(BARRIER, "event_id", "obstacle", "This barrier"),
        reference(BARRIER, "resolving_referral", "referral", "The referral that resolved it; null where none did"),
        *same(BARRIER, "kind", "raised_at", "owner_role", "status", "first_work_at", "last_work_at"),
        *same(BARRIER, "resolved_at", "outcome", "care_ended_at"),
    ),
    key=("raised_at", "obstacle"),
    month="raised_at",
)

BARRIER_STEPS: Final = View(
    name="barrier_steps",
    meaning="Something that was done about a barrier.",
    table=BARRIER_STEP,
    columns=(
        reference(BARRIER_STEP, "event_id", "barrier_step", "This step"),
        reference(BARRIER_STEP, "barrier", "obstacle", "The barrier"),
        *same(BARRIER_STEP, "at", "worked_on_by_role", "action", "ends_at"),
    ),
    key=("at", "barrier_step"),
    month="at",
)

REFERRALS: Final = View(
    name="referrals",
    meaning="A referral to a service outside, and what the client got of it.",
    table=REFERRAL,
    columns=(
        reference(REFERRAL, "event_id", "referral", "The referral"),
        reference(REFERRAL, "barrier", "obstacle", "The barrier that it is to overcome; null where none is named"),
        *same(REFERRAL, "made_at", "service", "made_by_role", "scheduled_on", "status", "accepted_at"),
        *same(REFERRAL, "declined_at", "decline_reason", "completed_at", "outcome", "closed_at", "closing_reason"),
        *same(REFERRAL, "replaced_at", "care_ended_at"),
    ),
    key=("made_at", "referral"),
    month="made_at",
)

COORDINATION: Final = (HANDOFFS, OBLIGATIONS, SIGNALS, BARRIERS, BARRIER_STEPS, REFERRALS)
