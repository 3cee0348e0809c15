"""Use and recovery: lapses, close calls, stretches of days, and what was reached."""

from typing import Final

from analytics.view import View, reference, same
from projections.care_plan.lapses import CLOSE_CALL, LAPSE
from projections.milestones.fold import CELEBRATION, REACHED, REMISSION, STEP, STRETCH
from projections.outcomes.fold import OUTCOME

LAPSES: Final = View(
    name="lapses",
    meaning="A lapse: return to use for one day or several.",
    table=LAPSE,
    columns=(
        reference(LAPSE, "event_id", "lapse", "The lapse"),
        *same(LAPSE, "lapsed_at", "precision", "lapsed_on", "lapsed_until", "substances", "triggers", "emotions"),
        *same(LAPSE, "overdose_danger"),
    ),
    key=("lapsed_at", "lapse"),
    month="lapsed_at",
)

CLOSE_CALLS: Final = View(
    name="close_calls",
    meaning="A craving or a risky moment that was ridden out.",
    table=CLOSE_CALL,
    columns=(
        reference(CLOSE_CALL, "event_id", "close_call", "The close call"),
        *same(CLOSE_CALL, "ridden_out_at", "precision", "substances", "triggers", "emotions", "worked"),
    ),
    key=("ridden_out_at", "close_call"),
    month="ridden_out_at",
)

STRETCHES: Final = View(
    name="stretches",
    meaning="Days of recovery in a row, of one substance or overall.",
    table=STRETCH,
    columns=same(STRETCH, "track", "started_on", "ended_on"),
    key=("track", "started_on"),
    month="started_on",
)

LADDER_STEPS: Final = View(
    name="ladder_steps",
    meaning="A step of the ladder of recovery days; it is reached once its day has begun.",
    table=STEP,
    columns=same(STEP, "track", "started_on", "days", "years", "reached_on", "reached_at"),
    key=("track", "started_on", "days"),
    month="reached_at",
)

MILESTONES: Final = View(
    name="milestones",
    meaning="A milestone of life or recovery that a client reached.",
    table=REACHED,
    columns=(
        reference(REACHED, "event_id", "milestone", "The milestone"),
        reference(REACHED, "goal", "goal", "The goal that was reached; null for other milestones"),
        *same(REACHED, "kind", "number", "reached_at", "precision", "reached_on"),
    ),
    key=("reached_at", "milestone"),
    month="reached_at",
)

CELEBRATIONS: Final = View(
    name="celebrations",
    meaning="A celebration of days or of a milestone.",
    table=CELEBRATION,
    columns=(
        reference(CELEBRATION, "event_id", "celebration", "The celebration"),
        *same(CELEBRATION, "celebrated_at", "celebrated_on", "track", "days", "in_own_words"),
    ),
    key=("celebrated_at", "celebration"),
    month="celebrated_at",
)

REMISSIONS: Final = View(
    name="remissions",
    meaning="How a substance use disorder stands, as a clinician found it.",
    table=REMISSION,
    columns=(
        reference(REMISSION, "event_id", "finding", "The finding"),
        *same(REMISSION, "substance", "state", "diagnosed", "on_maintenance_therapy", "in_controlled_environment"),
        *same(REMISSION, "found_by", "found_at", "found_on"),
    ),
    key=("found_at", "finding"),
    month="found_at",
)

OUTCOMES: Final = View(
    name="outcomes",
    meaning="Something that was measured about a client, or that happened and is counted.",
    table=OUTCOME,
    columns=(
        reference(OUTCOME, "event_id", "told_by", "The entry that tells of it: the same for all that one entry tells"),
        *same(OUTCOME, "measure", "measured_at", "measured_on", "value", "lowest", "highest"),
        reference(OUTCOME, "goal", "goal", "The goal of which this is a reading; null otherwise"),
        *same(OUTCOME, "goal_category"),
    ),
    key=("measured_at", "told_by", "measure"),
    month="measured_at",
)

RECOVERY: Final = (
    LAPSES,
    CLOSE_CALLS,
    STRETCHES,
    LADDER_STEPS,
    MILESTONES,
    CELEBRATIONS,
    REMISSIONS,
    OUTCOMES,
)
