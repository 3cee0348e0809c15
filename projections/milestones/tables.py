"""Tables of the milestone tracker."""

from sqlalchemy import Boolean, Column, Date, DateTime, Integer, Text, Uuid

from projections.tables import client_table

_MOMENT = DateTime(timezone=True)
_TRACK = "The substance whose days are counted, or overall for all of them together."

STRETCH = client_table(
    "milestone_stretch",
    Column("track", Text, primary_key=True, comment=_TRACK),
    Column("started_on", Date, primary_key=True, comment="The local day of the use from which days are counted."),
    Column("put_by", Uuid, nullable=False, comment="The entry that told of that use: an intake or a lapse."),
    Column("ended_on", Date, comment="The local day of the next use; null while the stretch goes on."),
    Column("ended_by", Uuid, comment="The entry that told of the next use; null while the stretch goes on."),
    comment="Stretches of recovery time; a lapse ends one and starts the next. Days: ended_on (or today) - started_on.",
)

STEP = client_table(
    "milestone_step",
    Column("track", Text, primary_key=True, comment=_TRACK),
    Column("started_on", Date, primary_key=True, comment="The stretch in which the step lies."),
    Column("days", Integer, primary_key=True, comment="The step of the ladder, in days."),
    Column("reached_on", Date, nullable=False, comment="The local day that brings the step."),
    Column("reached_at", _MOMENT, nullable=False, comment="When that day begins: from then on the step is reached."),
    Column("put_by", Uuid, nullable=False, comment="The entry that started the stretch."),
    comment="Steps of the recovery ladder: those reached, and in stretches that go on those that will come.",
)

REACHED = client_table(
    "milestone_reached",
    Column("put_by", Uuid, primary_key=True, comment="The entry that tells of it."),
    Column("kind", Text, nullable=False, comment="goal_reached, or close_call_ridden_out."),
    Column("number", Integer, nullable=False, comment="Which one of its kind it is; the client's first is 1."),
    Column("reached_at", _MOMENT, nullable=False, comment="When it happened."),
    Column("precision", Text, nullable=False, comment="How exactly reached_at is known."),
    Column("reached_on", Date, nullable=False, comment="The local day on which it happened."),
    Column("goal", Uuid, comment="The entry that set the goal, where a goal was reached."),
    comment="Milestones other than counted days: goals reached and close calls ridden out.",
)

CELEBRATION = client_table(
    "milestone_celebration",
    Column("put_by", Uuid, primary_key=True, comment="The entry of the celebration."),
    Column("celebrated_at", _MOMENT, nullable=False, comment="When it was celebrated."),
    Column("precision", Text, nullable=False, comment="How exactly celebrated_at is known."),
    Column("celebrated_on", Date, nullable=False, comment="The local day on which it was celebrated."),
    Column("days", Integer, comment="How many days were celebrated, where days were."),
    Column("track", Text, comment="The substance whose days were celebrated, or overall."),
    Column("stretch_put_by", Uuid, comment="The entry that started the stretch whose days were celebrated."),
    Column("goal", Uuid, comment="The entry that set the goal that was celebrated."),
    Column("goal_reached_by", Uuid, comment="The entry that closed that goal as achieved."),
    Column("in_own_words", Boolean, nullable=False, comment="Whether the client named something of their own."),
    comment="Celebrations, linked to what they celebrate.",
)
