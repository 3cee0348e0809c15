"""Tables of the postvention reviews."""

from sqlalchemy import ARRAY, Column, DateTime, Integer, Text, Uuid

from projections.tables import client_table

_MOMENT = DateTime(timezone=True)

REVIEW = client_table(
    "postvention_review",
    Column("crisis", Uuid, primary_key=True, comment="The entry of the crisis contact, which put this row here."),
    Column("kinds", ARRAY(Text), nullable=False, comment="What kinds of crisis it was."),
    Column("tier", Text, nullable=False, comment="Tier of risk; unknown when it was not asked or not answered."),
    Column("noticed_by", Text, nullable=False, comment="The role that noticed the crisis."),
    Column("occurred_at", _MOMENT, nullable=False, comment="When the client was met in the crisis."),
    Column("precision", Text, nullable=False, comment="How exactly occurred_at is known."),
    Column("due_at", _MOMENT, nullable=False, comment="By when the review has to be held; set by the tier."),
    Column("resolved_at", _MOMENT, comment="When the crisis had passed; null while it has not."),
    Column("outcome", Text, comment="How the crisis passed; null while it has not."),
    Column("resolved_by", Uuid, comment="The entry that says that the crisis has passed."),
    Column("reviewed_at", _MOMENT, comment="When the review was held; null while it is open."),
    Column("reviewed_by", Uuid, comment="The entry of the review."),
    comment="Crises and their postvention reviews, one row a crisis. Late: due_at before reviewed_at or before now.",
)

ADJUSTMENT = client_table(
    "postvention_adjustment",
    Column("review", Uuid, primary_key=True, comment="The entry of the review, which put this row here."),
    Column("number", Integer, primary_key=True, comment="The adjustment's place in its review, from 1."),
    Column("crisis", Uuid, nullable=False, comment="The entry of the crisis contact that was reviewed."),
    Column("kind", Text, nullable=False, comment="How the care plan is to change."),
    Column("asked_at", _MOMENT, nullable=False, comment="When the review was held."),
    Column("carried_out_at", _MOMENT, comment="When a plan was agreed that cites the review; null while open."),
    Column("carried_out_by", Uuid, comment="The entry of that plan; null while the adjustment is open."),
    comment="What postvention reviews asked of the care plan, one row an adjustment.",
)
