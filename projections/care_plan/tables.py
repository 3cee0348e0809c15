"""Tables of the care plan. Where there is one, `put_by` is the key: the entry that put the row there is its id."""

from sqlalchemy import ARRAY, Boolean, Column, Date, DateTime, Double, Integer, Text, Uuid

from projections.tables import client_table

_MOMENT = DateTime(timezone=True)
_CORRECTED = "The last correction of that entry; null where there is none."


def _put_by(comment: str) -> Column[object]:
    return Column("put_by", Uuid, primary_key=True, comment=comment)


CARE_PLAN = client_table(
    "care_plan",
    Column("registered_by", Uuid, comment="The entry that registered the client; null before registration."),
    Column("time_zone", Text, comment="The client's time zone, in which their days are counted."),
    Column("episode_opened_by", Uuid, comment="The entry of the intake that opened the episode of care."),
    Column("episode_opened_at", _MOMENT, comment="When that intake was completed."),
    Column("entry_route", Text, comment="The way by which the client came into care."),
    Column("conditions", ARRAY(Text), comment="Conditions beside substance use, as found at that intake."),
    Column("readiness", Text, comment="The stage of change at that intake."),
    Column("earlier_episodes", Integer, nullable=False, comment="How many episodes of care came before."),
    Column("plan_version", Integer, comment="The version of the shared plan: 1, 2, 3 …; null when none was agreed."),
    Column("plan_agreed_by", Uuid, comment="The entry that agreed on it."),
    Column("plan_agreed_at", _MOMENT, comment="When it was agreed."),
    Column("plan_agreed_by_roles", ARRAY(Text), comment="The roles that agreed on it."),
    Column(
        "plan_because_of", ARRAY(Uuid), comment="The entries that this version cites: a crisis, a review, a lapse …"
    ),
    Column("safety_plan_version", Integer, comment="The version of the safety plan; null when none was written."),
    Column("safety_plan_written_by", Uuid, comment="The entry that wrote it."),
    Column("safety_plan_written_at", _MOMENT, comment="When it was written."),
    Column("last_session_by", Uuid, comment="The entry of the last session that was held."),
    Column("last_session_at", _MOMENT, comment="When that session was held."),
    Column("last_contact_by", Uuid, comment="The entry of the last contact: session, check-in, answered call, crisis."),
    Column("last_contact_at", _MOMENT, comment="When that contact was."),
    Column("missed_in_a_row", Integer, nullable=False, comment="Sessions missed since the last one that was held."),
    Column("last_missed_by", Uuid, comment="The entry of the session missed last."),
    Column("last_missed_at", _MOMENT, comment="When that session was missed."),
    Column("last_lapse_by", Uuid, comment="The entry of the last lapse; null where none is recorded."),
    Column("last_lapse_at", _MOMENT, comment="When that lapse was."),
    Column("last_lapse_overdose_danger", Boolean, comment="Whether it brought danger of overdose; null: not assessed."),
    comment="The shared care plan, one row a client.",
)

SUBSTANCE = client_table(
    "care_plan_substance",
    Column("number", Integer, primary_key=True, comment="The substance's place in the intake, from 1."),
    Column("put_by", Uuid, nullable=False, comment="The entry of the intake that opened the episode of care."),
    Column("substance", Text, nullable=False, comment="The substance group."),
    Column("route", Text, nullable=False, comment="How it was taken."),
    Column("frequency", Text, nullable=False, comment="How often in the month before the last use."),
    Column("severity", Text, nullable=False, comment="Severity of the substance use disorder."),
    Column("last_used_on", Date, comment="The client's local day of last use, as said at intake."),
    comment="Substances named at the intake of the current episode.",
)

INTERVENTION = client_table(
    "care_plan_intervention",
    Column("number", Integer, primary_key=True, comment="The intervention's place in the plan, from 1."),
    Column("put_by", Uuid, nullable=False, comment="The entry that agreed on the plan."),
    Column("strand", Text, nullable=False, comment="The strand of care that does it."),
    Column("techniques", ARRAY(Text), nullable=False, comment="The techniques planned."),
    Column("sessions_per_week", Double, comment="How many sessions a week; null where not said."),
    comment="Interventions of the plan's current version.",
)

GOAL = client_table(
    "care_plan_goal",
    _put_by("The entry that set the goal."),
    Column("category", Text, nullable=False, comment="What the goal is about."),
    Column("stabilization", Boolean, nullable=False, comment="Short-term stabilization rather than a longer-term aim."),
    Column("set_at", _MOMENT, nullable=False, comment="When it was set."),
    Column("baseline", Double, comment="Where the client began, in the goal's unit."),
    Column("target", Double, comment="Where they want to come to; may lie below the baseline."),
    Column("target_on", Date, comment="By which day."),
    Column("readings", Integer, nullable=False, comment="How often it was measured."),
    Column("reading", Double, comment="The latest reading; null before the first."),
    Column("measured_by", Uuid, comment="The entry of that reading."),
    Column("measured_at", _MOMENT, comment="When it was taken."),
    Column("outcome", Text, comment="How the goal ended; null while it is open."),
    Column("closed_by", Uuid, comment="The entry that closed it."),
    Column("closed_at", _MOMENT, comment="When it was closed."),
    Column("corrected_by", Uuid, comment=_CORRECTED),
    comment="Goals, open and closed.",
)

