"""What was agreed with a client: versions of the plan, goals with their readings, interventions, next steps."""

from typing import Final

from analytics.view import View, reference, same
from projections.care_plan.goals import GOAL, GOAL_READING
from projections.care_plan.interventions import INTERVENTION
from projections.care_plan.next_steps import NEXT_STEP
from projections.care_plan.plans import PROGRESS_REVIEW, VERSION

PLAN_VERSIONS: Final = View(
    name="plan_versions",
    meaning="A version of a client's plan.",
    table=VERSION,
    columns=(
        reference(VERSION, "event_id", "plan", "This version of the plan"),
        *same(VERSION, "version", "agreed_at", "agreed_by", "ended_at"),
    ),
    key=("agreed_at", "plan"),
    month="agreed_at",
)

PROGRESS_REVIEWS: Final = View(
    name="progress_reviews",
    meaning="A review of progress upon a plan.",
    table=PROGRESS_REVIEW,
    columns=(
        reference(PROGRESS_REVIEW, "event_id", "progress_review", "The review"),
        reference(PROGRESS_REVIEW, "plan_event_id", "plan", "The version of the plan that was reviewed"),
        *same(PROGRESS_REVIEW, "at", "reviewed_by", "progress", "conclusion"),
    ),
    key=("at", "progress_review"),
    month="at",
)

GOALS: Final = View(
    name="goals",
    meaning="A goal, its last reading, and how it was closed.",
    table=GOAL,
    columns=(
        reference(GOAL, "event_id", "goal", "The goal"),
        *same(GOAL, "set_at", "category", "baseline", "target", "target_on", "readings", "measured_at", "reading"),
        *same(GOAL, "closed_at", "outcome", "stabilization"),
    ),
    key=("set_at", "goal"),
    month="set_at",
)

GOAL_READINGS: Final = View(
    name="goal_readings",
    meaning="A reading of a goal, in the goal's unit.",
    table=GOAL_READING,
    columns=(
        reference(GOAL_READING, "event_id", "goal_reading", "The reading"),
        reference(GOAL_READING, "goal_event_id", "goal", "The goal"),
        *same(GOAL_READING, "measured_at", "value"),
    ),
    key=("measured_at", "goal_reading"),
    month="measured_at",
)

INTERVENTIONS: Final = View(
    name="interventions",
    meaning="Something that a plan foresees to be done, as a way of treatment.",
    table=INTERVENTION,
    columns=(
        reference(INTERVENTION, "event_id", "intervention", "The intervention"),
        *same(INTERVENTION, "planned_at", "strand", "techniques", "ends_at", "ended_at", "stop_reason"),
    ),
    key=("planned_at", "intervention"),
    month="planned_at",
)

NEXT_STEPS: Final = View(
    name="next_steps",
    meaning="A next step that was agreed on.",
    table=NEXT_STEP,
    columns=(
        reference(NEXT_STEP, "event_id", "next_step", "The next step"),
        *same(NEXT_STEP, "agreed_at", "kind", "owner_role", "micro_goal", "due_at", "ends_at"),
        *same(NEXT_STEP, "done_at", "released_at", "drop_reason"),
    ),
    key=("agreed_at", "next_step"),
    month="agreed_at",
)

PLANS: Final = (PLAN_VERSIONS, PROGRESS_REVIEWS, GOALS, GOAL_READINGS, INTERVENTIONS, NEXT_STEPS)
