"""Crises, their contacts, and the reviews after them with the adjustments these asked for."""

from typing import Final

from analytics.view import View, reference, same
from projections.care_plan.crises import CRISIS, CRISIS_CONTACT
from projections.care_plan.overdoses import OVERDOSE
from projections.postvention import ADJUSTMENT, REVIEW

CRISES: Final = View(
    name="crises",
    meaning="A crisis, from the contact with which it began until it passed.",
    table=CRISIS,
    columns=(
        reference(CRISIS, "event_id", "crisis", "The crisis"),
        *same(CRISIS, "occurred_at", "noticed_by_role", "kinds", "tier", "at_least", "tier_not_excluded"),
        *same(CRISIS, "unanswered", "overdose_danger", "activated_roles", "triggers", "actions", "attempts"),
        *same(CRISIS, "not_reached", "reached_at", "lost_contact_at", "contacts_recorded", "escalated"),
        *same(CRISIS, "resolved_at", "outcome", "reviewed_at", "client_died_at"),
    ),
    key=("occurred_at", "crisis"),
    month="occurred_at",
)

CRISIS_CONTACTS: Final = View(
    name="crisis_contacts",
    meaning="A contact in a crisis.",
    table=CRISIS_CONTACT,
    columns=(
        reference(CRISIS_CONTACT, "event_id", "contact", "The contact"),
        reference(CRISIS_CONTACT, "crisis", "crisis", "The crisis"),
        *same(CRISIS_CONTACT, "occurred_at", "channel", "kinds", "noticed_by_role", "activated_roles"),
        *same(CRISIS_CONTACT, "triggers", "actions"),
    ),
    key=("occurred_at", "contact"),
    month="occurred_at",
)

OVERDOSES: Final = View(
    name="overdoses",
    meaning="An overdose that happened, and what came of it.",
    table=OVERDOSE,
    columns=(
        reference(OVERDOSE, "event_id", "overdose", "The overdose"),
        reference(OVERDOSE, "crisis", "crisis", "The crisis that it was part of; null where none is named"),
        *same(OVERDOSE, "occurred_at", "substances", "intent", "naloxone_doses", "naloxone_given_by", "reversed"),
        *same(OVERDOSE, "emergency_services", "outcome"),
    ),
    key=("occurred_at", "overdose"),
    month="occurred_at",
)

POSTVENTION_REVIEWS: Final = View(
    name="postvention_reviews",
    meaning="A crisis as the review after it sees it: one row a crisis, whether it was reviewed or waits for that.",
    table=REVIEW,
    columns=(
        reference(REVIEW, "crisis", "crisis", "The crisis"),
        reference(REVIEW, "reviewed_event_id", "review", "The review that was held; null while it waits"),
        *same(REVIEW, "occurred_at", "due_at", "reviewed_at", "noticed_by", "kinds", "tier", "at_least"),
        *same(REVIEW, "tier_not_excluded", "resolved_at", "outcome"),
    ),
    key=("occurred_at", "crisis"),
    month="occurred_at",
)

ADJUSTMENTS: Final = View(
    name="adjustments",
    meaning="A change that a review asked for, and whether it was carried out.",
    table=ADJUSTMENT,
    columns=(
        reference(ADJUSTMENT, "review", "review", "The review"),
        reference(ADJUSTMENT, "crisis", "crisis", "The crisis that was reviewed"),
        *same(ADJUSTMENT, "number", "kind", "asked_at", "due_at", "open"),
        *same(ADJUSTMENT, "carried_out_at", "dropped_at", "released_at"),
    ),
    key=("asked_at", "review", "number"),
    month="asked_at",
)

IN_CRISIS: Final = (CRISES, CRISIS_CONTACTS, OVERDOSES, POSTVENTION_REVIEWS, ADJUSTMENTS)