CONSENT = client_table(
    "care_plan_consent",
    _put_by("The entry that granted the consent."),
    Column("granted_at", _MOMENT, nullable=False, comment="When it was granted."),
    Column("purpose", Text, nullable=False, comment="What the disclosure is for."),
    Column("scope", ARRAY(Text), nullable=False, comment="What may be disclosed."),
    Column("recipients", Integer, nullable=False, comment="How many recipients it names."),
    Column("signed_on", Date, nullable=False, comment="The day on which it was signed."),
    Column("expires_on", Date, nullable=False, comment="The last day on which it holds, in the client's time zone."),
    Column("expires_at", _MOMENT, nullable=False, comment="The end of that day. In force: expires_at after now."),
    Column("corrected_by", Uuid, comment=_CORRECTED),
    comment="Consents that the client granted.",
)

HANDOFF = client_table(
    "care_plan_handoff",
    _put_by("The entry that requested the handoff."),
    Column("status", Text, nullable=False, comment="requested, accepted, declined or completed."),
    Column("urgency", Text, nullable=False, comment="How soon it had to be accepted."),
    Column("from_role", Text, nullable=False, comment="The role that handed over."),
    Column("to_role", Text, nullable=False, comment="The role, or outside party, that was asked to take over."),
    Column("requested_at", _MOMENT, nullable=False, comment="When it was requested."),
    Column("accepted_by", Uuid, comment="The entry that accepted it."),
    Column("accepted_at", _MOMENT, comment="When it was accepted."),
    Column("accepted_by_role", Text, comment="The role that accepted it."),
    Column("declined_by", Uuid, comment="The entry that declined it."),
    Column("declined_at", _MOMENT, comment="When it was declined."),
    Column("decline_reason", Text, comment="Why it was declined."),
    Column("completed_by", Uuid, comment="The entry that says that the client has met the receiver."),
    Column("completed_at", _MOMENT, comment="When they met."),
    Column("corrected_by", Uuid, comment=_CORRECTED),
    comment="Handoffs. When acceptance and meeting are due stands in care_plan_obligation, because = put_by.",
)

CRISIS = client_table(
    "care_plan_crisis",
    _put_by("The entry of the crisis contact."),
    Column("occurred_at", _MOMENT, nullable=False, comment="When the client was met in the crisis."),
    Column("kinds", ARRAY(Text), nullable=False, comment="What kinds of crisis it was."),
    Column("tier", Text, nullable=False, comment="Tier of risk; unknown when it was not asked or not answered."),
    Column("unanswered", ARRAY(Text), nullable=False, comment="Questions of the screener left without an answer."),
    Column("overdose_danger", Boolean, comment="Whether there was danger of overdose; null: not assessed."),
    Column("noticed_by_role", Text, nullable=False, comment="The role that noticed it."),
    Column("activated_roles", ARRAY(Text), nullable=False, comment="The roles that were called in."),
    Column("actions", ARRAY(Text), nullable=False, comment="What was done."),
    Column("attempts", Integer, nullable=False, comment="Outreach that did not reach the client."),
    Column("reached_by", Uuid, comment="The entry of the first contact after the crisis."),
    Column("reached_at", _MOMENT, comment="When that contact was."),
    Column("outcome", Text, comment="How the crisis passed; null while it is open."),
    Column("resolved_by", Uuid, comment="The entry that says so."),
    Column("resolved_at", _MOMENT, comment="When it had passed."),
    Column("reviewed_by", Uuid, comment="The entry of its postvention review."),
    Column("reviewed_at", _MOMENT, comment="When that review was held."),
    Column("corrected_by", Uuid, comment=_CORRECTED),
    comment="Crises, open and resolved.",
)

OBLIGATION = client_table(
    "care_plan_obligation",
    Column("kind", Text, primary_key=True, comment="What has to happen."),
    Column("because", Uuid, primary_key=True, comment="The entry that asks for it, which put this row here."),
    Column("step", Integer, primary_key=True, comment="From 1, where one entry asks for the same several times."),
    Column("opens_at", _MOMENT, nullable=False, comment="From when it can be met."),
    Column("due_at", _MOMENT, nullable=False, comment="By when it has to be met."),
    Column("met_by", Uuid, comment="The entry that met it; null where none has."),
    Column("met_at", _MOMENT, comment="When it was met. Late: after due_at."),
    Column("released_by", Uuid, comment="The entry after which it need not happen any more."),
    Column("released_at", _MOMENT, comment="When it was released. Missed: after due_at."),
    comment="What has to happen by a time. Late: neither met nor released, and due_at before now.",
)

TABLES = (CARE_PLAN, SUBSTANCE, INTERVENTION, GOAL, CONSENT, HANDOFF, CRISIS, OBLIGATION)
