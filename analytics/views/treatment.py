"""Medications, toxicology, screenings and harm reduction."""

from typing import Final

from analytics.view import View, reference, same
from projections.care_plan.harm_reduction import HARM_REDUCTION
from projections.care_plan.medications import MEDICATION, MEDICATION_CHANGE
from projections.care_plan.screenings import SCREENING
from projections.care_plan.toxicology import TOXICOLOGY

MEDICATIONS: Final = View(
    name="medications",
    meaning="A medication for a substance use disorder or beside it.",
    table=MEDICATION,
    columns=(
        reference(MEDICATION, "event_id", "medication", "The medication"),
        *same(MEDICATION, "drug", "form", "purpose", "prescribed_by", "started_at", "status", "changed_at"),
        *same(MEDICATION, "taper_ends_on", "stopped_at", "stop_reason"),
    ),
    key=("started_at", "medication"),
    month="started_at",
)

MEDICATION_CHANGES: Final = View(
    name="medication_changes",
    meaning="A change of a medication.",
    table=MEDICATION_CHANGE,
    columns=(
        reference(MEDICATION_CHANGE, "event_id", "medication_change", "The change"),
        reference(MEDICATION_CHANGE, "medication", "medication", "The medication"),
        *same(MEDICATION_CHANGE, "changed_at", "change"),
    ),
    key=("changed_at", "medication_change"),
    month="changed_at",
)

TOXICOLOGY_RESULTS: Final = View(
    name="toxicology_results",
    meaning="What a toxicology test found of one substance.",
    table=TOXICOLOGY,
    columns=(
        reference(TOXICOLOGY, "event_id", "test", "The test"),
        *same(TOXICOLOGY, "number", "taken_at", "specimen", "observed", "substance", "result", "confirmed"),
        *same(TOXICOLOGY, "expected"),
    ),
    key=("taken_at", "test", "number"),
    month="taken_at",
)

SCREENINGS: Final = View(
    name="screenings",
    meaning="What a screening instrument found, by each of its measures.",
    table=SCREENING,
    columns=(
        reference(SCREENING, "event_id", "screening", "The screening"),
        *same(SCREENING, "measure", "instrument", "screened_at", "score", "lowest", "highest", "band"),
        *same(SCREENING, "possible_bands", "unanswered"),
    ),
    key=("screened_at", "screening", "measure"),
    month="screened_at",
)

HARM_REDUCTION_PROVIDED: Final = View(
    name="harm_reduction",
    meaning="Something that was provided to reduce harm, as a kit of naloxone.",
    table=HARM_REDUCTION,
    columns=(
        reference(HARM_REDUCTION, "event_id", "provision", "What was provided"),
        *same(HARM_REDUCTION, "provided_at", "kinds", "recipients", "provided_by"),
    ),
    key=("provided_at", "provision"),
    month="provided_at",
)

TREATMENT: Final = (MEDICATIONS, MEDICATION_CHANGES, TOXICOLOGY_RESULTS, SCREENINGS, HARM_REDUCTION_PROVIDED)
